//! IPv6: the route of a packet that this host sends.

use std::net::IpAddr;

use packetwalk_trace::{RouteKind, SendError};
use packetwalk_wire::IfIndex;

use crate::Routing;
use crate::bits;
use crate::dev::Dev;
use crate::result::{Flow, Hit, NoRoute, RouteResult};

/// Destinations that mean nothing without their link.
///
/// # Source
/// Linux v6.18, `net/ipv6/route.c`: `rt6_need_strict`.
pub fn needs_strict(dst: IpAddr) -> bool {
    dst.is_multicast() || bits::is_link_local6(dst) || dst.is_loopback()
}

/// Where a hit sends: local destinations go by `lo`, link-local ones keep their interface.
///
/// # Source
/// Linux v6.18, `net/ipv6/route.c`: `ip6_rt_get_dev_rcu`.
pub(crate) fn settle(hit: Hit<'_>, dst: IpAddr) -> RouteResult {
    let mut result = hit.result();
    if matches!(result.kind, RouteKind::Local | RouteKind::Anycast) {
        result.local = true;
        if !needs_strict(dst) || dst.is_loopback() {
            result.oif = IfIndex::LO;
        }
    }
    result
}

impl Dev {
    /// The groups that IPv6 itself has an interface join: all nodes, all routers, and the solicited-node
    /// group of each address.
    pub(crate) fn groups6(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let routers = self.conf.forwarding6 && !self.loopback;
        let all: &[u128] = if self.conf.disable_ipv6 {
            &[]
        } else if routers {
            &[0xff02 << 112 | 1, 0xff01 << 112 | 1, 0xff02 << 112 | 2, 0xff01 << 112 | 2, 0xff05 << 112 | 2]
        } else {
            &[0xff02 << 112 | 1, 0xff01 << 112 | 1]
        };
        let solicited = self.addrs6.iter().filter(|_| !self.loopback).map(|a| solicited_node(a.local));
        all.iter().map(|&g| bits::addr(g, packetwalk_wire::Family::V6)).chain(solicited)
    }
}

impl Routing {
    pub(crate) fn output6(&self, asked: &Flow) -> Result<RouteResult, NoRoute<'_>> {
        let mut flow = *asked;
        let any_src = bits::is_zero(flow.src);
        let strict = needs_strict(flow.dst);
        if flow.oif.is_some() && self.dev(flow.oif).is_none() {
            return Err(NoRoute { error: SendError::NoDev, by: None });
        }
        if bits::is_zero(flow.dst) {
            flow.dst = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);
        }
        flow.strict = (strict || any_src) && flow.oif.is_some();
        let hit = self.fib_lookup(&flow)?;
        let hit = self.select_path(hit, &flow);
        let mut result = settle(hit, flow.dst);
        if result.kind == RouteKind::Multicast || flow.dst.is_multicast() {
            result.kind = RouteKind::Multicast;
            result.local = self.is_member(result.oif, flow.dst);
        }
        result.src = if any_src {
            let chosen = || {
                let oif = if result.local { result.fib_oif } else { result.oif };
                self.select_source6(Some(oif), flow.dst)
            };
            result.prefsrc.or_else(chosen)
        } else {
            Some(flow.src)
        };
        Ok(result)
    }

    /// Every group address that an interface listens to, IPv4's first.
    pub fn groups(&self, dev: IfIndex) -> Vec<IpAddr> {
        let Some(dev) = self.dev(dev) else { return Vec::new() };
        let mut all: Vec<IpAddr> = Vec::new();
        if dev.up {
            all.push(IpAddr::from([224, 0, 0, 1]));
        }
        for group in dev.groups.iter().copied().chain(dev.groups6()) {
            if !all.contains(&group) {
                all.push(group);
            }
        }
        all
    }
}

/// ff02::1:ffXX:XXXX (RFC 4291 section 2.7.1); other families' addresses are given back.
pub fn solicited_node(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(_) => addr,
        IpAddr::V6(a) => {
            let low = a.to_bits() & 0xff_ffff;
            bits::addr(0xff02 << 112 | 0x1_ff00_0000 | low, packetwalk_wire::Family::V6)
        }
    }
}
