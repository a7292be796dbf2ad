//! The bridge of a network: its device, addresses and sysctls.
//!
//! # Source
//! moby b985e231, `drivers/bridge/bridge_linux.go`: `createNetwork` and the `setup_*.go` that it names;
//! v20.10.24 has the same steps.

use packetwalk_wire::Family;

use crate::firewall::{self, Change};
use crate::{Daemon, GatewayMode, Host, LinkOp, Network, Op, Place, Random, Version};

/// Runs one link operation in the daemon's namespace.
pub(crate) fn link(host: &mut dyn Host, op: LinkOp) -> Result<(), String> {
    host.apply(Place::Host, Op::Link(op))
}

/// Writes a sysctl in the daemon's namespace.
pub(crate) fn sysctl(host: &mut dyn Host, path: &str, value: &str) {
    let _ = host.apply(Place::Host, Op::Sysctl(path.to_owned(), value.to_owned()));
}

/// Turns on what is off; whether it was.
fn turn_on(host: &mut dyn Host, path: &str) -> bool {
    let off = host.sysctl(Place::Host, path).is_some_and(|value| value.trim() != "1");
    if off {
        sysctl(host, path, "1");
    }
    off
}

/// `setupIPv4Forwarding` and `setupIPv6Forwarding`: an engine that turns forwarding on closes `FORWARD`.
pub(crate) fn forwarding(host: &mut dyn Host, daemon: &Daemon, family: Family) {
    let (changed, filtered) = match family {
        Family::V4 => (turn_on(host, "net/ipv4/ip_forward"), daemon.iptables),
        Family::V6 => {
            let default = turn_on(host, "net/ipv6/conf/default/forwarding");
            (turn_on(host, "net/ipv6/conf/all/forwarding") || default, daemon.ip6tables)
        }
    };
    if changed && filtered && !daemon.ip_forward_no_drop {
        firewall::of(daemon.version).forward_drop(host, family);
    }
}

/// Makes a network's bridge with all that belongs to it.
///
/// # Errors
/// The engine's text.
pub(crate) fn create(
    host: &mut dyn Host,
    daemon: &Daemon,
    random: &mut Random,
    net: &Network,
) -> Result<(), String> {
    let (name, v29) = (net.bridge.name.as_str(), daemon.version == Version::V29);
    if !net.foreign {
        let mut mac = random.mac();
        if !v29 {
            // `netutils.GenerateRandomMAC` of 20.10 begins as those of containers do.
            (mac.0[0], mac.0[1]) = (0x02, 0x42);
        }
        link(host, LinkOp::AddBridge(name.to_owned(), mac))?;
    }
    if !net.foreign || net.bridge.default {
        sysctl(host, &format!("net/ipv6/conf/{name}/accept_ra"), "0");
    }
    if let Some(mtu) = net.bridge.mtu.filter(|_| v29) {
        link(host, LinkOp::Mtu(name.to_owned(), mtu))?;
    }
    addresses(host, daemon, net)?;
    if daemon.ip_forward && daemon.version != Version::V1_5 {
        for pool in &net.pools {
            let family = Family::of(pool.subnet().addr());
            if v29 {
                forwarding(host, daemon, family);
            } else if family == Family::V6 {
                turn_on(host, "net/ipv6/conf/default/forwarding");
                turn_on(host, "net/ipv6/conf/all/forwarding");
            }
        }
    }
    if daemon.hairpin() && daemon.version != Version::V1_5 {
        sysctl(host, &format!("net/ipv4/conf/{name}/route_localnet"), "1");
    }
    if !net.bridge.icc || (v29 && daemon.hairpin()) {
        bridge_filter(host, daemon);
    }
    firewall::of(daemon.version).network(host, daemon, &net.rules(), Change::Add);
    link(host, LinkOp::Up(name.to_owned()))
}

/// Bridged frames go through iptables.
fn bridge_filter(host: &mut dyn Host, daemon: &Daemon) {
    if daemon.iptables {
        turn_on(host, "net/bridge/bridge-nf-call-iptables");
    }
    if daemon.ip6tables {
        turn_on(host, "net/bridge/bridge-nf-call-ip6tables");
    }
}

/// `setupBridgeIPv4`, `setupBridgeIPv6`.
fn addresses(host: &mut dyn Host, daemon: &Daemon, net: &Network) -> Result<(), String> {
    let name = net.bridge.name.as_str();
    for pool in &net.pools {
        let family = Family::of(pool.subnet().addr());
        let isolated = net.bridge.mode(family) == GatewayMode::Isolated;
        if family == Family::V6 {
            let off = if isolated { "1" } else { "0" };
            sysctl(host, &format!("net/ipv6/conf/{name}/disable_ipv6"), off);
        }
        let Some(addr) = pool.bridge_addr().filter(|_| !isolated) else { continue };
        if family == Family::V4 {
            let there = host.addresses(Place::Host, name);
            if net.bridge.inhibit_ipv4 || there.contains(&addr) {
                continue;
            }
            for old in there.into_iter().filter(|a| a.addr().is_ipv4()) {
                link(host, LinkOp::DelAddr(name.to_owned(), old))?;
            }
        } else if daemon.version == Version::V20_10
            && let Ok(local) = "fe80::1/64".parse()
            && !host.addresses(Place::Host, name).contains(&local)
        {
            link(host, LinkOp::AddAddr(name.to_owned(), local, false))?;
        }
        if !host.addresses(Place::Host, name).contains(&addr) {
            link(host, LinkOp::AddAddr(name.to_owned(), addr, false))?;
        }
    }
    Ok(())
}

/// Takes a network's bridge and rules away.
pub(crate) fn delete(host: &mut dyn Host, daemon: &Daemon, net: &Network) {
    if !net.foreign && !net.bridge.default {
        let _ = link(host, LinkOp::Del(net.bridge.name.clone()));
    }
    firewall::of(daemon.version).network(host, daemon, &net.rules(), Change::Remove);
}
