//! Ports are published at the endpoint that is the container's gateway.
//!
//! # Source
//! moby b985e231, `drivers/bridge/bridge_linux.go`: `ProgramExternalConnectivity`,
//! `port_mapping_linux.go`: `mapPorts`; v20.10.24, `portmapper/mapper.go`: `MapRange`.

use std::net::{IpAddr, Ipv4Addr};

use super::Engine;
use crate::firewall::{self, Change};
use crate::ports::{Bound, Proto, Published, Request, Sides, groups_1_5, groups_20_10, groups_29, sorted};
use crate::{GatewayMode, Host, Op, Place, Proxy, Refused, Version};

impl Engine {
    /// Publishes at the new gateway what the old one published.
    pub(super) fn move_ports(
        &mut self,
        host: &mut dyn Host,
        at: usize,
        before: (Option<usize>, Option<usize>),
    ) -> Result<(), Refused> {
        let now = self.gateways(at);
        let count = self.containers.get(at).map_or(0, |c| c.endpoints.len());
        let v29 = self.daemon.version == Version::V29;
        for n in [before.0, before.1].into_iter().flatten() {
            if Some(n) != now.0 && Some(n) != now.1 && !v29 {
                self.unpublish_at(host, at, n, |_| true);
            }
        }
        for n in 0..count {
            if self.containers.get(at).and_then(|c| c.endpoints.get(n)).is_none_or(|e| !e.is_up()) {
                continue;
            }
            let four = now.0 == Some(n);
            // Without a gateway of IPv6 its ports are the proxy's, where the one of IPv4 is.
            let six = now.1 == Some(n) || (now.1.is_none() && four);
            self.publish_at(host, at, n, (four, six))?;
        }
        Ok(())
    }

    fn publish_at(
        &mut self,
        host: &mut dyn Host,
        at: usize,
        n: usize,
        wanted: (bool, bool),
    ) -> Result<(), Refused> {
        let v29 = self.daemon.version == Version::V29;
        let Some(c) = self.containers.get(at) else { return Ok(()) };
        let Some(ep) = c.endpoints.get(n) else { return Ok(()) };
        let Ok(net) = self.network(&ep.network_id) else { return Ok(()) };
        if net.driver != crate::Driver::Bridge || (net.config.internal && !v29) {
            return Ok(());
        }
        let routed = (net.bridge.mode[0] == GatewayMode::Routed, net.bridge.mode[1] == GatewayMode::Routed);
        let serves = (wanted.0, wanted.1, v29);
        if ep.serves == serves || (!v29 && !wanted.0 && !wanted.1) {
            return Ok(());
        }
        let old = ep.serves;
        let published = self.published_of(at);
        let sides = Sides {
            ip4: ep.ip4.map(|a| a.addr()),
            ip6: ep.ip6.map(|a| a.addr()),
            default_ip: Self::default_ip(net),
            proxy: self.daemon.userland_proxy,
            routed: (routed.0 && !old.2, routed.1 && !old.2),
            wanted: (wanted.0 && !old.0 && !routed.0, wanted.1 && !old.1 && !routed.1),
        };
        let groups = match self.daemon.version {
            Version::V1_5 => groups_1_5(&published, &sides),
            Version::V20_10 => groups_20_10(&published, &sides),
            Version::V29 => groups_29(&published, &sides),
        };
        if v29 {
            // What this endpoint serves no longer.
            self.unpublish_at(host, at, n, |b| {
                let four = b.host_ip.is_ipv4();
                b.host_port != 0 && if four { !wanted.0 } else { !wanted.1 }
            });
        }
        let mut done = Vec::new();
        for group in groups {
            match self.bind_some(host, at, n, &group) {
                Ok(bound) => done.extend(bound),
                Err(error) => {
                    for bound in done {
                        self.unbind(host, at, n, &bound);
                    }
                    let label = self.endpoint_label(at, n);
                    let text = format!(
                        "driver failed programming external connectivity on endpoint {label}: {error}"
                    );
                    return Err(Refused(if v29 {
                        format!("failed to set up container networking: {text}")
                    } else {
                        text
                    }));
                }
            }
        }
        let udp = done.iter().filter(|b| b.proto == Proto::Udp).map(|b| b.host_port).collect();
        if let Some(ep) = self.containers.get_mut(at).and_then(|c| c.endpoints.get_mut(n)) {
            ep.bound.extend(done);
            ep.serves = serves;
            if v29 {
                let addrs = [ep.ip4, ep.ip6].into_iter().flatten().map(|a| a.addr()).collect();
                let _ = host.apply(Place::Host, Op::ForgetFlows(addrs, udp));
            }
        }
        Ok(())
    }

