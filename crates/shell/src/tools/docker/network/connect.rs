//! `docker network connect`.

use packetwalk_docker::EndpointConfig;

use super::super::cli::{Bad, Given, Usage, check, list, real, value};
use super::super::{Command, Then, with_engine};
use super::pairs;
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
        value("gw-priority", '-').since_28().checked(check::int),
        value("ip", '-').checked(check::ip),
        value("ip6", '-').checked(check::ip),
        list("link", '-').checked(check::link),
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
    let address = |flag: &str| {
        let wrong = "user specified IP address is supported only when connecting to networks with user configured \
                     subnets";
        let bad = |_| Bad::Daemon(wrong.to_owned());
        given.get(flag).filter(|v| !v.is_empty()).map(|v| v.trim().parse().map_err(bad)).transpose()
    };
    let config = EndpointConfig {
        ip4: address("ip")?,
        ip6: address("ip6")?,
        mac: None,
        aliases: given.all("alias").map(str::to_owned).collect(),
        links: given.all("link").map(link).collect(),
        driver_opts: pairs(given.all("driver-opt")),
        gw_priority: given.get("gw-priority").and_then(|p| p.parse().ok()).unwrap_or(0),
        by_connect: true,
    };
    with_engine(cx, |engine, machine, _| {
        engine.connect(machine, network, container, config)?;
        Ok(())
    })?;
    Ok(Then::Done(0))
}
