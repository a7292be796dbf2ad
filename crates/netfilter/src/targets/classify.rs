//! `-j CLASSIFY`.

use packetwalk_trace::Hook;
use packetwalk_wire::Skb;

use super::Flow;
use crate::context::Scope;

/// `--set-class MAJOR:MINOR`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Classify {
    /// `skb->priority`: the major number in the high half.
    pub priority: u32,
}

impl Classify {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CLASSIFY.c`: `classify_tg`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.priority = self.priority;
        Flow::Continue
    }

    /// Where it may be used.
    pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Forward, Hook::Output, Hook::Postrouting]);
}
