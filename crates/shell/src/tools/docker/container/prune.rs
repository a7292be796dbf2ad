//! `docker container prune` and `docker wait`.

use super::super::cli::{Bad, Given, Usage, check, list, on};
use super::super::{Command, Then, task, with_engine};
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker container prune", args: "[OPTIONS]", about: "Remove all stopped containers" };

/// `container prune`.
pub(in super::super) const PRUNE: Command = Command {
    usage: USAGE,
    flags: &[list("filter", '-').checked(check::filter), on("force", 'f')],
    mixed: true,
    run: prune,
};

/// Removes containers that do not run; their ids.
pub(in super::super) fn prune_stopped(cx: &mut Cx<'_>) -> Result<Vec<String>, Bad> {
    with_engine(cx, |engine, _, _| {
        let stopped = engine.containers().iter().rev().filter(|c| !c.is_running());
        let ids: Vec<String> = stopped.map(|c| c.id.clone()).collect();
        for id in &ids {
            engine.remove_container(id)?;
        }
        Ok(ids)
    })
}

/// Asks, and whether the answer is yes; without a terminal it is what standard input has.
pub(in super::super) fn confirmed(cx: &mut Cx<'_>, warning: &str) -> bool {
    cx.stdout.push(warning.as_bytes());
    let answer = match cx.read_fd(0, 4096) {
        crate::Read::Data(bytes) => bytes,
        _ => Vec::new(),
    };
    matches!(answer.first(), Some(b'y' | b'Y'))
}

/// Refuses filters that a prune does not know.
pub(in super::super) fn check_filters(cx: &Cx<'_>, given: &Given) -> Result<(), Bad> {
    for filter in given.all("filter") {
        let name = filter.split('=').next().unwrap_or_default();
        match name {
            "until" | "label" | "label!" => {
                let text = format!("packetwalk: the filter {name} of a prune is not simulated");
                return Err(Bad::Own(text));
            }
            "" => {}
            name => {
                let word = if super::super::is_new(cx) { "invalid" } else { "Invalid" };
                return Err(Bad::Daemon(format!("{word} filter '{name}'")));
            }
        }
    }
    Ok(())
}

fn prune(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    check_filters(cx, given)?;
    let warning =
        "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ";
    if !given.has("force") && !confirmed(cx, warning) {
        return Ok(Then::Done(0));
    }
    let ids = prune_stopped(cx)?;
    if !ids.is_empty() {
        cx.stdout.line("Deleted Containers:");
        for id in &ids {
            cx.stdout.line(id);
        }
        cx.stdout.line("");
    }
    cx.stdout.line("Total reclaimed space: 0B");
    Ok(Then::Done(0))
}

const WAIT_USAGE: Usage = Usage {
    name: "docker wait",
    args: "CONTAINER [CONTAINER...]",
    about: "Block until one or more containers stop, then print their exit codes",
};

/// `wait`.
pub(in super::super) const WAIT: Command = Command {
    usage: WAIT_USAGE,
    flags: &[],
    mixed: true,
    run: |cx, given| {
        if let Some(bad) = Bad::count(&WAIT_USAGE, given.words.len(), 1, usize::MAX) {
            return Err(bad);
        }
        let mut ids = Vec::new();
        let status = super::each_quiet(cx, &given.words, |cx, word| {
            let id = with_engine(cx, |engine, _, _| Ok(engine.container(word)?.id.clone()))?;
            ids.push(id);
            Ok(())
        })?;
        if status != 0 {
            return Ok(Then::Done(status));
        }
        Ok(Then::Wait(ids))
    },
};

/// Prints the statuses of containers that have ended; whether one still runs.
pub(in super::super) fn wait_on(cx: &mut Cx<'_>, ids: &mut Vec<String>) -> bool {
    while let Some(id) = ids.first() {
        let Some(status) = task::status(cx, id) else { return true };
        cx.stdout.line(&status.to_string());
        ids.remove(0);
    }
    false
}
