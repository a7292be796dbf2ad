//! `cargo xtask build`: the page's generated parts, `www/pkg` and `www/vendor`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::setup;
use crate::sh::{command, fresh, run};

/// What `rustc` emits for wasm32-unknown-unknown and every current browser takes.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The optimised module, below the workspace.
pub const WASM: &str = "www/pkg/packetwalk_bg.wasm";

/// Builds the wasm package, its JavaScript and its types, and copies the page's libraries.
///
/// # Errors
/// A step fails.
pub fn build(root: &Path) -> Result<()> {
    setup::for_build(root)?;
    compile(root)?;
    let module = root.join("target/wasm32-unknown-unknown/release/packetwalk_wasm.wasm");
    let package = root.join("www/pkg");
    let optimised = root.join(WASM);
    if !fresh(&module, &optimised) {
        bind(&module, &package)?;
        optimise(root, &optimised)?;
    }
    for library in setup::vendored(root)? {
        let from = root.join(".tools/npm/node_modules").join(&library.package);
        for (file, to) in &library.files {
            copy(&from.join(file), &root.join("www").join(to))
                .with_context(|| format!("{}: {file}", library.package))?;
        }
    }
    Ok(())
}

/// Compiles the module for size: the page is for loading; the command line is the one for speed.
///
/// The standard library is compiled with it where its source is there, as small as it can be, and without
/// what only a panic or `{:?}` would print, which the page shows nowhere. That takes options that stable Rust
/// has not settled; without them the module is a tenth larger and does the same.
fn compile(root: &Path) -> Result<()> {
    let cargo = || {
        let mut cargo = command(root, "cargo");
        cargo
            .args([
                "build",
                "--package",
                "packetwalk-wasm",
                "--release",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z");
        cargo
    };
    let mut smallest = cargo();
    smallest
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zlocation-detail=none -Zfmt-debug=none");
    if setup::rust_src(root) {
        match run(&mut smallest) {
            Ok(()) => return Ok(()),
            Err(error) => println!("not as small as it could be: {error:#}"),
        }
    }
    run(&mut cargo())
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::create_dir_all(to.parent().context("a path below www")?)?;
    fs::copy(from, to)?;
    Ok(())
}

/// JavaScript and TypeScript declarations for the module, as `wasm-bindgen --target web` makes them.
fn bind(module: &Path, package: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).web(true)?.typescript(true).out_name("packetwalk");
    bindgen.generate(package)
}

fn optimise(root: &Path, module: &Path) -> Result<()> {
    println!("wasm-opt");
    let small = module.with_extension("opt");
    let tool = root.join(".tools/npm/node_modules/binaryen/bin/wasm-opt");
    let mut node = command(root, "node");
    node.arg(tool).arg("-Oz").args(FEATURES).arg(module).arg("-o").arg(&small);
    run(&mut node).inspect_err(|_| {
        // Else the next build would take the unoptimised module for a finished one.
        fs::remove_file(module).ok();
    })?;
    Ok(fs::rename(small, module)?)
}
