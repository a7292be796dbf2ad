//! `-m pkttype`.

use packetwalk_wire::{PacketType, Skb};

/// `--pkt-type`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pkttype {
    /// `!` stands before it.
    pub not: bool,
    /// Type.
    pub ty: PacketType,
}

impl Pkttype {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_pkttype.c`: `pkttype_mt`; a looped-back copy counts as what its
    /// destination address says.
    pub fn met(&self, skb: &Skb) -> bool {
        let ty = match skb.pkt_type {
            PacketType::Loopback if skb.packet.ip.dst.is_multicast() => PacketType::Multicast,
            PacketType::Loopback => PacketType::Broadcast,
            ty => ty,
        };
        (ty == self.ty) != self.not
    }
}
