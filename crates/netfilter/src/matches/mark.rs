//! `-m mark`.

use packetwalk_wire::Skb;

/// `--mark VALUE[/MASK]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// `!` stands before it.
    pub not: bool,
    /// Value.
    pub mark: u32,
    /// Mask.
    pub mask: u32,
}

impl Mark {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_mark.c`: `mark_mt`.
    pub const fn met(&self, skb: &Skb) -> bool {
        (skb.mark & self.mask == self.mark) != self.not
    }
}
