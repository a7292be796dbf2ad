//! `-j MARK`.

use packetwalk_wire::Skb;

use super::Flow;

/// `--set-xmark VALUE/MASK`, to which every other form comes down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Value, exclusive-or'ed in.
    pub mark: u32,
    /// Bits cleared first.
    pub mask: u32,
}

impl Mark {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_mark.c`: `mark_tg`.
    pub const fn act(&self, skb: &mut Skb) -> Flow {
        skb.mark = (skb.mark & !self.mask) ^ self.mark;
        Flow::Continue
    }
}
