//! `docker ps`.

use packetwalk_docker::{Container, Engine, Refused, RunState, Version};

use super::super::cli::{Bad, Given, Usage, check, list, on, value};
use super::super::view::{Table, container, rows};
use super::super::{Command, Then, is_new, with_engine};
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

/// Go's type of a row.
const CONTEXT: &str = "*formatter.ContainerContext";

const USAGE: Usage = Usage { name: "docker ps", args: "[OPTIONS]", about: "List containers" };

/// The command.
pub(in super::super) const PS: Command = Command {
    usage: USAGE,
    flags: &[
        on("all", 'a'),
        list("filter", 'f').checked(check::filter),
        value("format", '-'),
        value("last", 'n').checked(check::int),
        on("latest", 'l'),
        on("no-trunc", '-'),
        on("quiet", 'q'),
        on("size", 's'),
    ],
    mixed: true,
    run,
};

/// The ports of a filter `publish` or `expose`.
fn ports(name: &str, value: &str, new: bool) -> Result<(u16, u16, String), Bad> {
    let (range, proto) = value.split_once('/').unwrap_or((value, "tcp"));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let number = |part: &str| {
        let why = if part.is_empty() { "value is empty" } else { "invalid syntax" };
        let text = if new {
            format!("error while looking up for {name} {value}: invalid start port '{part}': {why}")
        } else {
            format!(
                "error while looking up for {name} {value}: strconv.ParseUint: parsing \"{part}\": invalid syntax"
            )
        };
        part.parse::<u16>().map_err(|_| Bad::Daemon(text))
    };
    Ok((number(first)?, number(last)?, proto.to_owned()))
}

/// A name and the pattern of a filter: a text, with `^` or `$` where it is the beginning or the end.
fn named(name: &str, pattern: &str) -> bool {
    let (text, end) = match pattern.strip_suffix('$') {
        Some(text) => (text, true),
        None => (pattern, false),
    };
    let (text, start) = match text.strip_prefix('^') {
        Some(text) => (text.strip_prefix("/?").or(text.strip_prefix('/')).unwrap_or(text), true),
        None => (text.strip_prefix('/').unwrap_or(text), pattern.starts_with('/')),
    };
    match (start, end) {
        (true, true) => name == text,
        (true, false) => name.starts_with(text),
        (false, true) => name.ends_with(text),
        (false, false) => name.contains(text),
    }
}

