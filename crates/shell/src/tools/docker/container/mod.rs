//! The commands of containers.

mod create;
mod exec;
mod inspect;
mod logs;
mod options;
mod port;
mod prune;
mod ps;
mod rename;
mod rm;
mod run;
mod start;
mod stop;

pub(super) use create::CREATE;
pub(super) use exec::{EXEC, not_found, not_found_status};
pub(super) use inspect::{INSPECT, INSPECT_ANY};
pub(super) use logs::LOGS;
pub(super) use options::{FLAGS, config};
pub(super) use port::PORT;
pub(super) use prune::{PRUNE, WAIT, check_filters, confirmed, prune_stopped, wait_on};
pub(super) use ps::PS;
pub(super) use rename::RENAME;
pub(super) use rm::RM;
pub(super) use run::RUN;
pub(super) use start::{START, launch};
pub(super) use stop::{KILL, Progress, RESTART, STOP, Stopping};

use packetwalk_docker::{Engine, Version};

use super::cli::Bad;
use crate::Cx;

/// A container by name, where the command line of 20.10 asks for it before it does anything.
fn asked(engine: &Engine, term: &str) -> Result<String, Bad> {
    let found = engine.container(term).map(|c| c.id.clone());
    found.map_err(|error| match engine.daemon.version {
        Version::V29 => Bad::Daemon(error.0),
        _ => Bad::Own(format!("Error: {error}")),
    })
}

/// Does something for each word: what went well is printed, what did not is said. The exit status.
fn each(
    cx: &mut Cx<'_>,
    words: &[String],
    mut one: impl FnMut(&mut Cx<'_>, &str) -> Result<(), Bad>,
) -> Result<u8, Bad> {
    each_quiet(cx, words, |cx, word| {
        one(cx, word)?;
        cx.stdout.line(word);
        Ok(())
    })
}

/// The same without a word of what went well.
fn each_quiet(
    cx: &mut Cx<'_>,
    words: &[String],
    mut one: impl FnMut(&mut Cx<'_>, &str) -> Result<(), Bad>,
) -> Result<u8, Bad> {
    let mut failed = false;
    for word in words {
        match one(cx, word) {
            Ok(()) => {}
            Err(Bad::Daemon(text)) => {
                cx.stderr.line(&Bad::daemon_text(&text));
                failed = true;
            }
            Err(Bad::Own(text)) => {
                cx.stderr.line(&text);
                failed = true;
            }
            // It is said already, and no failure.
            Err(Bad::Status(0)) => {}
            Err(bad) => return Err(bad),
        }
    }
    Ok(u8::from(failed))
}
