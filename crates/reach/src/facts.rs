//! What a lab tells apart: its leaves, and what is spoken of them.

use packetwalk_lab::Lab;
use packetwalk_stack::Stack;
use packetwalk_trace::NsId;
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Family, Mac};
use std::net::IpAddr;

use crate::alike::Ends;
use crate::mention::{Cuts, Piece, Point, Ports, Span, pieces, renamed};
use crate::place::Place;
use crate::probe::Met;

/// What the lab tells apart.
pub struct Facts<'a> {
    pub lab: &'a Lab,
    pub places: &'a [Place],
    /// Of each place its ends, if it is a leaf.
    pub leaves: Vec<Option<Ends>>,
    /// Addresses of leaves, sorted.
    pub addresses: Vec<(Point, usize)>,
    pub macs: Map<Mac, usize>,
    pub by_ns: Map<NsId, usize>,
    pub lone: Vec<bool>,
    /// What others know of each leaf.
    pub told: Vec<String>,
    pub patterns: Vec<String>,
    /// What ports each leaf's own loopback knows.
    pub inner: Vec<Vec<u16>>,
    pub cuts: Cuts<Point>,
    pub ports: Ports,
    pub chancy: Vec<Met>,
    /// Something was not understood: no two leaves are alike.
    pub whole: bool,
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

    pub fn lone_at(&mut self, addr: IpAddr, home: Option<usize>) {
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

    pub fn span(&mut self, span: Span) {
        if !self.inside(span).is_empty() {
            self.cuts.span(span);
        }
    }

    /// A text about a leaf in which it has the same names as all.
    pub fn renamed(&self, place: usize, text: &str) -> String {
        renamed(text, &|word| self.name(place, word))
    }

    /// A text of a leaf's own tables, in which the ports of its own loopback have names too.
    pub fn inner_renamed(&self, place: usize, text: &str) -> String {
        let inner = self.inner.get(place).map(Vec::as_slice).unwrap_or_default();
        renamed(text, &|word| {
            let port = word.strip_prefix("127.0.0.11:").unwrap_or(word).parse().ok();
            let port = port.and_then(|port: u16| inner.iter().position(|p| *p == port));
            port.map(|at| format!("@port{at}")).or_else(|| self.name(place, word))
        })
    }

    pub fn name(&self, place: usize, word: &str) -> Option<String> {
        let own = self.places.get(place)?;
        if let Ok(addr) = word.parse::<IpAddr>() {
            return own.addresses.iter().position(|a| *a == addr).map(|at| format!("@{at}"));
        }
        let mac = word.parse::<Mac>().ok()?;
        own.macs.iter().position(|m| *m == mac).map(|at| format!("@mac{at}"))
    }

    /// What tables other than the rules say.
    pub fn read(&mut self, ns: NsId, stack: &Stack) {
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
    pub fn lone_port(&mut self, ns: NsId, port: packetwalk_wire::IfIndex) {
        let has = |ends: &Option<Ends>| {
            ends.as_ref().is_some_and(|e| e.iter().any(|&(_, h, p)| (h, p) == (ns, port)))
        };
        if let Some(place) = self.leaves.iter().position(has) {
            self.lone(place);
        }
    }

    /// Which patterns of interfaces fit a leaf's ports.
    pub fn fitting(&self, place: usize) -> String {
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