/// Keeps the containers that a filter lets pass.
///
/// # Source
/// moby b985e231, `daemon/list.go`: `acceptedPsFilterTags`, `foldFilter`, `includeContainerInList`.
fn filtered(
    engine: &Engine,
    shown: &mut Vec<&Container>,
    name: &str,
    values: &[&str],
    order: &[String],
) -> Result<(), Bad> {
    let new = engine.daemon.version == Version::V29;
    let place = |value: &str| -> Result<usize, Bad> {
        let id = &engine
            .container(value)
            .map_err(|e| Refused(if new { e.0 } else { format!("no such container {value}") }))?
            .id;
        Ok(order.iter().position(|o| o == id).unwrap_or(0))
    };
    let at = |c: &Container| order.iter().position(|o| *o == c.id).unwrap_or(0);
    match name {
        "before" | "since" => {
            for value in values {
                let limit = place(value)?;
                shown.retain(|c| if name == "before" { at(c) < limit } else { at(c) > limit });
            }
        }
        "publish" | "expose" => {
            let wanted: Vec<_> = values.iter().map(|v| ports(name, v, new)).collect::<Result<_, _>>()?;
            let has = |c: &Container| {
                engine.ports_of(c).iter().any(|(port, bound)| {
                    let fits = |number: u16, proto: &str| {
                        wanted.iter().any(|(a, b, p)| (*a..=*b).contains(&number) && p == proto)
                    };
                    let proto = port.proto.name();
                    if name == "expose" {
                        fits(port.number, proto)
                    } else {
                        bound.iter().any(|b| fits(b.host_port, proto))
                    }
                })
            };
            shown.retain(|c| has(c));
        }
        "status" => {
            const STATES: [&str; 7] =
                ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
            if let Some(value) = values.iter().find(|v| !STATES.contains(v)) {
                return Err(Bad::Daemon(if new {
                    format!(
                        "invalid filter 'status={value}': invalid value for state ({value}): must be one of {}",
                        STATES.join(", ")
                    )
                } else {
                    format!("Invalid filter 'status={value}'")
                }));
            }
            shown.retain(|c| values.contains(&container::state_name(c.state)));
        }
        "name" | "id" | "network" | "ancestor" | "label" | "exited" | "volume" | "health" | "isolation"
        | "is-task" => {
            let odd = |v: &&&str| {
                v.contains(['*', '+', '[', '(', '|', '\\']) || v.trim_start_matches("^/?").contains('?')
            };
            if let Some(value) = values.iter().find(|v| name == "name" && odd(v)) {
                return Err(Bad::Own(format!("packetwalk: the pattern {value} is not simulated")));
            }
            if let Some(value) = values.iter().find(|v| name == "exited" && v.parse::<i32>().is_err()) {
                let why = format!("strconv.Atoi: parsing \"{value}\": invalid syntax");
                let head = if new { format!("invalid filter 'exited={value}': ") } else { String::new() };
                return Err(Bad::Daemon(head + &why));
            }
            let one = |c: &Container, value: &str| match name {
                "name" => named(&c.name, value),
                "id" => c.id.starts_with(value),
                "network" => {
                    c.endpoint(value).is_some()
                        || c.endpoints.iter().any(|e| !value.is_empty() && e.network_id.starts_with(value))
                }
                "ancestor" => c.config.image == value,
                "label" => c.config.labels.iter().any(|(k, v)| k == value || format!("{k}={v}") == value),
                "exited" => matches!(c.state, RunState::Exited(code) if code.to_string() == value),
                "health" => value == "none",
                "is-task" => matches!(value, "0" | "false"),
                _ => false,
            };
            // Every label, any of the rest.
            let all = name == "label";
            shown.retain(|c| {
                if all { values.iter().all(|v| one(c, v)) } else { values.iter().any(|v| one(c, v)) }
            });
        }
        name => {
            let word = if new { "invalid" } else { "Invalid" };
            return Err(Bad::Daemon(format!("{word} filter '{name}'")));
        }
    }
    Ok(())
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    let format = if given.has("quiet") { Some("{{.ID}}") } else { given.get("format") };
    if let Some(format) = format {
        // It is looked at before anything is asked.
        let blank = with_engine(cx, |engine, _, now| Ok(container::blank(engine, now)))?;
        rows(&[blank], TABLE, Some(format), CONTEXT, is_new(cx))?;
    }
    let latest = if given.has("latest") { Some(1) } else { given.get("last").and_then(|n| n.parse().ok()) };
    let latest = latest.filter(|n: &i64| *n > 0).and_then(|n| usize::try_from(n).ok());
    let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in given.all("filter").filter_map(|f| f.split_once('=')) {
        match filters.iter_mut().find(|(n, _)| *n == name) {
            Some((_, values)) => values.push(value),
            None => filters.push((name, vec![value])),
        }
    }
    let by_state = filters.iter().any(|(n, _)| matches!(*n, "status" | "exited"));
    let everything = given.has("all") || latest.is_some() || by_state;
    let all = with_engine(cx, |engine, _, now| {
        let mut shown: Vec<_> = engine.containers().iter().rev().collect();
        let order: Vec<String> = engine.containers().iter().map(|c| c.id.clone()).collect();
        for (name, values) in &filters {
            filtered(engine, &mut shown, name, values, &order)?;
        }
        shown.retain(|c| everything || c.is_running());
        shown.truncate(latest.unwrap_or(usize::MAX));
        Ok(shown
            .into_iter()
            .map(|c| {
                let whole = given.has("no-trunc");
                // Nothing else is asked.
                if given.has("quiet") {
                    container::id(c, whole)
                } else {
                    container::row(engine, c, now, whole)
                }
            })
            .collect::<Vec<_>>())
    })?;
    let text = rows(&all, TABLE, format, CONTEXT, is_new(cx))?;
    cx.stdout.push(text.as_bytes());
    Ok(Then::Done(0))
}
