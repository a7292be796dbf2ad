//! `-j TTL` and `-j HL`.

use packetwalk_wire::Skb;

use super::Flow;

/// How a TTL or hop limit changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// `--ttl-set`, `--hl-set`.
    Set(u8),
    /// `--ttl-dec`, `--hl-dec`: not below 0.
    Dec(u8),
    /// `--ttl-inc`, `--hl-inc`: not above 255.
    Inc(u8),
}

impl Change {
    const fn to(self, ttl: u8) -> u8 {
        match self {
            Self::Set(n) => n,
            Self::Dec(n) => ttl.saturating_sub(n),
            Self::Inc(n) => ttl.saturating_add(n),
        }
    }
}

/// `-j TTL` (IPv4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ttl(pub Change);

impl Ttl {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_HL.c`: `ttl_tg`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.packet.ip.ttl = self.0.to(skb.packet.ip.ttl);
        Flow::Continue
    }
}

/// `-j HL` (IPv6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hl(pub Change);

impl Hl {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_HL.c`: `hl_tg6`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.packet.ip.ttl = self.0.to(skb.packet.ip.ttl);
        Flow::Continue
    }
}
