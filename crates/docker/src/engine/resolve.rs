//! What the embedded resolver of a container knows: the names of its networks.
//!
//! # Source
//! moby b985e231, `libnetwork/sandbox.go`: `ResolveName`, `ResolveIP`; `libnetwork/network.go`: `ResolveName`;
//! `daemon/container_operations.go`: `buildEndpointDNSNames`; v20.10.24, the same and `updateSvcRecord`.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::Engine;
use crate::{Container, Endpoint, Network, Upstream, Version};

impl Engine {
    /// Names of a container in a network, the first of which its address is known by.
    pub fn dns_names(&self, c: &Container, ep: &Endpoint) -> Vec<String> {
        let short = c.short_id().to_owned();
        let mut names = Vec::new();
        // 20.10 does not tell the name of a container that it named itself.
        if self.daemon.version == Version::V29 || c.named {
            names.push(c.name.clone());
        }
        names.extend(ep.config.aliases.iter().cloned());
        names.push(short);
        names.push(c.hostname.clone());
        let mut seen: Vec<String> = Vec::new();
        names.retain(|n| {
            let new = !seen.contains(n);
            seen.push(n.clone());
            new
        });
        names
    }

    /// Addresses of a name in a network; `None` where no one has it.
    fn in_network(&self, net: &Network, name: &str, family: Family) -> Option<Vec<IpAddr>> {
        let same = |n: &String| n.eq_ignore_ascii_case(name);
        let mut found = None;
        for (_, ep) in self.endpoints(net).filter(|(c, e)| self.dns_names(c, e).iter().any(same)) {
            found.get_or_insert_with(Vec::new).extend(ep.ip(family).map(|a| a.addr()));
        }
        let found: Vec<IpAddr> = found?;
        // 20.10 denies a name without such an address only where the network has no IPv6.
        let asked_elsewhere = self.daemon.version != Version::V29 && family == Family::V6 && net.config.ipv6;
        Some(found).filter(|f| !f.is_empty() || !asked_elsewhere)
    }

    /// What a container's resolver answers: addresses, none of this family, or `None` for a name of elsewhere.
    pub fn resolve_name(&self, key: u32, name: &str, family: Family) -> Option<Vec<IpAddr>> {
        let (c, _) = self.of_sandbox(key)?;
        let name = name.strip_suffix('.').unwrap_or(name);
        let cuts = name.rmatch_indices('.').map(|(at, _)| (name.get(..at), name.get(at + 1..)));
        let asked = core::iter::once((Some(name), None)).chain(cuts);
        for (host, network) in asked {
            let host = host.unwrap_or_default();
            let mut known = None;
            for by_alias in [true, false] {
                for (ep, net) in self.sandbox_networks(c) {
                    if network.is_some_and(|n| n != net.name()) {
                        continue;
                    }
                    let linked = ep.config.links.iter().find(|(_, alias)| alias == host);
                    let target = match (by_alias, linked) {
                        (true, Some((child, _))) => self.container(child).map_or(child.as_str(), |c| &c.name),
                        (false, None) => host,
                        _ => continue,
                    };
                    match self.in_network(net, target, family) {
                        Some(found) if !found.is_empty() => return Some(found),
                        Some(_) => known = Some(Vec::new()),
                        None => {}
                    }
                }
            }
            if known.is_some() {
                return known;
            }
        }
        None
    }

    /// The name of an address, with its network's behind it.
    pub fn resolve_addr(&self, key: u32, addr: IpAddr) -> Option<String> {
        let (c, _) = self.of_sandbox(key)?;
        for (_, net) in self.sandbox_networks(c) {
            let has = |e: &Endpoint| [e.ip4, e.ip6].into_iter().flatten().any(|a| a.addr() == addr);
            if let Some((other, ep)) = self.endpoints(net).find(|(_, e)| has(e)) {
                let name = self.dns_names(other, ep).into_iter().next()?;
                return Some(format!("{name}.{}", net.name()));
            }
        }
        None
    }

    /// The networks of users that a container is in, in the order in which they are asked.
    fn sandbox_networks<'a>(&'a self, c: &'a Container) -> Vec<(&'a Endpoint, &'a Network)> {
        let Some(at) = self.containers.iter().position(|other| other.id == c.id) else { return Vec::new() };
        let order = self.by_priority(at).into_iter();
        let of = |(n, net): (usize, &'a Network)| Some((c.endpoints.get(n)?, net));
        order.filter_map(of).filter(|(_, net)| net.is_users()).collect()
    }

    /// Whom a container's resolver asks about other names.
    pub fn upstreams(&self, key: u32) -> Vec<Upstream> {
        let Some((c, sandbox)) = self.of_sandbox(key) else { return Vec::new() };
        // Three at most; 29 asks nobody from the host for a container without a way out.
        let way_out = [Family::V4, Family::V6]
            .iter()
            .any(|f| self.sandbox_networks_all(c).iter().any(|n| self.gateway_of(n, *f).is_some()));
        let asked = |u: &&Upstream| !u.from_host || way_out || self.daemon.version != Version::V29;
        sandbox.upstreams.iter().take(3).filter(asked).copied().collect()
    }

    fn sandbox_networks_all<'a>(&'a self, c: &'a Container) -> Vec<&'a Network> {
        c.endpoints.iter().filter(|e| e.is_up()).filter_map(|e| self.network(&e.network_id).ok()).collect()
    }

    /// Whether a name without dots is answered with nothing instead of being asked about.
    pub fn keeps_short_names(&self, key: u32) -> bool {
        self.of_sandbox(key).is_some_and(|(_, s)| s.ndots_set)
    }
}
