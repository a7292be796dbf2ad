//! Routing decisions.

use core::fmt::Write as _;

use packetwalk_route::{Route, Scope, protocol, table_id};
use packetwalk_trace::{NsId, RouteKind, RouteStep};
use packetwalk_wire::{Body, Family, IfIndex};

use super::language::Say;
use super::scene::{Scene, route_key};
use super::step::Draft;
use super::{Decided, Place, TableName, Tone};

/// Whether the route is there to refuse.
pub(super) const fn refuses(step: &RouteStep) -> bool {
    matches!(step.kind, RouteKind::Blackhole | RouteKind::Unreachable | RouteKind::Prohibit)
}

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
        RouteKind::Local if output => scene.say(Say::StaysOverLo, &[&dst]),
        RouteKind::Local => scene.say(Say::GoesUp, &[&dst]),
        RouteKind::Broadcast => scene.say(Say::Broadcast, &[&dst]),
        RouteKind::Multicast => scene.say(Say::Multicast, &[&dst]),
        RouteKind::Blackhole => scene.say(Say::Blackhole, &[&dst]),
        RouteKind::Unreachable => scene.say(Say::Unreachable, &[&dst]),
        RouteKind::Prohibit => scene.say(Say::Prohibited, &[&dst]),
        _ => {
            let to = match step.via {
                Some(via) => scene.say(Say::ToGateway, &[&out, &via]),
                None => scene.say(Say::Straight, &[&out, &dst]),
            };
            let src = step.src.filter(|_| output);
            let src = src.map(|src| scene.say(Say::FromAddress, &[&src])).unwrap_or_default();
            if step.prefix_len == 0 {
                scene.say(Say::ByDefault, &[&dst, &table, &to, &src])
            } else {
                let prefix = format!("{}/{}", step.prefix, step.prefix_len);
                scene.say(Say::ByPrefix, &[&dst, &table, &prefix, &to, &src])
            }
        }
    };
    let key = route_key(step.table, step.prefix, step.prefix_len, step.metric);
    let tone = if refuses(step) { Tone::Drop } else { Tone::Plain };
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
pub(super) fn none(scene: &Scene<'_>, body: &Body) -> Draft {
    let dst = match body {
        Body::Ip(packet) => packet.ip.dst.to_string(),
        Body::Arp(arp) => arp.target_ip.to_string(),
    };
    let (line, sentence) = (scene.say(Say::NoRouteTo, &[&dst]), scene.say(Say::NoRoute, &[&dst]));
    Draft::new(Place::Route, "route", line, sentence).tone(Tone::Drop)
}
