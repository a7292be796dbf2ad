//! Names and rows of the lab.

use core::fmt::Display;
use std::net::IpAddr;
use std::rc::Rc;

use super::fields::{self, Field};
use super::language::{Language, Say};
use super::phrase;
use crate::print::tcpdump::Printer;
use ipnet::IpNet;
use packetwalk_lab::Lab;
use packetwalk_link::Device;
use packetwalk_netfilter::xtables::{Face, Rule, Table};
use packetwalk_route::Route;
use packetwalk_stack::Stack;
use packetwalk_trace::{ChainId, CtStep, DropReason, Event, Hook, NsId, Step, Table as TableId};
use packetwalk_wire::{Body, Family, IfIndex, Mac, sorted::Map};

/// What explaining needs: the lab, and what the packets did so far.
pub(super) struct Scene<'a> {
    pub lab: &'a Lab,
    pub language: Language,
    /// Each packet as it was last seen.
    pub last: Map<u32, Body>,
    /// The hook, its family and the table that each namespace is in.
    pub at: Map<NsId, Hooked>,
    /// What conntrack said last of a packet.
    pub tracked: Map<(NsId, u32), CtStep>,
    /// The port of a bridge that a packet came in by.
    pub ports: Map<(NsId, u32), IfIndex>,
    /// Prints packets in a line, with relative sequence numbers.
    pub printer: Printer,
    /// What the last step's packet is, and its header: most steps do not change it.
    header: Option<(Body, Rc<[Field]>)>,
}

/// Where in netfilter a namespace is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hooked {
    pub hook: Hook,
    pub family: Family,
    pub iif: IfIndex,
    pub oif: IfIndex,
}

impl<'a> Scene<'a> {
    pub fn new(lab: &'a Lab, language: Language) -> Self {
        Self {
            lab,
            language,
            last: Map::new(),
            at: Map::new(),
            tracked: Map::new(),
            ports: Map::new(),
            printer: phrase::printer(),
            header: None,
        }
    }

    /// The header of a packet, with what it was before where that was another.
    pub fn header(&mut self, body: &Body, before: Option<Body>) -> Rc<[Field]> {
        let header = match &self.header {
            Some((last, header)) if last == body => Rc::clone(header),
            _ => fields::header(body),
        };
        self.header = Some((*body, Rc::clone(&header)));
        match before {
            Some(before) if before != *body => fields::compared(&header, &before),
            _ => header,
        }
    }

    /// Says it in the walk's language.
    pub fn say(&self, say: Say, values: &[&dyn Display]) -> String {
        self.language.say(say, values)
    }

