//! What can be told of a packet's way: events, steps and drop reasons; and notes of what it changed.
//!
//! An [`Event`] is a fixed-size `Copy` record of ids and small numbers; names are looked up when it is
//! printed. The packet path is generic over its [`Observer`]: with [`Silent`] it costs nothing.

mod drop;
mod notes;
mod step;

pub use drop::DropReason;
pub use notes::{Counted, Notes};
pub use step::{
    BridgeWhere, ChainId, CtSeen, CtStep, Hook, Manip, NeighStep, RouteKind, RouteStep, RuleEnd, SendError,
    Step, Table,
};

use packetwalk_wire::{Body, Instant, Skb};

/// A namespace's number in its lab, in order of creation; the root namespace is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct NsId(pub u16);

/// One thing that happened to one packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// When, in the lab's virtual time.
    pub at: Instant,
    /// In which namespace.
    pub ns: NsId,
    /// The packet's number (`Skb::id`); 0 for ARP.
    pub id: u32,
    /// The packet as it is after the step.
    pub body: Body,
    /// What happened.
    pub step: Step,
}

/// Somebody who watches packets, or nobody.
pub trait Observer {
    /// Whether steps are wanted at all: work done only for the trace stands behind `if O::ON`.
    const ON: bool;

    /// What follows happens in `ns` at `now`.
    fn at(&mut self, ns: NsId, now: Instant);

    /// A step of a packet or ARP message; `body` is as it is after the step.
    fn body(&mut self, id: u32, body: Body, step: Step);

    /// Whether nobody watches although [`Self::ON`] may be set.
    #[inline]
    fn is_idle(&self) -> bool {
        !Self::ON
    }

    /// Whether rules that the packet does not meet are steps too.
    #[inline]
    fn misses(&self) -> bool {
        Self::ON
    }

    /// A rule or policy counted the packet.
    #[inline]
    fn counted(&mut self, _: Counted) {}

    /// What the packet met may end otherwise for the next one just like it, or changed what no step tells.
    #[inline]
    fn unlike(&mut self) {}

    /// A step of a packet.
    #[inline]
    fn step(&mut self, skb: &Skb, step: Step) {
        if !self.is_idle() {
            self.body(skb.id, Body::Ip(skb.packet), step);
        }
    }
}

/// Nobody watches: compiles to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    const ON: bool = false;
    #[inline]
    fn at(&mut self, _: NsId, _: Instant) {}
    #[inline]
    fn body(&mut self, _: u32, _: Body, _: Step) {}
}

/// Keeps every event, in order.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// The events so far.
    pub events: Vec<Event>,
    ns: NsId,
    now: Instant,
    deaf: bool,
    /// Rules that packets do not meet are left out.
    hits: bool,
    /// What is kept instead of events.
    notes: Option<Box<Notes>>,
    /// Most packets, and the first one's number once there was one.
    most: Option<(u32, Option<u32>)>,
    left_out: u32,
}

impl Recorder {
    /// One that keeps all, with room for what a ping or two consist of.
    pub fn new() -> Self {
        Self { events: Vec::with_capacity(256), ..Self::default() }
    }

    /// One that keeps all but the rules that packets did not meet.
    pub fn hits() -> Self {
        Self { events: Vec::with_capacity(1024), hits: true, ..Self::default() }
    }

    /// One that keeps nothing, where one instance of the packet path is to serve both.
    pub fn deaf() -> Self {
        Self { deaf: true, ..Self::default() }
    }

    /// One that keeps no events, but what the packet's way changed.
    pub fn noting(notes: Box<Notes>) -> Self {
        Self { notes: Some(notes), ..Self::default() }
    }

    /// What a [`Self::noting`] one has kept.
    pub fn into_notes(self) -> Option<Box<Notes>> {
        self.notes
    }

    /// One that keeps the first packets only, and no ARP after them.
    pub fn first(most: u32) -> Self {
        Self { most: Some((most, None)), ..Self::default() }
    }

    /// How many packets came after those that it keeps.
    pub const fn left_out(&self) -> u32 {
        self.left_out
    }

    /// Whether a packet is one of those that are kept.
    fn keeps(&mut self, id: u32) -> bool {
        let Some((most, first)) = &mut self.most else { return true };
        if id == 0 {
            return self.left_out == 0;
        }
        let number = id.saturating_sub(*first.get_or_insert(id));
        let late = number.saturating_add(1).saturating_sub(*most);
        self.left_out = self.left_out.max(late);
        late == 0
    }
}

impl Observer for Recorder {
    const ON: bool = true;
    fn at(&mut self, ns: NsId, now: Instant) {
        (self.ns, self.now) = (ns, now);
    }
    fn is_idle(&self) -> bool {
        self.deaf
    }
    fn misses(&self) -> bool {
        !self.deaf && !self.hits && self.notes.is_none()
    }
    fn counted(&mut self, counted: Counted) {
        if let Some(notes) = &mut self.notes {
            notes.counted.push(counted);
        }
    }
    fn unlike(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.unlike = true;
        }
    }
    fn body(&mut self, id: u32, body: Body, step: Step) {
        if let Some(notes) = &mut self.notes {
            notes.step(id, &step);
            return;
        }
        if self.deaf || !self.keeps(id) {
            return;
        }
        self.events.push(Event { at: self.now, ns: self.ns, id, body, step });
    }
}
