//! `docker network rm`.

use super::super::cli::{Bad, Given, Usage, on};
use super::super::{Command, Then, event, is_new, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker network rm", args: "NETWORK [NETWORK...]", about: "Remove one or more networks" };

/// The command.
pub(in super::super) const RM: Command =
    Command { usage: USAGE, flags: &[on("force", 'f')], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    if given.has("force") && !is_new(cx) {
        return Err(Bad::Flag("unknown shorthand flag: 'f' in -f".to_owned()));
    }
    let mut failed = false;
    for term in &given.words {
        let missing = with_engine(cx, |engine, _, _| Ok(engine.network(term).is_err()))?;
        if missing && !is_new(cx) {
            writeln!(cx.stderr, "Error: No such network: {term}");
            failed = true;
            continue;
        }
        if missing && given.has("force") {
            continue;
        }
        let done = with_engine(cx, |engine, machine, now| {
            let id = engine.network(term).map(|n| n.id.clone()).unwrap_or_default();
            let name = engine.remove_network(machine, term)?;
            event(machine.state, now, format!("network destroy {id} (name={name}, type=bridge)"));
            Ok(())
        });
        match done {
            Ok(()) => cx.stdout.line(term),
            Err(Bad::Daemon(text)) => {
                cx.stderr.line(&Bad::daemon_text(&text));
                failed = true;
            }
            Err(bad) => return Err(bad),
        }
    }
    Ok(Then::Done(u8::from(failed)))
}
