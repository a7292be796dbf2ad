//! IPv6: adding and changing routes.

use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::error::RouteError;
use crate::fib::refusal;
use crate::route::{NextHop, NlFlags, Route, Scope};
use crate::sets::bare;

/// Metric of a route that the user gives none (`IP6_RT_PRIO_USER`).
pub const USER_METRIC: u32 = 1024;
/// Metric of the kernel's routes (`IP6_RT_PRIO_ADDRCONF`).
pub const KERNEL_METRIC: u32 = 256;

impl Routing {
    /// # Source
    /// Linux v6.18, `net/ipv6/route.c`: `ip6_route_info_create`.
    fn check6(&self, route: &mut Route) -> Result<(), RouteError> {
        route.dst = route.dst.trunc();
        route.tos = 0;
        route.scope = Scope::UNIVERSE;
        if route.metric == 0 && !route.auto {
            route.metric = USER_METRIC;
        }
        if refusal(route.kind).is_some() || route.kind == RouteKind::Throw {
            route.nexthops = vec![NextHop { oif: IfIndex::LO, ..NextHop::default() }];
            return Ok(());
        }
        if route.nexthops.is_empty() {
            return Err(RouteError::NoDevice);
        }
        if !route.auto {
            for nh in &mut route.nexthops {
                self.check_nh6(nh)?;
            }
        }
        let own = |src| self.devs.iter().any(|d| d.addrs6.iter().any(|a| a.local == src));
        if route.prefsrc.is_some_and(|src| !own(src)) {
            return Err(RouteError::Prefsrc6);
        }
        Ok(())
    }

    /// # Source
    /// Linux v6.18, `net/ipv6/ip6_fib.c`: `fib6_add`, `fib6_add_rt2node`.
    pub(crate) fn insert6(&mut self, mut route: Route, how: NlFlags) -> Result<(), RouteError> {
        self.check6(&mut route)?;
        self.routed(&route);
        let dst = std::mem::replace(&mut route.dst, bare(Family::V6));
        let table = self.tables_mut(Family::V6).make(route.table);
        table.change(dst, |at| insert_into(at, route, how))
    }
}

/// Puts a route among those to the same prefix; an error changes nothing.
fn insert_into(at: &mut Vec<Route>, mut route: Route, how: NlFlags) -> Result<(), RouteError> {
    let first = at.partition_point(|r| r.metric < route.metric);
    let after = at.partition_point(|r| r.metric <= route.metric);
    let group = &at[first..after];
    let ecmp = |r: &Route| r.nexthops.first().is_some_and(|n| n.via.is_some());
    if how.replace() {
        let old = group.iter().position(|r| ecmp(r) == ecmp(&route)).or((after > first).then_some(0));
        match old.and_then(|old| at.get_mut(first + old)) {
            Some(old) => *old = route,
            None if !how.create() => return Err(RouteError::NoMatch6),
            None => at.insert(first, route),
        }
        return Ok(());
    }
    if after > first && how.excl() {
        return Err(RouteError::Exists);
    }
    let same_way = |a: &NextHop, b: &NextHop| a.oif == b.oif && a.via == b.via;
    for old in group {
        for nh in &old.nexthops {
            if route.nexthops.iter().any(|n| same_way(n, nh)) && old.kind == route.kind {
                return Err(RouteError::Exists);
            }
        }
    }
    let sibling = if ecmp(&route) { group.iter().position(ecmp) } else { None };
    match sibling.and_then(|sibling| at.get_mut(first + sibling)) {
        Some(sibling) => sibling.nexthops.extend(std::mem::take(&mut route.nexthops)),
        None => at.insert(after, route),
    }
    Ok(())
}
