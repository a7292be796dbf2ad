//! `ip route show` and `flush`, and how a route is printed.

use std::net::IpAddr;

use packetwalk_route::{Metrics, NextHop, Route, Scope, protocol, table_id};
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, Instant};

use super::args::{Args, End};
use super::out::Color;
use super::route_filter::{Filter, parse};
use super::{Done, Ip, names};

/// `ip route show`.
pub(super) fn show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let filter = parse(ip, args)?;
    let routes = selected(ip, &filter)?;
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for route in &routes {
        ip.out.open_object(None);
        print(ip, route, &filter);
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

fn selected(ip: &mut Ip<'_, '_>, filter: &Filter) -> Result<Vec<Route>, End> {
    let now = ip.cx.now();
    let routing = &ip.stack()?.routing;
    let mut all = Vec::new();
    for family in [Family::V4, Family::V6] {
        if filter.family.is_some_and(|f| f != family) {
            continue;
        }
        if let Some(table) = filter.table.filter(|t| *t != table_id::MAIN)
            && !routing.has_table(family, table)
        {
            let word = if family == Family::V4 { "ipv4" } else { "ipv6" };
            let text = format!("Error: {word}: FIB table does not exist.\nDump terminated");
            return Err(End::kernel(text));
        }
        let alive = |r: &Route| r.expires.is_none_or(|at| at > now);
        all.extend(routing.routes(family).filter(alive).filter(|r| filter.shows(r)));
    }
    Ok(all)
}

/// `ip route flush`.
pub(super) fn flush(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_none() {
        return Err(End::fail(1, "\"ip route flush\" requires arguments.\n"));
    }
    let filter = parse(ip, args)?;
    let gone = selected(ip, &filter)?;
    let stats = ip.opt.stats > 0;
    if gone.is_empty() {
        ip.out.fp(if stats { "Nothing to flush.\n" } else { "" });
        return Ok(());
    }
    if stats {
        let text = format!(
            "\n*** Round 1, deleting {} entries ***\n*** Flush is complete after 1 round ***\n",
            gone.len()
        );
        ip.out.fp(&text);
    }
    let routing = &mut ip.stack()?.routing;
    for family in [Family::V4, Family::V6] {
        routing.flush_routes(family, |dst, r| gone.contains(&Route { dst, ..r.clone() }));
    }
    Ok(())
}

/// `default`, an address, or a prefix.
pub(super) fn destination(route: &Route) -> String {
    let (addr, len) = (route.dst.addr(), route.dst.prefix_len());
    if len == 0 {
        "default".to_owned()
    } else if len == Family::of(addr).bits() {
        addr.to_string()
    } else {
        format!("{addr}/{len}")
    }
}

/// A gateway: `via`, with its family's name if that is another than the route's.
pub(super) fn gateway(ip: &mut Ip<'_, '_>, via: IpAddr, family: Family) {
    let text = via.to_string();
    if Family::of(via) == family {
        ip.out.fp("via ");
        ip.out.colored(Color::of(via), "gateway", &text, &format!("{text} "));
        return;
    }
    let word = if via.is_ipv4() { "inet" } else { "inet6" };
    ip.out.open_object(Some("via"));
    ip.out.string("family", word, &format!("via {word} "));
    ip.out.colored(Color::of(via), "host", &text, &format!("{text} "));
    ip.out.close_object();
}

/// `dead`, `onlink`, `linkdown`.
fn flags(ip: &mut Ip<'_, '_>, dead: bool, onlink: bool, linkdown: bool) {
    ip.out.open_array("flags");
    for (on, word) in [(dead, "dead"), (onlink, "onlink"), (linkdown, "linkdown")] {
        if on {
            ip.out.item(word, &format!("{word} "));
        }
    }
    ip.out.close_array();
}

/// A time of the TCP metrics.
fn milliseconds(value: u32) -> String {
    if value < 1000 {
        return format!("{value}ms ");
    }
    let (whole, rest) = (value / 1000, value % 1000);
    let fraction = format!("{rest:03}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{whole}s ") } else { format!("{whole}.{fraction}s ") }
}

/// `mtu 1400` and the like.
pub(super) fn metrics(ip: &mut Ip<'_, '_>, m: &Metrics) {
    if *m == Metrics::default() {
        return;
    }
    ip.out.open_array("metrics");
    ip.out.open_object(None);
    let lock = if m.mtu_lock { "lock " } else { "" };
    let number = |ip: &mut Ip<'_, '_>, name: &str, value: u32, text: String| {
        if value != 0 {
            ip.out.number(name, u64::from(value), &text);
        }
    };
    number(ip, "mtu", m.mtu, format!("mtu {lock}{} ", m.mtu));
    number(ip, "window", m.window, format!("window {} ", m.window));
    number(ip, "rtt", m.rtt / 8, format!("rtt {}", milliseconds(m.rtt / 8)));
    number(ip, "rttvar", m.rttvar / 4, format!("rttvar {}", milliseconds(m.rttvar / 4)));
    number(ip, "ssthresh", m.ssthresh, format!("ssthresh {} ", m.ssthresh));
    number(ip, "cwnd", m.cwnd, format!("cwnd {} ", m.cwnd));
    number(ip, "advmss", m.advmss, format!("advmss {} ", m.advmss));
    number(ip, "reordering", m.reordering, format!("reordering {} ", m.reordering));
    number(ip, "hoplimit", m.hoplimit, format!("hoplimit {} ", m.hoplimit));
    number(ip, "initcwnd", m.initcwnd, format!("initcwnd {} ", m.initcwnd));
    if m.features != 0 {
        ip.out.null("ecn", "features ecn ");
    }
    number(ip, "rto_min", m.rto_min, format!("rto_min lock {}", milliseconds(m.rto_min)));
    number(ip, "initrwnd", m.initrwnd, format!("initrwnd {} ", m.initrwnd));
    number(ip, "quickack", m.quickack, format!("quickack {} ", m.quickack));
    ip.out.close_object();
    ip.out.close_array();
}

