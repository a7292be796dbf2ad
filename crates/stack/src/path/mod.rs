//! A packet's way through one namespace: one file per box of the packet-flow diagram.
//!
//! Each box is a function that returns the [`Next`] box; [`Stack::run`] is the loop over them, and so
//! the diagram. A box that makes further packets (a flood, an answer) puts them in the work queue.

mod bridge;
mod bridge_nf;
mod deliver;
mod forward;
mod hook;
mod local_in;
mod macvlan;
mod neighbour;
mod output;
mod postrouting;
mod prerouting;
mod receive;
mod route_input;
mod transmit;

use packetwalk_trace::{DropReason, NsId, Observer, Step};
use packetwalk_wire::{Arp, Body, Frame, IfIndex, Mac, Skb};

use crate::{Cx, Dst, Stack};

/// What an Ethernet header stands before.
#[allow(clippy::large_enum_variant, reason = "nearly all are packets, which are never boxed")]
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// An ARP message.
    Arp(Arp),
    /// An IP packet with its metadata.
    Ip(Skb),
}

/// A frame inside one namespace.
#[derive(Clone, Copy, Debug)]
pub struct Ether {
    /// Destination MAC.
    pub dst: Mac,
    /// Source MAC.
    pub src: Mac,
    /// What it carries.
    pub content: Content,
}

impl Ether {
    /// The frame as a capture sees it.
    pub const fn frame(&self) -> Frame {
        let body = match self.content {
            Content::Arp(arp) => Body::Arp(arp),
            Content::Ip(skb) => Body::Ip(skb.packet),
        };
        Frame { dst: self.dst, src: self.src, body }
    }

    /// The packet's number; 0 for ARP.
    pub const fn id(&self) -> u32 {
        match self.content {
            Content::Arp(_) => 0,
            Content::Ip(skb) => skb.id,
        }
    }

    /// Tells the observer of a step of this frame.
    pub fn tell<O: Observer>(&self, obs: &mut O, step: Step) {
        if O::ON {
            obs.body(self.id(), self.frame().body, step);
        }
    }

    /// Length in bytes with the Ethernet header.
    pub const fn wire_len(&self) -> u64 {
        match self.content {
            Content::Arp(_) => 42,
            Content::Ip(skb) => 14 + skb.packet.len() as u64,
        }
    }
}

/// The boxes of the packet-flow diagram.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// A frame came in by an interface: `receive.rs`.
    Receive(IfIndex, Ether),
    /// A frame came in by a bridge port: `bridge.rs`.
    Bridge(IfIndex, Ether),
    /// The bridge chooses where it goes, after its own PREROUTING: `bridge.rs`.
    BridgeForward(IfIndex, Ether),
    /// A frame of an interface that shares this one: `macvlan.rs`.
    Macvlan(IfIndex, (NsId, IfIndex), Ether),
    /// From a bridge port, or NONE for the host itself, out by one bridge port: `bridge.rs`.
    BridgePort(IfIndex, IfIndex, Ether),
    /// An IP packet for this host or to be routed: `prerouting.rs`.
    Prerouting(Skb),
    /// The routing decision: `route_input.rs`.
    RouteInput(Skb),
    /// For this host: `local_in.rs`.
    LocalIn(Skb, Dst),
    /// To a socket or the kernel's responders: `deliver.rs`.
    Deliver(Skb, Dst),
    /// To be routed on: `forward.rs`.
    Forward(Skb, Dst),
    /// Made here: `output.rs`.
    Output(Skb, Dst),
    /// Leaves: `postrouting.rs`.
    Postrouting(Skb, Dst),
    /// Needs its next hop's MAC: `neighbour.rs`.
    Neighbour(Skb, Dst),
    /// Leaves by an interface: `transmit.rs`.
    Transmit(IfIndex, Ether),
    /// The end of this packet's way here.
    Done,
}

impl Stack {
    /// Carries `first` and everything that follows from it as far as this namespace goes.
    pub fn run<O: Observer>(&mut self, cx: &mut Cx<'_, O>, first: Next) {
        cx.obs.at(self.id, cx.now);
        self.carry(cx, first);
        while let Some(work) = self.work.pop_front() {
            self.carry(cx, work);
        }
    }

    /// Carries one packet from box to box until its way here ends.
    pub(crate) fn carry<O: Observer>(&mut self, cx: &mut Cx<'_, O>, first: Next) {
        let mut next = first;
        loop {
            next = match next {
                Next::Receive(dev, ether) => self.receive(cx, dev, ether),
                Next::Bridge(port, ether) => self.bridge_input(cx, port, ether),
                Next::BridgeForward(port, ether) => self.bridge_forward(cx, port, ether),
                Next::Macvlan(dev, upper, ether) => self.macvlan_transmit(cx, dev, upper, ether),
                Next::BridgePort(from, port, ether) => self.bridge_port(cx, from, port, ether),
                Next::Prerouting(skb) => self.prerouting(cx, skb),
                Next::RouteInput(skb) => self.route_input(cx, skb),
                Next::LocalIn(skb, dst) => self.local_in(cx, skb, dst),
                Next::Deliver(skb, dst) => self.deliver(cx, skb, dst),
                Next::Forward(skb, dst) => self.forward(cx, skb, dst),
                Next::Output(skb, dst) => self.output(cx, skb, dst),
                Next::Postrouting(skb, dst) => self.postrouting(cx, skb, dst),
                Next::Neighbour(skb, dst) => self.neighbour(cx, skb, dst),
                Next::Transmit(dev, ether) => self.transmit(cx, dev, ether),
                Next::Done => return,
            };
        }
    }

    /// Ends a packet's way for a named reason.
    pub(crate) fn drop<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, reason: DropReason) -> Next {
        cx.obs.step(skb, Step::Drop(reason));
        self.nf.drop_skb(skb);
        Next::Done
    }
}
