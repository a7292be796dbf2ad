//! `-m udp`.

use packetwalk_wire::Transport;

use super::range::Range;
use super::tcp::{asked, ports_raw};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::xtables::{Cond, Face};

/// Ports of a UDP header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Udp {
    /// `--sport`.
    pub sport: Option<Cond<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Cond<Range<u16>>>,
    /// Both ports are negated and compared at once: met unless both are as given. The nft face writes two
    /// negated single ports so.
    pub ports_together: bool,
    /// Judged, but not shown: a later `-m udp` of the same rule asks the same again. The nft face has both and
    /// shows the last.
    pub hidden: bool,
    /// Shown as negated, though judged as it says: an earlier `-m udp` of the same rule negated the same.
    pub shown_not: [bool; 2],
}

impl PartialEq for Udp {
    fn eq(&self, other: &Self) -> bool {
        asked(self.sport) == asked(other.sport)
            && asked(self.dport) == asked(other.dport)
            && self.ports_together == other.ports_together
    }
}

impl Udp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpudp.c`: `udp_mt`.
    ///
    /// The nft face reads a later fragment like any packet, as for [`super::tcp::Tcp`].
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if raw::is_later_fragment(packet) {
            let native = cx.face == Face::Nft && *self != Self::default();
            return (native && ports_raw(raw::fragment(cx), self.sport, self.dport, self.ports_together))
                .into();
        }
        let Transport::Udp(udp) = &packet.transport else { return Met::Hotdrop };
        let ports = |c: Option<Cond<Range<u16>>>, port| c.is_none_or(|c| c.is.has(port) != c.not);
        let (source, destination) = (ports(self.sport, udp.sport), ports(self.dport, udp.dport));
        (if self.ports_together { source || destination } else { source && destination }).into()
    }
}