    /// The words of what has no values.
    pub fn text(&self, say: Say) -> &'static str {
        self.language.text(say)
    }

    /// Keeps what an event says of what follows.
    pub fn see(&mut self, event: &Event) {
        let packet = (event.ns, event.id);
        match event.step {
            Step::Hook { hook, family, iif, oif } => {
                self.at.insert(event.ns, Hooked { hook, family, iif, oif });
            }
            Step::Conntrack(step) => {
                self.tracked.insert(packet, step);
            }
            Step::Receive(dev) if self.master(event.ns, dev).is_some() => {
                self.ports.insert(packet, dev);
            }
            _ => {}
        }
    }

    /// Why a packet ended, as the end of a sentence that begins with it.
    pub fn reason(&self, body: &Body, reason: DropReason) -> String {
        let plain = self.language.reason(reason).to_owned();
        let (DropReason::IpOutNoRoutes, Body::Ip(packet)) = (reason, body) else { return plain };
        let (src, dst) = (packet.ip.src, packet.ip.dst);
        if !src.is_loopback() || dst.is_loopback() {
            return plain;
        }
        self.say(Say::OfLoopback, &[&src, &dst])
    }

    pub fn stack(&self, ns: NsId) -> Option<&'a Stack> {
        self.lab.stack(ns)
    }

    /// A namespace's name; the root namespace is `host`.
    pub fn ns(&self, ns: NsId) -> &'a str {
        self.lab.label(ns)
    }

    fn link(&self, ns: NsId, dev: IfIndex) -> Option<&'a Device> {
        self.stack(ns)?.links.get(dev)
    }

    /// An interface's name; its number when it is gone.
    pub fn dev(&self, ns: NsId, dev: IfIndex) -> String {
        self.link(ns, dev).map_or_else(|| format!("if{}", dev.0), |d| d.name.to_string())
    }

    /// The other end of a veth pair, as `c1's eth0`.
    pub fn peer(&self, ns: NsId, dev: IfIndex) -> Option<String> {
        let (other, index) = self.link(ns, dev)?.peer()?;
        Some(self.say(Say::Peer, &[&self.ns(other), &self.dev(other, index)]))
    }

    pub fn is_bridge(&self, ns: NsId, dev: IfIndex) -> bool {
        self.link(ns, dev).is_some_and(|d| d.bridge().is_some())
    }

    /// The bridge that an interface is a port of.
    pub fn master(&self, ns: NsId, dev: IfIndex) -> Option<IfIndex> {
        self.link(ns, dev)?.master
    }

    /// The MAC behind a neighbour's address.
    pub fn neighbour(&self, ns: NsId, dev: IfIndex, addr: IpAddr) -> Option<Mac> {
        self.stack(ns)?.neigh.get(dev, addr).map(|n| n.mac)
    }

    /// The table of the face whose chain has such a rule; rule 0 is the chain itself.
    pub fn table(
        &self,
        ns: NsId,
        family: Family,
        table: TableId,
        chain: ChainId,
        rule: u32,
    ) -> Option<&'a Table> {
        let nf = &self.stack(ns)?.nf;
        let mut faces = [Face::Nft, Face::Legacy].into_iter().filter_map(|f| nf.rules(f, family).get(table));
        faces.find(|t| {
            let rules = t.chain(chain).filter(|c| c.is_live()).map(|c| c.rules.len());
            rules.is_some_and(|n| rule as usize <= n)
        })
    }

    /// A chain's name.
    pub fn chain(&self, ns: NsId, family: Family, table: TableId, chain: ChainId) -> String {
        let found = self.table(ns, family, table, chain, 0).and_then(|t| t.chain(chain));
        found.map_or_else(|| format!("chain {}", chain.0), |c| c.name.to_string())
    }

    /// A rule, counted from 1, with its table.
    pub fn rule(
        &self,
        ns: NsId,
        family: Family,
        table: TableId,
        chain: ChainId,
        rule: u32,
    ) -> Option<(&'a Table, &'a Rule)> {
        let t = self.table(ns, family, table, chain, rule)?;
        Some((t, t.chain(chain)?.rules.get((rule as usize).checked_sub(1)?)?))
    }

    /// The route of a table that has this prefix and metric.
    pub fn route(&self, ns: NsId, step: &packetwalk_trace::RouteStep) -> Option<Route> {
        let dst = IpNet::new(step.prefix, step.prefix_len).ok()?;
        self.stack(ns)?.routing.routes_to(step.table, dst).find(|r| {
            r.metric == step.metric
                && r.kind == step.kind
                && (step.oif == IfIndex::LO || r.nexthops.iter().any(|n| n.oif == step.oif))
        })
    }
}

/// The key of a rule: `nat/POSTROUTING/1`; number 0 is the chain and its policy.
pub fn rule_key(table: TableId, chain: &str, rule: u32) -> String {
    format!("{}/{chain}/{rule}", table.name())
}

/// The key of a route: `254/172.17.0.0/16/0`, its table, prefix and metric.
pub fn route_key(table: u32, prefix: IpAddr, len: u8, metric: u32) -> String {
    format!("{table}/{prefix}/{len}/{metric}")
}

/// The key of a neighbour: `eth0/172.17.42.1`.
pub fn neighbour_key(dev: &str, addr: IpAddr) -> String {
    format!("{dev}/{addr}")
}

/// The key of a bridge's entry: `docker0/02:42:ac:11:00:02`.
pub fn fdb_key(bridge: &str, mac: Mac) -> String {
    format!("{bridge}/{mac}")
}
