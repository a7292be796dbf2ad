//! `docker rename`.

use super::super::cli::{Bad, Given, Usage};
use super::super::{Command, Then, with_engine};
use crate::Cx;

const USAGE: Usage = Usage { name: "docker rename", args: "CONTAINER NEW_NAME", about: "Rename a container" };

/// The command.
pub(in super::super) const RENAME: Command = Command { usage: USAGE, flags: &[], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 2, 2) {
        return Err(bad);
    }
    let [old, new] = given.words.as_slice() else { return Ok(Then::Done(1)) };
    if super::super::is_new(cx) && new.trim().is_empty() {
        return Err(Bad::Own("failed to rename container: new name cannot be blank".to_owned()));
    }
    let done = with_engine(cx, |engine, machine, _| {
        let key = engine.container(old).ok().and_then(|c| c.sandbox.as_ref()).and_then(|s| s.key);
        engine.rename_container(old, new)?;
        if let Some(ns) = key.and_then(|key| machine.state.sandbox_ns(Some(key))) {
            machine.cx.lab.rename_ns(ns, new);
        }
        Ok(())
    });
    match done {
        Ok(()) => Ok(Then::Done(0)),
        Err(Bad::Daemon(text)) if super::super::is_new(cx) => {
            Err(Bad::Own(format!("failed to rename container: {}", Bad::daemon_text(&text))))
        }
        Err(Bad::Daemon(_)) if new.is_empty() => {
            Err(Bad::Own("Error: Neither old nor new names may be empty".to_owned()))
        }
        Err(Bad::Daemon(text)) => {
            cx.stderr.line(&Bad::daemon_text(&text));
            Err(Bad::Own(format!("Error: failed to rename container named {old}")))
        }
        Err(bad) => Err(bad),
    }
}
