//! `cargo xtask`: everything that a developer of packetwalk does from the command line.
#![allow(clippy::disallowed_methods, reason = "a developer's tool measures real time")]

mod bench;
mod build;
mod docker;
mod docker_labs;
mod fuzz_kernel;
mod kernel;
mod kernel_case;
mod labs;
mod normalise;
mod package;
mod pages;
mod record;
mod replay;
mod serve;
mod setup;
mod sh;
mod split;
mod summary;
mod test;
mod tidy;
mod weight;

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
    /// Install what is missing, into folders that git ignores (and Debian's packages, as root)
    Setup,
    /// Build the page's generated parts: www/pkg, www/page and www/vendor
    Build,
    /// Build the page and make www/dist: the element as a package, for `npm pack` or to be copied
    Package,
    /// Build the page and serve it on 127.0.0.1
    Serve {
        /// The port; the next free one is taken when it is in use
        #[arg(long, default_value_t = 8017)]
        port: u16,
    },
    /// Run all tests, or only some of the steps
    Test {
        /// Steps to run, by name
        steps: Vec<test::Step>,
    },
    /// Measure what packets and lookups cost, native and wasm
    Bench(bench::Args),
    /// Run the labs on this machine's kernel (as root) and write what it printed beside each
    Record {
        /// Only labs whose `area/name` contains this
        #[arg(default_value = "")]
        filter: String,
        /// Write nothing: run the labs this many times and show what differs
        #[arg(long, value_name = "TIMES")]
        check: Option<usize>,
        /// Instead: run the Docker scenarios with a real daemon of 20.10, and compare with the simulator
        #[arg(long, conflicts_with = "check")]
        docker: bool,
        /// With --docker: write the project's recordings anew
        #[arg(long, requires = "docker")]
        update: bool,
    },
    /// Write the plain labs of tests/labs/docker-rules from the docker commands beside them
    DockerLabs {
        /// Only labs whose name contains this
        #[arg(default_value = "")]
        filter: String,
    },
    /// A Docker scenario, in namespaces of its own
    #[command(hide = true)]
    DockerSession { tools: PathBuf, scenario: PathBuf, out: PathBuf },
    /// Run random cases on this machine's kernel (as root) and in the simulator, and show where they differ
    FuzzKernel(fuzz_kernel::Args),
    /// Check the house rules that a machine can see
    Tidy,
}

fn main() -> ExitCode {
    match run(Args::parse().task, &root()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// False if tests failed, which have said so themselves.
fn run(task: Task, root: &Path) -> Result<bool> {
    match task {
        Task::Test { steps } => return test::test(root, &steps),
        Task::FuzzKernel(args) => return fuzz_kernel::fuzz(&args),
        Task::Record { filter, docker: true, update, .. } => {
            return docker::record(root, &|name| name.contains(&filter), update);
        }
        Task::DockerSession { tools, scenario, out } => docker::inside(&tools, &scenario, &out),
        Task::DockerLabs { filter } => docker_labs::write(root, &filter),
        Task::Setup => setup::all(root),
        Task::Build => build::build(root),
        Task::Package => build::build(root).and_then(|()| package::package(root)),
        Task::Serve { port } => build::build(root).and_then(|()| serve::serve(root, port)),
        Task::Bench(args) => bench::bench(root, &args),
        Task::Record { filter, check: None, .. } => record::record(root, &filter),
        Task::Record { filter, check: Some(times), .. } => record::check(root, &filter, times),
        Task::Tidy => tidy::tidy(root),
    }?;
    Ok(true)
}

/// The workspace's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
