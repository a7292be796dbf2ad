//! `ip route add|append|prepend|change|replace|del|flush`: both families' front, and IPv4.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::bits;
use crate::error::RouteError;
use crate::fib::refusal;
use crate::route::{NextHop, NlFlags, Route, RouteFilter, Scope, table_id};
use crate::sets::bare;

/// Scope that a type of route has at most.
///
/// # Source
/// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_props`.
const fn widest(kind: RouteKind) -> Scope {
    match kind {
        RouteKind::Local | RouteKind::Nat => Scope::HOST,
        RouteKind::Broadcast | RouteKind::Anycast => Scope::LINK,
        _ => Scope::UNIVERSE,
    }
}

const fn or_main(table: u32) -> u32 {
    if table == 0 { table_id::MAIN } else { table }
}

impl Routing {
    /// Adds or changes a route.
    ///
    /// # Errors
    /// [`RouteError`] as the kernel's; nothing is changed then.
    pub fn change_route(&mut self, mut route: Route, how: NlFlags) -> Result<(), RouteError> {
        route.table = or_main(route.table);
        match route.family() {
            Family::V4 => {
                let custom = route.kind == RouteKind::Local;
                let result = self.insert4(route, how);
                self.custom_local |= custom && result.is_ok();
                result
            }
            Family::V6 => self.insert6(route, how),
        }
    }

