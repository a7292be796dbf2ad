//! IPv4: which source address, what type of address.

use std::net::IpAddr;

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, Order};

use crate::Routing;
use crate::address::Address;
use crate::bits;
use crate::dev::Dev;
use crate::fib::Found;
use crate::result::{Flow, Hit};
use crate::route::{Scope, table_id};

impl Routing {
    /// A source address for packets by `dev` to `dst` (its next hop, or unspecified), with at least
    /// `scope`: the first primary address in `dst`'s subnet, else the first, else another interface's.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `inet_select_addr`.
    pub fn inet_select_addr(&self, dev: IfIndex, dst: Option<IpAddr>, scope: Scope) -> Option<IpAddr> {
        if let Some(dev) = self.dev(dev) {
            let localnet = if dev.conf.route_localnet { Scope::LINK } else { Scope::HOST };
            let mut first = None;
            for a in dev.addrs4.iter().filter(|a| !a.flags.secondary && a.scope.min(localnet) <= scope) {
                if dst.is_none_or(|dst| bits::is_zero(dst) || a.on_link(dst)) {
                    return Some(a.local);
                }
                first = first.or(Some(a.local));
            }
            if first.is_some() {
                return first;
            }
        }
        let usable = |a: &&Address| !a.flags.secondary && a.scope != Scope::LINK && a.scope <= scope;
        let of = |d: &Dev| Some((d.born, d.addrs4.iter().find(usable)?.local));
        self.devs.iter().filter_map(of).min_by_key(|&(born, _)| born).map(|(_, local)| local)
    }

    /// MASQUERADE's choice: see [`Routing::inet_select_addr`], or IPv6's own choice.
    pub fn masquerade_source(&self, oif: IfIndex, next_hop: IpAddr) -> Option<IpAddr> {
        match Family::of(next_hop) {
            Family::V4 => self.inet_select_addr(oif, Some(next_hop), Scope::UNIVERSE),
            Family::V6 => self.select_source6(Some(oif), next_hop),
        }
    }

    /// The first address of an interface: REDIRECT's destination.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_nat_redirect.c`: `nf_nat_redirect_ipv4`, `nf_nat_redirect_ipv6`.
    pub fn first_addr(&self, dev: IfIndex, family: Family) -> Option<IpAddr> {
        let dev = self.dev(dev)?;
        match family {
            Family::V4 => dev.addrs4.iter().find(|a| !a.flags.secondary).map(|a| a.local),
            Family::V6 => {
                dev.addrs6.iter().find(|a| !(a.flags.tentative || a.flags.dadfailed)).map(|a| a.local)
            }
        }
    }

    /// Whether `addr`, and `with` unless unspecified, are in one subnet of `dev`.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `inet_addr_onlink`.
    pub fn inet_addr_onlink(&self, dev: IfIndex, addr: IpAddr, with: Option<IpAddr>) -> bool {
        self.dev(dev).is_some_and(|d| {
            d.addrs4
                .iter()
                .filter(|a| !a.flags.secondary)
                .any(|a| a.on_link(addr) && with.is_none_or(|w| bits::is_zero(w) || a.on_link(w)))
        })
    }

    /// The interface that has this very address; the one that got it last, if several have it.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `inet_lookup_ifaddr_rcu`.
    pub fn owner(&self, addr: IpAddr) -> Option<&Dev> {
        if self.owned.get_or_init(|| self.addresses()).binary_search(&addr).is_err() {
            return None;
        }
        let family = Family::of(addr);
        let added = |d: &&Dev| d.addrs(family).iter().find(|a| a.local == addr).map(|a| a.added);
        self.devs.iter().filter(|d| added(d).is_some()).max_by_key(added)
    }

    fn addresses(&self) -> Vec<IpAddr> {
        let of = |d: &Dev| d.addrs4.iter().chain(&d.addrs6).map(|a| a.local).collect::<Vec<_>>();
        let mut all: Vec<IpAddr> = self.devs.iter().flat_map(of).collect();
        all.order();
        all
    }

