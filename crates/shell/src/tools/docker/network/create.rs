//! `docker network create`.
//!
//! # Source
//! docker/cli, `cli/command/network/create.go`: `createIPAMConfig`, `consolidateIpam`.

use ipnet::IpNet;
use packetwalk_docker::{NetworkConfig, SubnetConfig};

use super::super::cli::{Bad, Given, Usage, check, list, on, value};
use super::super::{Command, Then, is_new, with_engine};
use super::pairs;
use crate::Cx;

const USAGE: Usage =
    Usage { name: "docker network create", args: "[OPTIONS] NETWORK", about: "Create a network" };

/// The command.
pub(in super::super) const CREATE: Command = Command {
    usage: USAGE,
    flags: &[
        on("attachable", '-'),
        list("aux-address", '-'),
        value("config-from", '-'),
        on("config-only", '-'),
        value("driver", 'd'),
        list("gateway", '-').checked(check::gateway),
        on("ingress", '-'),
        on("internal", '-'),
        list("ip-range", '-').checked(check::range),
        value("ipam-driver", '-'),
        list("ipam-opt", '-'),
        on("ipv4", '-').since_28(),
        on("ipv6", '-'),
        list("label", '-').checked(check::label),
        list("opt", 'o'),
        value("scope", '-'),
        list("subnet", '-'),
    ],
    mixed: true,
    run,
};

fn contains(subnet: &str, other: &str) -> Result<bool, Bad> {
    let bad = |text: &str| Bad::Own(format!("invalid CIDR address: {text}"));
    let net: IpNet = subnet.parse().map_err(|_| bad(subnet))?;
    if !other.contains('/') {
        return Ok(other.parse().is_ok_and(|addr: std::net::IpAddr| net.trunc().contains(&addr)));
    }
    let other_net: IpNet = other.parse().map_err(|_| bad(other))?;
    Ok(net.trunc().contains(&other_net.addr()))
}

/// What Go's `netip.ParsePrefix` says of a text that is none.
pub(in super::super) fn prefix(text: &str) -> Result<(), String> {
    let bad = |why: &str| Err(format!("netip.ParsePrefix(\"{text}\"): {why}"));
    let Some((addr, bits)) = text.rsplit_once('/') else { return bad("no '/'") };
    let Ok(addr) = addr.parse::<std::net::IpAddr>() else {
        return bad(&format!("ParseAddr(\"{addr}\"): unable to parse IP"));
    };
    let most = if addr.is_ipv4() { 32 } else { 128 };
    match bits.parse::<u32>() {
        Err(_) => bad(&format!("bad bits after slash: \"{bits}\"")),
        Ok(bits) if bits > most => bad("prefix length out of range"),
        Ok(_) => Ok(()),
    }
}

/// Subnets with the ranges, gateways and other addresses that lie in them.
fn consolidate(given: &Given, new: bool) -> Result<Vec<SubnetConfig>, Bad> {
    let count = |name: &str| given.all(name).count();
    if count("subnet") < count("ip-range") || count("subnet") < count("gateway") {
        return Err(Bad::Own("every ip-range or gateway must have a corresponding subnet".to_owned()));
    }
    let mut all: Vec<SubnetConfig> = Vec::new();
    for subnet in given.all("subnet").flat_map(|s| s.split(',')) {
        if new {
            prefix(subnet).map_err(Bad::Own)?;
        }
        for other in &all {
            if contains(subnet, &other.subnet)? || contains(&other.subnet, subnet)? {
                return Err(Bad::Own(
                    "multiple overlapping subnet configuration is not supported".to_owned(),
                ));
            }
        }
        all.push(SubnetConfig { subnet: subnet.to_owned(), ..SubnetConfig::default() });
    }
    for range in given.all("ip-range") {
        let mut found = false;
        for config in &mut all {
            if contains(&config.subnet, range)? {
                if !config.ip_range.is_empty() {
                    let subnet = &config.subnet;
                    return Err(Bad::Own(format!(
                        "cannot configure multiple ranges ({range}, {}) on the same subnet ({subnet})",
                        config.ip_range
                    )));
                }
                range.clone_into(&mut config.ip_range);
                found = true;
            }
        }
        if !found {
            return Err(Bad::Own(format!("no matching subnet for range {range}")));
        }
    }
    for gateway in given.all("gateway") {
        let mut found = false;
        for config in &mut all {
            if contains(&config.subnet, gateway)? {
                if !config.gateway.is_empty() {
                    let subnet = &config.subnet;
                    return Err(Bad::Own(format!(
                        "cannot configure multiple gateways ({gateway}, {}) for the same subnet ({subnet})",
                        config.gateway
                    )));
                }
                gateway.clone_into(&mut config.gateway);
                found = true;
            }
        }
        if !found {
            return Err(Bad::Own(format!("no matching subnet for gateway {gateway}")));
        }
    }
    for (name, addr) in pairs(given.all("aux-address")) {
        if new && addr.is_empty() {
            continue;
        }
        if new && addr.parse::<std::net::IpAddr>().is_err() {
            return Err(Bad::Own(format!("ParseAddr(\"{addr}\"): unable to parse IP")));
        }
        let mut found = false;
        for config in &mut all {
            if contains(&config.subnet, &addr)? {
                config.aux.push((name.clone(), addr.clone()));
                found = true;
            }
        }
        if !found {
            return Err(Bad::Own(format!("no matching subnet for aux-address {addr}")));
        }
    }
    Ok(all)
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, 1) {
        return Err(bad);
    }
    let name = given.words.first().cloned().unwrap_or_default();
    let subnets = consolidate(given, is_new(cx))?;
    let config = NetworkConfig {
        name: name.clone(),
        driver: given.get("driver").unwrap_or("bridge").to_owned(),
        subnets,
        internal: given.has("internal"),
        attachable: given.has("attachable"),
        ipv4: given.flag("ipv4").unwrap_or(true),
        ipv6: given.has("ipv6"),
        options: pairs(given.all("opt")),
        labels: pairs(given.all("label")),
        scope: given.get("scope").unwrap_or_default().to_owned(),
        config_only: given.has("config-only"),
        ipam_options: pairs(given.all("ipam-opt")),
        config_from: given.get("config-from").unwrap_or_default().to_owned(),
    };
    let plugin = given.get("ipam-driver").filter(|d| !matches!(*d, "default" | "")).map(str::to_owned);
    let id = with_engine(cx, |engine, machine, now| {
        if matches!(name.as_str(), "bridge" | "host" | "none" | "default") {
            let text = format!("operation is not permitted on predefined {name} network");
            return Err(Bad::Daemon(text));
        }
        if given.has("ingress") && engine.network(&name).is_err() {
            return Err(Bad::Daemon("Ingress network can only be global scope network".to_owned()));
        }
        if let Some(plugin) = plugin.filter(|_| engine.network(&name).is_err()) {
            return Err(Bad::Daemon(format!("plugin \"{plugin}\" not found")));
        }
        let id = engine.create_network(machine, config, now)?;
        Ok(id)
    })?;
    cx.stdout.line(&id);
    Ok(Then::Done(0))
}
