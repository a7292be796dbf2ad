//! An IP packet has come in: header checks, then PREROUTING.

use packetwalk_trace::{DropReason, Hook, Observer};
use packetwalk_wire::{Family, IfIndex, Skb};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Stack};

impl Stack {
    /// A packet that a bridge already took through PREROUTING skips it here; it still knows its port.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_rcv`; `net/ipv6/ip6_input.c`: `ip6_rcv_core`;
    /// `net/bridge/br_netfilter_hooks.c`: `ip_sabotage_in`.
    pub(super) fn prerouting<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb) -> Next {
        if skb.packet.family() == Family::V6 && !ipv6_source_is_sane(skb) {
            return self.drop(cx, skb, DropReason::IpInHdr);
        }
        if skb.physin.is_some() {
            (skb.frag_max, skb.frag_pmtu) = (0, false);
            return Next::RouteInput;
        }
        if !self.gathered(cx, skb) {
            return Next::Done;
        }
        let (iif, dst) = (skb.iif, skb.packet.ip.dst);
        match self.hook(cx, Hook::Prerouting, skb, iif, IfIndex::NONE, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(_) => {
                skb.has_dst &= skb.packet.ip.dst == dst;
                Next::RouteInput
            }
        }
    }
}

/// Linux v6.18, `net/ipv6/ip6_input.c`: `ip6_rcv_core`.
fn ipv6_source_is_sane(skb: &Skb) -> bool {
    let ip = &skb.packet.ip;
    let lo = skb.iif == IfIndex::LO;
    !ip.src.is_multicast()
        && !ip.dst.is_unspecified()
        && (lo || !(ip.src.is_loopback() || ip.dst.is_loopback()))
}
