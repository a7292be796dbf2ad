//! `docker network rm`.

use super::super::cli::{Bad, Given, Usage, on};
use super::super::{Command, Then, is_new, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker network rm", args: "NETWORK [NETWORK...]", about: "Remove one or more networks" };

/// The command.
pub(in super::super) const RM: Command =
    Command { usage: USAGE, flags: &[on("force", 'f').since_28()], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
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
        let done = with_engine(cx, |engine, machine, _| {
            engine.remove_network(machine, term)?;
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
    if failed && is_new(cx) {
        cx.stderr.line("exit status 1");
    }
    Ok(Then::Done(u8::from(failed)))
}
