//! A packet leaves: POSTROUTING, then fragments if it is too big.

use packetwalk_trace::{DropReason, Hook, Observer, SendError};
use packetwalk_wire::{Family, IfIndex, Skb, icmp};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `ip_output`, `ip_finish_output`, `ip_fragment`.
    pub(super) fn postrouting<O: Observer>(&mut self, cx: &mut Cx<'_, O>, mut skb: Skb, dst: Dst) -> Next {
        let next_hop = dst.gateway.unwrap_or(skb.packet.ip.dst);
        match self.hook(cx, Hook::Postrouting, &mut skb, IfIndex::NONE, dst.oif, Some(next_hop)) {
            HookEnd::Stop => return Next::Done,
            HookEnd::Go(_) => {}
        }
        let mtu = self.path_mtu(&dst);
        if u32::from(skb.packet.len()) <= mtu {
            return Next::Neighbour(skb, dst);
        }
        match skb.packet.family() {
            Family::V4 if skb.packet.ip.df => {
                self.icmp_error(cx, &skb, false, icmp::v4::DEST_UNREACH, 4, mtu);
                cx.fail(skb.id, SendError::MsgSize);
                return self.drop(cx, &skb, DropReason::PktTooBig);
            }
            Family::V6 if skb.iif.is_some() => {
                self.icmp_error(cx, &skb, false, icmp::v6::PKT_TOOBIG, 0, mtu);
                return self.drop(cx, &skb, DropReason::PktTooBig);
            }
            _ => {}
        }
        for part in self.fragment(&skb, mtu) {
            self.work.push_back(Next::Neighbour(part, dst));
        }
        Next::Done
    }
}
