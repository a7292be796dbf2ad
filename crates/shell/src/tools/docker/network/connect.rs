//! `docker network connect`.

use packetwalk_docker::EndpointConfig;

use super::super::cli::{Bad, Given, Usage, list, real, value};
use super::super::{Command, Then, event, with_engine};
use super::{address, pairs};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker network connect",
    args: "[OPTIONS] NETWORK CONTAINER",
    about: "Connect a container to a network",
};

/// The command.
pub(in super::super) const CONNECT: Command = Command {
    usage: USAGE,
    flags: &[
        list("alias", '-'),
        list("driver-opt", '-'),
        value("gw-priority", '-'),
        value("ip", '-'),
        value("ip6", '-'),
        list("link", '-'),
        real("link-local-ip"),
    ],
    mixed: true,
    run,
};

/// `NAME[:ALIAS]`.
pub(in super::super) fn link(text: &str) -> (String, String) {
    let (name, alias) = text.split_once(':').unwrap_or((text, text));
    (name.to_owned(), alias.to_owned())
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 2, 2) {
        return Err(bad);
    }
    let [network, container] = given.words.as_slice() else { return Ok(Then::Done(1)) };
    let config = EndpointConfig {
        ip4: address(given.get("ip"), "ip")?,
        ip6: address(given.get("ip6"), "ip6")?,
        mac: None,
        aliases: given.all("alias").map(str::to_owned).collect(),
        links: given.all("link").map(link).collect(),
        driver_opts: pairs(given.all("driver-opt")),
        gw_priority: given.get("gw-priority").and_then(|p| p.parse().ok()).unwrap_or(0),
        by_connect: true,
    };
    with_engine(cx, |engine, machine, now| {
        engine.connect(machine, network, container, config)?;
        let id = engine.network(network).map(|n| n.id.clone()).unwrap_or_default();
        let own = engine.container(container).map(|c| c.id.clone()).unwrap_or_default();
        event(
            machine.state,
            now,
            format!("network connect {id} (container={own}, name={network}, type=bridge)"),
        );
        Ok(())
    })?;
    Ok(Then::Done(0))
}
