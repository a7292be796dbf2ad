//! Does again what a flow's packet did.

use packetwalk_netfilter::conntrack::Conntrack;
use packetwalk_netfilter::xtables::Counters;
use packetwalk_wire::{CtRef, Instant, Packet};

use super::way::{Hits, Known, Way};
use super::{First, Flows};
use crate::path::{Content, Ether, Next};
use crate::{Dst, Stack};

impl Stack {
    /// Takes a packet to the last box of its flow's way; `None`, and nothing has changed, where it might fare otherwise.
    ///
    /// What it counts and renews is written back when somebody else has to do with this namespace: [`Stack::write_back`].
    #[inline]
    pub(super) fn repeat(
        &mut self,
        [index, generation]: [u32; 2],
        way: u32,
        len: u16,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
    ) -> Option<Next> {
        self.go(way, len, ether, dst, now, |ct, _, way, packet| {
            let Some(found) = &way.found else { return Some(None) };
            let conn = found.conn(index, generation);
            ct.repeat(found, conn, packet, len, now).then_some(Some(conn))
        })
    }

    /// The same for the first packet of a flow, as others began.
    pub(super) fn repeat_first(
        &mut self,
        place: u32,
        len: u16,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
    ) -> Option<Next> {
        let way = self.flows.firsts.get(place as usize)?.way;
        self.go(way, len, ether, dst, now, |ct, firsts, _, packet| {
            let First { begun, .. } = firsts.get(place as usize)?;
            ct.begin(begun, packet, len, now).map(Some)
        })
    }

    /// Takes a packet to the last box of a way, if connection tracking repeats its part.
    #[inline]
    fn go(
        &mut self,
        place: u32,
        len: u16,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
        track: impl FnOnce(&mut Conntrack, &[First], &Way, &Packet) -> Option<Option<CtRef>>,
    ) -> Option<Next> {
        let known = self.flows.ways.get(place as usize)?;
        if (known.checked != self.flows.round || known.until <= now) && !self.check(place, now) {
            return None;
        }
        let Self { flows: Flows { ways, firsts, dirty, .. }, nf, settled, .. } = self;
        let Known { way, hits, .. } = ways.get_mut(place as usize)?;
        let Content::Ip(skb) = &ether.content else { return None };
        let conn = track(&mut nf.ct, firsts, way, &skb.packet)?;
        way.after.make(conn, ether);
        if matches!(way.last, Next::Deliver) {
            *dst = way.dst;
        }
        let hits = hits.get_or_insert_with(|| {
            dirty.push(place);
            Hits { packets: Counters::ZERO, last: now }
        });
        hits.packets.count(len);
        hits.last = now;
        *settled = true;
        Some(way.last)
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
