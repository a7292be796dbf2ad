//! `docker logs`.

use super::super::cli::{Bad, Given, Usage, real, value};
use super::super::{Command, Then, task, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker logs", args: "[OPTIONS] CONTAINER", about: "Fetch the logs of a container" };

/// The command.
pub(in super::super) const LOGS: Command = Command {
    usage: USAGE,
    flags: &[real("follow"), real("since"), value("tail", 'n'), real("timestamps"), real("until")],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, 1) {
        return Err(bad);
    }
    let name = given.words.first().cloned().unwrap_or_default();
    let id = with_engine(cx, |engine, _, _| super::asked(engine, &name))?;
    // A last line without an end is printed without one.
    let parts = task::log_since(cx, &id, 0);
    let open = parts.last().is_some_and(|(_, bytes)| bytes.last() != Some(&b'\n'));
    let lines = task::Lines::default().take(cx, &id, true);
    let tail = given.get("tail").and_then(|n| n.parse().ok()).unwrap_or(lines.len());
    let first = lines.len().saturating_sub(tail);
    let mut before = false;
    for (n, (err, line)) in lines.iter().enumerate().skip(first) {
        if before != *err {
            cx.flush();
        }
        before = *err;
        let sink = if *err { &mut cx.stderr } else { &mut cx.stdout };
        sink.push(line);
        if n + 1 < lines.len() || !open {
            sink.push(b"\n");
        }
    }
    Ok(Then::Done(0))
}
