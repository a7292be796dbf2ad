//! Looks at what frames that are to come will need.
//!
//! Each packet of many flows finds its flow and its connection in memory that no cache has, one after the other. For frames
//! that come in together that is looked at beforehand, so that a processor waits for many at a time. Nothing is
//! changed, and nothing depends on what is seen: it may be another flow's.

use std::hint::black_box;

use packetwalk_netfilter::conntrack::Conntrack;
use packetwalk_wire::Skb;

use super::ANY;
use super::key::{Addr, Ends, Key};
use super::table::{Entry, Table};
use crate::path::Content;
use crate::{Flight, Stack};

/// So many flights are looked at together.
pub const AHEAD: usize = 16;

/// Fewer flows than this are in the nearest caches anyway.
const MANY: usize = 1 << 11;

impl Stack {
    /// Whether [`Self::look_ahead`] is worth its time.
    #[inline]
    pub const fn has_many_flows(&self) -> bool {
        self.flows.v4.len() >= MANY || self.flows.v6.len() >= MANY
    }

    /// Looks at what flights will need here.
    #[inline(never)]
    pub fn look_ahead(&self, flights: &[Flight]) {
        let Some((_, class)) = self.flows.last else { return };
        let (flows, ct) = (&self.flows, &self.nf.ct);
        let four = ahead(&flows.v4, ct, flights, flows.any_port, class);
        let six = ahead(&flows.v6, ct, flights, flows.any_port, class);
        black_box(four ^ six);
    }
}

/// Looks at what flights of one family will need, of the last packet's class: a number without a meaning.
#[inline]
fn ahead<A: Addr>(table: &Table<A>, ct: &Conntrack, flights: &[Flight], any_port: bool, class: u32) -> u32 {
    if table.len() < MANY {
        return 0;
    }
    // What has to wait for memory is alone in its loop: a processor goes on with the next, but not far.
    let mut keys = [None; AHEAD];
    for (key, flight) in keys.iter_mut().zip(flights) {
        *key = ends(flight, any_port).map(|ends| Key { ends, class });
    }
    let places = keys.map(|key| key.map_or(usize::MAX, |key| table.place(&key)));
    let lines = places.iter().fold(0, |sum, at| sum ^ table.glance(*at));
    let conns = keys.map(|key| match key.and_then(|key| table.get(&key)) {
        Some(Entry::Flow { conn: [slot, _], .. }) => *slot,
        _ => u32::MAX,
    });
    conns.iter().fold(lines, |sum, slot| sum ^ ct.glance(*slot))
}

/// The ends of a flight's packet.
#[inline]
fn ends<A: Addr>(flight: &Flight, any_port: bool) -> Option<Ends<A>> {
    let Content::Ip(Skb { packet, .. }) = &flight.ether.content else { return None };
    Ends::new((packet.ip.src, packet.ip.dst), if any_port { ANY } else { packet.ports()? })
}
