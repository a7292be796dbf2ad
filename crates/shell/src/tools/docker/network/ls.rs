//! `docker network ls`.

use packetwalk_docker::{Network, Version};
use packetwalk_wire::Order;

use super::super::cli::{Bad, Given, Usage, check, list, on, value};
use super::super::view::{Table, network, rows};
use super::super::{Command, Then, is_new, with_engine};
use crate::Cx;

const TABLE: Table = &[("NETWORK ID", "ID"), ("NAME", "Name"), ("DRIVER", "Driver"), ("SCOPE", "Scope")];

const USAGE: Usage = Usage { name: "docker network ls", args: "[OPTIONS]", about: "List networks" };

/// The command.
pub(in super::super) const LS: Command = Command {
    usage: USAGE,
    flags: &[
        list("filter", 'f').checked(check::filter),
        value("format", '-'),
        on("no-trunc", '-'),
        on("quiet", 'q'),
    ],
    mixed: true,
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 0, 0) {
        return Err(bad);
    }
    let whole = given.has("no-trunc");
    let filters: Vec<(String, String)> = given
        .all("filter")
        .map(|f| f.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())))
        .collect::<Option<_>>()
        .unwrap_or_default();
    let all = with_engine(cx, |engine, _, _| {
        let mut nets: Vec<_> = engine.networks().iter().collect();
        nets.order_by(|a, b| a.name().cmp(b.name()));
        let new = engine.daemon.version == Version::V29;
        let in_use = |net: &Network| {
            engine
                .containers()
                .iter()
                .any(|c| c.endpoint(net.name()).is_some_and(|e| e.is_up() || c.is_running()))
        };
        for (name, value) in &filters {
            let wrong = match name.as_str() {
                "name" | "id" | "driver" | "scope" | "label" | "idOrName" => None,
                "type" if matches!(value.as_str(), "custom" | "builtin") => None,
                "type" => Some(format!("invalid filter: 'type'='{value}'")),
                "dangling" if matches!(value.as_str(), "0" | "1" | "true" | "false") => None,
                "dangling" => Some(
                    "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")"
                        .to_owned(),
                ),
                name if new => Some(format!("invalid filter '{name}'")),
                name => Some(format!("Invalid filter '{name}'")),
            };
            if let Some(text) = wrong {
                return Err(Bad::Daemon(text));
            }
        }
        let fits = |net: &Network, name: &str, value: &str| match name {
            "name" => net.name().contains(value),
            "id" => net.id.contains(value),
            "driver" => net.driver.name() == value,
            "scope" => value == "local",
            "type" => net.is_users() == (value == "custom"),
            // The list of 20.10 does not know of containers.
            "dangling" => matches!(value, "1" | "true") == (net.is_users() && (!new || !in_use(net))),
            "label" => net.config.labels.iter().any(|(k, v)| k == value || format!("{k}={v}") == value),
            _ => true,
        };
        // Every label, any value of the rest.
        nets.retain(|net| {
            filters.iter().all(|(name, value)| {
                fits(net, name, value)
                    || name != "label" && filters.iter().any(|(n, v)| n == name && fits(net, n, v))
            })
        });
        Ok(nets.into_iter().map(|net| network::row(net, whole, new)).collect::<Vec<_>>())
    })?;
    let format = if given.has("quiet") { Some("{{.ID}}") } else { given.get("format") };
    let text = rows(&all, TABLE, format, "*network.networkContext", is_new(cx))?;
    cx.stdout.push(text.as_bytes());
    Ok(Then::Done(0))
}
