//! What packets of known flows did here, to be done again without asking every box.
//!
//! The second packet of a flow goes its own way from box to box like any other, and notes are taken of it: which
//! rules counted it, which entries it renewed, what it looked like before its last box here. The next
//! packets that are just like it ([`Key`]) only do that again ([`Way`]), as long as nothing that decided may have
//! changed. Whatever the notes do not know to be the same for the next packet ends them: such a flow always goes
//! its own way. A packet that somebody watches does too.
//!
//! The first packets of many flows may be alike but for their source ports: of the second one notes are taken too, and
//! those that follow begin their connections as it did.

pub(crate) mod ahead;
mod key;
mod notes;
mod repeat;
mod table;
mod way;

use std::fmt;

use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::conntrack::Begun;
use packetwalk_route::Routing;
use packetwalk_trace::{Observer, RouteKind};
use packetwalk_wire::{Family, IfIndex, Instant, Skb};
use rustc_hash::FxHashMap;

use crate::path::{Content, Ether, Next};
use crate::{Cx, Dst, Stack};
use key::{Addrs, Class, Ends, Four, Key, Six};
use notes::Noted;
use table::{Entry, Table};
use way::{Known, Way};

/// More flows than this are begun anew.
const MOST: usize = 1 << 17;
/// Places for four marks of flows that were seen once, at first and at most.
const MARKS: [usize; 2] = [1 << 4, 1 << 15];
/// Without rules a packet's own way is short: so many flows are worth their memory.
const MOST_WITHOUT_RULES: usize = 1 << 16;
/// Ports of a flow that may have any.
const ANY: (u16, u16) = (0, 0);
/// A flow whose way could not be noted is tried again after at most so many packets.
const PATIENCE: u16 = 1 << 12;

/// How far a frame came by what is known of its flow.
pub(crate) enum Shortcut {
    /// Nowhere.
    None,
    /// To the last box of a way that was noted, by its place.
    Way(u32),
    /// To this box, with this route: notes were taken of its own way.
    Notes(Box<(Next, Dst)>),
}

/// What first packets of flows that are alike do.
#[derive(Debug)]
struct First {
    /// Its place among the ways.
    way: u32,
    begun: Begun,
}

/// The flows of a namespace. No part of its state: a copy begins empty.
#[derive(Default)]
pub struct Flows {
    v4: Table<Four>,
    v6: Table<Six>,
    classes: FxHashMap<Class, u32>,
    /// The last packet's class, if that is known: the next one's is mostly the same.
    last: Option<(Class, u32)>,
    ways: Vec<Known>,
    /// The last of the ways with this [`Way::print`].
    prints: FxHashMap<u64, u32>,
    firsts: Vec<First>,
    /// Ways whose packets are not counted yet.
    dirty: Vec<u32>,
    /// Grows with everything that is not a shortcut.
    round: u64,
    /// Of each place four flows that were seen once, by 15 bits: to take one for another costs notes for nothing.
    marks: Vec<[u16; 4]>,
    /// Marks that were written over since there was room for more.
    lost: usize,
    /// Routes and rules were these.
    generations: [u64; 2],
    stale: bool,
    /// Nothing before a packet's last box looks at its ports: flows of two hosts that differ in them are one here.
    any_port: bool,
    /// What is on a packet's way may look at the port that it comes from, once somebody has asked.
    asks_source_port: Option<bool>,
}

impl fmt::Debug for Flows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flows")
    }
}

impl Clone for Flows {
    fn clone(&self) -> Self {
        debug_assert!(self.dirty.is_empty(), "packets are not counted yet");
        Self::default()
    }
}

impl Flows {
    /// Something that decides may have changed.
    pub const fn forget(&mut self) {
        self.stale = true;
    }

    fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// The number of a class, if packets of it were noted.
    #[inline]
    fn class(&mut self, class: &Class) -> Option<u32> {
        match &self.last {
            Some((last, number)) if last.is(class) => Some(*number),
            _ => self.other_class(class),
        }
    }

    /// The same of a class that is not the last packet's.
    #[inline(never)]
    fn other_class(&mut self, class: &Class) -> Option<u32> {
        let number = *self.classes.get(class)?;
        self.last = Some((*class, number));
        Some(number)
    }

