//! `-j NETMAP`.

use packetwalk_trace::Observer;

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::{self, NatRange};

/// `--to`: a network onto another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Netmap {
    /// Addresses, ports and flags.
    pub range: NatRange,
}

impl Netmap {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_NETMAP.c`: `netmap_tg4`.
    pub fn act<H: Host, O: Observer>(&self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        Flow::End(nat::netmap(cx.ct, cx.skb, &self.range, cx.state.hook, cx.env, obs))
    }
}
