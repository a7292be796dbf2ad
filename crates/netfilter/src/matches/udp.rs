//! `-m udp`.

use packetwalk_wire::{Packet, Transport};

use super::range::Range;
use crate::context::Met;
use crate::xtables::Cond;

/// Ports of a UDP header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Udp {
    /// `--sport`.
    pub sport: Option<Cond<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Cond<Range<u16>>>,
    /// Both ports are negated and compared at once: met unless both are as given. The nft face writes two
    /// negated single ports so.
    pub ports_together: bool,
}

impl Udp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpudp.c`: `udp_mt`.
    pub fn met(&self, packet: &Packet) -> Met {
        if packet.ip.frag.is_some_and(|f| f.offset != 0) {
            return Met::No;
        }
        let Transport::Udp(udp) = &packet.transport else { return Met::Hotdrop };
        let ports = |c: Option<Cond<Range<u16>>>, port| c.is_none_or(|c| c.is.has(port) != c.not);
        let (source, destination) = (ports(self.sport, udp.sport), ports(self.dport, udp.dport));
        (if self.ports_together { source || destination } else { source && destination }).into()
    }
}
