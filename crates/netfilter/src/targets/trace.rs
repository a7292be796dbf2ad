//! `-j TRACE`.

use packetwalk_wire::Skb;

use super::Flow;

/// From here on every rule that the packet meets is told to who asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trace;

impl Trace {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TRACE.c`: `trace_tg`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        skb.nf_trace = true;
        Flow::Continue
    }
}
