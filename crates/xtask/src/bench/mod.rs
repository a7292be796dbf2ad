//! `cargo xtask bench`: what a packet costs, route tables of many sizes, native and wasm, a walk's way to JavaScript,
//! and what the page takes in a browser.

mod beside;
mod counts;
mod figures;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub use counts::test as test_counts;

use crate::build;
use crate::sh::{command, exists, output, run};

/// Cargo's name for what runs a program of WASI.
const RUNNER: &str = "CARGO_TARGET_WASM32_WASIP1_RUNNER";
const WASI: &str = "wasm32-wasip1";
/// Builds `crates/bench`.
const BUILD: [&str; 5] = ["build", "--quiet", "--release", "--package", "packetwalk-bench"];

/// What is measured.
#[derive(clap::Args)]
pub struct Args {
    /// Instead: a published port on this machine's kernel (as root) and in the simulator, side by side
    #[arg(long)]
    kernel: bool,
    /// Instead: the instructions of a packet, a lookup, a ping, counted by valgrind, beside those on record
    #[arg(long, conflicts_with = "kernel")]
    counts: bool,
    /// Instead: a walk's way to JavaScript
    #[arg(long, conflicts_with_all = ["kernel", "counts"])]
    crossing: bool,
    /// Instead: in Chromium, the built page's start of a lab of 1,000 containers, and its matrix
    #[arg(long, conflicts_with_all = ["kernel", "counts", "crossing"])]
    page: bool,
    /// With --counts: put them on record
    #[arg(long, requires = "counts")]
    renew: bool,
}

/// Measures.
///
/// # Errors
/// What is measured cannot be built or run.
pub fn bench(root: &Path, args: &Args) -> Result<()> {
    match *args {
        Args { counts: true, renew, .. } => counts::counts(root, renew),
        Args { kernel: true, .. } => beside::beside(root),
        Args { crossing: true, .. } => crossing(root),
        Args { page: true, .. } => page(root),
        Args { .. } => both(root),
    }
}

/// Runs `crates/bench` and `crates/route/benches/routes.rs` natively and in node.
fn both(root: &Path) -> Result<()> {
    println!("native");
    run(&mut command(root, native(root)?))?;
    let routes = ["bench", "--quiet", "--package", "packetwalk-route", "--bench", "routes"];
    run(command(root, "cargo").args(routes))?;

    println!("wasm in node");
    let module = wasm(root)?;
    run(command(root, "node").args(node(root)).arg(module))?;
    let runner = format!("node {}", node(root).join(" "));
    run(command(root, "cargo").args(routes).args(["--target", WASI]).env(RUNNER, runner))?;
    crossing(root)
}

/// Builds `crates/wasm/examples/crossing.rs` as the page's module is, and measures in node. What crosses is to be the
/// same both ways.
fn crossing(root: &Path) -> Result<()> {
    let what = ["rustc", "--quiet", "--package", "packetwalk-wasm", "--example", "crossing", "--release"];
    let options = ["--target", "wasm32-unknown-unknown", "--", "-C", "link-arg=--emit-relocs"];
    run(build::for_page(root).args(what).args(options))?;
    println!("a walk's way to JavaScript, in node");
    let package = root.join("target/crossing");
    let linked = root.join("target/wasm32-unknown-unknown/release/examples/crossing.wasm");
    build::bind("crossing", &linked, &package)?;
    build::optimise(root, &package.join("crossing_bg.wasm"), &package.join("crossing.wasm"))?;
    let mut node = command(root, "node");
    node.args(["--no-warnings", "--experimental-default-type=module", "crates/xtask/src/crossing.mjs"]);
    run(node.arg(package).arg("www/labs/docker-2015.sh"))
}

/// Builds the page, and has `tests/browser/measure.mjs` measure it.
fn page(root: &Path) -> Result<()> {
    let folder = root.join("tests/browser");
    if !exists("chromium") || !folder.join("node_modules").exists() {
        bail!("Debian's chromium and the npm packages of {} are needed", folder.display());
    }
    build::build(root)?;
    run(command(&folder, "node").arg("measure.mjs"))
}

/// Builds it natively: where it is.
fn native(root: &Path) -> Result<PathBuf> {
    run(command(root, "cargo").args(BUILD))?;
    Ok(root.join("target/release/packetwalk-bench"))
}

/// Builds it as a page's module is built, for WASI.
fn wasm(root: &Path) -> Result<PathBuf> {
    let targets = output(command(root, "rustup").args(["target", "list", "--installed"]))?;
    if targets.lines().all(|target| target != WASI) {
        run(command(root, "rustup").args(["target", "add", WASI]))?;
    }
    // It is the page's core that is measured, not what makes packets for it.
    let own = ["--config", "profile.release.package.packetwalk-bench.opt-level=2"];
    run(build::for_page(root).args(own).args(BUILD).args(["--target", WASI]))?;
    let module = root.join("target").join(WASI).join("release/packetwalk-bench.wasm");
    if module.exists() { Ok(module) } else { bail!("{} was not built", module.display()) }
}

/// What node runs a module of WASI with.
fn node(root: &Path) -> [String; 2] {
    let script = root.join("crates/xtask/src/wasi.cjs");
    ["--no-warnings".to_owned(), script.display().to_string()]
}
