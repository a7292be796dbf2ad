//! `cargo xtask record --docker`: what a real daemon of 20.10 leaves behind, step by step, held against the simulator.
//!
//! The daemon is Debian's docker.io, unpacked and not installed; it runs in a network, mount and process namespace
//! of its own, with its state in memory.

mod install;
mod seen;
mod session;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::Value;

pub use session::inside;

use crate::kernel;
use crate::sh::command;

/// Scenarios that a whole test run asks the daemon for: those with most in them for their time.
pub const FEW: [&str; 4] = ["icc-links", "noproxy-more", "two-nets-order", "v6-nets"];

/// Daemons at a time: each waits for most of its time.
const JOBS: usize = 2;

/// Why no daemon can be asked here, or the folder of its programs.
///
/// # Errors
/// That reason.
pub fn available(root: &Path) -> Result<PathBuf> {
    if let Some(why) = kernel::unavailable() {
        bail!("{why}");
    }
    install::install(root)
}

/// A scenario: its name and its text.
type Scenario = (String, Value);

/// The project's scenarios and those beside it, of which the name contains `filter`.
fn scenarios(root: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Scenario>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root.join("tests/docker20"))? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".json.z") else { continue };
        let text = decompress_to_vec_zlib(&fs::read(&path)?).map_err(|e| anyhow::anyhow!("{file}: {e}"))?;
        all.push((name.to_owned(), serde_json::from_slice(&text)?));
    }
    let beside = root.join("../shared/corpora/docker20");
    for entry in fs::read_dir(beside).into_iter().flatten() {
        let path = entry?.path();
        let Ok(text) = fs::read_to_string(path.join("scenario.json")) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.push((name, serde_json::from_str(&text)?));
    }
    all.retain(|(name, _)| wanted(name));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}

/// Runs one scenario in namespaces of its own.
fn run(tools: &Path, folder: &Path, (name, scenario): &Scenario) -> Result<Value> {
    let [asked, told] = ["scenario", "told"].map(|end| folder.join(format!("{name}.{end}")));
    fs::write(&asked, serde_json::to_string(scenario)?)?;
    let _ = fs::remove_file(&told);
    let mut inside = Command::new("unshare");
    inside.args(["-n", "-m", "-p", "--propagation", "private", "--fork", "--kill-child", "--mount-proc"]);
    inside.arg(std::env::current_exe()?).args(["docker-session"]).args([tools, &asked, &told]);
    let out = inside.output().context("unshare")?;
    if !out.status.success() {
        bail!("{}", String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(serde_json::from_str(&fs::read_to_string(told)?)?)
}

/// Asks a daemon for every scenario wanted, compares with the simulator, and with `update` writes the project's
/// recordings anew. True if the simulator leaves the same.
///
/// # Errors
/// No daemon can be asked here, or one does not come up.
pub fn record(root: &Path, wanted: &dyn Fn(&str) -> bool, update: bool) -> Result<bool> {
    let tools = available(root)?;
    let folder = root.join("target/docker");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let all = scenarios(root, wanted)?;
    let next = AtomicUsize::new(0);
    let worker = || -> Result<()> {
        while let Some(scenario) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begin = Instant::now();
            let recording = run(&tools, &folder, scenario).with_context(|| scenario.0.clone())?;
            let bytes = compress_to_vec_zlib(serde_json::to_string(&recording)?.as_bytes(), 9);
            let file = format!("{}.json.z", scenario.0);
            fs::write(folder.join(&file), &bytes)?;
            let ours = root.join("tests/docker20").join(file);
            if update && ours.exists() {
                fs::write(ours, bytes)?;
            }
            println!("{}: {} s", scenario.0, begin.elapsed().as_secs());
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..JOBS).map(|_| scope.spawn(worker)).collect();
        let done = workers.into_iter().map(|w| w.join().unwrap_or_else(|_| bail!("a recorder panicked")));
        done.collect::<Result<()>>()
    })?;
    println!("{} scenarios recorded", all.len());
    let mut test = command(root, "cargo");
    test.args([
        "test",
        "--quiet",
        "--package",
        "packetwalk-cli",
        "--test",
        "docker",
        "live",
        "--",
        "--nocapture",
    ]);
    Ok(test.env("PACKETWALK_DOCKER_LIVE", &folder).status()?.success())
}
