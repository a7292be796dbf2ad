//! Networks of driver macvlan: each container is a sub-interface of an interface of the host.
//!
//! # Source
//! moby b985e231, `libnetwork/drivers/macvlan/macvlan_network.go`: `CreateNetwork`, `createNetwork`,
//! `macvlan_setup.go`: `parseVlan`, `createVlanLink`, `macvlan_joinleave.go`: `Join`; v20.10.24, the same.
//! Differs: a sub-interface that needs a link of type `dummy` or `vlan` is refused, as by a kernel without
//! them.

use std::net::IpAddr;

use packetwalk_wire::Mac;

use super::Engine;
use crate::bridge::link;
use crate::network::Driver;
use crate::{Endpoint, Host, LinkOp, Network, Op, Place, Refused, Version};

const MODES: [&str; 5] = ["bridge", "private", "vepa", "passthru", ""];

/// An option's value, or nothing.
fn option<'n>(net: &'n Network, name: &str) -> &'n str {
    net.config.options.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// The interface that is shared.
pub(super) fn parent(net: &Network) -> &str {
    option(net, "parent")
}

fn mode(net: &Network) -> &str {
    match option(net, "macvlan_mode") {
        "" => "bridge",
        mode => mode,
    }
}

fn path_of(op: &Op) -> &str {
    match op {
        Op::Sysctl(path, _) => path,
        _ => "",
    }
}

impl Engine {
    /// Gives a network its addresses and checks its parent.
    pub(super) fn create_macvlan(&mut self, host: &mut dyn Host, net: &mut Network) -> Result<(), Refused> {
        let in_use: Vec<ipnet::IpNet> = host.in_use();
        let done = self.allocate(net, &in_use).and_then(|()| self.check_parent(host, net));
        if done.is_err() {
            self.release_pools(net);
        }
        done
    }

    fn check_parent(&self, host: &dyn Host, net: &Network) -> Result<(), Refused> {
        let asked = option(net, "macvlan_mode");
        if !MODES.contains(&asked) {
            return Err(Refused(format!(
                "requested macvlan mode '{asked}' is not valid, 'bridge' mode is the macvlan driver default"
            )));
        }
        let parent = parent(net);
        if parent == "lo" {
            return Err(Refused::new("loopback interface is not a valid macvlan parent link"));
        }
        // Without a parent it is a link of type dummy.
        if parent.is_empty() || net.config.internal {
            return Err(Refused::new("operation not supported"));
        }
        let mut others =
            self.networks.iter().filter(|n| n.driver == Driver::Macvlan && self::parent(n) == parent);
        if self.daemon.version == Version::V29 {
            let alone = |n: &Network| mode(n) == "passthru";
            if let Some(other) = others.find(|n| alone(n) || alone(net)) {
                let text = if alone(net) {
                    format!(
                        "cannot use mode passthru, macvlan network {} is already using parent interface {parent}",
                        other.id
                    )
                } else {
                    format!(
                        "macvlan network {} is already using parent interface {parent} in mode passthru",
                        other.id
                    )
                };
                return Err(Refused(text));
            }
        } else if let Some(other) = others.next() {
            let id = super::truncate(&other.id);
            return Err(Refused(format!("network dm-{id} is already using parent interface {parent}")));
        }
        if host.has_link(Place::Host, parent) {
            return Ok(());
        }
        Err(Refused(match parent.split_once('.') {
            None => format!("invalid subinterface vlan name {parent}, example formatting is eth0.10"),
            Some(_) => format!("failed to create {parent} vlan link: operation not supported"),
        }))
    }

    /// A container's sub-interface.
    pub(super) fn plug_macvlan(
        &self,
        host: &mut dyn Host,
        net: &Network,
        ep: &Endpoint,
        place: Place,
        mac: Mac,
    ) -> Result<(), String> {
        let name = ep.veth.clone();
        link(host, LinkOp::AddMacvlan(name.clone(), parent(net).to_owned(), mode(net).to_owned()))
            .map_err(|why| format!("failed to create the macvlan port: {why}"))?;
        link(host, LinkOp::Move(name.clone(), place))?;
        let inside = |host: &mut dyn Host, op: LinkOp| host.apply(place, Op::Link(op));
        inside(host, LinkOp::Rename(name, ep.ifname.clone()))?;
        inside(host, LinkOp::Mac(ep.ifname.clone(), mac))?;
        self.address(host, ep, place)
    }

    /// An endpoint's addresses, in the container.
    pub(super) fn address(&self, host: &mut dyn Host, ep: &Endpoint, place: Place) -> Result<(), String> {
        let (name, six) = (ep.ifname.clone(), ep.ip6.is_some());
        let disable = |path: &str, off: bool| {
            let value = if off { "1" } else { "0" };
            Op::Sysctl(format!("net/ipv6/conf/{path}/disable_ipv6"), value.to_owned())
        };
        let _ = host.apply(place, disable(&name, !six));
        if six && self.daemon.version != Version::V29 {
            let _ = host.apply(place, disable("lo", false));
        }
        for addr in [ep.ip4, ep.ip6].into_iter().flatten() {
            let nodad = matches!(addr.addr(), IpAddr::V6(_));
            host.apply(place, Op::Link(LinkOp::AddAddr(name.clone(), addr, nodad)))?;
        }
        host.apply(place, Op::Link(LinkOp::Up(name.clone())))?;
        let new = self.daemon.version == Version::V29;
        for (_, value) in ep.config.driver_opts.iter().filter(|(n, _)| new && n == super::SYSCTLS) {
            for sysctl in value.split(',') {
                let Some((path, value)) = sysctl.split_once('=') else { continue };
                let path = path.replace('.', "/").replace("IFNAME", &name).replace("ifname", &name);
                let op = Op::Sysctl(path, value.to_owned());
                let shown = format!("/proc/sys/{}", path_of(&op));
                host.apply(place, op).map_err(|_| {
                    format!("failed to add interface {} to sandbox: {shown} is not a sysctl file", ep.veth)
                })?;
            }
        }
        Ok(())
    }
}