    /// Deletes the first route that the filter names.
    ///
    /// # Errors
    /// [`RouteError::NoTable`], [`RouteError::NoProcess`].
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_trie.c`: `fib_table_delete`; `net/ipv6/route.c`: `ip6_route_del`.
    pub fn delete_route(&mut self, filter: &RouteFilter) -> Result<Route, RouteError> {
        let family = Family::of(filter.dst.addr());
        if family == Family::V4 && bits::net(filter.dst.addr(), filter.dst.prefix_len()) != filter.dst {
            return Err(RouteError::PrefixBits);
        }
        let dst = filter.dst.trunc();
        let missing = if family == Family::V4 { RouteError::NoTable } else { RouteError::NoProcess };
        let table = self.tables_mut(family).get_mut(or_main(filter.table)).ok_or(missing)?;
        let chosen = |route: &Route| match family {
            Family::V4 => chosen4(filter, route),
            Family::V6 => chosen6(filter, route),
        };
        let mut routes = table.at(dst).to_vec();
        let at = routes.iter().position(chosen).ok_or(RouteError::NoProcess)?;
        let mut route = match (&filter.nexthops[..], routes.get_mut(at)) {
            ([asked], Some(route))
                if family == Family::V6 && asked.via.is_some() && route.nexthops.len() > 1 =>
            {
                let whole = route.clone();
                route.nexthops.retain(|way| !one_way(asked, way));
                whole
            }
            _ => routes.remove(at),
        };
        table.set(dst, routes);
        route.dst = dst;
        Ok(route)
    }

    /// Deletes every route that `gone` says (`ip route flush`, device and address events); it sees a route
    /// without `dst`.
    pub fn flush_routes(&mut self, family: Family, mut gone: impl FnMut(IpNet, &Route) -> bool) -> usize {
        let mut count = 0;
        for table in self.tables_mut(family).iter_mut() {
            table.retain(&mut |dst, route| {
                let gone = gone(dst, route);
                count += usize::from(gone);
                !gone
            });
        }
        count
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_create_info`.
    fn check4(&self, route: &mut Route) -> Result<(), RouteError> {
        if widest(route.kind) > route.scope {
            return Err(RouteError::Scope);
        }
        if refusal(route.kind).is_some() || route.kind == RouteKind::Throw {
            return if route.nexthops.is_empty() { Ok(()) } else { Err(RouteError::WayOutForReject) };
        }
        if route.scope > Scope::HOST {
            return Err(RouteError::Scope);
        }
        if route.nexthops.is_empty() {
            return Err(RouteError::NoDevice);
        }
        if route.scope == Scope::HOST {
            let [nh] = &mut route.nexthops[..] else { return Err(RouteError::HostMultipath) };
            if nh.via.is_some() {
                return Err(RouteError::HostGateway);
            }
            nh.scope = Scope::NOWHERE;
            self.dev(nh.oif).ok_or(RouteError::NoDevice)?;
        } else {
            for nh in &mut route.nexthops {
                self.check_nh4(nh, route.table, route.scope)?;
            }
        }
        if let Some(src) = route.prefsrc {
            let own = (route.kind == RouteKind::Local && route.dst.addr() == src)
                || self.addr_type(src, None) == RouteKind::Local
                || self.addr_type_in(src, None, route.table) == RouteKind::Local;
            if !own {
                return Err(RouteError::Prefsrc);
            }
        }
        Ok(())
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/fib_trie.c`: `fib_table_insert`.
    pub(crate) fn insert4(&mut self, mut route: Route, how: NlFlags) -> Result<(), RouteError> {
        if route.dst.trunc() != route.dst {
            return Err(RouteError::PrefixBits);
        }
        self.check4(&mut route)?;
        self.routed(&route);
        let dst = std::mem::replace(&mut route.dst, bare(Family::V4));
        let table = self.tables_mut(Family::V4).make(route.table);
        let order = |r: &Route| (std::cmp::Reverse(r.tos), r.metric);
        let mut at = table.at(dst).to_vec();
        let first = at.partition_point(|r| order(r) < order(&route));
        let equal = at[first..].iter().take_while(|r| order(r) == order(&route)).count();
        let twin = at[first..first + equal].iter().position(|r| *r == route);
        let place = if equal == 0 {
            if !how.create() {
                return Err(RouteError::NoEntry);
            }
            first
        } else {
            match how {
                _ if how.excl() => return Err(RouteError::Exists),
                _ if how.replace() => {
                    return match twin {
                        Some(0) => Ok(()),
                        Some(_) => Err(RouteError::Exists),
                        None => {
                            if let Some(old) = at.get_mut(first) {
                                *old = route;
                            }
                            table.set(dst, at);
                            Ok(())
                        }
                    };
                }
                _ if twin.is_some() => return Err(RouteError::Exists),
                NlFlags::Append => first + equal,
                _ => first,
            }
        };
        at.insert(place, route);
        table.set(dst, at);
        Ok(())
    }

    /// Deletes the routes by an interface that is gone.
    pub(crate) fn drop_routes_by(&mut self, dev: IfIndex) {
        for family in [Family::V4, Family::V6] {
            self.revise_by(family, dev, &mut |r| r.nexthops.iter().all(|n| n.oif != dev));
        }
    }

    /// Changes routes that may leave by an interface, in every table of a family, as [`Table::revise_by`] does.
    pub(crate) fn revise_by(
        &mut self,
        family: Family,
        dev: IfIndex,
        keep: &mut dyn FnMut(&mut Route) -> bool,
    ) {
        if self.dev(dev).is_some_and(|d| !d.routed) {
            return;
        }
        for table in self.tables_mut(family).iter_mut() {
            table.revise_by(dev, keep);
        }
    }

    /// A route will be there: its interfaces have one.
    pub(crate) fn routed(&mut self, route: &Route) {
        for way in &route.nexthops {
            if self.dev(way.oif).is_some_and(|d| !d.routed)
                && let Some(dev) = self.dev_mut(way.oif)
            {
                dev.routed = true;
            }
        }
    }
}

fn chosen4(filter: &RouteFilter, route: &Route) -> bool {
    route.tos == filter.tos
        && filter.kind.is_none_or(|k| k == route.kind)
        && filter.scope.is_none_or(|s| s == route.scope)
        && filter.prefsrc.is_none_or(|s| route.prefsrc == Some(s))
        && filter.protocol.is_none_or(|p| p == route.protocol)
        && filter.metric.is_none_or(|m| m == 0 || m == route.metric)
        && ways_match(&filter.nexthops, &route.nexthops)
}

fn chosen6(filter: &RouteFilter, route: &Route) -> bool {
    filter.metric.is_none_or(|m| m == 0 || m == route.metric)
        && filter.protocol.is_none_or(|p| p == 0 || p == route.protocol)
        && match &filter.nexthops[..] {
            [asked] => route.nexthops.iter().any(|way| one_way(asked, way)),
            ways => ways_match(ways, &route.nexthops),
        }
}

/// Whether a way out is the one that was asked for.
fn one_way(asked: &NextHop, way: &NextHop) -> bool {
    (!asked.oif.is_some() || asked.oif == way.oif) && asked.via.is_none_or(|via: IpAddr| way.via == Some(via))
}

/// A filter without ways names any; with one it names a route of one way, or several.
///
/// # Source
/// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_nh_match`.
fn ways_match(asked: &[NextHop], ways: &[NextHop]) -> bool {
    match asked {
        [] => true,
        [a] => ways.first().is_some_and(|w| one_way(a, w)),
        many => {
            many.len() == ways.len()
                && many
                    .iter()
                    .zip(ways)
                    .all(|(a, w)| one_way(a, w) && (a.weight == 0 || a.share() == w.share()))
        }
    }
}
