//! A packet leaves: POSTROUTING, then fragments if it is too big.

use packetwalk_trace::{DropReason, Hook, Observer, RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex, PacketType, Skb, icmp};

use super::hook::HookEnd;
use super::{Ether, Next, Waiting};
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `ip_output`, `ip_finish_output`, `ip_fragment`, `ip_do_fragment`;
    /// `net/ipv6/ip6_output.c`: `ip6_output`, `ip6_finish_output`, `ip6_fragment`;
    /// `ip_mc_output` for the copy of a broadcast that this host keeps: it goes first, and has no socket.
    pub(super) fn postrouting<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb, dst: &Dst) -> Next {
        let next_hop = dst.gateway.unwrap_or(skb.packet.ip.dst);
        if dst.local && dst.kind == RouteKind::Broadcast {
            let mut copy = Skb { iif: dst.oif, uid: None, ..*skb };
            let end = self.hook(cx, Hook::Postrouting, &mut copy, IfIndex::NONE, dst.oif, Some(next_hop));
            if matches!(end, HookEnd::Go(_)) {
                copy.pkt_type = PacketType::Loopback;
                copy.has_dst = true;
                self.wait(Next::Prerouting, Ether::bare(copy));
            }
        }
        // A copy of TEE counts as come in where it leaves.
        let iif = if self.nf.shared.copying { dst.oif } else { skb.iif };
        match self.hook(cx, Hook::Postrouting, skb, iif, dst.oif, Some(next_hop)) {
            HookEnd::Stop => return Next::Done,
            HookEnd::Go(_) => {}
        }
        let mut mtu = self.path_mtu(dst);
        if skb.iif == IfIndex::NONE && !dst.probe {
            mtu = mtu.min(self.pmtu.get(skb.packet.ip.dst, cx.now).unwrap_or(mtu));
        }
        let frag_max = u32::from(skb.frag_max);
        if frag_max == 0 && u32::from(skb.packet.len()) <= mtu {
            return Next::Neighbour;
        }
        let too_big = match skb.packet.family() {
            Family::V4 => skb.packet.ip.df && (!skb.ignore_df || frag_max > mtu),
            Family::V6 => !skb.ignore_df && u32::from(skb.packet.len()) > mtu || frag_max > mtu,
        };
        if too_big {
            match skb.packet.family() {
                Family::V4 => self.icmp_error(cx, skb, icmp::v4::DEST_UNREACH, 4, mtu),
                Family::V6 => self.icmp_error(cx, skb, icmp::v6::PKT_TOOBIG, 0, mtu),
            }
            cx.fail(skb.id, SendError::MsgSize);
            return self.drop(cx, skb, DropReason::PktTooBig);
        }
        if frag_max != 0 {
            mtu = match skb.packet.family() {
                Family::V4 => mtu.min(frag_max),
                Family::V6 => frag_max.max(1280),
            };
        }
        for part in self.fragment(skb, mtu, cx.payloads) {
            self.work.push_back(Waiting { next: Next::Neighbour, ether: Ether::bare(part), dst: *dst });
        }
        Next::Done
    }
}
