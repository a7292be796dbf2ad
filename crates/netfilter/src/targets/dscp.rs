//! `-j DSCP`.

use packetwalk_wire::Skb;

use super::Flow;

/// `--set-dscp`, `--set-dscp-class`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dscp {
    /// 0 to 63.
    pub dscp: u8,
}

impl Dscp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_DSCP.c`: `dscp_tg`, `dscp_tg6`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.packet.ip.tos = skb.packet.ip.tos & 0x03 | self.dscp << 2;
        Flow::Continue
    }
}
