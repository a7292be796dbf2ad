//! A container enters a network, and leaves it.
//!
//! # Source
//! moby b985e231, `libnetwork/endpoint.go`: `sbJoin`, `sbLeave`; `drivers/bridge/bridge_linux.go`:
//! `CreateEndpoint`, `DeleteEndpoint`; `osl/namespace_linux.go`; v20.10.24, the same.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::{Family, Mac, Order};

use super::Engine;
use crate::bridge::link;
use crate::firewall::{self, Change};
use crate::{Endpoint, Host, LinkOp, Network, Op, Place, Refused, Version};

/// The MAC that belongs to an IPv4 address.
///
/// # Source
/// moby v20.10.24, `libnetwork/netutils/utils.go`: `GenerateMACFromIP`.
fn mac_of(addr: IpAddr) -> Option<Mac> {
    let IpAddr::V4(addr) = addr else { return None };
    let [a, b, c, d] = addr.octets();
    Some(Mac([0x02, 0x42, a, b, c, d]))
}

/// An IPv6 address that ends in the MAC.
///
/// # Source
/// moby v20.10.24, `drivers/bridge/bridge.go`: `CreateEndpoint`.
fn self_made(subnet: ipnet::Ipv6Net, mac: Mac) -> Option<IpNet> {
    let low = mac.0.iter().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
    let addr = u128::from(subnet.network()) | low;
    IpNet::new(IpAddr::V6(addr.into()), subnet.prefix_len()).ok()
}

/// The lowest number that no interface of the container has behind this prefix.
///
/// # Source
/// moby b985e231, `libnetwork/osl/interface_linux.go`: `generateIfaceName`.
fn first_free(names: &[String], prefix: &str) -> u32 {
    let taken: Vec<u32> =
        names.iter().filter_map(|n| n.strip_prefix(prefix)).filter_map(|n| n.parse().ok()).collect();
    let most = u32::try_from(taken.len()).unwrap_or(u32::MAX);
    (0..=most).find(|n| !taken.contains(n)).unwrap_or(most)
}

impl Engine {
    /// Connects a running container's endpoint.
    pub(super) fn join(&mut self, host: &mut dyn Host, at: usize, network: &str) -> Result<(), Refused> {
        let net_at = self.network_at(network)?;
        let before = self.gateways(at);
        if let Err(error) = self.create_endpoint(host, at, net_at) {
            self.delete_endpoint(host, at, network);
            return Err(error);
        }
        self.add_hosts(at, network);
        self.write_default_routes(host, at, before);
        if let Err(error) = self.move_ports(host, at, before) {
            self.leave(host, at, network, false);
            return Err(error);
        }
        self.links(host, at, network, Change::Add);
        self.note_endpoint(at, network, "connect");
        Ok(())
    }

    /// Disconnects a running container's endpoint. `all`: the whole container goes, nobody takes over.
    pub(super) fn leave(&mut self, host: &mut dyn Host, at: usize, network: &str, all: bool) {
        let before = self.gateways(at);
        self.links(host, at, network, Change::Remove);
        let had = self.containers.get(at).and_then(|c| c.endpoint(network)).map(|e| e.id.clone());
        self.unpublish(host, at, network);
        self.delete_hosts(at, network);
        self.delete_endpoint(host, at, network);
        if had.as_ref().is_some_and(|id| !id.is_empty()) {
            self.note_endpoint(at, network, "disconnect");
        }
        if !all && had.is_some() {
            self.write_default_routes(host, at, before);
            let _ = self.move_ports(host, at, (None, None));
        }
    }

    fn note_endpoint(&mut self, at: usize, network: &str, action: &'static str) {
        let (Some(c), Ok(net)) = (self.containers.get(at), self.network(network)) else { return };
        let (id, net) = (c.id.clone(), net.clone());
        self.note_network(&net, action, Some(&id));
    }

