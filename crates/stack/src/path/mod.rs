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

use packetwalk_trace::{DropReason, NsId, Observer, RouteKind, Step};
use packetwalk_wire::{Arp, Body, Frame, IfIndex, Mac, Skb};

use crate::flow::Shortcut;
use crate::{Cx, Dst, Stack, Unmodelled};

/// What an Ethernet header stands before.
#[allow(clippy::large_enum_variant, reason = "nearly all are packets, which are never boxed")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// An ARP message.
    Arp(Arp),
    /// An IP packet with its metadata.
    Ip(Skb),
}

/// A frame inside one namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ether {
    /// Destination MAC.
    pub dst: Mac,
    /// Source MAC.
    pub src: Mac,
    /// What it carries.
    pub content: Content,
}

impl Ether {
    /// A packet that has no frame yet.
    pub const fn bare(skb: Skb) -> Self {
        Self { dst: Mac::ZERO, src: Mac::ZERO, content: Content::Ip(skb) }
    }

    /// The frame as a capture sees it.
    pub const fn frame(&self) -> Frame {
        let body = match &self.content {
            Content::Arp(arp) => Body::Arp(*arp),
            Content::Ip(skb) => Body::Ip(skb.packet),
        };
        Frame { dst: self.dst, src: self.src, body }
    }

    /// The packet's number; 0 for ARP.
    pub const fn id(&self) -> u32 {
        match &self.content {
            Content::Arp(_) => 0,
            Content::Ip(skb) => skb.id,
        }
    }

    /// Tells the observer of a step of this frame.
    #[inline]
    pub fn tell<O: Observer>(&self, obs: &mut O, step: Step) {
        if !obs.is_idle() {
            obs.body(self.id(), self.frame().body, step);
        }
    }

    /// Length in bytes with the Ethernet header.
    pub const fn wire_len(&self) -> u64 {
        match &self.content {
            Content::Arp(_) => 42,
            Content::Ip(skb) => 14 + skb.packet.len() as u64,
        }
    }
}

/// So many packets are carried within a host at one moment.
const MOST_AT_ONCE: u32 = 1 << 14;

/// The boxes of the packet-flow diagram.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Next {
    /// A frame came in by an interface: `receive.rs`.
    Receive(IfIndex),
    /// A frame came in by a bridge port: `bridge.rs`.
    Bridge(IfIndex),
    /// The bridge chooses where it goes, after its own PREROUTING: `bridge.rs`.
    BridgeForward(IfIndex),
    /// A frame that came in by a port goes up to the host, perhaps only as every frame does: `bridge.rs`.
    BridgeUp(IfIndex, bool),
    /// A frame of an interface that shares this one: `macvlan.rs`.
    Macvlan(IfIndex, (NsId, IfIndex)),
    /// From a bridge port, or NONE for the host itself, out by one bridge port: `bridge.rs`.
    BridgePort(IfIndex, IfIndex),
    /// An IP packet for this host or to be routed: `prerouting.rs`.
    Prerouting,
    /// The routing decision: `route_input.rs`.
    RouteInput,
    /// For this host: `local_in.rs`.
    LocalIn,
    /// To a socket or the kernel's responders: `deliver.rs`.
    Deliver,
    /// To be routed on: `forward.rs`.
    Forward,
    /// Made here: `output.rs`.
    Output,
    /// Leaves: `postrouting.rs`.
    Postrouting,
    /// Needs its next hop's MAC: `neighbour.rs`.
    Neighbour,
    /// Leaves by an interface: `transmit.rs`.
    Transmit(IfIndex),
    /// Crosses to a veth's other end.
    Away((NsId, IfIndex)),
    /// The end of this packet's way here.
    Done,
}

/// A frame that waits for its turn before a box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    next: Next,
    ether: Ether,
    dst: Dst,
}

impl Waiting {
    const fn new(next: Next, ether: Ether) -> Self {
        Self { next, ether, dst: Dst::here(RouteKind::Local) }
    }
}

