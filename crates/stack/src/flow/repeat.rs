//! Does again what a flow's packet did.

use packetwalk_netfilter::conntrack::Conntrack;
use packetwalk_netfilter::xtables::Counters;
use packetwalk_wire::{Instant, Nfct, Skb};

use super::way::{Hits, Known, Way};
use super::{First, Flows};
use crate::Stack;
use crate::path::{Content, Ether};

impl Stack {
    /// Takes a packet to the last box of its flow's way; `false`, and nothing has changed, where it might fare otherwise.
    ///
    /// What it counts and renews is written back when somebody else has to do with this namespace: [`Stack::write_back`].
    #[inline]
    pub(super) fn repeat(
        &mut self,
        [index, generation]: [u32; 2],
        way: u32,
        len: u16,
        ether: &mut Ether,
        now: Instant,
    ) -> bool {
        self.go(way, len, ether, now, |ct, _, way, skb| {
            let Some(found) = &way.found else {
                skb.nfct = Nfct::None;
                return true;
            };
            let conn = found.conn(index, generation);
            let done = ct.repeat(found, conn, &skb.packet, len, now);
            if done {
                skb.nfct = Nfct::Tracked(conn);
            }
            done
        })
    }

    /// The same for the first packet of a flow, as others began: the way that it went.
    pub(super) fn repeat_first(
        &mut self,
        place: u32,
        len: u16,
        ether: &mut Ether,
        now: Instant,
    ) -> Option<u32> {
        let way = self.flows.firsts.get(place as usize)?.way;
        let done = self.go(way, len, ether, now, |ct, firsts, _, skb| {
            let begun = firsts.get(place as usize).map(|first| &first.begun);
            let conn = begun.and_then(|begun| ct.begin(begun, &skb.packet, len, now));
            conn.map(|conn| skb.nfct = Nfct::Tracked(conn)).is_some()
        });
        done.then_some(way)
    }

    /// Takes a packet to the last box of a way, if connection tracking repeats its part.
    #[inline]
    fn go(
        &mut self,
        place: u32,
        len: u16,
        ether: &mut Ether,
        now: Instant,
        track: impl FnOnce(&mut Conntrack, &[First], &Way, &mut Skb) -> bool,
    ) -> bool {
        let Some(known) = self.flows.ways.get(place as usize) else { return false };
        if (known.checked != self.flows.round || known.until <= now) && !self.check(place, now) {
            return false;
        }
        let Self { flows: Flows { ways, firsts, dirty, .. }, nf, settled, .. } = self;
        let Some(Known { way, hits, .. }) = ways.get_mut(place as usize) else { return false };
        let Content::Ip(skb) = &mut ether.content else { return false };
        if !track(&mut nf.ct, firsts, way, skb) {
            return false;
        }
        way.after.make(ether);
        let hits = hits.get_or_insert_with(|| {
            dirty.push(place);
            Hits { packets: Counters::ZERO, last: now }
        });
        hits.packets.count(len);
        hits.last = now;
        *settled = true;
        true
    }

    /// Whether all that a way renews is still there.
    #[cold]
    fn check(&mut self, place: u32, now: Instant) -> bool {
        if self.look(place, now) {
            return true;
        }
        // What was renewed since may not be written yet.
        self.is_behind() && {
            self.write_all_back();
            self.look(place, now)
        }
    }

    /// The same as it is written.
    fn look(&mut self, place: u32, now: Instant) -> bool {
        let Self { flows, links, neigh, .. } = self;
        let Some(known) = flows.ways.get_mut(place as usize) else { return false };
        let mut until = known.way.renewed.iter().map(|entry| entry.until(links, neigh, now));
        let until = until.try_fold(Instant::MAX, |a, b| Some(a.min(b?))).filter(|until| *until > now);
        (known.checked, known.until) = (flows.round, until.unwrap_or(Instant::ZERO));
        until.is_some()
    }

    /// Counts and renews what packets that took the shortcut did. It comes before anything else looks at this namespace or
    /// changes it.
    #[inline]
    pub fn write_back(&mut self) {
        self.flows.round += 1;
        if self.is_behind() {
            self.write_all_back();
        }
    }

    /// Whether there is something to write back.
    #[inline]
    pub const fn is_behind(&self) -> bool {
        !self.flows.dirty.is_empty()
    }

    #[inline(never)]
    fn write_all_back(&mut self) {
        let Self { flows, links, neigh, nf, .. } = self;
        for place in flows.dirty.drain(..) {
            let Some(known) = flows.ways.get_mut(place as usize) else { continue };
            if let Some(hits) = known.hits.take() {
                known.way.write_back(links, neigh, nf, hits);
            }
        }
    }
}
