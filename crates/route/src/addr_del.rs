//! `ip addr del` and `flush`.

use std::net::IpAddr;

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::address::Address;
use crate::bits;
use crate::error::RouteError;
use crate::route::{RouteFilter, Scope, protocol, table_id};

impl Routing {
    /// Deletes an address: `local`, and its prefix length and peer where given. The first that fits goes.
    ///
    /// # Errors
    /// [`RouteError::NoAddress4`], [`RouteError::NoAddress6`], [`RouteError::NoDevice`].
    pub fn del_address(
        &mut self,
        dev: IfIndex,
        local: IpAddr,
        prefix_len: Option<u8>,
        peer: Option<IpAddr>,
    ) -> Result<(), RouteError> {
        let device = self.dev(dev).ok_or(RouteError::NoDevice)?;
        let fits = |a: &Address| {
            a.local == local
                && prefix_len.is_none_or(|len| a.prefix_len == len)
                && peer.is_none_or(|p| a.subnet_addr() == p)
        };
        match Family::of(local) {
            Family::V4 => {
                let at = device.addrs4.iter().position(fits).ok_or(RouteError::NoAddress4)?;
                self.remove_address4(dev, at);
                Ok(())
            }
            Family::V6 => {
                let at = device.addrs6.iter().position(fits).ok_or(RouteError::NoAddress6)?;
                self.remove_address6(dev, at);
                Ok(())
            }
        }
    }

    /// Deletes every address of an interface.
    pub fn flush_addresses(&mut self, dev: IfIndex) {
        while self.dev(dev).is_some_and(|d| !d.addrs4.is_empty()) {
            self.remove_address4(dev, 0);
        }
        while self.dev(dev).is_some_and(|d| !d.addrs6.is_empty()) {
            self.remove_address6(dev, 0);
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `__inet_del_ifa`.
    fn remove_address4(&mut self, dev: IfIndex, at: usize) {
        let Some(device) = self.dev_mut(dev) else { return };
        let promote = device.conf.promote_secondaries;
        let gone = device.addrs4.remove(at);
        let mut followers = Vec::new();
        let mut promoted = None;
        if !gone.flags.secondary {
            let mut rest = Vec::new();
            for address in std::mem::take(&mut device.addrs4) {
                let follows = address.flags.secondary && address.same_subnet(&gone);
                if follows && !promote {
                    followers.push(address);
                } else if follows && promoted.is_none() {
                    promoted = Some(address);
                } else {
                    rest.push(address);
                }
            }
            device.addrs4 = rest;
            if let Some(mut new) = promoted {
                new.flags.secondary = false;
                let place = |a: &Address| !a.flags.secondary && new.scope <= a.scope;
                let place = device.addrs4.iter().rposition(place).map_or(0, |at| at + 1);
                device.addrs4.insert(place, new);
                promoted = Some(new);
            }
        }
        for follower in &followers {
            self.unroute_address(dev, follower, Some(&gone));
        }
        self.unroute_address(dev, &gone, None);
        if let Some(new) = promoted {
            self.routes_for_address(dev, &new);
            let others: Vec<Address> = self.dev(dev).map_or(Vec::new(), |d| {
                d.addrs4.iter().filter(|a| a.flags.secondary && a.same_subnet(&new)).copied().collect()
            });
            for other in others {
                self.routes_for_address(dev, &other);
            }
        }
        if self.dev(dev).is_some_and(|d| d.addrs4.is_empty()) {
            self.disable_ip(dev, true);
        }
    }

    /// Takes back the routes that an address brought and that no other address needs.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_del_ifaddr`.
    fn unroute_address(&mut self, dev: IfIndex, gone: &Address, primary: Option<&Address>) {
        let Some(device) = self.dev(dev) else { return };
        let subnet = gone.subnet();
        let any = subnet.addr();
        let brd = bits::last(any, gone.prefix_len);
        let prim = match primary {
            Some(primary) => *primary,
            None if gone.flags.secondary => {
                let of_subnet = |a: &&Address| !a.flags.secondary && a.same_subnet(gone);
                match device.addrs4.iter().find(of_subnet) {
                    Some(prim) => *prim,
                    None => return,
                }
            }
            None => *gone,
        };
        let loopback = device.loopback;
        let rest: Vec<Address> = device.addrs4.clone();
        let has_subnet =
            !gone.flags.secondary && !bits::is_zero(any) && (any != gone.local || gone.prefix_len < 32);
        let needed_local = rest.iter().any(|a| a.local == gone.local);
        let uses = |a: &Address, addr: IpAddr| {
            a.broadcast == Some(addr)
                || (!a.flags.secondary
                    && a.prefix_len < 31
                    && bits::last(a.subnet_addr(), a.prefix_len) == addr)
        };
        if has_subnet && !gone.flags.noprefixroute {
            let kind = if loopback { RouteKind::Local } else { RouteKind::Unicast };
            self.unmagic(kind, any, gone.prefix_len, dev, prim.local);
        }
        if let Some(own) = gone.broadcast.filter(|b| !bits::is_lbcast(*b))
            && !rest.iter().any(|a| uses(a, own))
        {
            self.unmagic(RouteKind::Broadcast, own, 32, dev, prim.local);
        }
        if has_subnet && gone.prefix_len < 31 && !rest.iter().any(|a| uses(a, brd)) {
            self.unmagic(RouteKind::Broadcast, brd, 32, dev, prim.local);
        }
        if !needed_local {
            self.unmagic(RouteKind::Local, gone.local, 32, dev, prim.local);
            if self.addr_type(gone.local, Some(dev)) != RouteKind::Local {
                let src = gone.local;
                self.flush_routes(Family::V4, |_, r| r.prefsrc == Some(src));
            }
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_magic` (RTM_DELROUTE).
    fn unmagic(&mut self, kind: RouteKind, dst: IpAddr, len: u8, dev: IfIndex, src: IpAddr) {
        let local = kind != RouteKind::Unicast;
        let filter = RouteFilter {
            table: if local { table_id::LOCAL } else { table_id::MAIN },
            kind: Some(kind),
            scope: Some(if kind == RouteKind::Local { Scope::HOST } else { Scope::LINK }),
            protocol: Some(protocol::KERNEL),
            prefsrc: Some(src),
            nexthops: vec![crate::NextHop { oif: dev, ..crate::NextHop::default() }],
            ..RouteFilter::new(bits::net(dst, len))
        };
        let _ = self.delete_route(&filter);
    }
}