    /// The interface of an address that is ours: its owner, or the one of a local route to it.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `__ip_dev_find`.
    pub fn ip_dev_find(&self, addr: IpAddr) -> Option<IfIndex> {
        if let Some(dev) = self.owner(addr) {
            return Some(dev.index);
        }
        let flow = Flow { ignore_linkstate: true, iif: IfIndex::NONE, ..Flow::new(addr) };
        match self.table_lookup(table_id::LOCAL, &flow) {
            Found::Way(route, nh, _) if route.kind == RouteKind::Local => {
                route.nexthops.get(nh).map(|n| n.oif)
            }
            _ => None,
        }
    }

    /// The type of an address; with `dev`, only that interface's addresses count as local.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `__inet_dev_addr_type`;
    /// `net/netfilter/xt_addrtype.c`: `match_lookup_rt6`.
    pub fn addr_type(&self, addr: IpAddr, dev: Option<IfIndex>) -> RouteKind {
        if addr.is_ipv6() {
            return self.addr_type6(addr, dev);
        }
        if bits::is_zero(addr) || bits::is_lbcast(addr) {
            return RouteKind::Broadcast;
        }
        if addr.is_multicast() {
            return RouteKind::Multicast;
        }
        self.addr_type_in(addr, dev, table_id::LOCAL)
    }

    /// The type of a unicast address by one table.
    pub(crate) fn addr_type_in(&self, addr: IpAddr, dev: Option<IfIndex>, table: u32) -> RouteKind {
        let flow = Flow { iif: IfIndex::NONE, ..Flow::new(addr) };
        match self.table_lookup(table, &flow) {
            Found::Way(route, nh, _) => {
                let oif = route.nexthops.get(nh).map(|n| n.oif);
                if dev.is_none() || dev == oif { route.kind } else { RouteKind::Unicast }
            }
            _ => RouteKind::Unicast,
        }
    }

    /// Which way out of a multipath route a flow takes: a hash of its addresses, by the ways' weights; a
    /// way whose own source address is the flow's is preferred.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_select_multipath`, `fib_rebalance`.
    /// Differs: the kernel's hash is seeded anew at every boot.
    pub(crate) fn select_path<'a>(&self, mut hit: Hit<'a>, flow: &Flow) -> Hit<'a> {
        let ways = &hit.route.nexthops;
        if ways.len() < 2 || flow.oif != IfIndex::NONE {
            return hit;
        }
        let usable = |oif: IfIndex, linkdown: bool, dead: bool| {
            !(dead || linkdown && self.dev(oif).is_some_and(|d| d.conf.ignore_linkdown))
        };
        let total: u64 =
            ways.iter().filter(|n| usable(n.oif, n.linkdown, n.dead)).map(|n| u64::from(n.share())).sum();
        let hash = self.hash(flow.src, flow.dst);
        let (mut sum, mut best) = (0u64, 0);
        for (at, nh) in ways.iter().enumerate().filter(|(_, n)| usable(n.oif, n.linkdown, n.dead)) {
            sum += u64::from(nh.share());
            let upper = ((sum << 31) + total / 2) / total.max(1);
            let own = !bits::is_zero(flow.src) && self.route_source(hit.route, at) == Some(flow.src);
            let score = u32::from(own) * 2 + u32::from(hash < upper);
            if score > best {
                (hit.nh, best) = (at, score);
                if score == 3 || (bits::is_zero(flow.src) && score == 1) {
                    break;
                }
            }
        }
        hit
    }

    fn hash(&self, src: IpAddr, dst: IpAddr) -> u64 {
        let mut x = self.seed;
        for part in [bits::of(src), bits::of(dst)] {
            for half in [(part >> 64) as u64, part as u64] {
                x = (x ^ half).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                x ^= x >> 32;
            }
        }
        x >> 33
    }

    /// The source that a route gives local senders: its `src`, or the way out's own choice.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_result_prefsrc`, `fib_info_update_nhc_saddr`.
    pub(crate) fn route_source(&self, route: &crate::Route, nh: usize) -> Option<IpAddr> {
        route.prefsrc.or_else(|| {
            let nh = route.nexthops.get(nh)?;
            let via = nh.via.filter(IpAddr::is_ipv4);
            self.inet_select_addr(nh.oif, via, route.scope)
        })
    }
}
