//! `-j TOS`.

use packetwalk_wire::Skb;

use super::Flow;

/// `--set-tos VALUE/MASK`, to which every other form comes down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tos {
    /// Value, exclusive-or'ed in.
    pub value: u8,
    /// Bits cleared first.
    pub mask: u8,
}

impl Tos {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_DSCP.c`: `tos_tg`, `tos_tg6`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.packet.ip.tos = (skb.packet.ip.tos & !self.mask) ^ self.value;
        Flow::Continue
    }
}
