//! IPv6: addresses and routes that the kernel makes by itself.

use std::net::{IpAddr, Ipv6Addr};

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, Mac};

use crate::Routing;
use crate::address::Address;
use crate::bits;
use crate::change6::KERNEL_METRIC;
use crate::error::RouteError;
use crate::route::{NextHop, NlFlags, Route, Scope, protocol, table_id};

/// The link-local address made from a MAC (RFC 4291 appendix A, modified EUI-64).
pub fn eui64(mac: Mac) -> IpAddr {
    let m = mac.0;
    let host = u64::from_be_bytes([m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]]);
    IpAddr::V6(Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(host)))
}

impl Routing {
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `inet6_addr_add`, `ipv6_add_addr`, `ipv6_link_dev_addr`.
    pub(crate) fn add_address6(&mut self, dev: IfIndex, mut address: Address) -> Result<(), RouteError> {
        let device = self.dev_mut(dev).ok_or(RouteError::NoDevice)?;
        if device.conf.disable_ipv6 {
            return Err(RouteError::Ipv6Disabled);
        }
        let local = address.local;
        if local.is_multicast() {
            return Err(RouteError::MulticastAddress6);
        }
        if bits::is_zero(local) {
            return Err(RouteError::BadAddress6);
        }
        if local.is_loopback() && !device.loopback {
            return Err(RouteError::LoopbackAddress6);
        }
        if device.addrs6.iter().any(|a| a.local == local) {
            return Err(RouteError::AddressExists6);
        }
        address.scope = Address::new(local, address.prefix_len).scope;
        let skip = device.conf.no_dad || device.noarp || device.loopback || address.flags.nodad;
        address.flags.tentative = !skip;
        let rank = |a: &Address| a.scope;
        let place = device.addrs6.iter().position(|a| rank(a) >= rank(&address));
        let place = place.unwrap_or(device.addrs6.len());
        device.addrs6.insert(place, address);
        let up = device.up;
        if up && !address.flags.noprefixroute {
            self.prefix_route6(dev, &address);
        }
        if up && skip {
            self.local_route6(dev, local);
        }
        Ok(())
    }

    fn kernel_route6(&mut self, dev: IfIndex, mut route: Route) {
        let marked = matches!(route.kind, RouteKind::Unicast | RouteKind::Multicast);
        let linkdown = marked && self.dev(dev).is_some_and(|d| !d.carrier);
        route.protocol = protocol::KERNEL;
        route.auto = true;
        route.nexthops = vec![NextHop { oif: dev, linkdown, ..NextHop::default() }];
        let _ = self.insert6(route, NlFlags::Append);
    }

    fn prefix_route6(&mut self, dev: IfIndex, address: &Address) {
        let metric = if address.metric == 0 { KERNEL_METRIC } else { address.metric };
        self.kernel_route6(dev, Route { metric, ..Route::new(address.subnet()) });
    }

    fn local_route6(&mut self, dev: IfIndex, addr: IpAddr) {
        let kind = RouteKind::Local;
        self.kernel_route6(dev, Route { table: table_id::LOCAL, kind, ..Route::new(bits::host(addr)) });
        self.anycast6(dev);
    }

    /// A router answers for the subnet-router anycast address of each of its subnets.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_join_anycast`.
    pub(crate) fn anycast6(&mut self, dev: IfIndex) {
        let Some(device) = self.dev(dev) else { return };
        let routers = device.conf.forwarding6 && !device.loopback;
        let wanted: Vec<IpAddr> = device
            .addrs6
            .iter()
            .filter(|a| routers && !a.flags.tentative && a.prefix_len < 127)
            .map(|a| bits::net(a.local, a.prefix_len).addr())
            .collect();
        if self.dev(dev).is_some_and(|d| d.anycast) {
            let own =
                |r: &Route| r.kind == RouteKind::Anycast && r.auto && r.nexthops.iter().any(|n| n.oif == dev);
            self.flush_routes(Family::V6, |dst, r| own(r) && !wanted.contains(&dst.addr()));
        } else if let (false, Some(device)) = (wanted.is_empty(), self.dev_mut(dev)) {
            device.anycast = true;
        }
        for addr in wanted {
            let kind = RouteKind::Anycast;
            self.kernel_route6(dev, Route { table: table_id::LOCAL, kind, ..Route::new(bits::host(addr)) });
        }
    }

    /// `net.ipv6.conf.IF.forwarding` was set.
    pub fn set_forwarding6(&mut self, dev: IfIndex, on: bool) {
        if self.dev(dev).is_none_or(|d| d.conf.forwarding6 == on) {
            return;
        }
        if let Some(conf) = self.conf_mut(dev) {
            conf.forwarding6 = on;
            self.anycast6(dev);
        }
    }

    /// Duplicate address detection found nobody: the address can be used.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_dad_completed`.
    pub fn dad_done(&mut self, dev: IfIndex, addr: IpAddr) {
        let Some(device) = self.dev_mut(dev) else { return };
        let up = device.up;
        let Some(address) = device.addrs6.iter_mut().find(|a| a.local == addr && a.flags.tentative) else {
            return;
        };
        address.flags.tentative = false;
        if up {
            self.local_route6(dev, addr);
        }
    }

