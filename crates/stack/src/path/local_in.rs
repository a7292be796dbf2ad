//! A packet for this host: reassembly, INPUT.

use packetwalk_trace::{Hook, Observer};
use packetwalk_wire::{IfIndex, Skb};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_local_deliver`; `net/ipv6/ip6_input.c`: `ip6_input`.
    pub(super) fn local_in<O: Observer>(&mut self, cx: &mut Cx<'_, O>, mut skb: Skb, dst: Dst) -> Next {
        if skb.packet.ip.frag.is_some() {
            match self.reassemble(cx, &skb) {
                Some(whole) => skb = whole,
                None => return Next::Done,
            }
        }
        let iif = skb.iif;
        match self.hook(cx, Hook::Input, &mut skb, iif, IfIndex::NONE, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(_) => Next::Deliver(skb, dst),
        }
    }
}
