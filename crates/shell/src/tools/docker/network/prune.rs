//! `docker network prune`.

use super::super::cli::{Bad, Given, Usage, check, list, on};
use super::super::{Command, Then, container, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker network prune", args: "[OPTIONS]", about: "Remove all unused networks" };

/// The command.
pub(in super::super) const PRUNE: Command = Command {
    usage: USAGE,
    flags: &[list("filter", '-').checked(check::filter), on("force", 'f')],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    container::check_filters(cx, given)?;
    if !given.has("force") {
        let warning = "WARNING! This will remove all custom networks not used by at least one container.\n\
                       Are you sure you want to continue? [y/N] ";
        if !container::confirmed(cx, warning) {
            return Ok(Then::Done(0));
        }
    }
    let names = with_engine(cx, |engine, machine, _| Ok(engine.prune_networks(machine)?))?;
    if !names.is_empty() {
        cx.stdout.line("Deleted Networks:");
        for name in names {
            cx.stdout.line(&name);
        }
        cx.stdout.line("");
    }
    Ok(Then::Done(0))
}
