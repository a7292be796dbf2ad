//! `-m tos`.

use packetwalk_wire::Packet;

/// `--tos VALUE[/MASK]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tos {
    /// `!` stands before it.
    pub not: bool,
    /// Value.
    pub value: u8,
    /// Mask.
    pub mask: u8,
}

impl Tos {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_dscp.c`: `tos_mt`.
    pub const fn met(&self, packet: &Packet) -> bool {
        (packet.ip.tos & self.mask == self.value) != self.not
    }
}
