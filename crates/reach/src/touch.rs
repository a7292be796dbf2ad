//! Which ports a packet's way could have told apart: what meets none of them goes the same way.

use packetwalk_lab::Lab;
use packetwalk_netfilter::conntrack::Dir;
use packetwalk_trace::{ChainId, DropReason, Event, Hook, NsId, RuleEnd, Step, Table as TableId};
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Family, Order};

use crate::mention::Ports;
use crate::rules::Line;

type Chain = (NsId, TableId, ChainId);

/// Where a lab speaks of ports.
#[derive(Clone, Debug, Default)]
pub struct Speaks {
    /// In its chains, of whichever face and family.
    chains: Map<Chain, Ports>,
    /// Of its sockets.
    sockets: Map<NsId, Ports>,
    /// Everywhere: in routing rules and connections.
    always: Ports,
}

/// What a packet and its answers met.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    chains: Vec<Chain>,
    /// Namespaces whose sockets may have been looked up.
    sockets: Vec<NsId>,
}

impl Speaks {
    pub fn new(lab: &Lab, lines: &[Line]) -> Self {
        let mut all = Self::default();
        for line in lines {
            let ports = all.chains.or_insert_with((line.ns, line.table, line.chain), Ports::default);
            line.tell_ports(ports);
        }
        for (ns, space) in lab.spaces() {
            let stack = &space.stack;
            let ports = all.sockets.or_insert_with(ns, Ports::default);
            for (_, socket) in stack.sockets.iter() {
                ports.port(socket.port);
            }
            for rule in [Family::V4, Family::V6].into_iter().flat_map(|f| stack.routing.rules(f)) {
                for range in [rule.sport, rule.dport].into_iter().flatten() {
                    all.always.word(&format!("{}:{}", range.start, range.end));
                }
            }
            for (_, conn) in stack.nf.ct.iter(lab.now()) {
                for tuple in [conn.tuple(Dir::Original), conn.tuple(Dir::Reply)] {
                    all.always.port(tuple.sport);
                    all.always.port(tuple.dport);
                }
            }
        }
        for (_, ports) in all.chains.iter_mut() {
            ports.done();
        }
        for (_, ports) in all.sockets.iter_mut() {
            ports.done();
        }
        all.always.done();
        all
    }

    /// Whether a packet to one port goes the way that one to the other went.
    pub fn same(&self, touched: &Touched, one: u16, other: u16) -> bool {
        let chains = touched.chains.iter().filter_map(|chain| self.chains.get(chain));
        let sockets = touched.sockets.iter().filter_map(|ns| self.sockets.get(ns));
        chains.chain(sockets).chain([&self.always]).all(|ports| ports.kind(one) == ports.kind(other))
    }
}

impl Touched {
    /// Of the events of an attempt, of which those of rules that did not match may be missing.
    pub fn new(events: &[Event]) -> Self {
        let mut all = Self::default();
        for event in events {
            let ns = event.ns;
            match event.step {
                Step::Rule { table, chain, end, .. } => {
                    all.chains.push((ns, table, chain));
                    if let RuleEnd::Jump(to) | RuleEnd::Goto(to) = end {
                        all.chains.push((ns, table, to));
                    }
                }
                Step::ChainEnd { table, chain } | Step::Policy { table, chain, .. } => {
                    all.chains.push((ns, table, chain));
                }
                // What the rules drop came to no socket.
                Step::Drop(DropReason::NetfilterDrop) => {}
                Step::Drop(_)
                | Step::Deliver
                | Step::Answer
                | Step::Send
                | Step::Errno(_)
                | Step::Hook { hook: Hook::Input, .. } => all.sockets.push(ns),
                _ => {}
            }
        }
        all.chains.order();
        all.chains.dedup();
        all.sockets.order();
        all.sockets.dedup();
        all
    }
}
