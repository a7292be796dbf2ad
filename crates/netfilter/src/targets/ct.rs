//! `-j CT` and `-j NOTRACK`.

use packetwalk_wire::{Nfct, Skb};

use super::Flow;
use crate::conntrack::{HelperKind, Zone};
use crate::context::Cx;
use crate::env::Host;

/// What CT says of a packet's tracking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ct {
    /// Tracked in a zone, with a helper.
    Track {
        /// `--zone`, `--zone-orig`, `--zone-reply`.
        zone: Zone,
        /// `--helper`.
        helper: Option<HelperKind>,
    },
    /// `--notrack`.
    Notrack,
}

impl Ct {
    /// Tracked as without it.
    pub const DEFAULT: Self = Self::Track { zone: Zone::DEFAULT, helper: None };

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_target_v1`, `xt_ct_target`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        match *self {
            Self::Track { zone, helper } => {
                if cx.skb.nfct == Nfct::None && *self != Self::DEFAULT {
                    let template = cx.ct.template_with(zone, helper);
                    cx.ct.give_template(cx.skb, template);
                }
                Flow::Continue
            }
            Self::Notrack => Notrack.act(cx.skb),
        }
    }

    /// `--notrack` alone asks for no conntrack (`xt_ct_tg_check`).
    pub const fn needs_conntrack(&self) -> bool {
        match self {
            Self::Track { .. } => true,
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
