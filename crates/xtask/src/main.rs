//! `cargo xtask`: everything that a developer of packetwalk does from the command line.
#![allow(clippy::disallowed_methods, reason = "a developer's tool measures real time")]

mod kernel;
mod labs;
mod normalise;
mod record;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, serves, tests and records packetwalk.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the labs on this machine's kernel (as root) and write what it printed beside each
    Record {
        /// Only labs whose `area/name` contains this
        #[arg(default_value = "")]
        filter: String,
        /// Write nothing: run the labs this many times and show what differs
        #[arg(long, value_name = "TIMES")]
        check: Option<usize>,
    },
}

fn main() -> ExitCode {
    match run(Args::parse().task, &root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, root: &Path) -> Result<()> {
    match task {
        Task::Record { filter, check: None } => record::record(root, &filter),
        Task::Record { filter, check: Some(times) } => record::check(root, &filter, times),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
