//! IPv6: which source address, what type of address.

use std::net::{IpAddr, Ipv6Addr};

use packetwalk_trace::RouteKind;
use packetwalk_wire::IfIndex;

use crate::Routing;
use crate::address::Address;
use crate::fib::Found;
use crate::result::Flow;
use crate::route::table_id;

/// Scope numbers of RFC 4007: 1 interface, 2 link, 5 site, 14 global.
const fn scope(addr: Ipv6Addr) -> i32 {
    let s = addr.segments();
    if s[0] & 0xff00 == 0xff00 {
        return (s[0] & 0xf) as i32;
    }
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => 2,
        _ if s[0] & 0xffc0 == 0xfe80 => 2,
        _ if s[0] & 0xffc0 == 0xfec0 => 5,
        _ => 14,
    }
}

/// The label of an address (RFC 6724 section 2.1, as Linux has it).
///
/// # Source
/// Linux v6.18, `net/ipv6/addrlabel.c`: `ip6addrlbl_init_table`.
const fn label(addr: Ipv6Addr) -> u8 {
    let s = addr.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => 0,
        [0, 0, 0, 0, 0, 0xffff, _, _] => 4,
        [0, 0, 0, 0, 0, 0, _, _] => 3,
        [0x2001, 0, ..] => 6,
        [0x2001, b, ..] if b & 0xfff0 == 0x10 => 7,
        [0x2002, ..] => 2,
        [0x3ffe, ..] => 12,
        [a, ..] if a & 0xfe00 == 0xfc00 => 5,
        [a, ..] if a & 0xffc0 == 0xfec0 => 11,
        _ => 1,
    }
}

/// A candidate's merits, one a rule; compared from the left, the first of equals wins.
type Score = [i32; 6];

fn score(a: &Address, on: IfIndex, oif: Option<IfIndex>, dst: Ipv6Addr) -> Option<Score> {
    let IpAddr::V6(addr) = a.local else { return None };
    let dst_scope = scope(dst);
    let own = scope(addr);
    let common = (addr.to_bits() ^ dst.to_bits()).leading_zeros() as i32;
    Some([
        i32::from(addr == dst),
        if own >= dst_scope { -own } else { own - 128 },
        i32::from(!a.flags.deprecated),
        i32::from(oif.is_none_or(|oif| oif == on)),
        i32::from(label(addr) == label(dst)),
        common.min(i32::from(a.prefix_len)),
    ])
}

impl Routing {
    /// The source address for packets to `dst` by `oif`.
    ///
    /// # Source
    /// RFC 6724 section 5. Linux v6.18, `net/ipv6/addrconf.c`: `ipv6_dev_get_saddr`,
    /// `ipv6_get_saddr_eval`. Differs: no temporary, home or optimistic addresses.
    pub fn select_source6(&self, oif: Option<IfIndex>, dst: IpAddr) -> Option<IpAddr> {
        let IpAddr::V6(dst) = dst else { return None };
        let narrow = oif.is_some() && (dst.is_multicast() || scope(dst) <= 2);
        let mut best: Option<(Score, IpAddr)> = None;
        for dev in self.devs.iter().filter(|d| !narrow || Some(d.index) == oif) {
            for a in dev.addrs6.iter().filter(|a| !a.flags.tentative && !a.flags.dadfailed) {
                let Some(score) = score(a, dev.index, oif, dst) else { continue };
                if best.is_none_or(|(top, _)| score > top) {
                    best = Some((score, a.local));
                }
            }
        }
        best.map(|(_, addr)| addr)
    }

    pub(crate) fn addr_type6(&self, addr: IpAddr, dev: Option<IfIndex>) -> RouteKind {
        if addr.is_multicast() {
            return RouteKind::Multicast;
        }
        if let Some(dev) = dev {
            let own = self.dev(dev).is_some_and(|d| d.addrs6.iter().any(|a| a.local == addr));
            if own {
                return RouteKind::Local;
            }
        }
        let flow = Flow { oif: dev.unwrap_or_default(), ..Flow::new(addr) };
        match self.table_lookup(table_id::LOCAL, &flow) {
            Found::Way(route, ..) if route.kind == RouteKind::Anycast => RouteKind::Anycast,
            Found::Way(route, ..) if route.kind == RouteKind::Local && dev.is_none() => RouteKind::Local,
            _ => match self.fib_lookup(&flow) {
                Err(_) => RouteKind::Unreachable,
                Ok(_) => RouteKind::Unicast,
            },
        }
    }
}