    fn create_endpoint(&mut self, host: &mut dyn Host, at: usize, net_at: usize) -> Result<(), Refused> {
        let Some(net) = self.networks.get_mut(net_at) else { return Err(Refused::new("network is gone")) };
        if net.config.config_only {
            return Err(Refused::new("cannot create endpoint on configuration-only network"));
        }
        let name = net.name().to_owned();
        let Some(c) = self.containers.get_mut(at) else { return Err(Refused::new("container is gone")) };
        let names: Vec<String> =
            c.endpoints.iter().filter(|e| e.network != name).map(|e| e.ifname.clone()).collect();
        let Some(ep) = c.endpoints.iter_mut().find(|e| e.network == name || e.network_id == net.id) else {
            return Err(Refused::new("endpoint is gone"));
        };
        ep.network.clone_from(&name);
        ep.network_id.clone_from(&net.id);
        ep.id = self.random.id();
        for family in [Family::V4, Family::V6] {
            let wanted = if family == Family::V4 { ep.config.ip4 } else { ep.config.ip6 };
            let (own, id) = (net.bridge.default, net.id.clone());
            let Some(pool) = net.pool_mut(family) else { continue };
            let len = pool.subnet().prefix_len();
            if wanted.is_none()
                && self.daemon.version != Version::V29
                && let (true, IpNet::V6(subnet)) = (own && len <= 80, pool.subnet())
            {
                let mac = ep.config.mac.or(ep.ip4.and_then(|a| mac_of(a.addr())));
                ep.ip6 = mac.and_then(|mac| self_made(subnet, mac));
                continue;
            }
            let given = pool.addresses.request(wanted).map_err(|e| {
                use crate::ipam::AddressError;
                let number = if family == Family::V4 { 4 } else { 6 };
                Refused(match e {
                    AddressError::None => {
                        format!("no available IPv{number} addresses on this network's address pools: {name} ({id})")
                    }
                    AddressError::OutOfRange => {
                        let word = if self.daemon.version == Version::V29 { "invalid" } else { "Invalid" };
                        let addr = wanted.map(|a| a.to_string()).unwrap_or_default();
                        format!("{word} address {addr}: It does not belong to any of this network's subnets")
                    }
                    AddressError::Taken => e.text().to_owned(),
                })
            })?;
            let addr = IpNet::new(given, len).ok();
            if family == Family::V4 {
                ep.ip4 = addr;
            } else {
                ep.ip6 = addr;
            }
        }
        let of_address =
            ep.ip4.filter(|_| self.daemon.version.mac_of_address()).and_then(|a| mac_of(a.addr()));
        let mac = match ep.config.mac.or(of_address) {
            Some(mac) => mac,
            None => self.random.mac(),
        };
        ep.mac = Some(mac);
        ep.veth = self.random.veth();
        let Some(sandbox) = c.sandbox.as_mut() else { return Ok(()) };
        let Some(key) = sandbox.key else { return Ok(()) };
        if !net.driver.has_interface() {
            return Ok(());
        }
        let prefix = if net.bridge.prefix.is_empty() { "eth" } else { net.bridge.prefix.as_str() };
        let wanted = ep.config.driver_opts.iter().find(|(n, _)| n == "com.docker.network.endpoint.ifname");
        if let Some((_, name)) = wanted
            && self.daemon.version == Version::V29
        {
            ep.ifname.clone_from(name);
        } else if ep.ifname.is_empty() {
            let number = match self.daemon.version {
                Version::V29 => first_free(&names, prefix),
                _ => sandbox.next_eth,
            };
            ep.ifname = format!("{prefix}{number}");
            sandbox.next_eth += 1;
        }
        let (net, ep) = (net.clone(), ep.clone());
        if self.daemon.version.has_networks() && net.is_users() {
            self.start_resolver(host, at);
        }
        if net.driver == crate::Driver::Macvlan {
            return self.plug_macvlan(host, &net, &ep, Place::Sandbox(key), mac).map_err(Refused);
        }
        let peer = self.random.veth();
        self.plug(host, &net, &ep, Place::Sandbox(key), &peer, mac).map_err(Refused)
    }

