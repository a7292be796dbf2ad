//! What the rules of a namespace share by name, whatever their table, face or family.

use std::net::IpAddr;

use packetwalk_trace::{ChainId, RuleEnd, Table as TableId};
use packetwalk_wire::{IfIndex, IfName, Skb};

use crate::log::Line;

/// A packet that TEE copied; the caller of the hook sends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copy {
    /// The copy.
    pub skb: Skb,
    /// Whereto.
    pub gateway: IpAddr,
    /// By which interface; empty for the route's own.
    pub oif: IfName,
}

/// What a traced packet met in the nft face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trace {
    /// The packet as it is there.
    pub skb: Skb,
    /// `-i`, as the hook knows it.
    pub iif: IfIndex,
    /// `-o`.
    pub oif: IfIndex,
    /// The first thing told of it in this table and hook.
    pub first: bool,
    /// Table.
    pub table: TableId,
    /// Chain.
    pub chain: ChainId,
    /// What it met.
    pub end: TraceEnd,
}

/// What a traced packet met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TraceEnd {
    /// A rule, by its handle, and how it ended.
    Rule(u32, RuleEnd),
    /// The chain's policy: ACCEPT or not.
    Policy(bool),
}

/// Lists and tables that outlive a packet and are no one rule's own.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Copies made in this hook call.
    pub copies: Vec<Copy>,
    /// A copy is on its way: TEE does nothing (`nf_skb_duplicated`).
    pub copying: bool,
    /// Lines for the kernel's log of this hook call.
    pub log: Vec<Line>,
    /// Programs that listen for traces of the nft face.
    pub tracers: u32,
    /// What they have not taken yet.
    pub traces: Vec<Trace>,
    /// Packets of this namespace may be logged (`net.netfilter.nf_log_all_netns`).
    pub logging: bool,
}
