//! `packetwalk walk`: the way of one command's packets.

use std::io::Write as _;
use std::path::PathBuf;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Line, Shell};

use crate::{Failure, lab};

/// Arguments.
#[derive(clap::Args)]
pub struct Args {
    /// The lab: a script of Linux commands
    lab: PathBuf,
    /// Namespace that the command runs in; the root namespace unless given
    #[arg(long, default_value = "")]
    from: String,
    /// Print the walk as JSON
    #[arg(long)]
    json: bool,
    /// Write every frame of the walk to a pcapng file, one interface block each
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Seed of every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The command, as `ping 203.0.113.10`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Words as a command line of the lab's shell; `ping` without a count pings once.
fn command_line(words: &[String]) -> String {
    let plain = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&b));
    let mut words: Vec<String> = words
        .iter()
        .map(|w| if plain(w) { w.clone() } else { format!("'{}'", w.replace('\'', r"'\''")) })
        .collect();
    if words.first().is_some_and(|w| w == "ping") && !words.iter().any(|w| w.starts_with("-c")) {
        words.insert(1, "-c1".into());
    }
    words.join(" ")
}

/// Runs the lab in silence, then the command under observation.
pub fn walk(args: &Args) -> Result<u8, Failure> {
    let script = lab::read(&args.lab)?;
    let mut shell = Shell::new(Lab::new(args.seed));
    shell.run_script(&args.lab.to_string_lossy(), &script, &mut Collect::default());
    let ns = shell
        .lab
        .ns(&args.from)
        .ok_or_else(|| Failure(format!("the lab has no network namespace \"{}\"", args.from)))?;
    let line = command_line(&args.command);
    shell.lab.start_trace();
    shell.lab.captures.on = args.pcap.is_some();
    let mut said = Collect::default();
    let status = match shell.run_line(ns, line.as_bytes(), &mut said) {
        Line::Done(status) | Line::Exit(status) => status,
        Line::Incomplete => return Err(Failure(format!("not a whole command: {line}"))),
    };
    let events = shell.lab.stop_trace();
    if let Some(file) = &args.pcap {
        lab::write_pcap(&shell.lab, file)?;
    }
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", events.len())?;
    } else {
        write!(out, "{}", events.len())?;
        writeln!(out)?;
        out.write_all(&said.bytes)?;
    }
    Ok(status)
}
