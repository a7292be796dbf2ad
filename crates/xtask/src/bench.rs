//! `cargo xtask bench`: nanoseconds per packet, native and wasm.

use std::path::Path;

use anyhow::Result;

use crate::sh::{command, output, run};

/// Starts a WASI module in node.
const RUNNER: &str = "
    const { WASI } = require('node:wasi');
    const wasi = new WASI({ version: 'preview1', args: ['load'], env: {} });
    WebAssembly.compile(require('node:fs').readFileSync(process.argv[1]))
        .then((module) => WebAssembly.instantiate(module, wasi.getImportObject()))
        .then((instance) => wasi.start(instance));";

/// Builds and runs `crates/shell/examples/load.rs` natively and in node.
///
/// # Errors
/// It cannot be built or run.
pub fn bench(root: &Path) -> Result<()> {
    let example = ["build", "--quiet", "--release", "--package", "packetwalk-shell", "--example", "load"];
    run(command(root, "cargo").args(example))?;
    println!("native");
    run(&mut command(root, root.join("target/release/examples/load")))?;

    let targets = output(command(root, "rustup").args(["target", "list", "--installed"]))?;
    if targets.lines().all(|target| target != "wasm32-wasip1") {
        run(command(root, "rustup").args(["target", "add", "wasm32-wasip1"]))?;
    }
    run(command(root, "cargo").args(example).args(["--target", "wasm32-wasip1"]))?;
    println!("wasm in node");
    let module = root.join("target/wasm32-wasip1/release/examples/load.wasm");
    run(command(root, "node").args(["--no-warnings", "-e", RUNNER]).arg(module))
}
