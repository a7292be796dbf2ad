//! `-m mac`.

use packetwalk_trace::Hook;
use packetwalk_wire::{IfIndex, Mac, Skb};

use crate::context::Scope;

/// `--mac-source`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MacSource {
    /// `!` stands before it.
    pub not: bool,
    /// Address.
    pub mac: Mac,
}

/// Only where a packet came in.
pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward]);

impl MacSource {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_mac.c`: `mac_mt`; never met without an Ethernet header, nor on `lo`.
    pub fn met(&self, skb: &Skb) -> bool {
        skb.iif != IfIndex::LO && skb.mac.is_some_and(|(src, _)| (src == self.mac) != self.not)
    }
}