    /// What a flow's packets of a class do from now on.
    fn note<A: Addrs>(&mut self, class: Class, ends: Ends<A>, entry: Entry) {
        let class = self.number(class);
        A::table(self).insert(Key::new(ends, class), entry);
    }

    /// What first packets of a class from any port do from now on.
    fn note_first<A: Addrs>(&mut self, class: Class, ends: Ends<A>, first: Result<First, Entry>) {
        let key = Key::new(ends, self.number(class)).first();
        let old = match A::table(self).get(&key) {
            Some(Entry::First(place)) => Some(*place),
            _ => None,
        };
        let entry = match first {
            Ok(first) => {
                let place = old.unwrap_or(self.firsts.len() as u32);
                match self.firsts.get_mut(place as usize) {
                    Some(old) => *old = first,
                    None => self.firsts.push(first),
                }
                Entry::First(place)
            }
            Err(none) => none,
        };
        A::table(self).insert(key, entry);
    }

    /// The number of a class.
    fn number(&mut self, class: Class) -> u32 {
        let next = self.classes.len() as u32;
        *self.classes.entry(class).or_insert(next)
    }

    /// Begins anew under these routes and rules.
    fn begin(&mut self, routing: &Routing, nf: &Netfilter) {
        self.generations = [routing.generation(), nf.generation()];
        self.v4.clear();
        self.v6.clear();
        self.classes.clear();
        self.last = None;
        self.ways.clear();
        self.prints.clear();
        self.firsts.clear();
        self.asks_source_port = None;
        self.stale = false;
        let by_port = |family| routing.needs_ports(family);
        self.any_port = !nf.acts_on_input() && ![Family::V4, Family::V6].into_iter().any(by_port);
    }

    /// Whether a flow's packet was seen lately, by the flow's mark; from now on it was.
    fn seen(&mut self, hash: u64) -> bool {
        let [first, most] = MARKS;
        if self.lost >= self.marks.len() && self.marks.len() < most {
            let room = (self.marks.len() * 2).max(first);
            self.marks.clear();
            self.marks.resize(room, [0; 4]);
            self.lost = 0;
        }
        let (place, mark) = (hash as usize & (self.marks.len() - 1), (hash >> 48) as u16 | 1);
        let Some(marks) = self.marks.get_mut(place) else { return false };
        if let Some(old) = marks.iter_mut().find(|old| **old == mark) {
            *old = 0;
            return true;
        }
        let free = marks.iter().position(|old| *old == 0);
        self.lost += usize::from(free.is_none());
        if let Some(place) = marks.get_mut(free.unwrap_or(self.lost & 3)) {
            *place = mark;
        }
        false
    }

    /// The last box of a way.
    #[inline]
    pub(crate) fn last_box(&self, way: u32) -> Next {
        let out = self.ways.get(way as usize).and_then(|known| known.way.out);
        out.map_or(Next::Deliver, Next::Transmit)
    }

    /// The route that a way's packets have there.
    #[cold]
    pub(crate) fn route(&self, way: u32) -> Option<Dst> {
        self.ways.get(way as usize).map(|known| known.way.dst)
    }

    /// The place of a way among them.
    fn place(&mut self, way: Way) -> u32 {
        let (print, next) = (way.print(), self.ways.len() as u32);
        let place = self.prints.entry(print).or_insert(next);
        if self.ways.get(*place as usize).is_none_or(|known| known.way != way) {
            *place = next;
            self.ways.push(Known::new(way));
        }
        *place
    }
}

impl Stack {
    /// Forgets what was noted under other routes and rules.
    #[inline]
    fn keep_up(&mut self) {
        let generations = [self.routing.generation(), self.nf.generation()];
        let flows = &self.flows;
        if flows.stale || flows.generations != generations || flows.len() > MOST {
            self.write_back();
            self.flows.begin(&self.routing, &self.nf);
        }
    }

