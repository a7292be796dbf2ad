//! `cargo xtask bench`: nanoseconds per packet, and route tables of many sizes, native and wasm; and a walk's way to
//! JavaScript.

use std::path::Path;

use anyhow::Result;

use crate::build::{self, FOR_SIZE};
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
    run(command(root, "cargo").args(routes).args(["--target", "wasm32-wasip1"]).env(RUNNER, runner))?;
    crossing(root)
}

/// Builds `crates/wasm/examples/crossing.rs` as the page's module is, and measures in node.
///
/// # Errors
/// It cannot be built, or what crosses is not the same both ways.
pub fn crossing(root: &Path) -> Result<()> {
    let what = ["rustc", "--quiet", "--package", "packetwalk-wasm", "--example", "crossing", "--release"];
    let options = ["--target", "wasm32-unknown-unknown", "--", "-C", "link-arg=--emit-relocs"];
    run(command(root, "cargo").args(what).args(options).env(FOR_SIZE.0, FOR_SIZE.1))?;
    println!("a walk's way to JavaScript, in node");
    let package = root.join("target/crossing");
    let linked = root.join("target/wasm32-unknown-unknown/release/examples/crossing.wasm");
    build::bind("crossing", &linked, &package)?;
    build::optimise(root, &package.join("crossing_bg.wasm"), &package.join("crossing.wasm"))?;
    let mut node = command(root, "node");
    node.args(["--no-warnings", "--experimental-default-type=module", "crates/xtask/src/crossing.mjs"]);
    run(node.arg(package).arg("www/labs/docker-2015.sh"))
}
