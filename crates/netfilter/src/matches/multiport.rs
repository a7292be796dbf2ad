//! `-m multiport`.

use packetwalk_wire::{Packet, Transport, proto};

use super::range::Range;
use crate::context::{Met, Scope};

/// Which port is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// `--sports`.
    Source,
    /// `--dports`.
    Destination,
    /// `--ports`.
    Either,
}

/// Up to 15 ports; a range takes two places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Multiport {
    /// `!` stands before it.
    pub not: bool,
    /// Which port.
    pub which: Which,
    /// Ports and ranges, in the order given.
    pub ports: Box<[Range<u16>]>,
}

/// `-p` must be a protocol with ports.
pub(crate) const SCOPE: Scope = Scope::proto(&[
    proto::TCP,
    proto::UDP,
    proto::UDPLITE,
    proto::SCTP,
    33, // DCCP
]);

impl Multiport {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_multiport.c`: `multiport_mt`, `ports_match_v1`.
    pub fn met(&self, packet: &Packet) -> Met {
        if packet.ip.frag.is_some_and(|f| f.offset != 0) {
            return Met::No;
        }
        let (sport, dport) = match (packet.ports(), packet.transport) {
            (Some(ports), _) => ports,
            (None, Transport::Opaque { .. }) => return Met::NotModelled,
            _ => return Met::Hotdrop,
        };
        let has = |r: &Range<u16>| match self.which {
            Which::Source => r.has(sport),
            Which::Destination => r.has(dport),
            Which::Either => r.has(sport) || r.has(dport),
        };
        (self.ports.iter().any(has) != self.not).into()
    }
}