/// `pref medium`.
pub(super) fn preference(ip: &mut Ip<'_, '_>, pref: u8) {
    let word = match pref {
        1 => "high",
        3 => "low",
        _ => "medium",
    };
    ip.out.string("pref", word, &format!("pref {word}"));
}

/// `src`.
pub(super) fn source(ip: &mut Ip<'_, '_>, src: IpAddr) {
    let text = src.to_string();
    ip.out.fp("src ");
    ip.out.colored(Color::of(src), "prefsrc", &text, &format!("{text} "));
}

/// Seconds until a route goes.
pub(super) fn expires(ip: &mut Ip<'_, '_>, at: Option<Instant>) {
    if let Some(at) = at {
        // A moment has passed since the command that set it, even where the lab's clock stood still.
        let left = at.since(ip.cx.now()).as_nanos().saturating_sub(1) / 1_000_000_000;
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        ip.out.number("expires", left, &format!("expires {left}sec "));
    }
}

/// One route of a table. What the filter settles is left out.
pub(super) fn print(ip: &mut Ip<'_, '_>, r: &Route, filter: &Filter) {
    let (family, details) = (r.family(), ip.opt.details);
    let single = r.nexthops.len() <= 1;
    let way = r.nexthops.first().copied().filter(|_| single);
    if r.kind != RouteKind::Unicast || details {
        let kind = names::kind(r.kind);
        ip.out.string("type", kind, &format!("{kind} "));
    }
    let dst = destination(r);
    let color = if r.dst.prefix_len() == 0 { Color::None } else { Color::of(r.dst.addr()) };
    ip.out.colored(color, "dst", &dst, &format!("{dst} "));
    if r.tos != 0 && filter.tos.is_none() {
        let tos = names::dsfield(r.tos);
        ip.out.string("tos", &tos, &format!("tos {tos} "));
    }
    if let Some(way) = way {
        let settled = filter.via.is_some_and(|p| p.addr.is_some_and(|a| p.len == Family::of(a).bits()));
        if let Some(via) = way.via.filter(|_| !settled) {
            gateway(ip, via, family);
        }
        if way.oif.is_some() && filter.dev.is_none() {
            let name = ip.dev_name(way.oif);
            ip.out.fp("dev ");
            ip.out.colored(Color::IfName, "dev", &name, &format!("{name} "));
        }
    }
    if (r.table != table_id::MAIN || details) && filter.table.is_none() {
        let table = names::table(r.table);
        ip.out.string("table", &table, &format!("table {table} "));
    }
    if (r.protocol != protocol::BOOT || details) && filter.protocol.is_none() {
        let proto = names::protocol(r.protocol);
        ip.out.string("protocol", &proto, &format!("proto {proto} "));
    }
    if (r.scope != Scope::UNIVERSE || details) && filter.scope.is_none() {
        let scope = names::scope(r.scope);
        ip.out.string("scope", &scope, &format!("scope {scope} "));
    }
    let settled = filter.src.is_some_and(|p| p.addr.is_some_and(|a| p.len == Family::of(a).bits()));
    if let Some(src) = r.prefsrc.filter(|_| !settled) {
        source(ip, src);
    }
    if (r.metric != 0 || family == Family::V6) && filter.metric.is_none() {
        ip.out.number("metric", u64::from(r.metric), &format!("metric {} ", r.metric));
    }
    match way {
        Some(nh) => flags(ip, nh.dead, nh.onlink, nh.linkdown),
        None if family == Family::V4 && !r.nexthops.is_empty() => {
            flags(ip, r.is_dead(), false, r.is_linkdown());
        }
        None => flags(ip, false, false, false),
    }
    expires(ip, r.expires);
    metrics(ip, &r.metrics);
    if family == Family::V6 {
        preference(ip, r.pref);
    }
    if !single {
        multipath(ip, &r.nexthops, family);
    }
    ip.out.fp("\n");
}

fn multipath(ip: &mut Ip<'_, '_>, ways: &[NextHop], family: Family) {
    ip.out.open_array("nexthops");
    for nh in ways {
        ip.out.open_object(None);
        ip.out.nl();
        ip.out.fp("\tnexthop ");
        if let Some(via) = nh.via {
            gateway(ip, via, family);
        }
        let name = ip.dev_name(nh.oif);
        ip.out.string("dev", &name, &format!("dev {name} "));
        ip.out.number("weight", u64::from(nh.share()), &format!("weight {} ", nh.share()));
        flags(ip, nh.dead, nh.onlink, nh.linkdown);
        ip.out.close_object();
    }
    ip.out.close_array();
}
