//! A published port.
//!
//! # Source
//! moby v20.10.24, `libnetwork/iptables/iptables.go`: `ChainInfo.Forward`.

use packetwalk_wire::Family;

use crate::firewall::rule::{FILTER, NAT, Rule, destination, socket};
use crate::firewall::{Change, NetworkRules};
use crate::ports::{Bound, Proto};
use crate::{Daemon, Host};

/// DNAT, the way through the filter, and the container's talk to itself by the host's address.
pub(super) fn rules(host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, port: &Bound, change: Change) {
    let Bound { proto, host_ip, host_port, ip, port, .. } = *port;
    let (family, bridge) = (Family::of(host_ip), net.bridge.as_str());
    let (at, to) = (destination(host_ip), socket(ip, port));
    let not_bridge = if daemon.hairpin() { String::new() } else { format!("! -i {bridge}") };
    let dnat = format!("-p {proto} -d {at} --dport {host_port} -j DNAT --to-destination {to} {not_bridge}");
    Rule::new(family, NAT, "DOCKER", &dnat).append(host, change);
    let accept = format!("! -i {bridge} -o {bridge} -p {proto} -d {ip} --dport {port} -j ACCEPT");
    Rule::new(family, FILTER, "DOCKER", &accept).append(host, change);
    let own = format!("-p {proto} -s {ip} -d {ip} --dport {port} -j MASQUERADE");
    Rule::new(family, NAT, "POSTROUTING", &own).append(host, change);
    if proto == Proto::Sctp {
        let sum = format!("-p sctp --sport {port} -j CHECKSUM --checksum-fill");
        Rule::new(family, "mangle", "POSTROUTING", &sum).append(host, change);
    }
}
