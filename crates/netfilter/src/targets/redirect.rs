//! `-j REDIRECT`.

use packetwalk_trace::Observer;

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::{self, NatRange};

/// The destination becomes this host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Redirect {
    /// Addresses, ports and flags.
    pub range: NatRange,
}

impl Redirect {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_REDIRECT.c`: `redirect_tg4`.
    pub fn act<H: Host, O: Observer>(&self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        Flow::End(nat::redirect(cx.ct, cx.skb, &self.range, cx.state, cx.env, obs))
    }
}
