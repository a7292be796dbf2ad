//! Does again what a flow's packet did.

use packetwalk_link::{Devices, Neighbours};
use packetwalk_wire::Instant;

use super::Flow;
use super::key::{Addr, Ends};
use super::way::Renewed;
use crate::path::{Content, Ether, Next};
use crate::{Dst, Stack};

impl Stack {
    /// Takes a packet to the last box of its flow's way; `None`, and nothing has changed, where it might fare otherwise.
    #[inline]
    pub(super) fn repeat<A: Addr>(
        &mut self,
        ends: &Ends<A>,
        [index, generation]: [u32; 2],
        place: u32,
        ether: &mut Ether,
        dst: &mut Dst,
        now: Instant,
    ) -> Option<Next> {
        let Self { flows, links, neigh, nf, settled, .. } = self;
        let way = flows.ways.get(place as usize)?;
        let Content::Ip(skb) = &ether.content else { return None };
        if !way.renewed.iter().all(|entry| entry.is_there(links, neigh, now)) {
            return None;
        }
        let conn = way.found.map(|known| known.conn(index, generation));
        if let (Some(known), Some(conn)) = (&way.found, conn)
            && !nf.ct.repeat(known, conn, &skb.packet, now)
        {
            return None;
        }
        way.count(links, nf, skb.packet.len());
        for entry in &way.renewed {
            entry.renew(links, neigh, now);
        }
        let flow = Flow { addrs: ends.addrs(), ports: ends.ports(), conn, way: place };
        way.after.make(&flow, ether);
        *settled = true;
        if matches!(way.last, Next::Deliver) {
            *dst = way.dst;
        }
        Some(way.last)
    }
}

impl Renewed {
    fn is_there(&self, links: &mut Devices, neigh: &mut Neighbours, now: Instant) -> bool {
        match *self {
            Self::Source(fdb) | Self::Destination(fdb) => fdb.get(links, now).is_some(),
            Self::Neighbour { id, dev, addr, mac } => neigh.at(id, dev, addr, mac).is_some(),
        }
    }

    fn renew(&self, links: &mut Devices, neigh: &mut Neighbours, now: Instant) {
        match *self {
            Self::Source(fdb) => {
                if let Some(entry) = fdb.get(links, now) {
                    entry.updated = now;
                }
            }
            Self::Destination(fdb) => {
                if let Some(entry) = fdb.get(links, now) {
                    entry.used = now;
                }
            }
            Self::Neighbour { id, dev, addr, mac } => {
                if let Some(entry) = neigh.at(id, dev, addr, mac) {
                    entry.used = now;
                }
            }
        }
    }
}
