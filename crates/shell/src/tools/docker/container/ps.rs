//! `docker ps`.

use packetwalk_docker::RunState;

use super::super::cli::{Bad, Given, Usage, list, on, value};
use super::super::view::{Table, container, rows};
use super::super::{Command, Then, with_engine};
use crate::Cx;

const TABLE: Table = &[
    ("CONTAINER ID", "ID"),
    ("IMAGE", "Image"),
    ("COMMAND", "Command"),
    ("CREATED", "RunningFor"),
    ("STATUS", "Status"),
    ("PORTS", "Ports"),
    ("NAMES", "Names"),
];

const USAGE: Usage = Usage { name: "docker ps", args: "[OPTIONS]", about: "List containers" };

/// The command.
pub(in super::super) const PS: Command = Command {
    usage: USAGE,
    flags: &[
        on("all", 'a'),
        list("filter", 'f'),
        value("format", '-'),
        value("last", 'n'),
        on("latest", 'l'),
        on("no-trunc", '-'),
        on("quiet", 'q'),
        on("size", 's'),
    ],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    let latest = if given.has("latest") { Some(1) } else { given.get("last").and_then(|n| n.parse().ok()) };
    let filters: Vec<(&str, &str)> =
        given.all("filter").map(|f| f.split_once('=').unwrap_or((f, ""))).collect();
    let by_state = filters.iter().any(|(n, _)| matches!(*n, "status" | "exited"));
    let everything = given.has("all") || latest.is_some() || by_state;
    let all = with_engine(cx, |engine, _, now| {
        let mut shown: Vec<_> = engine.containers().iter().rev().collect();
        shown.retain(|c| everything || c.is_running());
        for (name, value) in &filters {
            let keep = |c: &&packetwalk_docker::Container| match *name {
                "name" => c.name.contains(value),
                "id" => c.id.starts_with(value),
                "network" => {
                    c.endpoint(value).is_some()
                        || c.endpoints.iter().any(|e| !value.is_empty() && e.network_id.starts_with(value))
                }
                "ancestor" => c.config.image == *value,
                "label" => c.config.labels.iter().any(|(k, v)| k == value || format!("{k}={v}") == *value),
                "status" => match c.state {
                    RunState::Created => *value == "created",
                    RunState::Running => *value == "running",
                    RunState::Exited(_) => *value == "exited",
                },
                "exited" => matches!(c.state, RunState::Exited(code) if code.to_string() == *value),
                _ => false,
            };
            if !["name", "id", "network", "ancestor", "label", "status", "exited"].contains(name) {
                return Err(Bad::Daemon(format!("packetwalk: the filter {name} is not simulated")));
            }
            shown.retain(keep);
        }
        shown.truncate(latest.unwrap_or(usize::MAX));
        Ok(shown
            .into_iter()
            .map(|c| container::row(engine, c, now, given.has("no-trunc")))
            .collect::<Vec<_>>())
    })?;
    let format = if given.has("quiet") { Some("{{.ID}}") } else { given.get("format") };
    let text = rows(&all, TABLE, format)?;
    cx.stdout.push(text.as_bytes());
    Ok(Then::Done(0))
}
