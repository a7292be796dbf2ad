//! A bridge: learn, decide, flood, pass up.

use packetwalk_link::{BridgeDecision, Device};
use packetwalk_netfilter::Verdict;
use packetwalk_trace::{DropReason, Hook, Observer, Step};
use packetwalk_wire::{Family, IfIndex, Nfct, PacketType, Payload};

use super::hook::HookEnd;
use super::{Content, Ether, Next, Waiting};
use crate::{Cx, Dst, Stack};

/// By how many ports a frame leaves.
enum Out {
    None,
    One(IfIndex),
    Many,
}

impl Stack {
    /// A frame came in by a port: bridge netfilter's PREROUTING first, if it is switched on.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_input.c`: `br_handle_frame`.
    pub(super) fn bridge_input<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        port: IfIndex,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> Next {
        let Content::Ip(skb) = &mut ether.content else { return Next::BridgeForward(port) };
        let own = |bridge| self.links.get(bridge).is_some_and(|bridge| bridge.mac == ether.dst);
        if skb.pkt_type == PacketType::OtherHost
            && self.links.get(port).and_then(|port| port.master).is_some_and(own)
        {
            skb.pkt_type = PacketType::Host;
        }
        if self.bridge_calls(port, skb.packet.family()) {
            self.bridge_prerouting(cx, port, ether, dst)
        } else {
            Next::BridgeForward(port)
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
        ether: &mut Ether,
    ) -> Next {
        let Some(decision) = self.links.bridge_input(port, ether.src, ether.dst, cx.now) else {
            return Next::Done;
        };
        let bridge = decision.bridge;
        if decision.learnt {
            self.touch();
            ether.tell(cx.obs, Step::BridgeLearn { bridge, port });
        }
        if let Some(reason) = decision.drop {
            return self.drop_frame(cx, ether, reason);
        }
        ether.tell(cx.obs, Step::Bridge { bridge, from: port, to: decision.to() });
        let up = self.links.get(bridge).is_some_and(Device::is_up);
        match (self.out(&decision), decision.local) {
            (Out::One(out), false) => self.in_turn(Next::BridgePort(port, out), ether),
            (Out::None, true) if up => self.in_turn(Next::BridgeUp(bridge, decision.promisc), ether),
            _ => {
                // Fragments that several copies share are cut anew.
                if let Content::Ip(skb) = &mut ether.content {
                    skb.frag_cuts = Payload::EMPTY;
                }
                self.bridge_copies(port, &decision, ether);
                match decision.local {
                    true if !up => return self.drop_frame(cx, ether, DropReason::DevReady),
                    true => self.wait(Next::BridgeUp(bridge, decision.promisc), *ether),
                    false => {}
                }
                Next::Done
            }
        }
    }

    fn out(&self, decision: &BridgeDecision) -> Out {
        let mut ports = self.links.egress(decision);
        match (ports.next(), ports.next()) {
            (Some(port), None) => Out::One(port),
            (None, _) => Out::None,
            _ => Out::Many,
        }
    }

    /// A copy leaves by each port of a decision.
    fn bridge_copies(&mut self, from: IfIndex, decision: &BridgeDecision, ether: &Ether) {
        for out in self.links.egress(decision) {
            self.work.push_back(Waiting::new(Next::BridgePort(from, out), *ether));
        }
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
        ether: &mut Ether,
    ) -> Next {
        let Some(device) = self.links.get(port) else { return Next::Done };
        let (mtu, Some(bridge)) = (device.mtu, device.master) else { return Next::Done };
        if let Content::Ip(skb) = &mut ether.content
            && from.is_some()
            && skb.physin.is_some()
        {
            skb.physout = port;
            if skb.pkt_type == PacketType::OtherHost {
                skb.pkt_type = PacketType::Host;
            }
            if self.hook(cx, Hook::Forward, skb, bridge, bridge, None) == HookEnd::Stop {
                return Next::Done;
            }
            let next_hop = Some(skb.packet.ip.dst);
            if self.hook(cx, Hook::Postrouting, skb, IfIndex::NONE, bridge, next_hop) == HookEnd::Stop {
                return Next::Done;
            }
            if skb.frag_max != 0 {
                for part in self.fragment(skb, mtu.min(u32::from(skb.frag_max)), cx.payloads) {
                    self.wait(Next::Transmit(port), Ether { content: Content::Ip(part), ..*ether });
                }
                return Next::Done;
            }
        }
        if ether.wire_len() > u64::from(mtu) + 14 {
            return self.drop_frame(cx, ether, DropReason::PktTooBig);
        }
        Next::Transmit(port)
    }

    /// A frame goes up to the host. What others may get too has its connection in the table now, for its copies share
    /// it; what goes up only because every frame does, has none.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_input.c`: `br_pass_frame_up`; `net/bridge/br_netfilter_hooks.c`: `br_nf_local_in`.
    pub(super) fn bridge_up<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        bridge: IfIndex,
        promisc: bool,
        ether: &mut Ether,
    ) -> Next {
        let Content::Ip(skb) = &mut ether.content else { return Next::Receive(bridge) };
        if promisc {
            self.nf.drop_skb(skb);
            skb.nfct = Nfct::None;
        } else if skb.pkt_type != PacketType::Host
            && self.nf.ct.attached(skb).is_some_and(|(conn, _)| !conn.is_confirmed())
            && let Verdict::Drop(reason) = self.nf.ct.confirm(skb, cx.now, cx.obs)
        {
            return self.drop(cx, skb, reason);
        }
        Next::Receive(bridge)
    }

    /// Ends a frame's way for a named reason.
    pub(super) fn drop_frame<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        ether: &Ether,
        reason: DropReason,
    ) -> Next {
        ether.tell(cx.obs, Step::Drop(reason));
        if let Content::Ip(skb) = &ether.content {
            self.nf.drop_skb(skb);
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
        ether: &mut Ether,
    ) -> Next {
        // A packet that bridge netfilter held for its next hop's MAC goes on as a bridged one.
        if let Content::Ip(skb) = &mut ether.content
            && let Some(src) = skb.bridged_dnat.take()
        {
            ether.src = src;
            return Next::BridgeForward(skb.physin);
        }
        let Some(decision) = self.links.bridge_output(bridge, ether.dst, cx.now) else { return Next::Done };
        if let Some(reason) = decision.drop {
            return self.drop_frame(cx, ether, reason);
        }
        ether.tell(cx.obs, Step::Bridge { bridge, from: IfIndex::NONE, to: decision.to() });
        if let Out::One(out) = self.out(&decision) {
            return self.in_turn(Next::BridgePort(IfIndex::NONE, out), ether);
        }
        self.bridge_copies(IfIndex::NONE, &decision, ether);
        Next::Done
    }
}