impl Stack {
    /// Carries a frame and everything that follows from it as far as this namespace goes. Where the frame itself flies on
    /// to, if it does and everything else that flies sets out later.
    pub fn run<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        first: Next,
        ether: &mut Ether,
    ) -> Option<(NsId, IfIndex)> {
        cx.obs.at(self.id, cx.now);
        self.settled = false;
        let shortcut = match first {
            Next::Receive(dev) if cx.obs.is_idle() => self.shortcut(cx, dev, ether),
            _ => Shortcut::None,
        };
        let next = match &shortcut {
            Shortcut::None => first,
            Shortcut::Way(way) => self.flows.last_box(*way),
            Shortcut::Notes(noted) => noted.0,
        };
        let next = match (next, &ether.content) {
            (Next::Deliver, Content::Ip(skb)) if self.hand_over(cx, skb) => Next::Done,
            // Only its own counters change there.
            (Next::Transmit(dev), _) => self.transmit(cx, dev, ether),
            _ => {
                self.write_back();
                next
            }
        };
        let away = match next {
            Next::Done => None,
            Next::Away(to) => Some(to),
            next => {
                let route = match shortcut {
                    Shortcut::None => None,
                    Shortcut::Way(way) => self.flows.route(way),
                    Shortcut::Notes(noted) => Some(noted.1),
                };
                self.carry_through(cx, next, ether, &mut route.unwrap_or(Dst::here(RouteKind::Local)))
            }
        };
        match away {
            Some(to) if cx.flights.is_empty() && self.work.is_empty() => return Some(to),
            Some(to) => cx.emit(self.id, to, ether),
            None => {}
        }
        if !self.work.is_empty() {
            self.run_waiting(cx);
        }
        None
    }

    /// Carries what waits for its turn.
    pub(crate) fn run_waiting<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        cx.obs.at(self.id, cx.now);
        let mut left = MOST_AT_ONCE;
        while let Some(Waiting { next, mut ether, mut dst }) = self.work.pop_front() {
            self.carry(cx, next, &mut ether, &mut dst);
            left -= 1;
            if left == 0 {
                self.end_storm(cx);
                break;
            }
        }
    }

    /// Packets have one another sent without end, and no time passes: those that wait are dropped.
    #[cold]
    fn end_storm<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        self.tell_gap(cx, Unmodelled::Storm);
        for Waiting { ether, .. } in std::mem::take(&mut self.work) {
            if let Content::Ip(skb) = ether.content {
                self.drop(cx, &skb, DropReason::NotModelled);
            }
        }
    }

    /// Carries one frame from box to box until its way here ends; `dst` is its route, as soon as it has one.
    pub(crate) fn carry<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        first: Next,
        ether: &mut Ether,
        dst: &mut Dst,
    ) {
        if let Some(to) = self.carry_through(cx, first, ether, dst) {
            cx.emit(self.id, to, ether);
        }
    }

    /// The same, if somebody else sends it to the veth's other end that is its way out.
    #[inline(never)]
    fn carry_through<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        first: Next,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> Option<(NsId, IfIndex)> {
        let mut next = first;
        loop {
            next = match next {
                Next::Done => return None,
                Next::Away(to) => return Some(to),
                next => self.box_of(cx, next, ether, dst),
            }
        }
    }

    /// One box; the next one.
    #[inline]
    pub(crate) fn box_of<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        next: Next,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> Next {
        match (next, &mut ether.content) {
            (Next::Receive(dev), _) => self.receive(cx, dev, ether),
            (Next::Bridge(port), _) => self.bridge_input(cx, port, ether, dst),
            (Next::BridgeForward(port), _) => self.bridge_forward(cx, port, ether),
            (Next::BridgeUp(bridge, promisc), _) => self.bridge_up(cx, bridge, promisc, ether),
            (Next::Macvlan(dev, upper), _) => self.macvlan_transmit(cx, dev, upper, ether),
            (Next::BridgePort(from, port), _) => self.bridge_port(cx, from, port, ether),
            (Next::Prerouting, Content::Ip(skb)) => self.prerouting(cx, skb),
            (Next::RouteInput, Content::Ip(skb)) => self.route_input(cx, skb, dst),
            (Next::LocalIn, Content::Ip(skb)) => self.local_in(cx, skb),
            (Next::Deliver, Content::Ip(skb)) => self.deliver(cx, skb, dst),
            (Next::Forward, Content::Ip(skb)) => self.forward(cx, skb, dst),
            (Next::Output, Content::Ip(skb)) => self.output(cx, skb, dst),
            (Next::Postrouting, Content::Ip(skb)) => self.postrouting(cx, skb, dst),
            (Next::Neighbour, Content::Ip(_)) => self.neighbour(cx, ether, dst),
            (Next::Transmit(dev), _) => self.transmit(cx, dev, ether),
            // Only IP packets come to the other boxes.
            (Next::Done | Next::Away(_), _) | (_, Content::Arp(_)) => Next::Done,
        }
    }

    /// A frame is to wait for its turn before a box.
    pub(crate) fn wait(&mut self, next: Next, ether: Ether) {
        self.work.push_back(Waiting::new(next, ether));
    }

    /// Where the only thing that follows from a frame goes on: at once, if that is its turn.
    fn in_turn(&mut self, next: Next, ether: &Ether) -> Next {
        if self.sending == 0 && self.work.is_empty() {
            return next;
        }
        self.wait(next, *ether);
        Next::Done
    }

    /// Ends a packet's way for a named reason.
    pub(crate) fn drop<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, reason: DropReason) -> Next {
        cx.obs.step(skb, Step::Drop(reason));
        self.nf.drop_skb(skb);
        Next::Done
    }
}
