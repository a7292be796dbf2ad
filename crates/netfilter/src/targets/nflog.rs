//! `-j NFLOG`.

use packetwalk_wire::Skb;

use super::Flow;

/// Hands a copy to a program that listens on a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nflog {
    /// `--nflog-group`.
    pub group: u16,
    /// `--nflog-prefix`, at most 127 bytes (63 in the kernel's message).
    pub prefix: Box<str>,
    /// `--nflog-size`: bytes copied.
    pub size: Option<u32>,
    /// `--nflog-range`, which has no effect.
    pub range: u32,
    /// `--nflog-threshold`: packets collected before they are handed over.
    pub threshold: u16,
}

impl Nflog {
    /// Nobody listens; the packet goes on in any case.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_NFLOG.c`: `nflog_tg`.
    pub const fn act(&self, _: &Skb) -> Flow {
        Flow::Continue
    }
}
