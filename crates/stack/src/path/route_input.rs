//! The routing decision for a packet that came in.

use packetwalk_route::Input;
use packetwalk_trace::{DropReason, Observer, RouteKind, SendError, Step};
use packetwalk_wire::{Family, PacketType, Skb, icmp};

use super::Next;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_rcv_finish_core`; `net/ipv4/route.c`: `ip_route_input_slow`.
    pub(super) fn route_input<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &mut Dst) -> Next {
        if skb.has_dst {
            let looped = skb.pkt_type == PacketType::Loopback;
            let kind = if looped { RouteKind::Broadcast } else { RouteKind::Local };
            *dst = Dst::here(kind);
            return Next::LocalIn;
        }
        let (found, local) = match self.lookup_input(skb) {
            Input::Local(route) => (route, true),
            Input::Forward(route) => (route, false),
            Input::Drop(reason) => return self.drop(cx, skb, reason),
            Input::Error { error, by, silent } => {
                cx.obs.step(skb, by.map_or(Step::NoRoute, |r| Step::RouteInput(r.step())));
                return self.route_error(cx, skb, error, silent);
            }
        };
        if found.from_table {
            cx.obs.step(skb, Step::RouteInput(found.step()));
        }
        *dst = Dst::from(found);
        if local { Next::LocalIn } else { Next::Forward }
    }

    /// No way for this packet: its sender is told, at most five times and then once a second.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ip_error`; `net/ipv6/route.c`: `ip6_pkt_drop`.
    fn route_error<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        error: SendError,
        silent: Option<DropReason>,
    ) -> Next {
        if let Some(reason) = silent {
            return self.drop(cx, skb, reason);
        }
        let family = skb.packet.family();
        let code = match (family, error) {
            (Family::V4, SendError::Access) => 13,
            (Family::V6, SendError::Access) => 1,
            (Family::V4, SendError::NetUnreach) | (Family::V6, _) => 0,
            (Family::V4, _) => 1,
        };
        match family {
            Family::V4 => {
                if self.limits.route_error(skb.packet.ip.src, cx.now) {
                    self.icmp_error(cx, skb, icmp::v4::DEST_UNREACH, code, 0);
                }
            }
            Family::V6 => self.icmp_error(cx, skb, icmp::v6::DEST_UNREACH, code, 0),
        }
        let none = error == SendError::NetUnreach;
        self.drop(cx, skb, if none { DropReason::IpInNoRoutes } else { DropReason::IpInAddrErrors })
    }
}
