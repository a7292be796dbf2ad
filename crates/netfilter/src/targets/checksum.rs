//! `-j CHECKSUM`.

use packetwalk_wire::Skb;

use super::Flow;

/// `--checksum-fill`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checksum {
    /// Whether it was given.
    pub fill: bool,
}

impl Checksum {
    /// Checksums are always filled in here.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CHECKSUM.c`: `checksum_tg`.
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::Continue
    }
}
