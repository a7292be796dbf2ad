//! `-m length`.

use packetwalk_wire::Packet;

use super::range::Range;

/// `--length MIN[:MAX]`: bytes from the IP header on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Length {
    /// `!` stands before it.
    pub not: bool,
    /// Bytes.
    pub length: Range<u16>,
}

impl Length {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_length.c`: `length_mt`, `length_mt6`.
    pub fn met(&self, packet: &Packet) -> bool {
        self.length.has(packet.len()) != self.not
    }
}
