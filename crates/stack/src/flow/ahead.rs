//! Looks at what frames that are to come will need.
//!
//! Each packet of many flows finds its flow and its connection in memory that no cache has, one after the other. For frames
//! that come in together that is looked at beforehand, so that a processor waits for many at a time. Nothing is
//! changed, and nothing depends on what is seen: it may be another flow's.

use std::hint::black_box;

pub use packetwalk_netfilter::conntrack::AHEAD;
use packetwalk_netfilter::conntrack::Conntrack;
use packetwalk_wire::Skb;

use super::key::{Addrs, Class, Ends, Key};
use super::table::{Entry, Table};
use super::{ANY, Flows};
use crate::path::Content;
use crate::{Flight, Stack};

/// Fewer flows or connections than this are in the nearest caches anyway.
const MANY: usize = 1 << 11;

impl Stack {
    /// Whether [`Self::look_ahead`] is worth its time.
    #[inline]
    pub const fn has_many_flows(&self) -> bool {
        self.flows.v4.len() >= MANY || self.flows.v6.len() >= MANY || self.nf.ct.size() >= MANY
    }

    /// Looks at what flights will need here.
    #[inline(never)]
    pub fn look_ahead(&self, flights: &[Flight]) {
        let Some(last) = &self.flows.last else { return };
        let (flows, ct) = (&self.flows, &self.nf.ct);
        let four = ahead(&flows.v4, flows, ct, flights, last);
        let six = ahead(&flows.v6, flows, ct, flights, last);
        black_box(four ^ six);
    }
}

/// Looks at what flights of one family will need, of the last packet's class: a number without a meaning.
#[inline]
fn ahead<A: Addrs>(
    table: &Table<A>,
    flows: &Flows,
    ct: &Conntrack,
    flights: &[Flight],
    (last, class): &(Class, u32),
) -> u32 {
    let begin = !flows.any_port && ct.size() >= MANY;
    if table.len() == 0 || table.len() < MANY && !begin {
        return 0;
    }
    // What has to wait for memory is alone in its loop: a processor goes on with the next, but not far.
    let mut keys = [None; AHEAD];
    for (key, flight) in keys.iter_mut().zip(flights) {
        *key = ends(flight, flows.any_port).map(|ends| Key::new(ends, *class));
    }
    let places = keys.map(|key| key.map_or(usize::MAX, |key| table.place(&key)));
    let lines = places.iter().fold(0, |sum, at| sum ^ table.glance(*at));
    let mut entries = [None; AHEAD];
    for (entry, (key, at)) in entries.iter_mut().zip(keys.iter().zip(places)) {
        *entry = key.as_ref().and_then(|key| table.get_from(at, key));
    }
    let conns = entries.map(|entry| match entry {
        Some(Entry::Flow { conn: [slot, _], .. }) => *slot,
        _ => u32::MAX,
    });
    let lines = lines ^ ct.glance(&conns, last.is_tcp());
    if !begin {
        return lines;
    }
    let (mut firsts, mut len) = ([[0; 4]; AHEAD], 0);
    for (key, entry) in keys.iter().zip(entries) {
        let (Some(key), None) = (key, entry) else { continue };
        if let Some(places) = first(table, flows, ct, key)
            && let Some(first) = firsts.get_mut(len)
        {
            *first = places;
            len += 1;
        }
    }
    let firsts = firsts.get(..len).unwrap_or_default();
    if firsts.is_empty() { lines } else { lines ^ ct.glance_at(firsts) }
}

/// Where the connection of a flow's first packet will be looked for, if others began just so.
#[inline(never)]
fn first<A: Addrs>(table: &Table<A>, flows: &Flows, ct: &Conntrack, key: &Key<A>) -> Option<[u32; 4]> {
    let Entry::First(place) = table.get(&key.first())? else { return None };
    Some(ct.places(&flows.firsts.get(*place as usize)?.begun, key.source_port()))
}

/// The ends of a flight's packet.
#[inline]
fn ends<A: Addrs>(flight: &Flight, any_port: bool) -> Option<Ends<A>> {
    let Content::Ip(Skb { packet, .. }) = &flight.ether.content else { return None };
    Ends::new(&packet.ip.src, &packet.ip.dst, if any_port { ANY } else { packet.ports()? })
}
