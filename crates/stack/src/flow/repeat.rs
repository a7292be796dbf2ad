//! Does again what a flow's packet did.

use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::xtables::Counters;
use packetwalk_wire::{Instant, Packet};

use super::key::{Addr, Ends};
use super::way::{Hits, Way};
use super::{First, Flow, Flows};
use crate::path::{Content, Ether, Next};
use crate::{Dst, Stack};

impl Stack {
    /// Takes a packet to the last box of its flow's way; `None`, and nothing has changed, where it might fare otherwise.
    ///
    /// What it counts and renews is written back when somebody else has to do with this namespace: [`Stack::write_back`].
    #[inline]
    pub(super) fn repeat<A: Addr>(
        &mut self,
        ends: &Ends<A>,
        [index, generation]: [u32; 2],
        place: u32,
        len: u16,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
    ) -> Option<Next> {
        self.go(place, len, ether, dst, now, |nf, flows, way, packet| {
            let conn = way.found.map(|found| found.conn(index, generation));
            if let (Some(found), Some(conn)) = (&way.found, conn)
                && !nf.ct.repeat(found, conn, packet, len, now)
            {
                return None;
            }
            let ports = (!flows.any_port).then(|| ends.ports());
            Some(Flow { addrs: ends.addrs(), ports, conn, way: place })
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
        let way = self.flows.firsts.get(place as usize)?.flow.way;
        self.go(way, len, ether, dst, now, |nf, flows, _, packet| {
            let First { flow, begun } = flows.firsts.get(place as usize)?;
            let (sport, _) = packet.ports()?;
            let ports = flow.ports.map(|(_, dport)| (sport, dport));
            Some(Flow { conn: Some(nf.ct.begin(begun, packet, len, now)?), ports, ..*flow })
        })
    }

    /// Takes a packet to the last box of a way, as what `flow` finds of its own says.
    #[inline]
    fn go(
        &mut self,
        place: u32,
        len: u16,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
        flow: impl FnOnce(&mut Netfilter, &Flows, &Way, &Packet) -> Option<Flow>,
    ) -> Option<Next> {
        let known = self.flows.ways.get(place as usize)?;
        if (known.checked != self.flows.round || known.until <= now) && !self.check(place, now) {
            return None;
        }
        let Self { flows, nf, settled, .. } = self;
        let Content::Ip(skb) = &ether.content else { return None };
        let way = &flows.ways.get(place as usize)?.way;
        let flow = flow(nf, flows, way, &skb.packet)?;
        way.after.make(&flow, ether);
        let known = flows.ways.get_mut(place as usize)?;
        let way = &known.way;
        if matches!(way.last, Next::Deliver) {
            *dst = way.dst;
        }
        let hits = known.hits.get_or_insert_with(|| {
            flows.dirty.push(place);
            Hits { packets: Counters::ZERO, last: now }
        });
        hits.packets.count(len);
        hits.last = now;
        *settled = true;
        Some(known.way.last)
    }

    /// Whether all that a way renews is still there.
    #[cold]
    fn check(&mut self, place: u32, now: Instant) -> bool {
        self.write_back();
        let Self { flows, links, neigh, .. } = self;
        let Some(known) = flows.ways.get_mut(place as usize) else { return false };
        let mut until = known.way.renewed.iter().map(|entry| entry.until(links, neigh, now));
        let Some(until) = until.try_fold(Instant::MAX, |a, b| Some(a.min(b?))) else { return false };
        (known.checked, known.until) = (flows.round, until);
        true
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
