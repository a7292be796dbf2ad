//! `-m dscp`.

use packetwalk_wire::Packet;

/// `--dscp VALUE`, `--dscp-class CLASS`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dscp {
    /// `!` stands before it.
    pub not: bool,
    /// 0 to 63.
    pub dscp: u8,
}

impl Dscp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_dscp.c`: `dscp_mt`.
    pub const fn met(&self, packet: &Packet) -> bool {
        (packet.ip.tos >> 2 == self.dscp) != self.not
    }
}
