//! `-m addrtype`.

use std::net::IpAddr;

use packetwalk_trace::{Hook, RouteKind};
use packetwalk_wire::{Family, IfIndex};

use crate::context::{Cx, Scope};
use crate::env::Host;
use crate::xtables::Cond;

/// A set of address types, a bit each.
///
/// # Source
/// Linux v6.18, `include/uapi/linux/netfilter/xt_addrtype.h`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Types(pub u16);

/// Names of the types, in the order of their bits.
pub const NAMES: [&str; 12] = [
    "UNSPEC",
    "UNICAST",
    "LOCAL",
    "BROADCAST",
    "ANYCAST",
    "MULTICAST",
    "BLACKHOLE",
    "UNREACHABLE",
    "PROHIBIT",
    "THROW",
    "NAT",
    "XRESOLVE",
];

const UNSPEC: u16 = 1 << 0;
const UNICAST: u16 = 1 << 1;
const LOCAL: u16 = 1 << 2;
const ANYCAST: u16 = 1 << 4;
const MULTICAST: u16 = 1 << 5;
const UNREACHABLE: u16 = 1 << 7;

/// Of these, IPv6 asks the routing table; the others must hold besides.
///
/// # Source
/// Linux v6.18, `net/netfilter/xt_addrtype.c`: `match_type6`, `match_lookup_rt6`.
const ROUTED: u16 = LOCAL | ANYCAST | UNREACHABLE;

/// What IPv6 has.
const V6: u16 = UNSPEC | UNICAST | LOCAL | ANYCAST | MULTICAST | UNREACHABLE;

const fn bit(kind: RouteKind) -> u16 {
    match kind {
        RouteKind::Unicast => UNICAST,
        RouteKind::Local => LOCAL,
        RouteKind::Broadcast => 1 << 3,
        RouteKind::Anycast => ANYCAST,
        RouteKind::Multicast => MULTICAST,
        RouteKind::Blackhole => 1 << 6,
        RouteKind::Unreachable => UNREACHABLE,
        RouteKind::Prohibit => 1 << 8,
        RouteKind::Throw => 1 << 9,
        RouteKind::Nat => 1 << 10,
    }
}

/// `--limit-iface-in`, `--limit-iface-out`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitIface {
    /// Only addresses of the interface in.
    In,
    /// Only addresses of the interface out.
    Out,
}

/// Types of the packet's addresses as the routing table sees them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Addrtype {
    /// `--src-type`.
    pub src: Option<Cond<Types>>,
    /// `--dst-type`.
    pub dst: Option<Cond<Types>>,
    /// `--limit-iface-*`.
    pub limit: Option<LimitIface>,
}

impl Addrtype {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_addrtype.c`: `addrtype_mt_v1`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        let dev = match self.limit {
            None => None,
            Some(LimitIface::In) => Some(cx.state.iif.index).filter(|i| i.is_some()),
            Some(LimitIface::Out) => Some(cx.state.oif.index).filter(|i| i.is_some()),
        };
        let ip = &cx.skb.packet.ip;
        let one =
            |c: Option<Cond<Types>>, addr| c.is_none_or(|c| is_type(cx.env.host, dev, addr, c.is.0) != c.not);
        one(self.src, ip.src) && one(self.dst, ip.dst)
    }

    /// Where it may be used.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_addrtype.c`: `addrtype_mt_checkentry_v1`.
    pub(crate) fn scope(&self) -> Scope {
        let scope = match self.limit {
            None => Scope::ANY,
            Some(LimitIface::In) => Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward]),
            Some(LimitIface::Out) => Scope::ANY.hooks(&[Hook::Forward, Hook::Output, Hook::Postrouting]),
        };
        let types = self.src.iter().chain(&self.dst).fold(0, |all, c| all | c.is.0);
        if types & !V6 == 0 { scope } else { scope.family(Family::V4) }
    }
}

fn is_type<H: Host>(host: &H, dev: Option<IfIndex>, addr: IpAddr, mask: u16) -> bool {
    if Family::of(addr) == Family::V4 {
        return mask & bit(host.addr_type(addr, dev)) != 0;
    }
    let multicast = addr.is_multicast();
    let unspecified = addr.is_unspecified();
    if mask & MULTICAST != 0 && !multicast
        || mask & UNICAST != 0 && (multicast || unspecified)
        || mask & UNSPEC != 0 && !unspecified
    {
        return false;
    }
    if mask & ROUTED == 0 {
        return true;
    }
    let found = match dev {
        Some(dev) if mask & UNREACHABLE != 0 && !host.routed6(addr, dev) => UNREACHABLE,
        _ => 0,
    };
    mask & ROUTED & (found | bit(host.addr_type(addr, dev))) != 0
}
