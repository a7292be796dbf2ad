//! A network's rules in `DOCKER-FORWARD` and its chains, and its source NAT.
//!
//! # Source
//! moby b985e231, `drivers/bridge/internal/iptabler/network.go`: `setupIPTables`,
//! `setupNonInternalNetworkRules`, `setIcc`, `setDefaultForwardRule`, `setupInternalNetworkRules`.

use packetwalk_wire::Family;

use super::{BRIDGE, CT, FORWARD, INTERNAL};
use crate::firewall::rule::{FILTER, Rule, source_nat};
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
    let (family, bridge) = (part.family(), net.bridge.as_str());
    if net.internal {
        internal(host, net, part, change);
        return;
    }
    external(host, daemon, net, part, change);
    let rule = |chain, text: &str| Rule::new(family, FILTER, chain, text);
    let established = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
    if change == Change::Add {
        rule("FORWARD", &format!("-o {bridge} -j DOCKER")).delete(host);
        rule("FORWARD", &format!("-o {bridge} {established}")).delete(host);
    }
    // What no published port let through.
    let rest = if part.unprotected { "ACCEPT" } else { "DROP" };
    rule("DOCKER", &format!("! -i {bridge} -o {bridge} -j {rest}")).append(host, change);
    rule(CT, &format!("-o {bridge} {established}")).append(host, change);
    rule(BRIDGE, &format!("-o {bridge} -j DOCKER")).append(host, change);
}

fn external(host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, part: &FamilyRules, change: Change) {
    let (family, bridge) = (part.family(), net.bridge.as_str());
    let nat = source_nat(bridge, part);
    if net.masquerade && !part.routed {
        nat.out.insert(host, change);
    }
    nat.hairpin.insert(host, change.only_if(daemon.hairpin()));
    icc(host, family, net, change);
    if part.routed {
        let icmp = if family == Family::V4 { "icmp" } else { "icmpv6" };
        Rule::new(family, FILTER, "DOCKER", &format!("-o {bridge} -p {icmp} -j ACCEPT")).append(host, change);
    }
    let not_icc = Rule::new(family, FILTER, FORWARD, &format!("-i {bridge} ! -o {bridge} -j ACCEPT"));
    if change == Change::Add {
        not_icc.of_chain("FORWARD").delete(host);
    }
    if net.icc {
        let out = Rule::new(family, FILTER, FORWARD, &format!("-i {bridge} -j ACCEPT"));
        out.append(host, change);
        if change == Change::Add {
            out.of_chain("FORWARD").delete(host);
        }
    } else {
        not_icc.append(host, change);
    }
}

/// Containers of one network may talk, or may not. The ACCEPT is needed only where nothing else of the
/// network lets a packet out.
fn icc(host: &mut dyn Host, family: Family, net: &NetworkRules, change: Change) {
    let bridge = net.bridge.as_str();
    let rule =
        |target: &str| Rule::new(family, FILTER, FORWARD, &format!("-i {bridge} -o {bridge} -j {target}"));
    let (accept, drop) = (rule("ACCEPT"), rule("DROP"));
    accept.append(host, change.only_if(net.icc && net.internal));
    drop.append(host, change.only_if(!net.icc));
    if change == Change::Add {
        accept.of_chain("FORWARD").delete(host);
        drop.of_chain("FORWARD").delete(host);
    }
}

fn internal(host: &mut dyn Host, net: &NetworkRules, part: &FamilyRules, change: Change) {
    let (family, bridge, prefix) = (part.family(), net.bridge.as_str(), part.prefix);
    let rule = |text: String| Rule::new(family, FILTER, INTERNAL, &text);
    // Neighbour discovery goes to multicast addresses: in IPv6 only what leaves the bridge is meant.
    let (to, from) = match family {
        Family::V4 => (String::new(), String::new()),
        Family::V6 => (format!("! -o {bridge}"), format!("! -i {bridge}")),
    };
    rule(format!("-i {bridge} {to} ! -d {prefix} -j DROP")).insert(host, change);
    rule(format!("{from} -o {bridge} ! -s {prefix} -j DROP")).insert(host, change);
    icc(host, family, net, change);
}
