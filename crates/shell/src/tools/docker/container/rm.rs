//! `docker rm`.

use super::super::cli::{Bad, Given, Usage, on};
use super::super::{Command, Then, is_new, task, with_engine};
use super::each;
use crate::Cx;
use crate::process::Signal;

const USAGE: Usage = Usage {
    name: "docker rm",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Remove one or more containers",
};

/// The command.
pub(in super::super) const RM: Command = Command {
    usage: USAGE,
    flags: &[on("force", 'f'), on("link", 'l'), on("volumes", 'v')],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let force = given.has("force");
    let new = is_new(cx);
    let status = each(cx, &given.words, |cx, word| {
        let found = with_engine(cx, |engine, _, _| {
            Ok(engine.container(word).map(|c| (c.id.clone(), c.is_running())))
        })?;
        let (id, running) = match found {
            Ok(found) => found,
            Err(error) if force => {
                if !new {
                    writeln!(cx.stderr, "Error: {error}");
                }
                return Err(Bad::Status(0));
            }
            Err(error) if new => return Err(Bad::Daemon(error.0)),
            Err(error) => return Err(Bad::Own(format!("Error: {error}"))),
        };
        if running && force {
            task::signal(cx, &id, Signal::KILL);
        }
        with_engine(cx, |engine, machine, now| {
            if force {
                engine.ended(machine, &id, 137, now);
            }
            engine.remove_container(if force { &id } else { word })?;
            Ok(())
        })
    })?;
    Ok(Then::Done(status))
}
