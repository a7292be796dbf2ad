//! A packet made here: OUTPUT, and a second look at its route.

use packetwalk_trace::{Hook, Observer, Step};
use packetwalk_wire::{IfIndex, Skb};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `__ip_local_out`; `net/ipv4/netfilter.c`: `ip_route_me_harder`;
    /// `net/ipv4/netfilter/nf_defrag_ipv4.c`, `net/ipv6/netfilter/nf_defrag_ipv6_hooks.c`: a raw socket's
    /// fragments are put together for connection tracking here too.
    pub(super) fn output<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb, dst: &mut Dst) -> Next {
        cx.obs.step(skb, Step::Send);
        Self::say_route(cx, skb, dst);
        if !self.gathered(cx, skb) {
            return Next::Done;
        }
        match self.hook(cx, Hook::Output, skb, IfIndex::NONE, dst.oif, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(new) => {
                if let Some(new) = new {
                    *dst = new;
                }
                Next::Postrouting
            }
        }
    }
}
