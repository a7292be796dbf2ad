//! What the wasm modules weigh, and what they may: bytes of brotli.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::build;
use crate::sh::{command, output, run};
use crate::split;

/// What a page loads to come up.
const PAGE: u64 = 250_000;

/// What carries a ping from a container to the internet and back, of the core alone: packets, routes, netfilter,
/// conntrack and the trace, without a shell or Docker.
const PING: u64 = 100_000;

/// All of the core: every match and target, sets, sockets, and IPv6.
const CORE: u64 = 235_500;

/// What the page weighs, for the summary, and whether what it needs to come up is within its budget.
///
/// # Errors
/// The modules are not built.
pub fn of_page(root: &Path) -> Result<(String, bool)> {
    let [(raw, brotli), (rest_raw, rest_brotli)] = weigh(root, [build::WASM, build::REST].map(Path::new))?;
    let kilobytes = |bytes: u64| bytes.div_ceil(1000);
    let text = format!(
        "wasm: {} KB, {} KB brotli (at most {}) to come up; the rest {} KB, {} KB brotli",
        kilobytes(raw),
        kilobytes(brotli),
        kilobytes(PAGE),
        kilobytes(rest_raw),
        kilobytes(rest_brotli)
    );
    Ok((text, brotli <= PAGE))
}

/// What the core alone weighs: `crates/lab/examples/core.rs`, made small and split as the page's module is.
///
/// # Errors
/// It cannot be built, or its ping is not answered without the rest.
pub fn of_core(root: &Path) -> Result<(String, bool)> {
    let what = ["rustc", "--quiet", "--package", "packetwalk-lab", "--example", "core", "--release"];
    let options = ["--target", "wasm32-unknown-unknown", "--", "-C", "link-arg=--emit-relocs"];
    run(build::for_page(root).args(what).args(options))?;
    let linked = fs::read(root.join("target/wasm32-unknown-unknown/release/examples/core.wasm"))?;
    let made = |name: &str| root.join(format!("target/core_{name}.wasm"));
    let (bare, whole) = (made("bare"), made("whole"));
    fs::write(&bare, split::without(&linked)?)?;
    build::optimise(root, &bare, &whole)?;
    let wasm = fs::read(&whole)?;
    let reached: BTreeSet<usize> =
        serde_json::from_str(&ping(root, &made("probed"), &split::probed(&wasm)?)?)?;
    let (first, _) = split::split(&wasm, &linked, &reached)?;
    let path = made("first");
    ping(root, &path, &first).context("the core's first part alone")?;
    fs::write(&whole, split::nameless(&wasm)?)?;
    let [(_, brotli), (_, all)] = weigh(root, [path, whole].each_ref().map(PathBuf::as_path))?;
    let text = format!(
        "core: {brotli} bytes brotli (at most {PING}) to carry a ping; all of it {all} (at most {CORE})"
    );
    Ok((text, brotli <= PING && all <= CORE))
}

/// Writes a module and runs it, without the rest: what it marked, if it is a probed one.
fn ping(root: &Path, path: &Path, wasm: &[u8]) -> Result<String> {
    let script = "const module = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));
    const load = () => { throw new Error('it needs the rest'); };
    const { main, memory, probes, probes_end } = new WebAssembly.Instance(module, { '/rest.js': { load } }).exports;
    if (main(0, 0) !== 0) throw new Error('no reply');
    const marks = probes ? new Uint8Array(memory.buffer, probes.value, probes_end.value - probes.value) : [];
    console.log(JSON.stringify([...marks.keys()].filter((point) => marks[point])));";
    fs::write(path, wasm)?;
    output(command(root, "node").args(["-e", script]).arg(path))
}

/// Bytes of files, and those of their brotli.
fn weigh<const N: usize>(root: &Path, paths: [&Path; N]) -> Result<[(u64, u64); N]> {
    let script = "for (const path of process.argv.slice(1)) {
        const bytes = require('fs').readFileSync(path);
        console.log(bytes.length, require('zlib').brotliCompressSync(bytes).length);
    }";
    let said = output(command(root, "node").args(["-e", script]).args(paths))?;
    let numbers: Vec<u64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let (pairs, _) = numbers.as_chunks::<2>();
    let pairs: Vec<(u64, u64)> = pairs.iter().map(|[raw, brotli]| (*raw, *brotli)).collect();
    pairs.try_into().ok().context("a size for each file")
}