    /// The veth pair: one end in the bridge, one in the container.
    fn plug(
        &mut self,
        host: &mut dyn Host,
        net: &Network,
        ep: &Endpoint,
        place: Place,
        peer: &str,
        mac: Mac,
    ) -> Result<(), String> {
        let v29 = self.daemon.version == Version::V29;
        let (veth, peer) = (ep.veth.clone(), peer.to_owned());
        let inside = |host: &mut dyn Host, op: LinkOp| host.apply(place, Op::Link(op));
        link(host, LinkOp::AddVeth(veth.clone(), peer.clone(), if v29 { place } else { Place::Host }))?;
        if let Some(mtu) = net.bridge.mtu {
            link(host, LinkOp::Mtu(veth.clone(), mtu))?;
            let op = LinkOp::Mtu(peer.clone(), mtu);
            if v29 { inside(host, op) } else { link(host, op) }?;
        }
        link(host, LinkOp::Master(veth.clone(), net.bridge.name.clone()))?;
        if self.daemon.hairpin() && self.daemon.version.has_networks() {
            link(host, LinkOp::Hairpin(veth.clone()))?;
        }
        let rules = firewall::of(self.daemon.version);
        for addr in [ep.ip4, ep.ip6].into_iter().flatten() {
            rules.endpoint(host, &self.daemon, &net.rules(), addr.addr(), Change::Add);
        }
        link(host, LinkOp::Up(veth))?;
        if !v29 {
            link(host, LinkOp::Move(peer.clone(), place))?;
        }
        let name = ep.ifname.clone();
        inside(host, LinkOp::Rename(peer, name.clone()))?;
        let from = ep.veth.clone();
        inside(host, LinkOp::Mac(name, mac)).map_err(|why| {
            let text = format!("error setting interface \"{from}\" MAC to \"{mac}\": {why}");
            if v29 { format!("failed to add interface {from} to sandbox: {text}") } else { why }
        })?;
        self.address(host, ep, place)
    }

    /// Takes an endpoint's interface, rules and addresses away.
    fn delete_endpoint(&mut self, host: &mut dyn Host, at: usize, network: &str) {
        let Ok(net_at) = self.network_at(network) else { return };
        let (Some(net), Some(c)) = (self.networks.get_mut(net_at), self.containers.get_mut(at)) else {
            return;
        };
        let others = c.endpoints.iter().any(|e| e.ip6.is_some() && e.network_id != net.id);
        let Some(ep) = c.endpoints.iter_mut().find(|e| e.network_id == net.id) else { return };
        if host.has_link(Place::Host, &ep.veth) {
            let _ = link(host, LinkOp::Del(ep.veth.clone()));
        }
        let bridged = net.driver == crate::Driver::Bridge;
        if let (Some(key), false) = (c.sandbox.as_ref().and_then(|s| s.key), bridged)
            && host.has_link(Place::Sandbox(key), &ep.ifname)
        {
            let _ = host.apply(Place::Sandbox(key), Op::Link(LinkOp::Del(ep.ifname.clone())));
        }
        let rules = firewall::of(self.daemon.version);
        for addr in [ep.ip4, ep.ip6].into_iter().flatten().map(|a| a.addr()) {
            if bridged {
                rules.endpoint(host, &self.daemon, &net.rules(), addr, Change::Remove);
            }
            if let Some(pool) = net.pool_mut(Family::of(addr)) {
                pool.addresses.release(addr);
            }
        }
        if let Some(key) = c.sandbox.as_ref().and_then(|s| s.key)
            && self.daemon.version == Version::V20_10
            && ep.ip6.is_some()
            && !others
        {
            let path = "net/ipv6/conf/lo/disable_ipv6".to_owned();
            let _ = host.apply(Place::Sandbox(key), Op::Sysctl(path, "1".to_owned()));
        }
        let config = ep.config.clone();
        let id = ep.network_id.clone();
        *ep = Endpoint::new(&ep.network.clone(), config);
        ep.network_id = id;
    }

    /// Endpoints in the order in which they are asked for a gateway.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/sandbox.go`: `Endpoint.Less`.
    pub(super) fn by_priority(&self, at: usize) -> Vec<(usize, &Network)> {
        let Some(c) = self.containers.get(at) else { return Vec::new() };
        let mut order: Vec<(usize, &Network)> = c
            .endpoints
            .iter()
            .enumerate()
            .filter(|(_, e)| e.is_up())
            .filter_map(|(n, e)| Some((n, self.network(&e.network_id).ok()?)))
            .collect();
        let key = |(n, net): &(usize, &Network)| {
            let priority = c.endpoints.get(*n).map_or(0, |e| e.config.gw_priority);
            let gateways = [Family::V4, Family::V6].iter().filter(|f| self.gateway_of(net, **f).is_some());
            (-priority, net.config.internal, 2 - gateways.count(), net.name().to_owned())
        };
        order.order_by_key(key);
        order
    }

