//! The route of a packet that this host sends.

use std::net::{IpAddr, Ipv4Addr};

use packetwalk_trace::{RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex, proto};

use crate::Routing;
use crate::bits;
use crate::result::{Flow, NoRoute, RouteResult};
use crate::route::Scope;

impl Routing {
    /// The route of a packet that this host sends; `src` of the answer is the flow's own source, or the
    /// one chosen. `flow.iif` is to be `lo`.
    ///
    /// # Errors
    /// What the sender gets; [`Routing::fib_lookup`] tells which route refused.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ip_route_output_key_hash_rcu`; `net/ipv6/route.c`:
    /// `ip6_route_output_flags`.
    pub fn output(&self, flow: &Flow) -> Result<RouteResult, SendError> {
        self.output_or_why(flow).map_err(|no| no.error)
    }

    /// As [`Routing::output`], with the route that refused.
    ///
    /// # Errors
    /// See [`NoRoute`].
    pub fn output_or_why(&self, flow: &Flow) -> Result<RouteResult, NoRoute<'_>> {
        match flow.family() {
            Family::V4 => self.output4(flow),
            Family::V6 => self.output6(flow),
        }
    }

    fn output4(&self, asked: &Flow) -> Result<RouteResult, NoRoute<'_>> {
        let fail = |error| Err(NoRoute { error, by: None });
        let mut flow = *asked;
        let dst = flow.dst;
        let given = |flow: &Flow| !bits::is_zero(flow.src);
        let group = dst.is_multicast() || bits::is_lbcast(dst);
        if given(&flow) {
            let src = flow.src;
            if src.is_multicast() || bits::is_lbcast(src) {
                return fail(SendError::Inval);
            }
            match self.ip_dev_find(src) {
                Some(owner) if flow.oif == IfIndex::NONE && group => {
                    let result = RouteResult::direct(kind_of(dst), owner, dst, Some(src));
                    return self.make_output(result, &flow);
                }
                None if !flow.any_src || group => return fail(SendError::NetUnreach),
                _ => {}
            }
        }
        if flow.oif.is_some() {
            let Some(dev) = self.dev(flow.oif) else { return fail(SendError::NoDev) };
            if !dev.up {
                return fail(SendError::NetUnreach);
            }
            let link_only =
                bits::is_local_multicast(dst) || bits::is_lbcast(dst) || flow.proto == proto::IGMP;
            if !given(&flow) {
                let scope = if link_only {
                    Some(Scope::LINK)
                } else if dst.is_multicast() {
                    Some(flow.scope)
                } else if bits::is_zero(dst) {
                    Some(Scope::HOST)
                } else {
                    None
                };
                if let Some(src) = scope.and_then(|s| self.inet_select_addr(flow.oif, None, s)) {
                    flow.src = src;
                }
            }
            if link_only {
                let src = given(&flow).then_some(flow.src);
                return self.make_output(RouteResult::direct(kind_of(dst), flow.oif, dst, src), &flow);
            }
        }
        if bits::is_zero(dst) {
            let to = if given(&flow) { flow.src } else { IpAddr::V4(Ipv4Addr::LOCALHOST) };
            return Ok(RouteResult::direct(RouteKind::Local, IfIndex::LO, to, Some(to)));
        }
        let hit = match self.fib_lookup(&flow) {
            Ok(hit) => hit,
            Err(_) if flow.oif.is_some() => {
                let chosen = || self.inet_select_addr(flow.oif, None, Scope::LINK);
                let src = if given(&flow) { Some(flow.src) } else { chosen() };
                return self.make_output(RouteResult::direct(RouteKind::Unicast, flow.oif, dst, src), &flow);
            }
            Err(no) => return Err(no),
        };
        let own = given(&flow).then_some(flow.src);
        if hit.route.kind == RouteKind::Local {
            let mut result = hit.result();
            result.src = own.or(result.prefsrc).or(Some(dst));
            result.oif = IfIndex::LO;
            return self.make_output(result, &flow);
        }
        let hit = self.select_path(hit, &flow);
        let mut result = hit.result();
        result.src = own.or_else(|| self.route_source(hit.route, hit.nh));
        self.make_output(result, &flow)
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `__mkroute_output`.
    fn make_output(&self, mut result: RouteResult, flow: &Flow) -> Result<RouteResult, NoRoute<'_>> {
        let inval = NoRoute { error: SendError::Inval, by: None };
        let Some(dev) = self.dev(result.oif) else { return Err(inval) };
        let loopback_src = result.src.is_some_and(|s| s.is_loopback());
        if loopback_src && !dev.loopback && !dev.conf.route_localnet {
            return Err(inval);
        }
        let dst = flow.dst;
        if bits::is_lbcast(dst) {
            result.kind = RouteKind::Broadcast;
        } else if dst.is_multicast() {
            result.kind = RouteKind::Multicast;
        }
        result.local |= dev.loopback;
        match result.kind {
            RouteKind::Broadcast => {
                result.local = true;
                (result.via, result.mtu) = (None, None);
            }
            RouteKind::Multicast => {
                result.local = self.is_member(result.oif, dst);
                if result.from_table && result.prefix_len < 4 {
                    (result.via, result.mtu) = (None, None);
                }
            }
            _ => {}
        }
        Ok(result)
    }

    /// Whether an interface listens to a group.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/igmp.c`: `ip_check_mc_rcu`; `net/ipv6/mcast.c`: `ipv6_chk_mcast_addr`.
    pub fn is_member(&self, dev: IfIndex, group: IpAddr) -> bool {
        let Some(dev) = self.dev(dev) else { return false };
        match group {
            IpAddr::V4(g) if g.octets() == [224, 0, 0, 1] => dev.up,
            IpAddr::V4(_) => dev.groups.contains(&group),
            IpAddr::V6(_) => dev.groups.contains(&group) || dev.groups6().any(|g| g == group),
        }
    }
}

fn kind_of(dst: IpAddr) -> RouteKind {
    if bits::is_lbcast(dst) {
        RouteKind::Broadcast
    } else if dst.is_multicast() {
        RouteKind::Multicast
    } else {
        RouteKind::Unicast
    }
}
