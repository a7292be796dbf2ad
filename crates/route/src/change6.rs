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
        let first = self.is_first6(&route);
        let dst = std::mem::replace(&mut route.dst, bare(Family::V6));
        let table = self.tables_mut(Family::V6).make(route.table);
        table.change(dst, |at| insert_into(at, route, how, first))
    }

    /// Whether no route of the table leads to the same prefix by the same interface yet. It is asked once of each route,
    /// before it goes in, and says yes of the kernel's own alone.
    fn is_first6(&mut self, route: &Route) -> bool {
        const MANY: usize = 32;
        let own = route.auto && matches!(&route.nexthops[..], [way] if way.via.is_none());
        let mut first = false;
        for way in &route.nexthops {
            let Some(dev) = self.dev_mut(way.oif) else { continue };
            let Some(made) = &mut dev.made6 else { continue };
            let to = (route.table, route.dst);
            if !own || made.len() == MANY {
                dev.made6 = None;
            } else if !made.contains(&to) {
                made.push(to);
                first = true;
            }
        }
        first
    }
}

/// Puts a route among those to the same prefix; an error changes nothing.
///
/// `first`: none of them leaves by the interface of this one.
fn insert_into(at: &mut Vec<Route>, mut route: Route, how: NlFlags, first: bool) -> Result<(), RouteError> {
    let start = at.partition_point(|r| r.metric < route.metric);
    let after = at.partition_point(|r| r.metric <= route.metric);
    let group = &at[start..after];
    let ecmp = |r: &Route| r.nexthops.first().is_some_and(|n| n.via.is_some());
    if how.replace() {
        let old = group.iter().position(|r| ecmp(r) == ecmp(&route)).or((after > start).then_some(0));
        match old.and_then(|old| at.get_mut(start + old)) {
            Some(old) => *old = route,
            None if !how.create() => return Err(RouteError::NoMatch6),
            None => at.insert(start, route),
        }
        return Ok(());
    }
    if after > start && how.excl() {
        return Err(RouteError::Exists);
    }
    let same_way = |a: &NextHop, b: &NextHop| a.oif == b.oif && a.via == b.via;
    for old in group.iter().filter(|_| !first) {
        for nh in &old.nexthops {
            if route.nexthops.iter().any(|n| same_way(n, nh)) && old.kind == route.kind {
                return Err(RouteError::Exists);
            }
        }
    }
    let sibling = if ecmp(&route) { group.iter().position(ecmp) } else { None };
    match sibling.and_then(|sibling| at.get_mut(start + sibling)) {
        Some(sibling) => sibling.nexthops.extend(std::mem::take(&mut route.nexthops)),
        None => at.insert(after, route),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use packetwalk_wire::{IfName, Mac};

    use super::*;

    /// The kernel's route by an interface does not join one that the user made before, nor itself when the link comes again.
    #[test]
    fn a_way_is_there_once() {
        for own in [false, true] {
            let mut routing = Routing::new(0);
            let dst = "fe80::/64".parse().expect("a prefix");
            for n in 2..5 {
                let dev = IfIndex(n);
                let name = IfName::new(&format!("d{n}")).expect("a name");
                routing.add_dev(dev, name, Mac([2, 0, 0, 0, 0, n as u8]), 1500, false);
                routing.set_up(dev, true);
                if own {
                    let way = NextHop { oif: dev, ..NextHop::default() };
                    let route = Route { metric: KERNEL_METRIC, nexthops: vec![way], ..Route::new(dst) };
                    routing.change_route(route, NlFlags::Append).expect("no other leads there");
                }
                for carrier in [true, false, true] {
                    routing.set_carrier(dev, carrier);
                }
            }
            let main = routing.tables(Family::V6).get(crate::route::table_id::MAIN).expect("a table");
            let ways: Vec<u32> = main.at(dst).iter().flat_map(|r| &r.nexthops).map(|way| way.oif.0).collect();
            assert_eq!(ways, [2, 3, 4], "{own}");
        }
    }
}
