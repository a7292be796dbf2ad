//! A namespace as text, with its own addresses, MACs and names called alike in all.

use core::fmt::Write as _;

use packetwalk_lab::Lab;
use packetwalk_link::{Kind, PortConfig};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, IfIndex};

use crate::rules::Line;

/// The ends of a leaf's veth pairs: interface, and namespace and interface of the bridge's port.
pub type Ends = Vec<(IfIndex, NsId, IfIndex)>;

/// The ends of a namespace that does nothing but hang on bridges: all its interfaces are veths, whose other ends are
/// ports of bridges in other namespaces.
pub fn ends(lab: &Lab, ns: NsId) -> Option<Ends> {
    let stack = lab.stack(ns)?;
    let mut ends = Vec::new();
    for device in stack.links.iter() {
        match device.kind {
            Kind::Loopback => {}
            Kind::Veth { peer: Some((hub, port)) } if hub != ns => {
                let hub_stack = lab.stack(hub)?;
                let other = hub_stack.links.get(port)?;
                let bridge = hub_stack.links.get(other.master?)?;
                bridge.bridge()?;
                let has_addresses = hub_stack.routing.dev(port).is_some_and(|dev| !dev.addrs4.is_empty());
                if has_addresses {
                    return None;
                }
                ends.push((device.index, hub, port));
            }
            _ => return None,
        }
    }
    let busy = stack.nf.ct.iter(lab.now()).next().is_some() || !stack.neigh.proxies.is_empty();
    (!ends.is_empty() && !busy).then_some(ends)
}

/// What a leaf is like, its settings apart. Addresses and the like are still its own.
pub fn text(lab: &Lab, ns: NsId, ends: &Ends, rules: &[&Line]) -> String {
    let mut out = String::new();
    let Some(stack) = lab.stack(ns) else { return out };
    for device in stack.links.iter() {
        let _ = writeln!(
            out,
            "{} {} {:?} {} {} {:?}",
            device.name,
            device.mtu,
            device.flags(),
            device.carrier,
            device.group,
            device.groups
        );
        if let Some(dev) = stack.routing.dev(device.index) {
            let _ = write!(out, "{:?} ", dev.conf);
            for a in dev.addrs4.iter().chain(&dev.addrs6) {
                let _ = writeln!(
                    out,
                    "{} {} {:?} {:?} {:?} {:?} {}",
                    a.local, a.prefix_len, a.peer, a.broadcast, a.scope, a.flags, a.metric
                );
            }
        }
        for family in [Family::V4, Family::V6] {
            let _ = writeln!(out, "{:?}", stack.neigh.params(Some(device.index), family));
        }
    }
    for &(own, hub, port) in ends {
        let Some(there) = lab.stack(hub) else { continue };
        let Some(device) = there.links.get(port) else { continue };
        let name = stack.links.get(own).map(|d| d.name);
        let _ = writeln!(
            out,
            "{name:?} {hub:?} {:?} {} {:?} {} {:?} {} {:?} {:?}",
            device.master,
            device.mtu,
            device.flags(),
            device.carrier,
            device.port.map(|port| PortConfig { no: 0, joined: 0, ..port }),
            device.group,
            there.routing.dev(port).map(|d| d.conf),
            there.sysctl.dev(port),
        );
    }
    let named = |dev: IfIndex| stack.links.get(dev).map(|d| d.name);
    for family in [Family::V4, Family::V6] {
        for r in stack.routing.routes(family) {
            let _ = write!(
                out,
                "{} {} {} {} {:?} {:?} {} {:?} {:?} {}",
                r.dst, r.table, r.tos, r.metric, r.kind, r.scope, r.protocol, r.prefsrc, r.metrics, r.pref
            );
            for n in &r.nexthops {
                let dev = named(n.oif);
                let _ = write!(
                    out,
                    " {:?} {dev:?} {} {} {} {} {:?}",
                    n.via, n.weight, n.onlink, n.dead, n.linkdown, n.scope
                );
            }
            out.push('\n');
        }
        let _ = writeln!(out, "{:?}", stack.routing.rules(family));
    }
    for n in stack.neigh.iter() {
        let _ = writeln!(out, "{} {:?} {} {:?}", n.addr, named(n.dev), n.mac, n.state);
    }
    for (_, socket) in stack.sockets.iter() {
        let kind = match socket.kind {
            packetwalk_stack::SocketKind::TcpListen { .. } => "listen",
            packetwalk_stack::SocketKind::Udp => "udp",
            packetwalk_stack::SocketKind::TcpIdle => "idle",
            packetwalk_stack::SocketKind::Raw { .. } => "raw",
            packetwalk_stack::SocketKind::Tcp { .. } => "tcp",
        };
        let local = socket.local.map_or_else(|| "any".to_owned(), |a| a.to_string());
        let _ = writeln!(
            out,
            "{kind} {:?} {local}:{} {:?} {:?}",
            socket.family, socket.port, socket.remote, socket.opts
        );
    }
    for line in rules {
        let _ = writeln!(out, "{:?} {:?} {:?} {}", line.face, line.family, line.table, line.text);
    }
    for face in [packetwalk_netfilter::xtables::Face::Nft, packetwalk_netfilter::xtables::Face::Legacy] {
        for family in [Family::V4, Family::V6] {
            for table in stack.nf.rules(face, family).created() {
                for (_, chain) in table.listed() {
                    let base = chain.base.map(|b| (b.policy, b.exists));
                    let _ = writeln!(out, "{face:?} {family:?} {:?} {} {base:?}", table.id(), chain.name);
                }
            }
        }
    }
    out
}

/// Ports that only a namespace's own loopback knows, as those of Docker's resolver: which they are is chance.
pub fn inner_ports(lab: &Lab, ns: NsId, probed: &[u16]) -> Vec<u16> {
    let Some(stack) = lab.stack(ns) else { return Vec::new() };
    let sockets = stack.sockets.iter().map(|(_, socket)| socket);
    let inner = sockets.filter(|s| s.local.is_some_and(|a| a.is_loopback()) && s.remote.is_none());
    inner.map(|s| s.port).filter(|port| *port > 1023 && !probed.contains(port)).collect()
}

/// A leaf's settings.
pub fn settings(lab: &Lab, ns: NsId) -> String {
    let Some(stack) = lab.stack(ns) else { return String::new() };
    let mut out = format!("{:?}\n", stack.nf.ct.sysctls);
    for (name, value) in stack.sysctl.list() {
        out.push_str(&name);
        out.push('=');
        out.push_str(&value);
        out.push('\n');
    }
    out
}
