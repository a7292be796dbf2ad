//! Looks at what frames that are to come will need.
//!
//! Each packet of many flows finds its flow and its connection in memory that no cache has, one after the other. For frames
//! that come in together that is looked at beforehand, so that a processor waits for many at a time. Nothing is
//! changed, and nothing depends on what is seen.

use std::hint::black_box;
use std::net::IpAddr;

use packetwalk_wire::Skb;

use super::key::{Addr, Class, Ends, Key};
use super::{ANY, Entry, Flows};
use crate::path::Content;
use crate::{Flight, Stack};

/// So many flights are looked at together.
pub const AHEAD: usize = 16;

/// Fewer flows than this are in the nearest caches anyway.
const MANY: usize = 1 << 11;

impl Stack {
    /// Whether [`Self::look_ahead`] is worth its time.
    #[inline]
    pub fn has_many_flows(&self) -> bool {
        self.flows.v4.len().max(self.flows.v6.len()) >= MANY
    }

    /// Looks at what flights will need here.
    #[inline(never)]
    pub fn look_ahead(&self, flights: &[Flight]) {
        let mut conns = [None; AHEAD];
        for (conn, flight) in conns.iter_mut().zip(flights) {
            *conn = self.conn_of(flight);
        }
        for conn in conns.into_iter().flatten() {
            black_box(self.nf.ct.glance(conn));
        }
    }

    /// The place of the connection of a flight's flow.
    #[inline]
    fn conn_of(&self, Flight { to: (_, dev), ether, .. }: &Flight) -> Option<u32> {
        let Content::Ip(Skb { packet, .. }) = &ether.content else { return None };
        let class = self.flows.number(&Class::of(*dev, ether)?)?;
        let addrs = (packet.ip.src, packet.ip.dst);
        let ports = if self.flows.any_port { ANY } else { packet.ports()? };
        match addrs.0 {
            IpAddr::V4(_) => self.flows.conn(Key { ends: Ends::<u32>::new(addrs, ports)?, class }),
            IpAddr::V6(_) => self.flows.conn(Key { ends: Ends::<u128>::new(addrs, ports)?, class }),
        }
    }
}

impl Flows {
    /// The number of a class, if packets of it were noted.
    #[inline]
    fn number(&self, class: &Class) -> Option<u32> {
        match &self.last {
            Some((last, number)) if last == class => Some(*number),
            _ => self.classes.get(class).copied(),
        }
    }

    /// The place of a flow's connection.
    #[inline]
    fn conn<A: Addr>(&self, key: Key<A>) -> Option<u32> {
        match A::entries(self).get(&key)? {
            Entry::Flow { conn: [index, _], .. } => Some(*index),
            Entry::Own { .. } => None,
        }
    }
}