    /// Somebody else has the address.
    pub fn dad_failed(&mut self, dev: IfIndex, addr: IpAddr) {
        let Some(device) = self.dev_mut(dev) else { return };
        if let Some(address) = device.addrs6.iter_mut().find(|a| a.local == addr) {
            (address.flags.tentative, address.flags.dadfailed) = (true, true);
        }
    }

    /// The addresses of an interface whose detection is under way.
    pub fn tentative(&self, dev: IfIndex) -> impl Iterator<Item = IpAddr> {
        let open = |a: &&Address| a.flags.tentative && !a.flags.dadfailed;
        let device = self.dev(dev).filter(|d| d.up && d.carrier);
        device.into_iter().flat_map(move |d| d.addrs6.iter().filter(open).map(|a| a.local))
    }

    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `ipv6_del_addr`, `check_cleanup_prefix_route`.
    pub(crate) fn remove_address6(&mut self, dev: IfIndex, at: usize) {
        let Some(device) = self.dev_mut(dev) else { return };
        let gone = device.addrs6.remove(at);
        let subnet = gone.subnet();
        let keep = device.addrs6.iter().any(|a| a.subnet() == subnet && !a.flags.noprefixroute);
        let by = |r: &Route| r.auto && r.nexthops.iter().any(|n| n.oif == dev);
        self.flush_routes(Family::V6, |dst, r| {
            by(r)
                && match r.kind {
                    RouteKind::Local => dst == bits::host(gone.local),
                    RouteKind::Unicast => !keep && !gone.flags.noprefixroute && dst == subnet,
                    _ => false,
                }
        });
        self.anycast6(dev);
        let src = gone.local;
        for table in self.tables_mut(Family::V6).iter_mut() {
            table.revise(&mut |route| {
                route.prefsrc = route.prefsrc.filter(|&prefsrc| prefsrc != src);
                true
            });
        }
    }

    /// The link is ready (up and, but for `lo`, with carrier): group route, link-local address, and the
    /// routes of the addresses that are there.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_notify`, `addrconf_init_auto_addrs`, `init_loopback`.
    pub(crate) fn dev_ready6(&mut self, dev: IfIndex) {
        let Some(device) = self.dev_mut(dev) else { return };
        if device.conf.disable_ipv6 || !device.up {
            return;
        }
        let (loopback, mac, noarp) = (device.loopback, device.mac, device.noarp);
        let addrs = device.addrs6.clone();
        if !device.carrier && !loopback {
            return;
        }
        let first = !std::mem::replace(&mut device.ready6, true);
        let gen_none = device.conf.addr_gen_none;
        if !first {
            return;
        }
        if loopback {
            let address = Address::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 128);
            if let Some(device) = self.dev_mut(dev) {
                device.addrs6.push(address);
            }
            self.local_route6(dev, address.local);
            for address in &addrs {
                self.prefix_route6(dev, address);
                self.local_route6(dev, address.local);
            }
            return;
        }
        for address in &addrs {
            if !address.flags.noprefixroute {
                self.prefix_route6(dev, address);
            }
            if !address.flags.tentative {
                self.local_route6(dev, address.local);
            }
        }
        let groups = Route {
            table: table_id::LOCAL,
            kind: RouteKind::Multicast,
            metric: KERNEL_METRIC,
            ..Route::new(bits::net(IpAddr::V6(Ipv6Addr::from_bits(0xff << 120)), 8))
        };
        self.kernel_route6(dev, groups);
        if !gen_none && !noarp {
            let address = Address { scope: Scope::LINK, ..Address::new(eui64(mac), 64) };
            let _ = self.add_address6(dev, address);
        }
    }

    /// The interface went down: its IPv6 addresses go, unless they are to be kept, and every route by it.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_ifdown`.
    pub(crate) fn dev_down6(&mut self, dev: IfIndex) {
        self.revise_by(Family::V6, dev, &mut |route| {
            if crate::fib::refusal(route.kind).is_none() && route.nexthops.iter().all(|n| n.oif == dev) {
                return false;
            }
            if route.nexthops.len() > 1 {
                route.nexthops.retain(|n| n.oif != dev);
            }
            true
        });
        let Some(device) = self.dev_mut(dev) else { return };
        device.rejoins6 |= device.ready6;
        device.ready6 = false;
        let keep = device.conf.keep_addr_on_down;
        device.addrs6.retain(|a| keep && a.flags.permanent && a.scope != Scope::LINK && !a.flags.tentative);
    }

    /// `disable_ipv6` was set or cleared.
    pub fn set_disable_ipv6(&mut self, dev: IfIndex, off: bool) {
        let Some(conf) = self.conf_mut(dev) else { return };
        if conf.disable_ipv6 == off {
            return;
        }
        conf.disable_ipv6 = off;
        if off {
            self.dev_down6(dev);
            if let Some(device) = self.dev_mut(dev) {
                device.addrs6.clear();
            }
        } else {
            self.dev_ready6(dev);
        }
    }
}
