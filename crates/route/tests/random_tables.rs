//! Random routes, added, changed and deleted, against a list that is read through.
#![allow(clippy::unwrap_used)]

use std::cmp::Reverse;
use std::net::IpAddr;

use packetwalk_route::route::{RouteFilter, table_id};
use packetwalk_route::{Flow, NextHop, NlFlags, Route, Routing, Scope, bits};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, IfName, Mac};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Do {
    Add(Route, NlFlags),
    Delete(usize),
    Carrier(u32, bool),
    Lookup(u32, u32, u8),
    Down(u32),
}

const DEVS: u32 = 3;

fn route(v6: bool) -> impl Strategy<Value = Route> {
    let kinds = prop_oneof![
        6 => Just(RouteKind::Unicast),
        1 => Just(RouteKind::Throw),
        1 => Just(RouteKind::Unreachable),
        1 => Just(RouteKind::Blackhole),
    ];
    let len = prop_oneof![0..=32u8, Just(24u8), Just(16u8), Just(32u8)];
    (any::<u16>(), len, kinds, 1..DEVS + 1, 1..3u32, prop_oneof![Just(0u8), Just(16u8)], any::<bool>())
        .prop_map(move |(low, len, kind, dev, metric, tos, double)| {
            let top = 0x0a00_0000 | u32::from(low) << 4;
            let (family, len) = if v6 { (Family::V6, len * 2) } else { (Family::V4, len) };
            let place = if v6 { u128::from(top) << 64 | 0xfd << 120 } else { u128::from(top) << 96 };
            let way = |oif: u32| NextHop { oif: IfIndex(oif + 1), ..NextHop::default() };
            let mut nexthops = vec![way(dev)];
            if double && !v6 {
                nexthops.push(way(dev % DEVS + 1));
            }
            if kind != RouteKind::Unicast {
                nexthops.clear();
            }
            let scope = if kind == RouteKind::Unicast { Scope::LINK } else { Scope::UNIVERSE };
            Route {
                kind,
                metric,
                tos,
                scope,
                nexthops,
                ..Route::new(bits::net(bits::addr(place, family), len))
            }
        })
}

fn changes(v6: bool) -> impl Strategy<Value = Vec<Do>> {
    let how = prop_oneof![
        4 => Just(NlFlags::Add),
        2 => Just(NlFlags::Append),
        1 => Just(NlFlags::Prepend),
        1 => Just(NlFlags::Replace),
    ];
    let change = prop_oneof![
        8 => (route(v6), how).prop_map(|(route, how)| Do::Add(route, how)),
        3 => any::<usize>().prop_map(Do::Delete),
        1 => (1..=DEVS, any::<bool>()).prop_map(|(dev, on)| Do::Carrier(dev, on)),
        8 => (any::<u32>(), 0..=DEVS, prop_oneof![Just(0u8), Just(16u8)])
            .prop_map(|(key, oif, tos)| Do::Lookup(key, oif, tos)),
        1 => (1..=DEVS).prop_map(Do::Down),
    ];
    prop::collection::vec(change, 0..120)
}

/// What stands after a list's routes of the same prefix, by how the tables are sorted.
fn order(route: &Route) -> (u128, Reverse<u8>, Reverse<u8>, u32) {
    let (at, len) = (bits::of(route.dst.addr()), route.dst.prefix_len());
    let at = if route.dst.addr().is_ipv6() { at | !bits::mask(len) } else { at };
    (at, Reverse(len), Reverse(route.tos), route.metric)
}

fn all(routing: &Routing, v6: bool) -> Vec<Route> {
    let family = if v6 { Family::V6 } else { Family::V4 };
    routing.routes(family).filter(|r| r.table == table_id::MAIN).collect()
}

/// The route of a lookup in a list whose prefixes are in any order, those of one in order.
fn naive(list: &[Route], dst: IpAddr, oif: IfIndex, tos: u8) -> Option<(&Route, usize)> {
    let at = bits::of(dst);
    let mut fit: Vec<&Route> =
        list.iter().filter(|r| (bits::of(r.dst.addr()) ^ at) & bits::mask(r.dst.prefix_len()) == 0).collect();
    fit.sort_by_key(|r| Reverse(r.dst.prefix_len()));
    for route in fit {
        if route.tos != 0 && route.tos != tos {
            continue;
        }
        if route.kind != RouteKind::Unicast {
            return if route.kind == RouteKind::Throw { None } else { Some((route, 0)) };
        }
        let usable = |nh: &NextHop| !nh.dead && (oif == IfIndex::NONE || oif == nh.oif);
        if let Some(way) = route.nexthops.iter().position(usable) {
            return Some((route, way));
        }
    }
    None
}

