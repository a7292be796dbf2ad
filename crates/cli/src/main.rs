//! The `packetwalk` command: labs, walks and replays in a terminal.

mod check;
mod docker_diff;
mod interactive;
mod lab;
mod matches;
mod matrix;
mod replay;
mod walk;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Watch a packet cross Docker's network, exactly as Linux would carry it.
#[derive(Parser)]
#[command(name = "packetwalk", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a lab script and print what `bash LAB` would print as root on Linux
    ///
    /// Exits with the lab's own status; with 254 when a packet met what is not simulated, or a limit of the
    /// simulator ended something; with 1 when the lab cannot be read or the output not be written.
    Run {
        /// The lab: a script of Linux commands
        lab: PathBuf,
        /// Seed of every random choice
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Hash connections by a key, as the kernel does, so that no flood can aim at one bucket; slower
        #[arg(long)]
        flood_safe: bool,
        /// Write every frame of every interface to a pcapng file
        #[arg(long, value_name = "FILE")]
        pcap: Option<PathBuf>,
        /// After a tool's error on standard error, tell the line of the lab
        #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
        lines: lab::Lines,
    },
    /// Build a lab, then follow the packets of one command hop by hop
    Walk(walk::Args),
    /// Build a lab, then tell who of it can reach whom, on which ports
    ///
    /// A cell says what becomes of a real SYN, or of an empty datagram, that is sent two seconds after the script's end.
    /// Containers that nothing in the lab tells apart share a row and a column.
    Matrix(matrix::Args),
    /// Build a lab, then type commands in it
    ///
    /// A line in which a packet met what is not simulated, or a limit of the simulator ended something, has the
    /// status 254, and the next one can be typed.
    Shell {
        /// The lab: a script of Linux commands
        lab: Option<PathBuf>,
        /// Namespace to start in
        #[arg(long, default_value = "")]
        from: String,
        /// Seed of every random choice
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Run Markdown pages, and say which of their console blocks and claims do not hold
    Check {
        /// The pages
        #[arg(required = true)]
        pages: Vec<PathBuf>,
    },
    /// List the matches and targets of iptables, and how far each is simulated
    Matches,
    /// Show what another Docker engine changes in a lab: rules, settings, routes, and where packets go
    ///
    /// Exit status: 0 if nothing differs, 1 if something does, 2 if the lab cannot be compared.
    DockerDiff(docker_diff::Args),
    /// Replay a scenario of the kernel oracle, and print the outcomes in its form
    Replay {
        /// The scenario or record, as JSON
        scenario: PathBuf,
    },
}

/// What went wrong outside the lab: said on standard error, with exit status 1.
#[derive(Debug)]
struct Failure(String);

impl<E: core::fmt::Display> From<E> for Failure {
    fn from(e: E) -> Self {
        Self(e.to_string())
    }
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Run { lab, seed, flood_safe, pcap, lines } => {
            let mut made = packetwalk_lab::Lab::new(seed);
            if flood_safe {
                made.set_flood_safe();
            }
            lab::run(&lab, made, pcap.as_deref(), lines)
        }
        Command::Walk(args) => walk::walk(&args),
        Command::Matrix(args) => matrix::matrix(&args),
        Command::Shell { lab, from, seed } => interactive::shell(lab.as_deref(), &from, seed),
        Command::Check { pages } => check::check(&pages),
        Command::DockerDiff(args) => docker_diff::docker_diff(&args),
        Command::Matches => matches::print(),
        Command::Replay { scenario } => print_replay(&scenario),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(Failure(why)) => {
            let _ = writeln!(anstream::stderr(), "packetwalk: {why}");
            ExitCode::FAILURE
        }
    }
}

fn print_replay(path: &std::path::Path) -> Result<u8, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| Failure(format!("{}: {e}", path.display())))?;
    let result = replay::replay(&text).map_err(|e| Failure(format!("{}: {e}", path.display())))?;
    lab::print(format!("{}\n", serde_json::to_string(&result)?).as_bytes())?;
    Ok(0)
}
