//! `docker network ls`.

use super::super::cli::{Bad, Given, Usage, list, on, value};
use super::super::view::{Table, network, rows};
use super::super::{Command, Then, with_engine};
use crate::Cx;

const TABLE: Table = &[("NETWORK ID", "ID"), ("NAME", "Name"), ("DRIVER", "Driver"), ("SCOPE", "Scope")];

const USAGE: Usage = Usage { name: "docker network ls", args: "[OPTIONS]", about: "List networks" };

/// The command.
pub(in super::super) const LS: Command = Command {
    usage: USAGE,
    flags: &[list("filter", 'f'), value("format", '-'), on("no-trunc", '-'), on("quiet", 'q')],
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
        .ok_or_else(|| {
            Bad::Own(
                "invalid argument for \"-f, --filter\" flag: bad format of filter (expected name=value)"
                    .to_owned(),
            )
        })?;
    let all = with_engine(cx, |engine, _, _| {
        let mut nets: Vec<_> = engine.networks().iter().collect();
        nets.sort_by(|a, b| a.name().cmp(b.name()));
        for (name, value) in &filters {
            nets.retain(|net| match name.as_str() {
                "name" => net.name().contains(value.as_str()),
                "id" => net.id.contains(value.as_str()),
                "driver" => net.driver.name() == value,
                "scope" => value == "local",
                "type" => net.is_users() == (value == "custom"),
                "label" => net.config.labels.iter().any(|(k, v)| k == value || format!("{k}={v}") == *value),
                _ => false,
            });
            if !["name", "id", "driver", "scope", "type", "label", "dangling"].contains(&name.as_str()) {
                return Err(Bad::Daemon(format!("invalid filter '{name}'")));
            }
        }
        Ok(nets.into_iter().map(|net| network::row(net, whole)).collect::<Vec<_>>())
    })?;
    let format = if given.has("quiet") { Some("{{.ID}}") } else { given.get("format") };
    let text = rows(&all, TABLE, format)?;
    cx.stdout.push(text.as_bytes());
    Ok(Then::Done(0))
}
