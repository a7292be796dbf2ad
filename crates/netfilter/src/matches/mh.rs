//! `-m mh`: IPv6's mobility header.

use packetwalk_wire::extension::kind;

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;

/// `--mh-type`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mh {
    /// `!` stands before it.
    pub not: bool,
    /// Types.
    pub types: Range<u8>,
}

impl Mh {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_mh.c`: `mh_mt6`.
    pub fn met<H: Host>(self, cx: &Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if raw::is_later_fragment(packet) {
            return Met::No;
        }
        let bytes = raw::opaque(packet, cx.env.payloads).unwrap_or_default();
        match raw::field::<6>(bytes, 0) {
            Some([kind::NONE, _, ty, ..]) => (self.types.has(ty) != self.not).into(),
            _ => Met::Hotdrop,
        }
    }
}
