//! Which namespaces, addresses and ports nothing in the lab tells apart.
//!
//! A leaf is a namespace that only hangs on bridges. Two leaves are alike if they are equal but for their own addresses,
//! MACs and names; if what the others know of them is equal in the same way; and if no prefix or range that is compared
//! with more than one of them lies between them. What is not sure makes a leaf alone in its class. All other
//! namespaces are alone in theirs.

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Order;
use packetwalk_wire::sorted::Map;

use crate::alike::{self, Ends};
use crate::facts::Facts;
use crate::mention::{Cuts, Point, Ports, point};
use crate::place::Place;
use crate::probe::{Met, PORT, Probe, Proto};
use crate::rules;
use crate::touch::Speaks;

/// The classes.
pub struct Classes {
    /// Of each place its class.
    pub of: Vec<usize>,
    /// The first probe that each is like.
    pub probes: Vec<usize>,
    /// Rules that go by chance or by what they saw.
    pub chancy: Vec<Met>,
    /// The port that probes come from.
    pub port: u16,
    /// Where the lab speaks of ports, if all that its rules do is known.
    pub speaks: Option<Speaks>,
}

/// A port that nothing in the lab speaks of.
fn free_port(lines: &[rules::Line], lab: &Lab, probes: &[Probe]) -> u16 {
    let mut taken: Vec<u16> = probes.iter().map(|p| p.port).collect();
    taken.extend(lines.iter().flat_map(|line| crate::mention::numbers(&line.text)));
    for (_, space) in lab.spaces() {
        taken.extend(space.stack.sockets.iter().map(|(_, s)| s.port));
    }
    taken.order();
    (PORT..60_999).chain(33_000..PORT).find(|p| taken.binary_search(p).is_err()).unwrap_or(PORT)
}

/// Sorts a lab's places and the probes.
pub fn classes(lab: &Lab, places: &[Place], probes: &[Probe], alone: bool) -> Classes {
    let lines = rules::lines(lab);
    let port = free_port(&lines, lab, probes);
    let probed: Vec<u16> = probes.iter().map(|p| p.port).chain([port]).collect();
    let leaves: Vec<Option<Ends>> = places.iter().map(|p| alike::ends(lab, p.ns)).collect();
    let mut addresses = Vec::new();
    let mut macs = Map::new();
    let mut lone = vec![false; places.len()];
    for (at, place) in places.iter().enumerate() {
        if leaves.get(at).is_none_or(Option::is_none) {
            continue;
        }
        addresses.extend(place.addresses.iter().map(|a| (point(*a), at)));
        for mac in &place.macs {
            if let Some(other) = macs.insert(*mac, at) {
                for one in [at, other] {
                    if let Some(lone) = lone.get_mut(one) {
                        *lone = true;
                    }
                }
            }
        }
    }
    addresses.order();
    let inner = places.iter().map(|p| alike::inner_ports(lab, p.ns, &probed)).collect();
    let mut facts = Facts {
        lab,
        places,
        leaves,
        addresses,
        macs,
        by_ns: places.iter().enumerate().map(|(at, p)| (p.ns, at)).collect(),
        lone,
        told: vec![String::new(); places.len()],
        patterns: Vec::new(),
        inner,
        cuts: Cuts::default(),
        ports: Ports::default(),
        chancy: Vec::new(),
        whole: alone,
    };
    // An address that two have, whoever they are.
    let mut owners: Vec<(Point, usize)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        owners.extend(place.addresses.iter().map(|a| (point(*a), at)));
    }
    owners.order();
    for pair in owners.windows(2) {
        if let [(a, one), (b, other)] = pair
            && a == b
        {
            facts.lone(*one);
            facts.lone(*other);
        }
    }
    rules::read(&mut facts, &lines, rules::live(&lines, &probed, port).as_deref());
    for (ns, space) in lab.spaces() {
        facts.read(ns, &space.stack);
        // A bystander that answers for others.
        let answers = |(name, value): &(String, String)| name.ends_with(".proxy_arp") && value != "0";
        if facts.leaf_of(ns).is_some() && space.stack.sysctl.list().iter().any(answers) {
            facts.whole = true;
        }
    }
    facts.cuts.done();
    facts.ports.done();
    let speaks = (!alone && facts.chancy.is_empty()).then(|| Speaks::new(lab, &lines));
    Classes {
        of: sorted(&facts, &lines),
        probes: same_ports(&facts, probes),
        chancy: facts.chancy,
        port,
        speaks,
    }
}

fn same_ports(facts: &Facts<'_>, probes: &[Probe]) -> Vec<usize> {
    let mut known: Map<(Proto, (Option<u16>, usize)), usize> = Map::new();
    let part = |probe: &Probe| (probe.proto, facts.ports.kind(probe.port));
    probes.iter().enumerate().map(|(at, probe)| *known.or_insert_with(part(probe), || at)).collect()
}

fn sorted(facts: &Facts<'_>, lines: &[rules::Line]) -> Vec<usize> {
    let mut by_ns: Map<NsId, Vec<&rules::Line>> = Map::new();
    for line in lines.iter().filter(|line| facts.leaf_of(line.ns).is_some()) {
        by_ns.or_insert_with(line.ns, Vec::new).push(line);
    }
    let mut known: Map<String, usize> = Map::new();
    let mut number = 0;
    let mut fresh = || {
        number += 1;
        number - 1
    };
    let mut of = Vec::with_capacity(facts.places.len());
    for (at, place) in facts.places.iter().enumerate() {
        let ends = facts.leaves.get(at).and_then(Option::as_ref);
        let lone = facts.whole || facts.lone.get(at).is_none_or(|lone| *lone);
        let (Some(ends), false) = (ends, lone) else {
            of.push(fresh());
            continue;
        };
        let own = by_ns.get(&place.ns).map(Vec::as_slice).unwrap_or_default();
        let mut text = facts.inner_renamed(at, &alike::text(facts.lab, place.ns, ends, own));
        text.push_str(&alike::settings(facts.lab, place.ns));
        text.push_str(facts.told.get(at).map_or("", String::as_str));
        text.push_str(&facts.fitting(at));
        for addr in &place.addresses {
            text.push_str(&format!(" {}", facts.cuts.part(point(*addr))));
        }
        of.push(*known.or_insert_with(text, &mut fresh));
    }
    of
}
