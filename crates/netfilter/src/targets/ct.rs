//! `-j CT` and `-j NOTRACK`.

use packetwalk_wire::{Nfct, Skb};

use super::Flow;

/// What CT says of a packet's tracking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ct {
    /// Nothing: tracked in the default zone, as without it.
    Default,
    /// `--notrack`.
    Notrack,
}

impl Ct {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_target_v1`, `xt_ct_target`.
    pub const fn act(&self, skb: &mut Skb) -> Flow {
        match self {
            Self::Default => Flow::Continue,
            Self::Notrack => Notrack.act(skb),
        }
    }

    /// `--notrack` alone asks for no conntrack (`xt_ct_tg_check`).
    pub const fn needs_conntrack(&self) -> bool {
        match self {
            Self::Default => true,
            Self::Notrack => false,
        }
    }
}

/// `-j NOTRACK`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Notrack;

impl Notrack {
    /// Marks a packet as not tracked, unless it has a connection already.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `notrack_tg`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        if matches!(skb.nfct, Nfct::None) {
            skb.nfct = Nfct::Untracked;
        }
        Flow::Continue
    }
}
