//! A network's rules in `FORWARD`, and its source NAT.
//!
//! # Source
//! moby v20.10.24, `libnetwork/drivers/bridge/setup_ip_tables.go`: `setupIPTables`,
//! `setupIPTablesInternal`, `setIcc`, `setupInternalNetworkRules`; `iptables.go`: `ProgramChain`.

use packetwalk_wire::Family;

use super::{STAGE_1, chains};
use crate::firewall::rule::{FILTER, NAT, Rule, nat_jumps, source_nat};
use crate::firewall::{Change, FamilyRules, NetworkRules};
use crate::{Daemon, Host};

/// A network's rules of one family, in the order in which the engine makes them.
pub(super) fn rules(
    host: &mut dyn Host,
    daemon: &Daemon,
    net: &NetworkRules,
    part: &FamilyRules,
    change: Change,
) {
    let family = part.family();
    if net.internal {
        internal(host, net, part, change);
    } else {
        external(host, daemon, net, part, change);
        if change == Change::Add {
            nat_jumps(host, family, daemon.hairpin());
        }
        let forward = |text: String| Rule::new(family, FILTER, "FORWARD", &text);
        let bridge = net.bridge.as_str();
        forward(format!("-o {bridge} -j DOCKER")).insert(host, change);
        let established = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
        forward(format!("-o {bridge} {established}")).insert(host, change);
    }
    if change == Change::Add {
        chains::isolation_on_top(host, family);
    }
}

fn external(host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, part: &FamilyRules, change: Change) {
    let (family, bridge) = (part.family(), net.bridge.as_str());
    let nat = source_nat(bridge, part);
    if net.masquerade {
        nat.out.insert(host, change);
    }
    if net.masquerade && !daemon.hairpin() {
        Rule::new(family, NAT, "DOCKER", &format!("-i {bridge} -j RETURN")).insert(host, change);
    }
    if daemon.hairpin() {
        nat.hairpin.insert(host, change);
    }
    icc(host, family, net, change);
    let out = format!("-i {bridge} ! -o {bridge} -j ACCEPT");
    Rule::new(family, FILTER, "FORWARD", &out).insert(host, change);
}

/// Containers of one network may talk, or may not. A DROP stands last, an ACCEPT first.
fn icc(host: &mut dyn Host, family: Family, net: &NetworkRules, change: Change) {
    let bridge = net.bridge.as_str();
    let rule =
        |target: &str| Rule::new(family, FILTER, "FORWARD", &format!("-i {bridge} -o {bridge} -j {target}"));
    let (accept, drop) = (rule("ACCEPT"), rule("DROP"));
    if net.icc {
        if change == Change::Add {
            drop.delete(host);
        }
        accept.insert(host, change);
    } else {
        if change == Change::Add {
            accept.delete(host);
        }
        drop.append(host, change);
    }
}

fn internal(host: &mut dyn Host, net: &NetworkRules, part: &FamilyRules, change: Change) {
    let (family, bridge, prefix) = (part.family(), net.bridge.as_str(), part.prefix);
    let rule = |text: String| Rule::new(family, FILTER, STAGE_1, &text);
    rule(format!("-i {bridge} ! -d {prefix} -j DROP")).insert(host, change);
    rule(format!("-o {bridge} ! -s {prefix} -j DROP")).insert(host, change);
    icc(host, family, net, change);
}
