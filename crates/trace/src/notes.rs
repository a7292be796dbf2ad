//! What a packet's way changed, for one just like it.

use std::net::IpAddr;

use packetwalk_wire::{CtRef, Family, IfIndex};

use crate::{ChainId, CtStep, NeighStep, Step, Table};

/// A rule or policy that counted a packet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Counted {
    /// Which iptables: 0 nft, 1 legacy.
    pub face: u8,
    /// IPv4 or IPv6.
    pub family: Family,
    /// Table.
    pub table: Table,
    /// Chain.
    pub chain: ChainId,
    /// The rule's place, from 0; `None` is the chain's policy.
    pub rule: Option<u32>,
}

/// Notes of one packet's way through one namespace.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// The packet's number.
    pub id: u32,
    /// What counted it, in order.
    pub counted: Vec<Counted>,
    /// Its connection.
    pub conn: Option<CtRef>,
    /// It began the connection.
    pub began: bool,
    /// Next hops whose MACs it got, with their interfaces.
    pub neighbours: Vec<(IpAddr, IfIndex)>,
    /// The next packet just like it may fare otherwise.
    pub unlike: bool,
}

impl Notes {
    /// Takes note of a step. Every step that is not known to be the same for the next packet makes the way
    /// unlike.
    pub(crate) fn step(&mut self, id: u32, step: &Step) {
        match step {
            _ if id != self.id => self.unlike = true,
            Step::Receive(_)
            | Step::Transmit(_)
            | Step::Bridge { .. }
            | Step::Hook { .. }
            | Step::Table { .. }
            | Step::Rule { .. }
            | Step::ChainEnd { .. }
            | Step::Policy { .. }
            | Step::Nat { .. }
            | Step::RouteInput(_)
            | Step::Ttl => {}
            Step::Neigh { next_hop, dev, step: NeighStep::Hit } => self.neighbours.push((*next_hop, *dev)),
            Step::Conntrack(CtStep::Found(conn, _)) if self.conn.is_none() => self.conn = Some(*conn),
            Step::Conntrack(CtStep::New(conn)) if self.conn.is_none() => {
                (self.conn, self.began) = (Some(*conn), true);
            }
            Step::NatSetup { .. } | Step::Conntrack(CtStep::Confirmed(_)) if self.began => {}
            _ => self.unlike = true,
        }
    }
}
