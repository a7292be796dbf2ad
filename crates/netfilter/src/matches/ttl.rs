//! `-m ttl` and `-m hl`.

use packetwalk_wire::Packet;

/// How a TTL or hop limit is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compare {
    /// `--ttl-eq`, `--hl-eq`.
    Eq,
    /// `! --ttl-eq`, `! --hl-eq`.
    Ne,
    /// `--ttl-lt`, `--hl-lt`.
    Lt,
    /// `--ttl-gt`, `--hl-gt`.
    Gt,
}

impl Compare {
    const fn met(self, ttl: u8, value: u8) -> bool {
        match self {
            Self::Eq => ttl == value,
            Self::Ne => ttl != value,
            Self::Lt => ttl < value,
            Self::Gt => ttl > value,
        }
    }
}

/// `-m ttl` (IPv4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ttl {
    /// How.
    pub how: Compare,
    /// With what.
    pub value: u8,
}

impl Ttl {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hl.c`: `ttl_mt`.
    pub const fn met(&self, packet: &Packet) -> bool {
        self.how.met(packet.ip.ttl, self.value)
    }
}

/// `-m hl` (IPv6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hl {
    /// How.
    pub how: Compare,
    /// With what.
    pub value: u8,
}

impl Hl {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hl.c`: `hl_mt6`.
    pub const fn met(&self, packet: &Packet) -> bool {
        self.how.met(packet.ip.ttl, self.value)
    }
}