    /// Names the interfaces of a container that starts: by the order of its gateways, as the endpoints of
    /// 20.10 wait for the namespace. Later engines name them as they come.
    ///
    /// # Source
    /// moby v20.10.24, `libnetwork/sandbox.go`: `SetKey`.
    pub(super) fn name_interfaces(&mut self, at: usize) {
        if self.daemon.version != Version::V20_10 {
            return;
        }
        let Some(c) = self.containers.get(at) else { return };
        let mut order: Vec<(i64, bool, String, String)> = Vec::new();
        for ep in &c.endpoints {
            let Ok(net) = self.network(&ep.network) else { continue };
            if net.driver.has_interface() {
                let name = net.name().to_owned();
                order.push((-ep.config.gw_priority, net.config.internal, name, net.bridge.prefix.clone()));
            }
        }
        order.order();
        let Some(c) = self.containers.get_mut(at) else { return };
        let count = order.len();
        for (n, (_, _, network, prefix)) in order.into_iter().enumerate() {
            let prefix = if prefix.is_empty() { "eth".to_owned() } else { prefix };
            if let Some(ep) = c.endpoints.iter_mut().find(|e| e.network == network) {
                ep.ifname = format!("{prefix}{n}");
            }
        }
        if let Some(sandbox) = c.sandbox.as_mut() {
            sandbox.next_eth = count as u32;
        }
    }

    /// The gateway that a network gives its containers.
    pub(super) fn gateway_of(&self, net: &Network, family: Family) -> Option<IpAddr> {
        let none = net.config.internal && self.daemon.version == Version::V29;
        net.gateway(family).filter(|_| !none)
    }

    /// Places of the endpoints through which a container reaches others, of each family.
    pub(super) fn gateways(&self, at: usize) -> (Option<usize>, Option<usize>) {
        let order = self.by_priority(at);
        let first =
            |family| order.iter().find(|(_, n)| self.gateway_of(n, family).is_some()).map(|(n, _)| *n);
        if self.daemon.version == Version::V29 {
            return (first(Family::V4), first(Family::V6));
        }
        let any = order
            .iter()
            .find(|(_, n)| [Family::V4, Family::V6].iter().any(|f| self.gateway_of(n, *f).is_some()))
            .map(|(n, _)| *n);
        (any, any)
    }

    fn write_default_routes(
        &mut self,
        host: &mut dyn Host,
        at: usize,
        before: (Option<usize>, Option<usize>),
    ) {
        let now = self.gateways(at);
        let Some(c) = self.containers.get(at) else { return };
        let Some(key) = c.sandbox.as_ref().and_then(|s| s.key) else { return };
        for (family, old, new) in [(Family::V4, before.0, now.0), (Family::V6, before.1, now.1)] {
            let endpoint = new.and_then(|n| c.endpoints.get(n));
            let gateway =
                endpoint.and_then(|e| Some((e, self.gateway_of(self.network(&e.network_id).ok()?, family)?)));
            if old == new && old.is_some() {
                continue;
            }
            let place = Place::Sandbox(key);
            if old.is_some() {
                let _ = host.apply(place, Op::Link(LinkOp::DelDefault(family)));
            }
            if let Some((endpoint, gateway)) = gateway {
                let name = endpoint.ifname.clone();
                let _ = host.apply(place, Op::Link(LinkOp::AddDefault(name, gateway)));
            }
        }
    }

    /// What an error about an endpoint is called.
    pub(super) fn endpoint_label(&self, at: usize, endpoint: usize) -> String {
        let Some(c) = self.containers.get(at) else { return String::new() };
        let id = c.endpoints.get(endpoint).map_or("", |e| e.id.as_str());
        format!("{} ({id})", c.name)
    }
}
