//! Which routes were looked at for a destination, and why one was taken.

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_lab::Lab;
use packetwalk_netfilter::xtables::{Net, condition::addr_bits};
use packetwalk_route::Route;
use packetwalk_route::Rule;
use packetwalk_trace::{Event, NsId, RouteStep, Step};
use packetwalk_wire::{Body, Family, IfIndex, Order, Packet};

use super::language::{Language, Say};
use super::route::{route_text, table_name};
use super::scene::Scene;

/// A row that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// The row as its tool prints it.
    pub text: String,
    /// Why it was taken, or was not.
    pub why: String,
    /// Whether it decided.
    pub won: bool,
}

/// Most routes of a table that are told of though they do not lead to the destination.
const MOST: usize = 8;

fn holds(net: IpNet, addr: IpAddr) -> bool {
    Family::of(net.addr()) == Family::of(addr)
        && Net::prefix(net.addr(), net.prefix_len()).has(addr_bits(addr))
}

/// What was looked at for the routing decision that an event tells of; nothing for another event.
pub fn tried(event: &Event, lab: &Lab, language: Language) -> Vec<Tried> {
    let step = match &event.step {
        Step::RouteInput(step) | Step::RouteOutput(step) => Some(step),
        Step::NoRoute => None,
        _ => return Vec::new(),
    };
    match &event.body {
        Body::Ip(packet) => looked_at(&Scene::new(lab, language), event.ns, packet, step),
        Body::Arp(_) => Vec::new(),
    }
}

/// Policy rules and routes in the order in which they are asked, as far as the one that decided; all of them
/// when none did.
///
/// # Source
/// Linux v6.18, `net/core/fib_rules.c`: `fib_rules_lookup`; `net/ipv4/fib_trie.c`: `fib_table_lookup`.
fn looked_at(scene: &Scene<'_>, ns: NsId, packet: &Packet, step: Option<&RouteStep>) -> Vec<Tried> {
    let Some(stack) = scene.stack(ns) else { return Vec::new() };
    let (routing, family, dst) = (&stack.routing, packet.family(), packet.ip.dst);
    let routes: Vec<Route> = routing.routes(family).collect();
    let mut all = Vec::new();
    for rule in routing.rules(family) {
        let last = step.is_some_and(|step| rule.priority == step.rule && rule.table() == Some(step.table));
        let Some(table) = rule.table() else { continue };
        let of_table = || routes.iter().filter(move |route| route.table == table);
        if !last && of_table().next().is_none() {
            continue;
        }
        let lookup = format!("rule {}: {} lookup {}", rule.priority, selector(rule), table_name(table));
        if let Some(why) = other(scene, rule, packet).filter(|_| !last) {
            all.push(Tried { text: lookup, why, won: false });
            continue;
        }
        if !last {
            let held = of_table().filter(|route| holds(route.dst, dst)).count();
            let why = match held {
                0 => scene.say(Say::NoneHolds, &[&table_name(table), &dst]),
                _ => scene.say(Say::NotDecides, &[&table_name(table)]),
            };
            all.push(Tried { text: lookup, why, won: false });
            continue;
        }
        all.extend(step.map(|step| in_table(scene, ns, of_table(), step, dst)).unwrap_or_default());
        break;
    }
    all
}

/// The routes of the table that decided, the best first.
fn in_table<'a>(
    scene: &Scene<'_>,
    ns: NsId,
    routes: impl Iterator<Item = &'a Route>,
    step: &RouteStep,
    dst: IpAddr,
) -> Vec<Tried> {
    let (mut held, mut others): (Vec<&Route>, Vec<&Route>) = routes.partition(|route| holds(route.dst, dst));
    let place = |route: &Route| (core::cmp::Reverse(route.dst.prefix_len()), route.metric);
    held.order_by_key(|route| place(route));
    let winner = scene.route(ns, step);
    let rivals = winner.as_ref().map_or(0, |w| held.iter().filter(|r| r.dst == w.dst).count());
    let mut all: Vec<Tried> = held
        .iter()
        .map(|route| {
            let won = winner.as_ref() == Some(*route);
            let len = route.dst.prefix_len();
            let why = match winner.as_ref().map(|w| place(route).cmp(&place(w))) {
                _ if won && rivals > 1 => scene.say(Say::LongestAndLowest, &[&dst]),
                _ if won && len == 0 => scene.say(Say::NothingLonger, &[&dst]),
                _ if won => scene.say(Say::Longest, &[&dst]),
                Some(Ordering::Greater) if winner.as_ref().is_some_and(|w| w.dst.prefix_len() == len) => {
                    scene.say(Say::SamePrefix, &[&route.metric])
                }
                Some(Ordering::Greater) => scene.say(Say::Shorter, &[&dst, &len]),
                _ => scene.text(Say::CannotServe).to_owned(),
            };
            let oif = if won { step.oif } else { IfIndex::NONE };
            Tried { text: route_text(scene, ns, route, oif), why, won }
        })
        .collect();
    let left_out = others.len().saturating_sub(MOST);
    others.truncate(MOST);
    all.extend(others.iter().map(|route| Tried {
        text: route_text(scene, ns, route, IfIndex::NONE),
        why: scene.say(Say::NotIn, &[&dst]),
        won: false,
    }));
    if left_out > 0 {
        let why = scene.say(Say::InNone, &[&dst]);
        all.push(Tried { text: scene.say(Say::MoreRoutes, &[&left_out]), why, won: false });
    }
    all
}

/// Whom a rule is for, as `ip rule` prints it, in short.
fn selector(rule: &Rule) -> String {
    let mut text = if rule.invert { "not from ".to_owned() } else { "from ".to_owned() };
    text += &rule.src.map_or_else(|| "all".to_owned(), |net| format!("{}/{}", net.addr(), net.prefix_len()));
    if let Some(net) = rule.dst {
        text += &format!(" to {}/{}", net.addr(), net.prefix_len());
    }
    if let Some((value, mask)) = rule.mark {
        text += &format!(" fwmark {value:#x}");
        if mask != u32::MAX {
            text += &format!("/{mask:#x}");
        }
    }
    for (name, dev) in [("iif", &rule.iif), ("oif", &rule.oif)] {
        if let Some(dev) = dev {
            text += &format!(" {name} {}", dev.name);
        }
    }
    text
}

/// Why a rule is not for this packet, as far as its addresses say.
fn other(scene: &Scene<'_>, rule: &Rule, packet: &Packet) -> Option<String> {
    if rule.invert {
        return None;
    }
    let (src, dst) = (packet.ip.src, packet.ip.dst);
    if rule.src.is_some_and(|net| !holds(net, src)) {
        return Some(scene.say(Say::ComesFrom, &[&src]));
    }
    if rule.dst.is_some_and(|net| !holds(net, dst)) {
        return Some(scene.say(Say::GoesTo, &[&dst]));
    }
    let more = rule.mark.is_some() || rule.iif.is_some() || rule.oif.is_some();
    more.then(|| scene.text(Say::OtherRule).to_owned())
}
