//! Which namespaces, addresses and ports nothing in the lab tells apart.
//!
//! A leaf is a namespace that only hangs on bridges. Two leaves are alike if they are equal but for their own addresses,
//! MACs and names; if what the others know of them is equal in the same way; and if no prefix or range that is compared
//! with more than one of them lies between them. What is not sure makes a leaf alone in its class. All other
//! namespaces are alone in theirs.

use packetwalk_lab::Lab;
use packetwalk_stack::Stack;
use packetwalk_trace::NsId;
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Family, Mac};
use std::net::IpAddr;

use crate::alike::{self, Ends};
use crate::matrix::Place;
use crate::mention::{Cuts, Piece, Point, Ports, Span, pieces, point, renamed};
use crate::probe::{Met, PORT, Probe, Proto};
use crate::rules;
use crate::touch::Speaks;

/// What the lab tells apart.
pub struct Facts<'a> {
    lab: &'a Lab,
    places: &'a [Place],
    /// Of each place its ends, if it is a leaf.
    leaves: Vec<Option<Ends>>,
    /// Addresses of leaves, sorted.
    addresses: Vec<(Point, usize)>,
    macs: Map<Mac, usize>,
    by_ns: Map<NsId, usize>,
    lone: Vec<bool>,
    /// What others know of each leaf.
    told: Vec<String>,
    patterns: Vec<String>,
    /// What ports each leaf's own loopback knows.
    inner: Vec<Vec<u16>>,
    pub cuts: Cuts<Point>,
    pub ports: Ports,
    pub chancy: Vec<Met>,
    /// Something was not understood: no two leaves are alike.
    pub whole: bool,
}

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

