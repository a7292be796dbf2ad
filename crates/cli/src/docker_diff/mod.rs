//! `packetwalk docker-diff`: what another engine changes in a lab, in what it leaves and in where packets go.

mod compare;
mod lab;
mod report;
mod seen;
mod walks;

use std::io::Write as _;
use std::path::PathBuf;

use crate::Failure;

/// Arguments.
#[derive(clap::Args)]
pub struct Args {
    /// The engine to compare with: 1.5, 20.10 or 29
    #[arg(long, value_name = "ENGINE")]
    from: String,
    /// The engine to compare
    #[arg(long, value_name = "ENGINE")]
    to: String,
    /// A walk of one's own, after the lab: a namespace or container (or host), and a command, as "c1 ping 172.17.0.3"
    #[arg(long, value_name = "WALK")]
    walk: Vec<String>,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
    /// Seed of every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The lab: a script of Linux commands
    lab: PathBuf,
}

/// As diff's: both engines do the same.
const SAME: u8 = 0;
/// They do not.
const DIFFERS: u8 = 1;
/// They could not be compared.
const TROUBLE: u8 = 2;

/// Runs the lab with both engines and prints what differs.
pub fn docker_diff(args: &Args) -> Result<u8, Failure> {
    let done = compared(args);
    let Err(Failure(why)) = done else { return done };
    let _ = writeln!(anstream::stderr(), "packetwalk: {why}");
    Ok(TROUBLE)
}

fn compared(args: &Args) -> Result<u8, Failure> {
    let text = crate::lab::read(&args.lab)?;
    let name = args.lab.to_string_lossy();
    let [from, to] =
        [&args.from, &args.to].map(|engine| lab::run(&name, &text, engine, &args.walk, args.seed));
    let difference = compare::compare(&from?, &to?);
    let text = if args.json {
        format!("{}\n", report::json(&difference, &args.from, &args.to))
    } else {
        report::text(&difference, &name, &args.from, &args.to)
    };
    crate::lab::print(text.as_bytes())?;
    Ok(if difference.is_none() { SAME } else { DIFFERS })
}
