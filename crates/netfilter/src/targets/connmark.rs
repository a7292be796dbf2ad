//! `-j CONNMARK`.

use packetwalk_wire::Nfct;

use super::Flow;
use crate::context::Cx;
use crate::env::Host;

/// Which way a mark goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connmark {
    /// `--set-xmark VALUE/MASK` and what comes down to it: the connection's mark.
    Set {
        /// Value.
        mark: u32,
        /// Mask.
        mask: u32,
    },
    /// `--save-mark`: the packet's into the connection's.
    Save {
        /// Bits taken.
        nfmask: u32,
        /// Bits cleared first.
        ctmask: u32,
    },
    /// `--restore-mark`: the connection's into the packet's.
    Restore {
        /// Bits cleared first.
        nfmask: u32,
        /// Bits taken.
        ctmask: u32,
    },
}

impl Connmark {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connmark.c`: `connmark_tg_shift`, without shift.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let Nfct::Tracked(r) = cx.skb.nfct else { return Flow::Continue };
        let Some(old) = cx.ct.get(r).map(|conn| conn.mark) else { return Flow::Continue };
        match *self {
            Self::Set { mark, mask } => cx.ct.set_mark(r, (old & !mask) ^ mark),
            Self::Save { nfmask, ctmask } => cx.ct.set_mark(r, (old & !ctmask) ^ (cx.skb.mark & nfmask)),
            Self::Restore { nfmask, ctmask } => cx.skb.mark = (cx.skb.mark & !nfmask) ^ (old & ctmask),
        }
        Flow::Continue
    }
}
