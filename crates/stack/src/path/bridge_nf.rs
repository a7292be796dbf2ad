//! Bridge netfilter: a bridged IP packet passes PREROUTING before the bridge decides.

use packetwalk_route::Input;
use packetwalk_trace::{DropReason, Hook, Observer, RouteKind};
use packetwalk_wire::{Family, IfIndex, PacketType};

use super::hook::HookEnd;
use super::{Content, Ether, Next};
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/bridge/br_netfilter_hooks.c`: `br_nf_pre_routing`, `br_nf_pre_routing_finish`;
    /// `net/bridge/br_netfilter_ipv6.c`.
    pub(super) fn bridge_prerouting<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        port: IfIndex,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> Next {
        let Content::Ip(skb) = &mut ether.content else { return Next::Done };
        let Some(bridge) = self.links.get(port).and_then(|d| d.master) else { return Next::Done };
        let pkt_type = skb.pkt_type;
        if pkt_type == PacketType::OtherHost {
            skb.pkt_type = PacketType::Host;
        }
        skb.physin = port;
        skb.iif = bridge;
        if !self.gathered(cx, skb) {
            return Next::Done;
        }
        // A bridge's own checks forget it.
        skb.frag_pmtu = false;
        let before = skb.packet.ip.dst;
        if self.hook(cx, Hook::Prerouting, skb, bridge, IfIndex::NONE, None) == HookEnd::Stop {
            return Next::Done;
        }
        skb.pkt_type = pkt_type;
        if skb.packet.ip.dst != before {
            return self.bridge_dnat(cx, (port, bridge), ether, dst);
        }
        Next::BridgeForward(port)
    }

    /// The destination was rewritten: to a neighbour on the same bridge the packet is bridged on, with
    /// that neighbour's MAC; else it goes up to be routed.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_netfilter_hooks.c`: `br_nf_pre_routing_finish`;
    /// `net/ipv4/route.c`: `ip_route_input_slow`, which takes a packet that it refuses;
    /// `net/bridge/br_netfilter_ipv6.c`: `br_nf_pre_routing_finish_ipv6`, which drops one.
    fn bridge_dnat<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        (port, bridge): (IfIndex, IfIndex),
        ether: &mut Ether,
        way: &mut Dst,
    ) -> Next {
        let Content::Ip(skb) = &mut ether.content else { return Next::Done };
        let dst = match self.lookup_input(skb) {
            Input::Local(route) | Input::Forward(route) => Some(Dst::from(route)),
            Input::Drop(reason) => return self.drop(cx, skb, reason),
            Input::Error { .. } if skb.packet.family() == Family::V6 => {
                return self.drop(cx, skb, DropReason::IpInAddrErrors);
            }
            // A refusal is a route too, by no interface: the packet meets it above the bridge.
            Input::Error { .. } => None,
        };
        skb.routed_below = dst.is_some();
        let Some(dst) = dst.filter(|dst| dst.oif == bridge && dst.kind == RouteKind::Unicast) else {
            if let Some(device) = self.links.get(bridge) {
                ether.dst = device.mac;
            }
            skb.pkt_type = PacketType::Host;
            return Next::BridgeForward(port);
        };
        cx.obs.unlike();
        let next_hop = dst.gateway.unwrap_or(skb.packet.ip.dst);
        if let Some(mac) = self.cached_header(bridge, next_hop) {
            ether.dst = mac;
            return Next::BridgeForward(port);
        }
        skb.bridged_dnat = Some(ether.src);
        *way = dst;
        Next::Neighbour
    }
}
