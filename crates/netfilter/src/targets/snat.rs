//! `-j SNAT`.

use packetwalk_trace::{Manip, Observer};

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::{self, NatRange};

/// `--to-source`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snat {
    /// Addresses, ports and flags.
    pub range: NatRange,
}

impl Snat {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_nat.c`: `xt_snat_target_v2`.
    pub fn act<H: Host, O: Observer>(&self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        Flow::End(nat::setup_info(cx.ct, cx.skb, &self.range, Manip::Src, cx.env, obs))
    }
}
