//! The route of a packet that came in.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::bits;
use crate::dev::Dev;
use crate::fib::refusal;
use crate::result::{Flow, NoRoute, RouteResult};
use crate::route::Scope;

/// What decides the route of a packet that came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InputKey {
    /// Source.
    pub src: IpAddr,
    /// Destination.
    pub dst: IpAddr,
    /// TOS or traffic class.
    pub tos: u8,
    /// Where it came in.
    pub dev: IfIndex,
    /// `skb->mark`.
    pub mark: u32,
    /// IP protocol.
    pub proto: u8,
    /// Source port; 0 when there is none.
    pub sport: u16,
    /// Destination port; 0 when there is none.
    pub dport: u16,
}

/// What becomes of a packet that came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// For this host: a unicast, broadcast, anycast or joined group address; `kind` of the route tells.
    Local(RouteResult),
    /// To be forwarded.
    Forward(RouteResult),
    /// Refused by a route, or no route (`ip_error`): the sender is told by ICMP, unless this host does
    /// not forward (then `silent`).
    Error {
        /// ENETUNREACH, EHOSTUNREACH, EACCES; EINVAL (blackhole) is never told.
        error: SendError,
        /// The route that refused, if one did.
        by: Option<RouteResult>,
        /// Dropped without ICMP, for this reason.
        silent: Option<DropReason>,
    },
    /// Dropped before any route.
    Drop(DropReason),
}

/// A source that may not come in here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Martian(pub DropReason);

impl Routing {
    /// The route of a packet that came in by `key.dev`.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ip_route_input_rcu`, `ip_route_input_slow`; `net/ipv6/route.c`:
    /// `ip6_route_input`.
    pub fn input(&self, key: &InputKey) -> Input {
        match Family::of(key.dst) {
            Family::V4 => self.input4(key),
            Family::V6 => self.input6(key),
        }
    }

    pub(crate) fn input_flow(&self, key: &InputKey, family: Family) -> Flow {
        let ports = self.rules_of(family).needs_ports();
        Flow {
            src: key.src,
            iif: key.dev,
            mark: key.mark,
            tos: key.tos,
            proto: if ports { key.proto } else { 0 },
            sport: if ports { key.sport } else { 0 },
            dport: if ports { key.dport } else { 0 },
            ..Flow::new(key.dst)
        }
    }

