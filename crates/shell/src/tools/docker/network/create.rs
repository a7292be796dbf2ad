//! `docker network create`.
//!
//! # Source
//! docker/cli, `cli/command/network/create.go`: `createIPAMConfig`, `consolidateIpam`.

use ipnet::IpNet;
use packetwalk_docker::{NetworkConfig, SubnetConfig};

use super::super::cli::{Bad, Given, Usage, list, on, real, value};
use super::super::{Command, Then, event, with_engine};
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
        real("config-from"),
        real("config-only"),
        value("driver", 'd'),
        list("gateway", '-'),
        real("ingress"),
        on("internal", '-'),
        list("ip-range", '-'),
        real("ipam-driver"),
        real("ipam-opt"),
        on("ipv4", '-'),
        on("ipv6", '-'),
        list("label", '-'),
        list("opt", 'o'),
        real("scope"),
        list("subnet", '-'),
    ],
    mixed: true,
    run,
};

fn contains(subnet: &str, other: &str) -> Result<bool, Bad> {
    let bad = |text: &str| Bad::Own(format!("invalid CIDR address: {text}"));
    let net: IpNet = subnet.parse().map_err(|_| bad(subnet))?;
    if let Ok(addr) = other.parse::<std::net::IpAddr>() {
        return Ok(net.trunc().contains(&addr));
    }
    let other_net: IpNet = other.parse().map_err(|_| bad(other))?;
    Ok(net.trunc().contains(&other_net.addr()))
}

/// Subnets with the ranges, gateways and other addresses that lie in them.
fn consolidate(given: &Given) -> Result<Vec<SubnetConfig>, Bad> {
    let count = |name: &str| given.all(name).count();
    if count("subnet") < count("ip-range") || count("subnet") < count("gateway") {
        return Err(Bad::Own("every ip-range or gateway must have a corresponding subnet".to_owned()));
    }
    let mut all: Vec<SubnetConfig> = Vec::new();
    for subnet in given.all("subnet") {
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
    let subnets = consolidate(given)?;
    let six = subnets.iter().any(|s| s.subnet.contains(':'));
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
    };
    let id = with_engine(cx, |engine, machine, now| {
        if six && !config.ipv6 {
            let text = "packetwalk: an IPv6 subnet without --ipv6 is not simulated";
            return Err(Bad::Daemon(text.to_owned()));
        }
        if matches!(name.as_str(), "bridge" | "host" | "none" | "default") || name.starts_with("container:") {
            let text = format!("operation is not permitted on predefined {name} network");
            return Err(Bad::Daemon(text));
        }
        let id = engine.create_network(machine, config, now)?;
        event(machine.state, now, format!("network create {id} (name={name}, type=bridge)"));
        Ok(id)
    })?;
    cx.stdout.line(&id);
    Ok(Then::Done(0))
}
