//! `-m multiport`.

use packetwalk_wire::proto;

use super::range::Range;
use crate::context::{Cx, Met, Scope};
use crate::env::Host;
use crate::raw;

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
pub(crate) const SCOPE: Scope =
    Scope::proto(&[proto::TCP, proto::UDP, proto::UDPLITE, proto::SCTP, proto::DCCP]);

impl Multiport {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_multiport.c`: `multiport_mt`, `ports_match_v1`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if raw::is_later_fragment(packet) {
            return Met::No;
        }
        let opaque = || {
            let [s0, s1, d0, d1] = raw::field(raw::opaque(packet, cx.env.payloads)?, 0)?;
            Some((u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])))
        };
        let Some((sport, dport)) = packet.ports().or_else(opaque) else { return Met::Hotdrop };
        let has = |r: &Range<u16>| match self.which {
            Which::Source => r.has(sport),
            Which::Destination => r.has(dport),
            Which::Either => r.has(sport) || r.has(dport),
        };
        (self.ports.iter().any(has) != self.not).into()
    }
}
