//! `cargo xtask fuzz-kernel`: random cases on the kernel and in the simulator.

mod destroy;
mod generate;
mod known;
mod linux;
mod packets;
mod random;
mod rules;
mod settings;
mod shrink;
mod worker;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::kernel;
use crate::kernel_case::case::Case;
use crate::summary::Tally;
use worker::{Counts, Worker};

/// What is asked for.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many cases
    #[arg(long, default_value_t = 200)]
    cases: u64,
    /// The first case's seed; each next one's is one more
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder for what disagrees, made small
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the cases that agree, with the kernel's outcome, to a file (JSON lines in zlib's form)
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Run one kept case again
    #[arg(long, value_name = "FILE")]
    again: Option<PathBuf>,
    /// Workers at a time; they mostly wait for the kernel
    #[arg(long, default_value_t = 6)]
    jobs: u64,
    /// One of the workers, in namespaces of its own
    #[arg(long, hide = true)]
    worker: Option<u64>,
}

impl Args {
    /// So many cases from a seed, nothing kept.
    pub const fn few(cases: u64, seed: u64) -> Self {
        Self { cases, seed, keep: None, record: None, again: None, jobs: 6, worker: None }
    }
}

/// Seeds that no run had before.
///
/// # Errors
/// The clock stands before 1970.
pub fn fresh_seed() -> Result<u64> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs() * 1000)
}

/// A private network and mount namespace with an empty `/run`.
const PRIVATE: &str = "mount -t tmpfs tmpfs /run && mkdir -p /run/netns && exec \"$@\"";

/// Runs; false if there is a disagreement.
///
/// # Errors
/// Not root, or the tools are not there.
pub fn fuzz(args: &Args) -> Result<bool> {
    if let Some(worker) = args.worker {
        return work(args, worker);
    }
    if let Some(why) = kernel::unavailable() {
        bail!("the kernel cannot be asked: {why}");
    }
    if args.again.is_some() {
        return Ok(start(args, 0)?.wait()?.success());
    }
    let tally = compare(args)?;
    Ok(tally.failed == 0)
}

/// Runs the cases: those that agree, that differ, and that the kernel itself does not repeat.
///
/// # Errors
/// A worker cannot be started.
pub fn compare(args: &Args) -> Result<Tally> {
    if let Some(folder) = &args.keep {
        fs::create_dir_all(folder)?;
    }
    let workers = (0..args.jobs.max(1)).map(|n| start(args, n)).collect::<Result<Vec<_>>>()?;
    let mut counts = Counts::default();
    for worker in workers {
        let out = worker.wait_with_output()?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let last = text.lines().last().unwrap_or_default();
        match serde_json::from_str(last) {
            Ok(value) => counts.add(&value),
            Err(_) => counts.broken.push(format!("a worker ended: {}: {last}", out.status)),
        }
    }
    if let Some(file) = &args.record {
        merge(file, args.jobs.max(1))?;
    }
    Ok(report(&counts))
}

fn part(file: &Path, worker: u64) -> PathBuf {
    file.with_extension(format!("part{worker}"))
}

/// The workers' records, in the order of their seeds, as zlib has them.
fn merge(file: &Path, jobs: u64) -> Result<()> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for worker in 0..jobs {
        let path = part(file, worker);
        for line in fs::read_to_string(&path)?.lines().filter(|line| !line.is_empty()) {
            let value: serde_json::Value = serde_json::from_str(line)?;
            lines.push((value["case"]["seed"].as_u64().unwrap_or(0), line.to_owned()));
        }
        fs::remove_file(path)?;
    }
    lines.sort();
    let text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    fs::write(file, miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 10))?;
    Ok(())
}

fn start(args: &Args, worker: u64) -> Result<std::process::Child> {
    let exe = std::env::current_exe()?;
    let mut command = Command::new("unshare");
    command.args(["-n", "-m", "sh", "-c", PRIVATE, "sh"]).arg(exe).arg("fuzz-kernel");
    command.args(["--cases", &args.cases.to_string(), "--seed", &args.seed.to_string()]);
    command.args(["--jobs", &args.jobs.to_string(), "--worker", &worker.to_string()]);
    let files = [("--keep", &args.keep), ("--record", &args.record), ("--again", &args.again)];
    for (option, file) in files {
        if let Some(file) = file {
            command.arg(option).arg(std::path::absolute(file)?);
        }
    }
    command.env("PATH", kernel::PATH);
    if args.again.is_none() {
        command.stdout(Stdio::piped());
    }
    command.spawn().context("unshare")
}

fn work(args: &Args, worker: u64) -> Result<bool> {
    let this = Worker::new(args.keep.clone())?;
    if let Some(file) = &args.again {
        let value = serde_json::from_str(&fs::read_to_string(file)?)?;
        let case = Case::parse(&value).context("not a case")?;
        return this.again(&case);
    }
    let seeds = (args.seed..args.seed + args.cases).filter(|seed| seed % args.jobs.max(1) == worker);
    let record = args.record.as_ref().map(|file| part(file, worker));
    let counts = this.run(seeds, record.as_deref())?;
    println!("{}", counts.json());
    Ok(true)
}

fn report(counts: &Counts) -> Tally {
    for (name, n) in &counts.numbers {
        println!("{n:>7} {name}");
    }
    let left: Vec<String> = counts.left_out.iter().map(|(name, n)| format!("{name} {n}")).collect();
    println!("left out, for they are not simulated: {}", left.join(", "));
    for (class, seeds) in &counts.classes {
        println!("disagree: {class}: {} (seeds {})", seeds.len(), seeds.join(" "));
    }
    for line in &counts.broken {
        println!("broken: {line}");
    }
    let number = |name: &str| counts.numbers.get(name).copied().unwrap_or(0);
    let failed = counts.classes.values().map(Vec::len).sum::<usize>() + counts.broken.len();
    Tally { passed: number("agree"), failed, skipped: number("unstable") + number("given up") }
}