impl Facts<'_> {
    /// Leaves that have an address of a span, once for each.
    pub fn inside(&self, span: Span) -> Vec<usize> {
        let from = self.addresses.partition_point(|(at, _)| *at < span.first);
        let rest = self.addresses.get(from..).unwrap_or_default();
        rest.iter().take_while(|(at, _)| span.has(*at)).map(|(_, place)| *place).collect()
    }

    pub fn leaf_of(&self, ns: NsId) -> Option<usize> {
        let place = *self.by_ns.get(&ns)?;
        self.leaves.get(place)?.as_ref().map(|_| place)
    }

    pub fn lone(&mut self, place: usize) {
        if let Some(lone) = self.lone.get_mut(place) {
            *lone = true;
        }
    }

    pub fn lone_mac(&mut self, mac: Mac, home: Option<usize>) {
        if let Some(&place) = self.macs.get(&mac)
            && Some(place) != home
        {
            self.lone(place);
        }
    }

    fn lone_at(&mut self, addr: IpAddr, home: Option<usize>) {
        for place in self.inside(Span::one(addr)) {
            if Some(place) != home {
                self.lone(place);
            }
        }
    }

    pub fn tell(&mut self, place: usize, text: &str) {
        if let Some(told) = self.told.get_mut(place) {
            told.push_str(text);
        }
    }

    pub fn pattern(&mut self, pattern: &str) {
        if !self.patterns.iter().any(|known| known == pattern) {
            self.patterns.push(pattern.to_owned());
        }
    }

    fn span(&mut self, span: Span) {
        if !self.inside(span).is_empty() {
            self.cuts.span(span);
        }
    }

    /// A text about a leaf in which it has the same names as all.
    pub fn renamed(&self, place: usize, text: &str) -> String {
        renamed(text, &|word| self.name(place, word))
    }

    /// A text of a leaf's own tables, in which the ports of its own loopback have names too.
    fn inner_renamed(&self, place: usize, text: &str) -> String {
        let inner = self.inner.get(place).map(Vec::as_slice).unwrap_or_default();
        renamed(text, &|word| {
            let port = word.strip_prefix("127.0.0.11:").unwrap_or(word).parse().ok();
            let port = port.and_then(|port: u16| inner.iter().position(|p| *p == port));
            port.map(|at| format!("@port{at}")).or_else(|| self.name(place, word))
        })
    }

    fn name(&self, place: usize, word: &str) -> Option<String> {
        let own = self.places.get(place)?;
        if let Ok(addr) = word.parse::<IpAddr>() {
            return own.addresses.iter().position(|a| *a == addr).map(|at| format!("@{at}"));
        }
        let mac = word.parse::<Mac>().ok()?;
        own.macs.iter().position(|m| *m == mac).map(|at| format!("@mac{at}"))
    }

    /// What tables other than the rules say.
    fn read(&mut self, ns: NsId, stack: &Stack) {
        let home = self.leaf_of(ns);
        for family in [Family::V4, Family::V6] {
            for route in stack.routing.routes(family) {
                let span = Span::of_prefix(route.dst.addr(), route.dst.prefix_len());
                let own = home.is_some() && self.inside(span).iter().all(|place| Some(*place) == home);
                if !own {
                    self.span(span);
                }
                self.whole |= route.nexthops.len() > 1;
                for addr in route.nexthops.iter().filter_map(|n| n.via).chain(route.prefsrc) {
                    self.lone_at(addr, home);
                }
                // Every port has routes of its own to the link.
                if !is_of_link(route.dst.addr()) {
                    for hop in &route.nexthops {
                        self.lone_port(ns, hop.oif);
                    }
                }
            }
            for rule in stack.routing.rules(family) {
                for net in [rule.src, rule.dst].into_iter().flatten() {
                    self.span(Span::of_prefix(net.addr(), net.prefix_len()));
                }
                for dev in [rule.iif, rule.oif].into_iter().flatten() {
                    self.pattern(dev.name.as_str());
                }
                for range in [rule.sport, rule.dport].into_iter().flatten() {
                    self.ports.word(&format!("{}:{}", range.start, range.end));
                }
            }
        }
        for (_, socket) in stack.sockets.iter() {
            self.ports.port(socket.port);
            for addr in socket.local.into_iter().chain(socket.remote.map(|(addr, _)| addr)) {
                self.lone_at(addr, home);
            }
        }
        for (_, conn) in stack.nf.ct.iter(self.lab.now()) {
            for dir in
                [packetwalk_netfilter::conntrack::Dir::Original, packetwalk_netfilter::conntrack::Dir::Reply]
            {
                let tuple = conn.tuple(dir);
                for addr in [tuple.src, tuple.dst] {
                    self.lone_at(addr, None);
                }
                self.ports.port(tuple.sport);
                self.ports.port(tuple.dport);
            }
        }
        for (_, addr) in &stack.neigh.proxies {
            self.lone_at(*addr, None);
        }
        for neigh in stack.neigh.iter() {
            let owners = self.inside(Span::one(neigh.addr));
            for &place in owners.iter().filter(|place| Some(**place) != home) {
                if let Some(home) = home {
                    self.lone(home);
                    self.lone(place);
                    continue;
                }
                let text = format!("{ns:?} {} {:?} {} {:?}\n", neigh.addr, neigh.dev, neigh.mac, neigh.state);
                let text = self.renamed(place, &text);
                self.tell(place, &text);
            }
            if let Some(&place) = self.macs.get(&neigh.mac)
                && !owners.contains(&place)
            {
                self.lone(place);
            }
        }
        for piece in pieces(&format!("{:?}", stack.pmtu)) {
            if let Piece::Span(span) = piece {
                for place in self.inside(span) {
                    self.lone(place);
                }
            }
        }
        for device in stack.links.iter() {
            for entry in device.bridge().into_iter().flat_map(|b| b.fdb.entries()) {
                let Some(&place) = self.macs.get(&entry.mac) else { continue };
                let ends = self.leaves.get(place).and_then(Option::as_ref);
                let end =
                    ends.and_then(|e| e.iter().position(|&(_, hub, port)| (hub, port) == (ns, entry.port)));
                match end {
                    Some(end) => {
                        let text = format!("fdb {ns:?} {:?} {end} {:?}\n", device.index, entry.flag);
                        self.tell(place, &text);
                    }
                    None => self.lone(place),
                }
            }
        }
    }

    /// A leaf whose port on a bridge somebody routes by.
    fn lone_port(&mut self, ns: NsId, port: packetwalk_wire::IfIndex) {
        let has = |ends: &Option<Ends>| {
            ends.as_ref().is_some_and(|e| e.iter().any(|&(_, h, p)| (h, p) == (ns, port)))
        };
        if let Some(place) = self.leaves.iter().position(has) {
            self.lone(place);
        }
    }

    /// Which patterns of interfaces fit a leaf's ports.
    fn fitting(&self, place: usize) -> String {
        let mut out = String::new();
        let ends = self.leaves.get(place).and_then(Option::as_ref);
        for &(_, hub, port) in ends.into_iter().flatten() {
            let Some(device) = self.lab.stack(hub).and_then(|s| s.links.get(port)) else { continue };
            let name = device.name.to_string();
            out.extend(self.patterns.iter().map(|pattern| match pattern.strip_suffix('+') {
                Some(head) if name.starts_with(head) => '1',
                None if *pattern == name => '1',
                _ => '0',
            }));
        }
        out
    }
}

/// Whether an address is one of the link's or of a group.
fn is_of_link(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(_) => false,
        IpAddr::V6(a) => a.is_multicast() || a.segments()[0] & 0xffc0 == 0xfe80,
    }
}

/// A port that nothing in the lab speaks of.
fn free_port(lines: &[rules::Line], lab: &Lab, probes: &[Probe]) -> u16 {
    let mut taken: Vec<u16> = probes.iter().map(|p| p.port).collect();
    taken.extend(lines.iter().flat_map(|line| crate::mention::numbers(&line.text)));
    for (_, space) in lab.spaces() {
        taken.extend(space.stack.sockets.iter().map(|(_, s)| s.port));
    }
    taken.sort_unstable();
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
    addresses.sort_unstable();
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
    owners.sort_unstable();
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
