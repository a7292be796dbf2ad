//! The host as netfilter asks it.

use std::net::IpAddr;

use packetwalk_link::Devices;
use packetwalk_netfilter::env::{Reverse, ReverseKey, SocketKey, SocketView};
use packetwalk_netfilter::{Dev, Host};
use packetwalk_route::Routing;
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, proto};

use crate::sockets::{Kind, Sockets};

/// Interfaces, routing and sockets, borrowed for one hook.
pub(crate) struct HostView<'a> {
    pub links: &'a Devices,
    pub routing: &'a Routing,
    pub sockets: &'a Sockets,
}

impl Host for HostView<'_> {
    fn addr_type(&self, addr: IpAddr, dev: Option<IfIndex>) -> RouteKind {
        self.routing.addr_type(addr, dev)
    }

    fn masquerade_source(&self, oif: IfIndex, next_hop: IpAddr) -> Option<IpAddr> {
        self.routing.masquerade_source(oif, next_hop)
    }

    fn first_addr(&self, dev: IfIndex, family: Family) -> Option<IpAddr> {
        self.routing.first_addr(dev, family)
    }

    fn dev(&self, index: IfIndex) -> Dev {
        self.links.get(index).map_or_else(Dev::default, |d| Dev { index, name: d.name, group: d.group })
    }

    fn path_mtu(&self, dst: IpAddr) -> Option<u32> {
        let route = self.routing.output(&packetwalk_route::Flow::new(dst)).ok()?;
        route.mtu.or_else(|| self.links.get(route.oif).map(|d| d.mtu))
    }

    fn routed6(&self, addr: IpAddr, dev: IfIndex) -> bool {
        self.routing.routed6(addr, dev)
    }

    fn reverse_route(&self, key: &ReverseKey) -> Option<Reverse> {
        let ReverseKey { src, dst, tos, mark, dev, loose } = *key;
        let found = self.routing.reverse(&packetwalk_route::ReverseKey { src, dst, tos, mark, dev, loose });
        found.map(|(kind, by_dev)| Reverse { kind, by_dev })
    }

    fn socket(&self, key: &SocketKey) -> Option<SocketView> {
        let id = match key.protocol {
            proto::TCP => self.sockets.tcp(key.src, key.dst, key.iif),
            _ => self.sockets.udp((&key.src.0, key.src.1), (&key.dst.0, key.dst.1), key.iif),
        }?;
        let socket = self.sockets.get(id)?;
        let connected = socket.remote.is_some() || matches!(socket.kind, Kind::Tcp { .. });
        Some(SocketView {
            wildcard: socket.local.is_none() && !connected,
            connected,
            transparent: false,
            mark: socket.opts.mark,
        })
    }

    fn is_bridge_port(&self, index: IfIndex) -> bool {
        self.links.get(index).is_some_and(|d| d.master.is_some())
    }
}