fn check(changes: Vec<Do>, v6: bool) {
    let mut routing = Routing::new(1);
    for dev in 1..=DEVS {
        let dev = IfIndex(dev + 1);
        routing.add_dev(dev, IfName::new(&format!("d{}", dev.0)).unwrap(), Mac([2; 6]), 1500, false);
        routing.set_up(dev, true);
    }
    let mut list = all(&routing, v6);
    let mut before = (routing.clone(), list.clone());
    for (at, change) in changes.into_iter().enumerate() {
        match change {
            Do::Add(route, how) => {
                let done = routing.change_route(route.clone(), how);
                let listed = all(&routing, v6);
                if done.is_err() {
                    assert_eq!(listed, list);
                } else if !v6 && how != NlFlags::Replace {
                    let same = |r: &&Route| order(r) == order(&route);
                    let equals: Vec<&Route> = listed.iter().filter(same).collect();
                    assert_eq!(equals.len(), list.iter().filter(same).count() + 1);
                    let place = if how == NlFlags::Append { equals.last() } else { equals.first() };
                    assert_eq!((place.unwrap().kind, place.unwrap().tos), (route.kind, route.tos));
                    assert_eq!(listed.len(), list.len() + 1);
                }
                list = listed;
            }
            Do::Delete(any) if !list.is_empty() => {
                let route = list[any % list.len()].clone();
                let filter = RouteFilter {
                    metric: Some(route.metric),
                    kind: Some(route.kind),
                    protocol: Some(route.protocol),
                    tos: route.tos,
                    nexthops: route.nexthops.clone(),
                    ..RouteFilter::new(route.dst)
                };
                let gone = routing.delete_route(&filter).unwrap();
                assert_eq!((gone.dst, gone.metric, gone.tos), (route.dst, route.metric, route.tos));
                // IPv6 may have chosen an equal that stands elsewhere.
                let listed = all(&routing, v6);
                let first = list.iter().zip(&listed).take_while(|(a, b)| a == b).count();
                list.drain(..=first).for_each(drop);
                assert_eq!(list, listed[first..]);
                list = listed;
            }
            Do::Delete(_) => {}
            Do::Carrier(dev, on) => {
                routing.set_carrier(IfIndex(dev + 1), on);
                let ours = all(&routing, v6);
                for route in ours.iter().filter(|r| r.kind == RouteKind::Unicast) {
                    let of = route.nexthops.iter().filter(|nh| nh.oif == IfIndex(dev + 1));
                    assert!(of.clone().all(|nh| nh.linkdown != on || route.auto), "{route:?}");
                }
                list = ours;
            }
            Do::Down(dev) => {
                let dev = IfIndex(dev + 1);
                let stays = |r: &Route| {
                    r.nexthops.is_empty() || r.nexthops.iter().any(|nh| nh.oif != dev && !nh.dead)
                };
                let stay = list.iter().filter(|r| stays(r)).map(|r| r.dst).collect::<Vec<_>>();
                routing.set_up(dev, false);
                list = all(&routing, v6);
                assert_eq!(list.iter().map(|r| r.dst).collect::<Vec<_>>(), stay);
                routing.set_up(dev, true);
                list = all(&routing, v6);
            }
            Do::Lookup(key, oif, tos) => {
                let near = list.get(key as usize % list.len().max(1)).map_or(0, |r| bits::of(r.dst.addr()));
                let family = if v6 { Family::V6 } else { Family::V4 };
                let low = if v6 { u128::from(key & 0xffff) << 66 } else { u128::from(key & 0x3ff) << 96 };
                let dst = bits::addr(near ^ low, family);
                let oif = if oif == 0 { IfIndex::NONE } else { IfIndex(oif + 1) };
                let flow = Flow { oif, tos, ..Flow::new(dst) };
                if v6 && oif != IfIndex::NONE {
                    continue;
                }
                let found = match routing.fib_lookup(&flow) {
                    Ok(hit) => Some(hit),
                    Err(no) => no.by,
                };
                let expect = naive(&list, dst, oif, tos);
                let got =
                    found.map(|hit| (Route { dst: bits::net(dst, hit.len), ..hit.route.clone() }, hit.nh));
                if !v6 {
                    assert_eq!(got, expect.map(|(r, nh)| (r.clone(), nh)), "{flow:?}");
                } else if let Some((route, _)) = &got {
                    let of = |r: &Route| (r.dst, r.metric);
                    assert_eq!(Some(of(route)), expect.map(|(r, _)| of(r)), "{flow:?}");
                }
            }
        }
        assert_eq!(all(&routing, v6), list);
        assert!(list.is_sorted_by_key(order), "{list:?}");
        if at % 8 == 0 {
            // A clone sees none of what came after it.
            assert_eq!(all(&before.0, v6), before.1);
            before = (routing.clone(), list.clone());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ipv4(changes in changes(false)) {
        check(changes, false);
    }

    #[test]
    fn ipv6(changes in changes(true)) {
        check(changes, true);
    }
}
