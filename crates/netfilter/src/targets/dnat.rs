//! `-j DNAT`.

use packetwalk_trace::{Manip, Observer};

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::{self, NatRange};

/// `--to-destination`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dnat {
    /// Addresses, ports and flags.
    pub range: NatRange,
}

impl Dnat {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_nat.c`: `xt_dnat_target_v2`.
    pub fn act<H: Host, O: Observer>(&self, cx: &mut Cx<'_, '_, H>, obs: &mut O) -> Flow {
        Flow::End(nat::setup_info(cx.ct, cx.skb, &self.range, Manip::Dst, cx.env, obs))
    }
}