    /// A frame comes in and nobody watches: it goes as far as is known of its flow.
    pub(crate) fn shortcut<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
    ) -> Shortcut {
        if cx.captures.wanted() || self.sending != 0 || !self.work.is_empty() {
            return Shortcut::None;
        }
        let Content::Ip(Skb { packet, .. }) = &ether.content else { return Shortcut::None };
        let Some(ports) = packet.ports() else { return Shortcut::None };
        let Some(class) = Class::of(dev, ether) else { return Shortcut::None };
        self.keep_up();
        let number = self.flows.class(&class);
        let (src, dst) = (&packet.ip.src, &packet.ip.dst);
        let ports = if self.flows.any_port { ANY } else { ports };
        if let Some(ends) = Ends::<Four>::new(src, dst, ports) {
            self.shortcut_of(cx, dev, ether, (number, &class), ends)
        } else if let Some(ends) = Ends::<Six>::new(src, dst, ports) {
            self.shortcut_of(cx, dev, ether, (number, &class), ends)
        } else {
            Shortcut::None
        }
    }

    /// The same for a packet between two ends.
    #[inline]
    fn shortcut_of<A: Addrs, O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
        (number, class): (Option<u32>, &Class),
        ends: Ends<A>,
    ) -> Shortcut {
        let key = number.map(|class| Key::new(ends, class));
        let again = match key.and_then(|key| A::table(&mut self.flows).get_mut(&key)) {
            Some(&mut Entry::Flow { conn, way }) => {
                if self.repeat(conn, way, class.len(), ether, cx.now) {
                    return Shortcut::Way(way);
                }
                1
            }
            Some(Entry::Own { left: 0, again }) => *again,
            Some(Entry::Own { left, .. }) => {
                *left -= 1;
                return Shortcut::None;
            }
            Some(Entry::First(_)) => return Shortcut::None,
            None => match self.first(number, class, ends, ether, cx.now) {
                Some(Ok(way)) => return Shortcut::Way(way),
                Some(Err(again)) => again,
                None => {
                    let many = self.flows.len() >= MOST_WITHOUT_RULES && self.flows.any_port;
                    if many || !self.flows.seen(ends.mark(class, false)) {
                        return Shortcut::None;
                    }
                    1
                }
            },
        };
        let mut dst = Dst::here(RouteKind::Local);
        let (next, noted) = self.take_notes(cx, dev, ether, &mut dst);
        let none = Entry::Own { left: again, again: (again * 2).min(PATIENCE) };
        match noted {
            Noted::Flow { conn, way } => {
                let conn = conn.map_or([0; 2], |conn| [conn.index, conn.generation]);
                self.flows.note(*class, ends, Entry::Flow { conn, way });
            }
            Noted::First(first) => self.flows.note_first(*class, ends, Ok(*first)),
            Noted::Nothing { began: true } => self.flows.note_first(*class, ends, Err(none)),
            Noted::Nothing { began: false } => self.flows.note(*class, ends, none),
        }
        Shortcut::Notes(Box::new((next, dst)))
    }

    /// A packet of an unknown flow may be its first: the way that it went if others began just so, or after how many packets
    /// it is tried again if notes are to be taken of this one.
    fn first<A: Addrs>(
        &mut self,
        number: Option<u32>,
        class: &Class,
        ends: Ends<A>,
        ether: &mut Ether,
        now: Instant,
    ) -> Option<Result<u32, u16>> {
        if self.flows.any_port {
            return None;
        }
        let key = number.map(|number| Key::new(ends, number).first());
        match key.and_then(|key| A::table(&mut self.flows).get_mut(&key)) {
            Some(&mut Entry::First(place)) => self.repeat_first(place, class.len(), ether, now).map(Ok),
            Some(Entry::Own { left: 0, again }) => Some(Err(*again)),
            Some(Entry::Own { left, .. }) => {
                *left -= 1;
                None
            }
            Some(Entry::Flow { .. }) => None,
            None => self.flows.seen(ends.mark(class, true)).then_some(Err(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    /// Flows that come by turns are all known at last.
    #[test]
    fn no_flow_is_overlooked() {
        let mut flows = Flows::default();
        let ends = |n: u32| {
            let addr = |n| IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
            Ends::<Four>::new(&addr(n >> 14), &addr(7), (n as u16 & 0x3fff, 80)).expect("of one family")
        };
        let mut left: Vec<u32> = (0..1 << 16).collect();
        for _ in 0..20 {
            left.retain(|n| !flows.seen(Key::new(ends(*n), 1).hash()));
        }
        assert!(left.len() < 1 << 8, "{} of 65,536 flows", left.len());
    }
}
