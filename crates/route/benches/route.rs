//! Route lookups and policy rules. `cargo bench -p packetwalk-route --bench route`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use std::net::{IpAddr, Ipv4Addr};

use divan::{Bencher, black_box};
use ipnet::IpNet;
use packetwalk_route::{Flow, NextHop, NlFlags, Route, Routing, Rule, RuleAction, Scope, table_id};
use packetwalk_wire::{Family, IfIndex, IfName, Mac};

const ETH0: IfIndex = IfIndex(2);
const TABLE: u32 = 100;

fn main() {
    divan::main();
}

fn net(n: u32) -> u32 {
    0x0a00_0000 + (n << 8)
}

fn addr(bits: u32) -> IpAddr {
    Ipv4Addr::from_bits(bits).into()
}

/// So many routes to /24s in one table.
fn routing(table: u32, routes: u32) -> Routing {
    let mut routing = Routing::new(0);
    routing.add_dev(ETH0, IfName::new("eth0").unwrap(), Mac([2; 6]), 1500, false);
    routing.set_carrier(ETH0, true);
    routing.set_up(ETH0, true);
    for n in 0..routes {
        let nexthops = vec![NextHop { oif: ETH0, ..NextHop::default() }];
        let route = Route::new(IpNet::new(addr(net(n)), 24).unwrap());
        routing.change_route(Route { table, scope: Scope::LINK, nexthops, ..route }, NlFlags::Add).unwrap();
    }
    routing
}

#[divan::bench(args = [10, 1000])]
fn fib_lookup(bencher: Bencher, routes: u32) {
    let routing = routing(table_id::MAIN, routes);
    let flow = Flow::new(addr(net(7) + 1));
    assert_eq!(routing.fib_lookup(&flow).unwrap().len, 24);
    bencher.bench_local(|| routing.fib_lookup(black_box(&flow)).is_ok());
}

/// Among 1,000 routes, no one goes there.
#[divan::bench]
fn fib_lookup_unreachable(bencher: Bencher) {
    let routing = routing(table_id::MAIN, 1000);
    let flow = Flow::new(addr(0xc000_0201));
    assert!(routing.fib_lookup(&flow).is_err());
    bencher.bench_local(|| routing.fib_lookup(black_box(&flow)).is_err());
}

/// `ip rule add from SOURCE lookup 100`: the last of them is for the flow.
#[divan::bench(args = [1, 10, 100])]
fn policy_rules(bencher: Bencher, rules: u32) {
    let mut routing = routing(TABLE, 10);
    let source = |n| addr(0xc0a8_0000 + n);
    for n in 1..=rules {
        let rule = Rule::new(Family::V4, 1000 + n, RuleAction::Table(TABLE));
        routing.add_rule(Rule { src: Some(source(n).into()), ..rule }).unwrap();
    }
    let flow = Flow { src: source(rules), ..Flow::new(addr(net(7) + 1)) };
    assert_eq!(routing.fib_lookup(&flow).unwrap().rule, 1000 + rules);
    bencher.bench_local(|| routing.fib_lookup(black_box(&flow)).is_ok());
}
