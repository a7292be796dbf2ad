//! Rules of 1.5.0: one bridge, a chain `DOCKER` in `nat` and one in `filter`.
//!
//! # Source
//! moby v1.5.0, `daemon/networkdriver/bridge/driver.go`: `InitDriver`, `setupIPTables`;
//! `pkg/iptables/iptables.go`: `NewChain`, `Forward`.
//! Differs: the netmask of the bridge's own address is kept by iptables, so the subnet is written here.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::rule::{FILTER, NAT, Rule, destination, loopback, new_chain, remove_chain, socket};
use super::{Change, Firewall, NetworkRules};
use crate::ports::Bound;
use crate::{Daemon, Host};

const V4: Family = Family::V4;

/// The rules.
#[derive(Debug)]
pub(super) struct Rules;

impl Firewall for Rules {
    fn start(&self, _: &mut dyn Host, _: &Daemon) {}

    fn forward_drop(&self, _: &mut dyn Host, _: Family) {}

    fn user_chain(&self, _: &mut dyn Host, _: &Daemon) {}

    fn network(&self, host: &mut dyn Host, _: &Daemon, net: &NetworkRules, change: Change) {
        let Some(family) = net.of(V4).filter(|_| change == Change::Add) else { return };
        let bridge = net.bridge.as_str();
        let forward = |text: String| Rule::new(V4, FILTER, "FORWARD", &text);
        if net.masquerade {
            let text = format!("-s {} ! -o {bridge} -j MASQUERADE", family.prefix);
            Rule::new(V4, NAT, "POSTROUTING", &text).insert(host, change);
        }
        let accept = forward(format!("-i {bridge} -o {bridge} -j ACCEPT"));
        let drop = forward(format!("-i {bridge} -o {bridge} -j DROP"));
        let (wanted, other) = if net.icc { (accept, drop) } else { (drop, accept) };
        other.delete(host);
        wanted.insert(host, change);
        forward(format!("-i {bridge} ! -o {bridge} -j ACCEPT")).insert(host, change);
        let established = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
        forward(format!("-o {bridge} {established}")).insert(host, change);

        remove_chain(host, V4, NAT, "DOCKER", loopback(V4));
        new_chain(host, V4, NAT, "DOCKER");
        let local = "-m addrtype --dst-type LOCAL";
        let to_docker = |chain, more: &str| Rule::new(V4, NAT, chain, &format!("{local} {more} -j DOCKER"));
        to_docker("PREROUTING", "").append(host, change);
        to_docker("OUTPUT", &format!("! --dst {}", loopback(V4))).append(host, change);
        new_chain(host, V4, FILTER, "DOCKER");
        forward(format!("-o {bridge} -j DOCKER")).insert(host, change);
    }

    fn endpoint(&self, _: &mut dyn Host, _: &Daemon, _: &NetworkRules, _: IpAddr, _: Change) {}

    fn port(&self, host: &mut dyn Host, _: &Daemon, net: &NetworkRules, port: &Bound, change: Change) {
        let Bound { proto, host_ip, host_port, ip, port, .. } = *port;
        let bridge = net.bridge.as_str();
        let (to, at) = (socket(ip, port), destination(host_ip));
        let dnat =
            format!("-p {proto} -d {at} --dport {host_port} ! -i {bridge} -j DNAT --to-destination {to}");
        Rule::new(V4, NAT, "DOCKER", &dnat).add_again(host, change);
        let accept = format!("! -i {bridge} -o {bridge} -p {proto} -d {ip} --dport {port} -j ACCEPT");
        Rule::new(V4, FILTER, "DOCKER", &accept).add_again(host, change);
        let own = format!("-p {proto} -s {ip} -d {ip} --dport {port} -j MASQUERADE");
        Rule::new(V4, NAT, "POSTROUTING", &own).add_again(host, change);
    }
}
