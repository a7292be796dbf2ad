//! A packet for this host: reassembly, INPUT.

use packetwalk_trace::{Hook, Observer};
use packetwalk_wire::{Family, IfIndex, Skb};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Stack};

impl Stack {
    /// IPv4 puts a datagram together before INPUT, IPv6 after it, where the fragment header is read.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_local_deliver`; `net/ipv6/ip6_input.c`: `ip6_input`,
    /// `ip6_protocol_deliver_rcu`.
    pub(super) fn local_in<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb) -> Next {
        let before = skb.packet.family() == Family::V4;
        if before && !self.made_whole(cx, skb) {
            return Next::Done;
        }
        let iif = skb.iif;
        match self.hook(cx, Hook::Input, skb, iif, IfIndex::NONE, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(_) if !before && !self.made_whole(cx, skb) => Next::Done,
            HookEnd::Go(_) => Next::Deliver,
        }
    }

    /// Puts the datagram together for netfilter; `false` while parts are missing.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/nf_defrag_ipv4.c`: `nf_ct_ipv4_gather_frags`;
    /// `net/ipv6/netfilter/nf_conntrack_reasm.c`: `nf_ct_frag6_reasm`.
    pub(super) fn gathered<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb) -> bool {
        if !self.nf.wants_whole(skb) {
            return true;
        }
        let whole = self.made_whole(cx, skb);
        skb.ignore_df |= whole;
        whole
    }

    /// Puts a fragment to the others; `false` while some are missing.
    fn made_whole<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb) -> bool {
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
