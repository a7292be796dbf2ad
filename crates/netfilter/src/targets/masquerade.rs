//! `-j MASQUERADE`.

use packetwalk_trace::Observer;

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::{self, NatRange};

/// The source becomes an address of the interface out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Masquerade {
    /// Addresses, ports and flags.
    pub range: NatRange,
}

impl Masquerade {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_MASQUERADE.c`: `masquerade_tg`.
    pub fn act<H: Host, O: Observer>(&self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        Flow::End(nat::masquerade(cx.ct, cx.skb, &self.range, cx.state, cx.env, obs))
    }
}
