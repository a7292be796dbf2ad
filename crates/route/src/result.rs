//! What a lookup is asked by, and what it answers.

use std::net::IpAddr;

use packetwalk_trace::{RouteKind, RouteStep, SendError};
use packetwalk_wire::{Family, IfIndex};

use crate::bits;
use crate::route::{Route, Scope};

/// What decides a route (`struct flowi4`, `struct flowi6`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// Source; unspecified when it is to be chosen.
    pub src: IpAddr,
    /// Destination.
    pub dst: IpAddr,
    /// Interface it came in by; `lo` for what this host sends.
    pub iif: IfIndex,
    /// Interface that it must leave by (`SO_BINDTODEVICE`, `ping -I`); NONE for any.
    pub oif: IfIndex,
    /// `skb->mark`.
    pub mark: u32,
    /// TOS or traffic class.
    pub tos: u8,
    /// IP protocol.
    pub proto: u8,
    /// Source port; 0 when unknown.
    pub sport: u16,
    /// Destination port; 0 when unknown.
    pub dport: u16,
    /// User of the sending socket.
    pub uid: u32,
    /// Least scope of the route (IPv4): LINK looks for what is on a link only.
    pub scope: Scope,
    /// Routes without carrier count too (`FIB_LOOKUP_IGNORE_LINKSTATE`).
    pub ignore_linkstate: bool,
    /// The source need not be ours (IPv4, `FLOWI_FLAG_ANYSRC`).
    pub any_src: bool,
    /// Only routes by `oif` count (IPv6, `RT6_LOOKUP_F_IFACE`).
    pub strict: bool,
}

impl Flow {
    /// What this host sends to `dst`, its source to be chosen.
    pub const fn new(dst: IpAddr) -> Self {
        Self {
            src: Family::of(dst).unspecified(),
            dst,
            iif: IfIndex::LO,
            oif: IfIndex::NONE,
            mark: 0,
            tos: 0,
            proto: 0,
            sport: 0,
            dport: 0,
            uid: 0,
            scope: Scope::UNIVERSE,
            ignore_linkstate: false,
            any_src: false,
            strict: false,
        }
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        Family::of(self.dst)
    }
}

/// A route found in the tables (`struct fib_result`).
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// Priority of the rule that led there.
    pub rule: u32,
    /// The route; its `dst` is not set.
    pub route: &'a Route,
    /// The address that was looked up.
    pub dst: IpAddr,
    /// Length of the prefix.
    pub len: u8,
    /// Which of its ways out.
    pub nh: usize,
}

impl Hit<'_> {
    /// As an answer; `oif` and `src` as in the table. A gateway that is an address of this host counts as
    /// none (Linux v6.18, `net/ipv4/route.c`: `rt_set_nexthop`).
    pub(crate) fn result(&self) -> RouteResult {
        let route = self.route;
        let nh = route.nexthops.get(self.nh).copied().unwrap_or_default();
        RouteResult {
            rule: self.rule,
            table: route.table,
            prefix: bits::first(self.dst, self.len),
            prefix_len: self.len,
            metric: route.metric,
            kind: route.kind,
            via: nh.via.filter(|_| nh.scope == Scope::LINK || route.family() == Family::V6),
            oif: nh.oif,
            fib_oif: nh.oif,
            scope: route.scope,
            nh_scope: nh.scope,
            prefsrc: route.prefsrc,
            src: None,
            mtu: (route.metrics.mtu != 0).then_some(route.metrics.mtu),
            local: route.kind == RouteKind::Local,
            redirect: false,
            from_table: true,
        }
    }
}

/// No route, and why.
#[derive(Clone, Copy, Debug)]
pub struct NoRoute<'a> {
    /// ENETUNREACH when nothing matched; else by the type of the route or rule that refused.
    pub error: SendError,
    /// The route that refused; `None` for a rule, or nothing.
    pub by: Option<Hit<'a>>,
}

/// A routing decision (`struct rtable`, `struct rt6_info`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RouteResult {
    /// Priority of the policy rule.
    pub rule: u32,
    /// Table; 0 when no table was asked.
    pub table: u32,
    /// Network of the winning prefix.
    pub prefix: IpAddr,
    /// Its length.
    pub prefix_len: u8,
    /// Metric.
    pub metric: u32,
    /// Type of the destination.
    pub kind: RouteKind,
    /// Gateway, unless on link.
    pub via: Option<IpAddr>,
    /// Interface out; `lo` for what is delivered here.
    pub oif: IfIndex,
    /// Interface that the route itself names: for a local route, the owner of the address.
    pub fib_oif: IfIndex,
    /// Scope of the destination.
    pub scope: Scope,
    /// Scope of the next hop.
    pub nh_scope: Scope,
    /// `src` of the route.
    pub prefsrc: Option<IpAddr>,
    /// Source address for a local sender: the one it chose, or the one it gets.
    pub src: Option<IpAddr>,
    /// `mtu` of the route; else the interface's counts.
    pub mtu: Option<u32>,
    /// A copy (or all) is delivered to this host (`RTCF_LOCAL`).
    pub local: bool,
    /// The sender would do better to ask the next hop itself (`RTCF_DOREDIRECT`).
    pub redirect: bool,
    /// A table was asked; false for the answers that need none (255.255.255.255, bound groups).
    pub from_table: bool,
}

impl RouteResult {
    /// For the trace.
    pub const fn step(&self) -> RouteStep {
        RouteStep {
            rule: self.rule,
            table: self.table,
            prefix: self.prefix,
            prefix_len: self.prefix_len,
            metric: self.metric,
            kind: self.kind,
            via: self.via,
            oif: self.oif,
            src: self.src,
        }
    }

    /// Whose MAC is wanted: the gateway's, or the destination's own.
    pub const fn next_hop(&self, dst: IpAddr) -> IpAddr {
        match self.via {
            Some(via) => via,
            None => dst,
        }
    }

    /// An answer that no table gave.
    pub(crate) const fn direct(kind: RouteKind, oif: IfIndex, dst: IpAddr, src: Option<IpAddr>) -> Self {
        Self {
            rule: 0,
            table: 0,
            prefix: dst,
            prefix_len: Family::of(dst).bits(),
            metric: 0,
            kind,
            via: None,
            oif,
            fib_oif: oif,
            scope: Scope::LINK,
            nh_scope: Scope::NOWHERE,
            prefsrc: None,
            src,
            mtu: None,
            local: matches!(kind, RouteKind::Local | RouteKind::Broadcast),
            redirect: false,
            from_table: false,
        }
    }
}
