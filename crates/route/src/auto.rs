//! IPv4: the routes that the kernel makes and takes back by itself.

use std::net::IpAddr;

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::address::{Address, Label};
use crate::bits;
use crate::fib::refusal;
use crate::route::{NextHop, NlFlags, Route, Scope, protocol, table_id};

impl Routing {
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_add_ifaddr`.
    pub(crate) fn routes_for_address(&mut self, dev: IfIndex, address: &Address) {
        let Some(device) = self.dev(dev) else { return };
        let (up, loopback) = (device.up, device.loopback);
        let prim = if address.flags.secondary {
            let primary = |a: &&Address| !a.flags.secondary && a.same_subnet(address);
            match device.addrs4.iter().find(primary) {
                Some(prim) => prim.local,
                None => return,
            }
        } else {
            address.local
        };
        self.magic(RouteKind::Local, address.local, 32, dev, prim, 0);
        if !up {
            return;
        }
        if let Some(own) = address.broadcast.filter(|b| !bits::is_lbcast(*b)) {
            self.magic(RouteKind::Broadcast, own, 32, dev, prim, 0);
        }
        let net = address.subnet().addr();
        let wide = net != address.local || address.prefix_len < 32;
        if bits::is_zero(net) || address.flags.secondary || !wide {
            return;
        }
        if !address.flags.noprefixroute {
            let kind = if loopback { RouteKind::Local } else { RouteKind::Unicast };
            self.magic(kind, net, address.prefix_len, dev, prim, address.metric);
        }
        if address.prefix_len < 31 {
            self.magic(RouteKind::Broadcast, bits::last(net, address.prefix_len), 32, dev, prim, 0);
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_magic` (RTM_NEWROUTE).
    fn magic(&mut self, kind: RouteKind, dst: IpAddr, len: u8, dev: IfIndex, src: IpAddr, metric: u32) {
        let local = kind != RouteKind::Unicast;
        let route = Route {
            table: if local { table_id::LOCAL } else { table_id::MAIN },
            kind,
            metric,
            scope: if kind == RouteKind::Local { Scope::HOST } else { Scope::LINK },
            protocol: protocol::KERNEL,
            prefsrc: Some(src),
            nexthops: vec![NextHop { oif: dev, ..NextHop::default() }],
            auto: true,
            ..Route::new(bits::net(dst, len))
        };
        let _ = self.insert4(route, NlFlags::Append);
    }

    /// The interface was set up or down (`NETDEV_UP`, `NETDEV_DOWN`).
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_netdev_event`; `net/ipv4/devinet.c`: `inetdev_event`.
    pub fn set_up(&mut self, dev: IfIndex, up: bool) {
        let Some(device) = self.dev_mut(dev) else { return };
        if device.up == up {
            return;
        }
        device.up = up;
        if up {
            let mut address = Address::new(IpAddr::from([127, 0, 0, 1]), 8);
            if device.loopback && device.addrs4.iter().all(|a| a.local != address.local) {
                address.label = Label::new(device.name.as_str()).unwrap_or_default();
                // Narrower scopes stand first (`__inet_insert_ifa`).
                let at = device.addrs4.iter().position(|a| a.scope < address.scope);
                device.addrs4.insert(at.unwrap_or(device.addrs4.len()), address);
            }
            for address in device.addrs4.clone() {
                self.routes_for_address(dev, &address);
            }
            self.sync_up(dev, true);
            self.dev_ready6(dev);
        } else {
            self.disable_ip(dev, false);
            self.dev_down6(dev);
        }
    }

    /// Carrier came or went (`NETDEV_CHANGE`).
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_netdev_event`.
    pub fn set_carrier(&mut self, dev: IfIndex, carrier: bool) {
        let Some(device) = self.dev_mut(dev) else { return };
        device.carrier = carrier;
        let up = device.up;
        for family in [Family::V4, Family::V6] {
            self.revise_by(family, dev, &mut |route| {
                let host = refusal(route.kind).is_some() || route.scope == Scope::HOST || is_local6(route);
                for nh in route.nexthops.iter_mut().filter(|n| n.oif == dev && !host) {
                    nh.linkdown = !carrier;
                }
                true
            });
        }
        if carrier && up {
            self.dev_ready6(dev);
        }
    }

    /// Ways out that died with the interface live again: those of routes with other ways.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_sync_up`.
    fn sync_up(&mut self, dev: IfIndex, up: bool) {
        let carrier = self.dev(dev).is_some_and(|d| d.carrier);
        for family in [Family::V4, Family::V6] {
            self.revise_by(family, dev, &mut |route| {
                for nh in route.nexthops.iter_mut().filter(|n| n.oif == dev && n.dead) {
                    nh.dead = !up;
                    nh.linkdown = !carrier;
                }
                true
            });
        }
    }

    /// The interface is down, or (`force`) has no address left: routes by it go; a multipath route with
    /// another way stays.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_disable_ip`; `net/ipv4/fib_semantics.c`:
    /// `fib_sync_down_dev`.
    pub(crate) fn disable_ip(&mut self, dev: IfIndex, force: bool) {
        self.revise_by(Family::V4, dev, &mut |route| {
            for nh in &mut route.nexthops {
                if nh.oif == dev && (force || nh.scope != Scope::NOWHERE) {
                    (nh.dead, nh.linkdown) = (true, true);
                }
            }
            !route.is_dead()
        });
    }
}

/// IPv6 marks no local route as without carrier.
fn is_local6(route: &Route) -> bool {
    route.family() == Family::V6 && matches!(route.kind, RouteKind::Local | RouteKind::Anycast)
}