    fn input4(&self, key: &InputKey) -> Input {
        let Some(dev) = self.dev(key.dev) else { return Input::Drop(DropReason::DevReady) };
        let InputKey { src, dst, .. } = *key;
        if dst.is_multicast() {
            return self.input_multicast(key, dev);
        }
        if src.is_multicast() || bits::is_lbcast(src) {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        if bits::is_lbcast(dst) || (bits::is_zero(src) && bits::is_zero(dst)) {
            let result = RouteResult::direct(RouteKind::Broadcast, key.dev, dst, None);
            return self.input_broadcast(key, dev, result);
        }
        if bits::is_zero(src) {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        if bits::is_zero(dst) {
            return Input::Drop(DropReason::IpInvalidDest);
        }
        if !dev.conf.route_localnet && (dst.is_loopback() || src.is_loopback()) && !dev.loopback {
            return Input::Drop(DropReason::IpLocalNet);
        }
        let flow = self.input_flow(key, Family::V4);
        let hit = match self.fib_lookup(&flow) {
            Ok(hit) => hit,
            Err(no) => return refused(no, dev.conf.forwarding),
        };
        let mut result = hit.result();
        match hit.route.kind {
            RouteKind::Broadcast if !dev.conf.bc_forwarding => self.input_broadcast(key, dev, result),
            RouteKind::Local => {
                if let Err(Martian(reason)) = self.validate_source(key, Some(dst), IfIndex::NONE) {
                    Input::Drop(reason)
                } else {
                    result.oif = IfIndex::LO;
                    Input::Local(result)
                }
            }
            _ if !dev.conf.forwarding => Input::Error {
                error: SendError::HostUnreach,
                by: Some(result),
                silent: Some(DropReason::ForwardingOff),
            },
            RouteKind::Unicast | RouteKind::Broadcast => {
                let hit = self.select_path(hit, &flow);
                self.forward4(key, dev, hit.result())
            }
            _ => Input::Drop(DropReason::IpInvalidDest),
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `__mkroute_input`.
    fn forward4(&self, key: &InputKey, dev: &Dev, mut result: RouteResult) -> Input {
        let onlink = match self.validate_source(key, Some(key.dst), result.oif) {
            Err(Martian(reason)) => return Input::Drop(reason),
            Ok(onlink) => onlink,
        };
        if result.oif == key.dev && onlink && dev.conf.send_redirects {
            let gateway = result.via.filter(IpAddr::is_ipv4);
            result.redirect = dev.conf.shared_media || self.inet_addr_onlink(result.oif, key.src, gateway);
        }
        Input::Forward(result)
    }

    fn input_broadcast(&self, key: &InputKey, dev: &Dev, mut result: RouteResult) -> Input {
        if !bits::is_zero(key.src)
            && let Err(Martian(reason)) = self.validate_source(key, None, IfIndex::NONE)
        {
            return Input::Drop(reason);
        }
        result.kind = RouteKind::Broadcast;
        result.local = true;
        result.oif = dev.index;
        Input::Local(result)
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ip_route_input_mc`, `ip_mc_validate_source`.
    fn input_multicast(&self, key: &InputKey, dev: &Dev) -> Input {
        if !self.is_member(key.dev, key.dst) {
            return Input::Drop(DropReason::NotJoined);
        }
        if key.src.is_multicast() || bits::is_lbcast(key.src) {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        if key.src.is_loopback() && !dev.conf.route_localnet && !dev.loopback {
            return Input::Drop(DropReason::IpLocalNet);
        }
        if bits::is_zero(key.src) {
            if !bits::is_local_multicast(key.dst) {
                return Input::Drop(DropReason::IpInvalidSource);
            }
        } else if let Err(Martian(reason)) = self.validate_source(key, None, IfIndex::NONE) {
            return Input::Drop(reason);
        }
        let mut result = RouteResult::direct(RouteKind::Multicast, IfIndex::LO, key.dst, None);
        result.local = true;
        Input::Local(result)
    }

    /// Whether the source of `key` may come in there, for a packet to `dst` (none for broadcast) that
    /// leaves by `oif` (NONE when it does not). `Ok(true)`: the source is on the link that it came by.
    ///
    /// # Errors
    /// [`Martian`] with [`DropReason::IpRpFilter`], [`DropReason::IpLocalSource`] or
    /// [`DropReason::IpInvalidSource`].
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_validate_source`, `__fib_validate_source`.
    pub fn validate_source(
        &self,
        key: &InputKey,
        dst: Option<IpAddr>,
        oif: IfIndex,
    ) -> Result<bool, Martian> {
        let Some(dev) = self.dev(key.dev) else { return Err(Martian(DropReason::DevReady)) };
        let conf = &dev.conf;
        if conf.rp_filter == 0 && (key.dev != oif || !conf.send_redirects) {
            if conf.accept_local {
                return Ok(false);
            }
            if !self.custom_local && !self.rules4.custom {
                return match self.owner(key.src) {
                    Some(_) => Err(Martian(DropReason::IpLocalSource)),
                    None => Ok(false),
                };
            }
        }
        let ports = self.rules4.needs_ports();
        let flow = Flow {
            src: dst.unwrap_or(Family::V4.unspecified()),
            iif: if oif.is_some() { oif } else { IfIndex::LO },
            tos: key.tos,
            mark: if conf.src_valid_mark { key.mark } else { 0 },
            proto: if ports { key.proto } else { 0 },
            sport: if ports { key.dport } else { 0 },
            dport: if ports { key.sport } else { 0 },
            ..Flow::new(key.src)
        };
        let strict = |strict: bool| {
            if strict { Err(Martian(DropReason::IpRpFilter)) } else { Ok(false) }
        };
        let Ok(hit) = self.fib_lookup(&flow) else { return strict(conf.rp_filter != 0) };
        match hit.route.kind {
            RouteKind::Unicast => {}
            RouteKind::Local if conf.accept_local => {}
            RouteKind::Local => return Err(Martian(DropReason::IpLocalSource)),
            _ => return Err(Martian(DropReason::IpInvalidSource)),
        }
        let by_dev = hit.route.nexthops.iter().any(|n| n.oif == key.dev)
            || (hit.route.kind == RouteKind::Local && dev.loopback);
        let near = |nh: Option<&crate::NextHop>| nh.is_some_and(|n| n.scope >= Scope::HOST);
        if by_dev {
            return Ok(near(hit.route.nexthops.get(hit.nh)));
        }
        if dev.addrs4.is_empty() {
            return strict(conf.rp_filter != 0);
        }
        if conf.rp_filter == 1 {
            return strict(true);
        }
        let flow = Flow { oif: key.dev, ignore_linkstate: true, ..flow };
        Ok(match self.fib_lookup(&flow) {
            Ok(hit) if hit.route.kind == RouteKind::Unicast => near(hit.route.nexthops.get(hit.nh)),
            _ => false,
        })
    }
}

/// `ip_error`: what a host that forwards tells, and one that does not keeps to itself.
///
/// # Source
/// Linux v6.18, `net/ipv4/route.c`: `ip_error`.
pub(crate) fn refused(no: NoRoute<'_>, forwarding: bool) -> Input {
    let by = no.by.map(|hit| hit.result());
    if !forwarding {
        return Input::Error { error: SendError::HostUnreach, by, silent: Some(DropReason::ForwardingOff) };
    }
    let silent = match by {
        Some(by) if refusal(by.kind) == Some(SendError::Inval) => Some(DropReason::Blackhole),
        None if no.error == SendError::Inval => Some(DropReason::Blackhole),
        _ => None,
    };
    Input::Error { error: no.error, by, silent }
}