    fn default_ip(net: &crate::Network) -> IpAddr {
        net.bridge.binding.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    /// A container's published ports, in the engine's order.
    fn published_of(&self, at: usize) -> Vec<Published> {
        let Some(c) = self.containers.get(at) else { return Vec::new() };
        let mut all = Vec::new();
        for (port, bindings) in sorted(&c.config.exposed, &c.config.published) {
            if bindings.is_empty() && c.config.publish_all {
                all.push(Published { port, binding: crate::ports::Binding::default() });
            }
            all.extend(bindings.into_iter().map(|binding| Published { port, binding }));
        }
        all
    }

    /// Binds a group; where the engine chooses the port, one that others listen on is passed over.
    ///
    /// # Source
    /// moby v20.10.24, `drivers/bridge/port_mapping.go`: `allocatePort`; b985e231, `port_mapping_linux.go`.
    fn bind_some(
        &mut self,
        host: &mut dyn Host,
        at: usize,
        n: usize,
        group: &[Request],
    ) -> Result<Vec<Bound>, Refused> {
        const ATTEMPTS: u32 = 10;
        let v29 = self.daemon.version == Version::V29;
        let chosen = group.first().and_then(|r| r.range).is_some_and(|(from, to)| from == to || !v29);
        for _ in 1..ATTEMPTS {
            match self.bind(host, at, n, group) {
                Err(_) if !chosen => {}
                done => return done,
            }
        }
        self.bind(host, at, n, group)
    }

    /// Binds one port on every address of a group.
    fn bind(
        &mut self,
        host: &mut dyn Host,
        at: usize,
        n: usize,
        group: &[Request],
    ) -> Result<Vec<Bound>, Refused> {
        let Some(first) = group.first() else { return Ok(Vec::new()) };
        let proto = first.port.proto;
        let addrs: Vec<IpAddr> = group.iter().map(|r| r.host_ip).collect();
        let port = if first.routed { 0 } else { self.ports.request(&addrs, proto, first.range)? };
        let new =
            |r: &Request| Bound { proto, host_ip: r.host_ip, host_port: port, ip: r.ip, port: r.port.number };
        let bound: Vec<Bound> = group.iter().map(new).collect();
        let twice = |n: usize, b: &Bound| {
            let same = |o: &Bound| o.host_ip == b.host_ip;
            bound.iter().take(n).any(same).then_some("address already in use")
        };
        let mut bad = bound.iter().enumerate().filter(|(_, b)| b.host_port != 0);
        if let Some((busy, why)) = bad.find_map(|(n, b)| Some((b, host.busy(b).or_else(|| twice(n, b))?))) {
            let text = self.not_bound(busy, why);
            for addr in addrs {
                self.ports.release(addr, proto, port);
            }
            return Err(Refused(text));
        }
        let Some(net) = self.net_rules(at, n) else { return Ok(bound) };
        let rules = firewall::of(self.daemon.version);
        for b in &bound {
            rules.port(host, &self.daemon, &net, b, Change::Add);
        }
        for b in bound.iter().filter(|b| self.has_proxy(b)) {
            let _ = host.apply(Place::Host, Op::StartProxy(proxy(b)));
        }
        Ok(bound)
    }

    /// What the engine says of a port that it cannot listen on.
    fn not_bound(&self, bound: &Bound, why: &str) -> String {
        let at = std::net::SocketAddr::new(bound.host_ip, bound.host_port);
        let (proto, v) = (bound.proto, if bound.host_ip.is_ipv4() { 4 } else { 6 });
        match self.daemon.version {
            Version::V29 => format!("failed to bind host port {at}/{proto}: {why}"),
            _ if self.daemon.userland_proxy => {
                format!("Error starting userland proxy: listen {proto}{v} {at}: bind: {why}")
            }
            _ => format!("listen {proto}{v} {at}: bind: {why}"),
        }
    }

    const fn has_proxy(&self, bound: &Bound) -> bool {
        self.daemon.userland_proxy && bound.host_port != 0
    }

    fn net_rules(&self, at: usize, n: usize) -> Option<crate::firewall::NetworkRules> {
        let id = &self.containers.get(at)?.endpoints.get(n)?.network_id;
        Some(self.network(id).ok()?.rules())
    }

    fn unbind(&mut self, host: &mut dyn Host, at: usize, n: usize, bound: &Bound) {
        if self.has_proxy(bound) {
            let _ = host.apply(Place::Host, Op::StopProxy(proxy(bound)));
        }
        if let Some(net) = self.net_rules(at, n) {
            firewall::of(self.daemon.version).port(host, &self.daemon, &net, bound, Change::Remove);
        }
        self.ports.release(bound.host_ip, bound.proto, bound.host_port);
    }

    fn unpublish_at(&mut self, host: &mut dyn Host, at: usize, n: usize, which: impl Fn(&Bound) -> bool) {
        let Some(ep) = self.containers.get_mut(at).and_then(|c| c.endpoints.get_mut(n)) else { return };
        let (gone, kept): (Vec<Bound>, Vec<Bound>) = ep.bound.iter().copied().partition(|b| which(b));
        ep.bound = kept;
        if ep.bound.is_empty() {
            ep.serves = (false, false, false);
        }
        let addrs: Vec<IpAddr> = [ep.ip4, ep.ip6].into_iter().flatten().map(|a| a.addr()).collect();
        let udp = gone.iter().filter(|b| b.proto == Proto::Udp).map(|b| b.host_port).collect();
        for bound in &gone {
            self.unbind(host, at, n, bound);
        }
        if !addrs.is_empty() {
            let _ = host.apply(Place::Host, Op::ForgetFlows(addrs, udp));
        }
    }

    /// Publishes nothing in this network any more.
    pub(super) fn unpublish(&mut self, host: &mut dyn Host, at: usize, network: &str) {
        let place = self
            .containers
            .get(at)
            .and_then(|c| c.endpoints.iter().position(|e| e.network == network || e.network_id == network));
        if let Some(n) = place {
            self.unpublish_at(host, at, n, |_| true);
        }
    }
}

const fn proxy(bound: &Bound) -> Proxy {
    Proxy { proto: bound.proto, host: (bound.host_ip, bound.host_port), container: (bound.ip, bound.port) }
}
