//! A bridge: learn, decide, flood, pass up.

use packetwalk_trace::{DropReason, Hook, Observer, Step};
use packetwalk_wire::{Family, IfIndex, PacketType, Payload};

use super::hook::HookEnd;
use super::{Content, Ether, Next};
use crate::{Cx, Stack};

impl Stack {
    /// A frame came in by a port: bridge netfilter's PREROUTING first, if it is switched on.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_input.c`: `br_handle_frame`.
    pub(super) fn bridge_input<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        port: IfIndex,
        ether: Ether,
    ) -> Next {
        match ether.content {
            Content::Ip(skb) if self.bridge_calls(port, skb.packet.family()) => {
                self.bridge_prerouting(cx, port, ether, skb)
            }
            _ => Next::BridgeForward(port, ether),
        }
    }

    /// Whether bridge netfilter hands a port's packets of a family to iptables.
    fn bridge_calls(&self, port: IfIndex, family: Family) -> bool {
        use crate::sysctl::Global;
        let config = self.links.get(port).and_then(|d| self.links.get(d.master?)?.bridge()).map(|b| b.config);
        match family {
            Family::V4 => {
                self.sysctl.get(Global::BridgeNfCallIptables) != 0
                    || config.is_some_and(|c| c.nf_call_iptables)
            }
            Family::V6 => {
                self.sysctl.get(Global::BridgeNfCallIp6tables) != 0
                    || config.is_some_and(|c| c.nf_call_ip6tables)
            }
        }
    }

    /// The bridge learns the source and decides where the frame goes.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_input.c`: `br_handle_frame_finish`.
    pub(super) fn bridge_forward<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        port: IfIndex,
        mut ether: Ether,
    ) -> Next {
        let Some(decision) = self.links.bridge_input(port, ether.src, ether.dst, cx.now) else {
            return Next::Done;
        };
        let bridge = decision.bridge;
        if decision.learnt {
            ether.tell(cx.obs, Step::BridgeLearn { bridge, port });
        }
        if let Some(reason) = decision.drop {
            return self.drop_frame(cx, &ether, reason);
        }
        ether.tell(cx.obs, Step::Bridge { bridge, from: port, to: decision.to() });
        // Fragments that several copies share are cut anew.
        if let Content::Ip(skb) = &mut ether.content
            && !skb.frag_cuts.is_empty()
            && self.links.egress(&decision).count() + usize::from(decision.local) > 1
        {
            skb.frag_cuts = Payload::EMPTY;
        }
        for out in self.links.egress(&decision) {
            self.work.push_back(Next::BridgePort(port, out, ether));
        }
        if decision.local {
            let device = self.links.get(bridge).filter(|d| d.is_up());
            match device {
                Some(_) => self.work.push_back(Next::Receive(bridge, ether)),
                None => return self.drop_frame(cx, &ether, DropReason::DevReady),
            }
        }
        Next::Done
    }

    /// One copy leaves by one port: bridge netfilter's FORWARD and POSTROUTING for a bridged packet.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_forward.c`: `__br_forward`; `net/bridge/br_netfilter_hooks.c`:
    /// `br_nf_forward_ip`, `br_nf_post_routing`.
    pub(super) fn bridge_port<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        from: IfIndex,
        port: IfIndex,
        mut ether: Ether,
    ) -> Next {
        let Some(device) = self.links.get(port) else { return Next::Done };
        let (mtu, Some(bridge)) = (device.mtu, device.master) else { return Next::Done };
        if let Content::Ip(mut skb) = ether.content
            && from.is_some()
            && skb.physin.is_some()
        {
            skb.physout = port;
            if skb.pkt_type == PacketType::OtherHost {
                skb.pkt_type = PacketType::Host;
            }
            if self.hook(cx, Hook::Forward, &mut skb, bridge, bridge, None) == HookEnd::Stop {
                return Next::Done;
            }
            let next_hop = Some(skb.packet.ip.dst);
            if self.hook(cx, Hook::Postrouting, &mut skb, IfIndex::NONE, bridge, next_hop) == HookEnd::Stop {
                return Next::Done;
            }
            if skb.frag_max != 0 {
                for part in self.fragment(&skb, mtu.min(u32::from(skb.frag_max)), cx.payloads) {
                    let part = Ether { content: Content::Ip(part), ..ether };
                    self.work.push_back(Next::Transmit(port, part));
                }
                return Next::Done;
            }
            ether.content = Content::Ip(skb);
        }
        if ether.wire_len() > u64::from(mtu) + 14 {
            return self.drop_frame(cx, &ether, DropReason::PktTooBig);
        }
        Next::Transmit(port, ether)
    }

    /// Ends a frame's way for a named reason.
    pub(super) fn drop_frame<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        ether: &Ether,
        reason: DropReason,
    ) -> Next {
        ether.tell(cx.obs, Step::Drop(reason));
        if let Content::Ip(skb) = ether.content {
            self.nf.drop_skb(&skb);
        }
        Next::Done
    }

    /// The host itself sends by its bridge.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_device.c`: `br_dev_xmit`.
    pub(super) fn bridge_transmit<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        bridge: IfIndex,
        ether: Ether,
    ) -> Next {
        // A packet that bridge netfilter held for its next hop's MAC goes on as a bridged one.
        if let Content::Ip(mut skb) = ether.content
            && let Some(src) = skb.bridged_dnat.take()
        {
            let port = skb.physin;
            return Next::BridgeForward(port, Ether { src, dst: ether.dst, content: Content::Ip(skb) });
        }
        let Some(decision) = self.links.bridge_output(bridge, ether.dst, cx.now) else { return Next::Done };
        if let Some(reason) = decision.drop {
            return self.drop_frame(cx, &ether, reason);
        }
        ether.tell(cx.obs, Step::Bridge { bridge, from: IfIndex::NONE, to: decision.to() });
        for out in self.links.egress(&decision) {
            self.work.push_back(Next::BridgePort(IfIndex::NONE, out, ether));
        }
        Next::Done
    }
}
