//! The way back to a packet's source, as netfilter's rpfilter asks for it.

use std::net::IpAddr;

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::bits;
use crate::result::Flow;

/// A packet whose source is looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReverseKey {
    /// Source.
    pub src: IpAddr,
    /// Destination.
    pub dst: IpAddr,
    /// TOS or traffic class.
    pub tos: u8,
    /// Mark.
    pub mark: u32,
    /// Where it came in.
    pub dev: IfIndex,
    /// Any interface will do.
    pub loose: bool,
}

impl Routing {
    /// Type of the route to the source of `key`, and whether it leads over `key.dev`; `None` when there is
    /// no route or an error for one.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_rpfilter.c`: `rpfilter_lookup_reverse`;
    /// `net/ipv6/netfilter/ip6t_rpfilter.c`: `rpfilter_lookup_reverse6`.
    pub fn reverse(&self, key: &ReverseKey) -> Option<(RouteKind, bool)> {
        match Family::of(key.src) {
            Family::V4 => self.reverse4(key),
            Family::V6 => self.reverse6(key),
        }
    }

    /// Whether an IPv6 address has a route by this interface, one that is no refusal.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_addrtype.c`: `match_lookup_rt6`; `net/ipv6/route.c`: `ip6_route_output_flags`
    /// is strict about the interface where the flow has no source.
    pub fn routed6(&self, addr: IpAddr, dev: IfIndex) -> bool {
        let flow = Flow { iif: IfIndex::LO, oif: dev, strict: true, ..Flow::new(addr) };
        self.fib_lookup(&flow)
            .is_ok_and(|hit| matches!(hit.route.kind, RouteKind::Unicast | RouteKind::Local))
    }

    fn reverse4(&self, key: &ReverseKey) -> Option<(RouteKind, bool)> {
        let plain = !(key.dst.is_multicast() || bits::is_lbcast(key.dst) || bits::is_zero(key.dst));
        let flow = Flow {
            src: if plain { key.dst } else { Family::V4.unspecified() },
            iif: IfIndex::LO,
            tos: key.tos,
            mark: key.mark,
            ignore_linkstate: true,
            ..Flow::new(key.src)
        };
        let hit = self.fib_lookup(&flow).ok()?;
        let by_dev = hit.route.nexthops.iter().any(|n| n.oif == key.dev);
        Some((hit.route.kind, by_dev))
    }

    fn reverse6(&self, key: &ReverseKey) -> Option<(RouteKind, bool)> {
        let link_local = bits::is_link_local6(key.src);
        let flow = Flow {
            src: if key.dst.is_multicast() { Family::V6.unspecified() } else { key.dst },
            iif: IfIndex::LO,
            oif: if link_local || !key.loose { key.dev } else { IfIndex::NONE },
            mark: key.mark,
            strict: link_local,
            ..Flow::new(key.src)
        };
        let hit = self.fib_lookup(&flow).ok()?;
        let by_dev = hit.route.nexthops.get(hit.nh).is_some_and(|n| n.oif == key.dev);
        Some((hit.route.kind, by_dev))
    }
}
