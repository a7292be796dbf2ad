//! A published port.
//!
//! # Source
//! moby b985e231, `drivers/bridge/internal/iptabler/port.go`: `setPerPortIptables` and what it calls.

use packetwalk_wire::Family;

use crate::firewall::rule::{FILTER, NAT, RAW, Rule, address, destination, socket};
use crate::firewall::{Change, FamilyRules, NetworkRules};
use crate::ports::Bound;
use crate::{Daemon, Host};

/// DNAT, and the way through the filter.
pub(super) fn rules(
    host: &mut dyn Host,
    daemon: &Daemon,
    net: &NetworkRules,
    part: &FamilyRules,
    bound: &Bound,
    change: Change,
) {
    let Bound { proto, host_ip, host_port, ip, port, .. } = *bound;
    let (family, bridge) = (part.family(), net.bridge.as_str());
    loopback(host, daemon, bound, change);
    let addr = address(ip);
    if !part.unprotected && !part.routed {
        // What 28.0 and 28.1 had.
        let text = format!("-p {proto} -d {addr} --dport {port} ! -i {bridge} -j DROP");
        Rule::new(family, RAW, "PREROUTING", &text).delete(host);
    }
    // From IPv6 to IPv4 only the proxy leads.
    if Family::of(host_ip) != family {
        return;
    }
    if host_port != 0 {
        let (at, to) = (destination(host_ip), socket(ip, port));
        let mut dnat = format!("-p {proto} -d {at} --dport {host_port} -j DNAT --to-destination {to}");
        if !daemon.hairpin() {
            dnat += &format!(" ! -i {bridge}");
        }
        if family == Family::V6 {
            dnat += " ! -s fe80::/10";
        }
        Rule::new(family, NAT, "DOCKER", &dnat).append(host, change);
        let own = format!("-p {proto} -s {addr} -d {addr} --dport {port} -j MASQUERADE");
        Rule::new(family, NAT, "POSTROUTING", &own).append(host, change.only_if(daemon.hairpin()));
    }
    if !part.unprotected {
        let accept = format!("! -i {bridge} -o {bridge} -p {proto} -d {addr} --dport {port} -j ACCEPT");
        Rule::new(family, FILTER, "DOCKER", &accept).insert(host, change);
    }
}

/// A port that is published on 127.0.0.0/8 is not for packets that come in from outside, but for Windows'.
fn loopback(host: &mut dyn Host, daemon: &Daemon, bound: &Bound, change: Change) {
    let Bound { proto, host_ip, host_port, .. } = *bound;
    if host_port == 0 || !host_ip.is_loopback() || host_ip.is_ipv6() {
        return;
    }
    let mirrored = format!("-p {proto} -d {host_ip} --dport {host_port} -i loopback0 -j ACCEPT");
    let wanted = change.only_if(daemon.wsl2_mirrored);
    Rule::new(Family::V4, RAW, "PREROUTING", &mirrored).append(host, wanted);
    let text = format!("-p {proto} -d {host_ip} --dport {host_port} ! -i lo -j DROP");
    Rule::new(Family::V4, RAW, "PREROUTING", &text).append(host, change);
}
