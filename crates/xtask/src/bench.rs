//! `cargo xtask bench`: nanoseconds per packet, and route tables of many sizes, native and wasm.

use std::path::Path;

use anyhow::Result;

use crate::build::FOR_SIZE;
use crate::sh::{command, output, run};

/// Cargo's name for what runs a program of WASI.
const RUNNER: &str = "CARGO_TARGET_WASM32_WASIP1_RUNNER";

/// Builds and runs `crates/shell/examples/load.rs` and `crates/route/benches/routes.rs` natively and in node.
///
/// # Errors
/// It cannot be built or run.
pub fn bench(root: &Path) -> Result<()> {
    let example = ["build", "--quiet", "--release", "--package", "packetwalk-shell", "--example", "load"];
    run(command(root, "cargo").args(example))?;
    println!("native");
    run(&mut command(root, root.join("target/release/examples/load")))?;
    let routes = ["bench", "--quiet", "--package", "packetwalk-route", "--bench", "routes"];
    run(command(root, "cargo").args(routes))?;

    let targets = output(command(root, "rustup").args(["target", "list", "--installed"]))?;
    if targets.lines().all(|target| target != "wasm32-wasip1") {
        run(command(root, "rustup").args(["target", "add", "wasm32-wasip1"]))?;
    }
    let mut cargo = command(root, "cargo");
    run(cargo.args(example).args(["--target", "wasm32-wasip1"]).env(FOR_SIZE.0, FOR_SIZE.1))?;
    println!("wasm in node");
    let module = root.join("target/wasm32-wasip1/release/examples/load.wasm");
    let script = root.join("crates/xtask/src/wasi.cjs");
    run(command(root, "node").arg("--no-warnings").arg(&script).arg(module))?;
    let runner = format!("node --no-warnings {}", script.display());
    run(command(root, "cargo").args(routes).args(["--target", "wasm32-wasip1"]).env(RUNNER, runner))
}
