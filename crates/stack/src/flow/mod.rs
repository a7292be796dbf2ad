//! What packets of known flows did here, to be done again without asking every box.
//!
//! The second packet of a flow goes its own way from box to box like any other, and notes are taken of it: which
//! rules counted it, which entries it renewed, what it looked like before its last box here. The next
//! packets that are just like it ([`Key`]) only do that again ([`Way`]), as long as nothing that decided may have
//! changed. Whatever the notes do not know to be the same for the next packet ends them: such a flow always goes
//! its own way. A packet that somebody watches does too.

mod key;
mod notes;
mod repeat;
mod way;

use std::fmt;
use std::net::IpAddr;

use packetwalk_netfilter::conntrack::Known;
use packetwalk_trace::Observer;
use packetwalk_wire::IfIndex;
use rustc_hash::FxHashMap;

use crate::path::{Ether, Next};
use crate::{Cx, Dst, Stack};
use key::Key;
use way::Way;

/// More flows than this are begun anew.
const MOST: usize = 1 << 17;
/// Marks of flows that were seen once, at first and at most.
const MARKS: [usize; 2] = [1 << 6, 1 << 17];
/// Without rules a packet's own way is short: so many flows are worth their memory.
const MOST_WITHOUT_RULES: usize = 1 << 12;
/// A flow whose way could not be noted is tried again after at most so many packets.
const PATIENCE: u16 = 1 << 12;

/// One flow.
#[derive(Clone, Copy, Debug)]
struct Flow {
    /// Source and destination at the end.
    addrs: (IpAddr, IpAddr),
    ports: (u16, u16),
    conn: Option<Known>,
    /// Its place among the ways.
    way: u32,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Flow(Flow),
    /// No way was noted: so many packets are let go, and twice as many the next time.
    Own {
        left: u16,
        again: u16,
    },
}

/// The flows of a namespace. No part of its state: a copy begins empty.
#[derive(Default)]
pub struct Flows {
    entries: FxHashMap<Key, Entry>,
    ways: Vec<Way>,
    marks: Vec<u32>,
    /// Marks that were written over since there was room for more.
    lost: usize,
    /// Routes and rules were these.
    generations: [u64; 2],
    stale: bool,
}

impl fmt::Debug for Flows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flows")
    }
}

impl Clone for Flows {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Flows {
    /// Something that decides may have changed.
    pub const fn forget(&mut self) {
        self.stale = true;
    }

    /// Forgets what was noted under other routes and rules.
    fn follow(&mut self, generations: [u64; 2]) {
        if self.stale || self.generations != generations || self.entries.len() > MOST {
            self.entries.clear();
            self.ways.clear();
            (self.stale, self.generations) = (false, generations);
        }
    }

    /// Whether a flow's packet was seen lately; from now on it was.
    fn seen(&mut self, key: &Key) -> bool {
        let [first, most] = MARKS;
        if self.lost >= self.marks.len() && self.marks.len() < most {
            let room = (self.marks.len() * 2).max(first);
            self.marks.clear();
            self.marks.resize(room, 0);
            self.lost = 0;
        }
        let hash = key.mix();
        let (place, mark) = (hash as usize & (self.marks.len() - 1), (hash >> 32) as u32 | 1);
        let Some(old) = self.marks.get_mut(place) else { return false };
        let seen = *old == mark;
        self.lost += usize::from(!seen && *old != 0);
        *old = if seen { 0 } else { mark };
        seen
    }

    /// The place of a way among them.
    fn place(&mut self, way: Way) -> u32 {
        let place = self.ways.iter().position(|known| *known == way).unwrap_or_else(|| {
            self.ways.push(way);
            self.ways.len() - 1
        });
        place as u32
    }
}

impl Stack {
    /// A frame comes in and nobody watches: where it goes on after what is known of its flow was done, or at its
    /// first box.
    pub(crate) fn shortcut<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> Next {
        let own = Next::Receive(dev);
        if cx.captures.wanted() || self.sending != 0 || !self.work.is_empty() {
            return own;
        }
        let Some(key) = Key::of(dev, ether) else { return own };
        self.flows.follow([self.routing.generation(), self.nf.generation()]);
        let again = match self.flows.entries.get_mut(&key) {
            Some(Entry::Flow(flow)) => {
                let flow = *flow;
                if let Some(next) = self.repeat(&flow, ether, dst, cx.now) {
                    return next;
                }
                1
            }
            Some(Entry::Own { left: 0, again }) => *again,
            Some(Entry::Own { left, .. }) => {
                *left -= 1;
                return own;
            }
            None => {
                let many = self.flows.entries.len() >= MOST_WITHOUT_RULES && !self.nf.acts_on_input();
                if many || !self.flows.seen(&key) {
                    return own;
                }
                1
            }
        };
        let (next, flow) = self.take_notes(cx, dev, ether, dst);
        let entry = flow.map_or(Entry::Own { left: again, again: (again * 2).min(PATIENCE) }, Entry::Flow);
        self.flows.entries.insert(key, entry);
        next
    }
}
