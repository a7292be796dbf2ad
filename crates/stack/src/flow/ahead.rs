//! Looks at what frames that are to come will need.
//!
//! Each packet of many flows finds its flow and its connection in memory that no cache has, one after the other. For frames
//! that come in together that is looked at beforehand, so that a processor waits for many at a time. Nothing is
//! changed, and nothing depends on what is seen: it may be another flow's.

use std::hint::black_box;
use std::net::IpAddr;

use packetwalk_wire::Skb;

use super::key::{Ends, Key};
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
        self.flows.v4.len() >= MANY || self.flows.v6.len() >= MANY
    }

    /// Looks at what flights will need here.
    #[inline(never)]
    pub fn look_ahead(&self, flights: &[Flight]) {
        let mut conns = [None; AHEAD];
        for (conn, flight) in conns.iter_mut().zip(flights) {
            *conn = self.flows.glance(flight);
        }
        for conn in conns.into_iter().flatten() {
            black_box(self.nf.ct.glance(conn));
        }
    }
}

impl Flows {
    /// The place of a connection, of the flight's flow if its class is the last packet's.
    #[inline]
    fn glance(&self, flight: &Flight) -> Option<u32> {
        let Content::Ip(Skb { packet, .. }) = &flight.ether.content else { return None };
        let (_, class) = self.last?;
        let addrs = (packet.ip.src, packet.ip.dst);
        let ports = if self.any_port { ANY } else { packet.ports()? };
        let entry = match addrs.0 {
            IpAddr::V4(_) => self.v4.get(&Key { ends: Ends::new(addrs, ports)?, class })?.conn(),
            IpAddr::V6(_) => self.v6.get(&Key { ends: Ends::new(addrs, ports)?, class })?.conn(),
        };
        entry.map(|[place, _]| place)
    }
}

impl<A> Entry<A> {
    const fn conn(&self) -> Option<[u32; 2]> {
        match *self {
            Self::Flow { conn, .. } => Some(conn),
            Self::First(_) | Self::Own { .. } => None,
        }
    }
}
