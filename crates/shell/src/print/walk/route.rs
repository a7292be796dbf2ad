//! Routing decisions.

use core::fmt::Write as _;

use packetwalk_route::{Route, Scope, protocol, table_id};
use packetwalk_trace::{NsId, RouteKind, RouteStep};
use packetwalk_wire::{Body, Family, IfIndex};

use super::scene::{Scene, route_key};
use super::step::Draft;
use super::{Decided, Place, TableName, Tone};

/// The decision for a packet that came in, or that was made here.
pub(super) fn decision(scene: &Scene<'_>, ns: NsId, step: &RouteStep, body: &Body, output: bool) -> Draft {
    let line = text(scene, ns, step);
    let dst = match body {
        Body::Ip(packet) => packet.ip.dst.to_string(),
        Body::Arp(arp) => arp.target_ip.to_string(),
    };
    let table = table_name(step.table);
    let out = scene.dev(ns, step.oif);
    let sentence = match step.kind {
        RouteKind::Local if output => {
            format!("{dst} is one of this host's own addresses: the packet stays, over lo.")
        }
        RouteKind::Local => format!("{dst} is one of this host's own addresses: the packet goes up to it."),
        RouteKind::Broadcast => {
            format!("{dst} is a broadcast address: everybody on the link is meant, this host too.")
        }
        RouteKind::Multicast => format!("{dst} is a group address."),
        RouteKind::Blackhole => format!("The route to {dst} is a blackhole: the packet vanishes."),
        RouteKind::Unreachable => format!("The route to {dst} says unreachable."),
        RouteKind::Prohibit => format!("The route to {dst} says prohibited."),
        _ => {
            let match_ =
                if step.prefix_len == 0 { "No better route matches" } else { "The longest match for" };
            let joint = if step.prefix_len == 0 {
                format!("{match_} {dst} than the default route of table {table}")
            } else {
                format!("{match_} {dst} in table {table} is {}/{}", step.prefix, step.prefix_len)
            };
            let to = match step.via {
                Some(via) => format!("the packet goes out by {out} to the gateway {via}"),
                None => format!("the packet goes out by {out} straight to {dst}, on the same link"),
            };
            let src = step.src.filter(|_| output).map(|src| format!(", from {src}")).unwrap_or_default();
            format!("{joint}: {to}{src}.")
        }
    };
    let key = route_key(step.table, step.prefix, step.prefix_len, step.metric);
    let tone = match step.kind {
        RouteKind::Blackhole | RouteKind::Unreachable | RouteKind::Prohibit => Tone::Drop,
        _ => Tone::Plain,
    };
    Draft::new(Place::Route, "route", line.clone(), sentence)
        .decided(Decided { table: TableName::Routes, key, text: line })
        .tone(tone)
}

/// The route as `ip route` prints it; of a table other than main, with its table.
fn text(scene: &Scene<'_>, ns: NsId, step: &RouteStep) -> String {
    if let Some(route) = scene.route(ns, step) {
        return route_text(scene, ns, &route, step.oif);
    }
    let mut line = destination(step.kind, step.prefix, step.prefix_len);
    if let Some(via) = step.via {
        let _ = write!(line, " via {via}");
    }
    let _ = write!(line, " dev {}", scene.dev(ns, step.oif));
    line
}

fn destination(kind: RouteKind, prefix: std::net::IpAddr, len: u8) -> String {
    let kind = match kind {
        RouteKind::Unicast => "",
        RouteKind::Local => "local ",
        RouteKind::Broadcast => "broadcast ",
        RouteKind::Anycast => "anycast ",
        RouteKind::Multicast => "multicast ",
        RouteKind::Blackhole => "blackhole ",
        RouteKind::Unreachable => "unreachable ",
        RouteKind::Prohibit => "prohibit ",
        RouteKind::Throw => "throw ",
        RouteKind::Nat => "nat ",
    };
    match len {
        0 => format!("{kind}default"),
        len if len == Family::of(prefix).bits() => format!("{kind}{prefix}"),
        len => format!("{kind}{prefix}/{len}"),
    }
}

/// iproute2's `print_route`, without metrics and flags; of several next hops, the one that was taken.
pub(super) fn route_text(scene: &Scene<'_>, ns: NsId, route: &Route, oif: IfIndex) -> String {
    let mut line = destination(route.kind, route.dst.addr(), route.dst.prefix_len());
    let hop = route.nexthops.iter().find(|n| n.oif == oif).or_else(|| route.nexthops.first());
    if let Some(via) = hop.and_then(|hop| hop.via) {
        let _ = write!(line, " via {via}");
    }
    if let Some(hop) = hop.filter(|hop| hop.oif.is_some()) {
        let _ = write!(line, " dev {}", scene.dev(ns, hop.oif));
    }
    if route.table != table_id::MAIN {
        let _ = write!(line, " table {}", table_name(route.table));
    }
    if route.protocol != protocol::BOOT {
        let name = match route.protocol {
            protocol::KERNEL => "kernel".to_owned(),
            protocol::STATIC => "static".to_owned(),
            other => other.to_string(),
        };
        let _ = write!(line, " proto {name}");
    }
    match route.scope {
        Scope::UNIVERSE => {}
        Scope::LINK => line += " scope link",
        Scope::HOST => line += " scope host",
        other => {
            let _ = write!(line, " scope {}", other.0);
        }
    }
    if let Some(src) = route.prefsrc {
        let _ = write!(line, " src {src}");
    }
    if route.metric != 0 {
        let _ = write!(line, " metric {}", route.metric);
    }
    line
}

pub(super) fn table_name(id: u32) -> String {
    match id {
        table_id::LOCAL => "local".to_owned(),
        table_id::MAIN => "main".to_owned(),
        table_id::DEFAULT => "default".to_owned(),
        other => other.to_string(),
    }
}

/// No route at all.
pub(super) fn none(body: &Body) -> Draft {
    let dst = match body {
        Body::Ip(packet) => packet.ip.dst.to_string(),
        Body::Arp(arp) => arp.target_ip.to_string(),
    };
    let sentence = format!("No route leads to {dst}, and there is no default route.");
    Draft::new(Place::Route, "route", format!("no route to {dst}"), sentence).tone(Tone::Drop)
}
