//! `docker events`.

use super::super::cli::{Bad, Given, Usage, real, value};
use super::super::{Command, Then, time, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker events", args: "[OPTIONS]", about: "Get real time events from the server" };

/// The command.
pub(in super::super) const EVENTS: Command = Command {
    usage: USAGE,
    flags: &[real("filter"), real("format"), value("since", '-'), value("until", '-')],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    with_engine(cx, |_, _, _| Ok(()))?;
    let all = cx.sys.docker.events.len();
    // Times are the lab's own; whoever names one wants what has been.
    if given.get("since").is_some() {
        let lines: Vec<String> =
            cx.sys.docker.events.iter().map(|e| time::event(e.at) + " " + &e.text).collect();
        for line in &lines {
            cx.stdout.line(line);
        }
    }
    if given.get("until").is_some() { Ok(Then::Done(0)) } else { Ok(Then::Follow(all)) }
}
