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
    let bytes = cx.read_file(&task::log_path(&id)).unwrap_or_default();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let tail = given.get("tail").and_then(|n| n.parse().ok()).unwrap_or(lines.len());
    for line in lines.iter().skip(lines.len().saturating_sub(tail)) {
        cx.stdout.push(line);
    }
    Ok(Then::Done(0))
}
