//! A packet for this host: reassembly, INPUT.

use packetwalk_trace::{Hook, Observer};
use packetwalk_wire::{Family, IfIndex, Skb};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// IPv4 puts a datagram together before INPUT, IPv6 after it, where the fragment header is read.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_local_deliver`; `net/ipv6/ip6_input.c`: `ip6_input`,
    /// `ip6_protocol_deliver_rcu`.
    pub(super) fn local_in<O: Observer>(&mut self, cx: &mut Cx<'_, O>, mut skb: Skb, dst: Dst) -> Next {
        let before = skb.packet.family() == Family::V4;
        if before && !self.made_whole(cx, &mut skb) {
            return Next::Done;
        }
        let iif = skb.iif;
        match self.hook(cx, Hook::Input, &mut skb, iif, IfIndex::NONE, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(_) if !before && !self.made_whole(cx, &mut skb) => Next::Done,
            HookEnd::Go(_) => Next::Deliver(skb, dst),
        }
    }

    /// Puts a fragment to the others; `false` while some are missing.
    pub(super) fn made_whole<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb) -> bool {
        if skb.packet.ip.frag.is_none() {
            return true;
        }
        match self.reassemble(cx, skb) {
            Some(whole) => *skb = whole,
            None => return false,
        }
        true
    }
}
