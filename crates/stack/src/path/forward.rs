//! A packet for somebody else: TTL, MTU, FORWARD.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Hook, Observer, Step};
use packetwalk_wire::{Family, PacketType, Skb, icmp};

use super::Next;
use super::hook::HookEnd;
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_forward.c`: `ip_forward`; `net/ipv6/ip6_output.c`: `ip6_forward`.
    pub(super) fn forward<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &mut Skb, dst: &Dst) -> Next {
        let family = skb.packet.family();
        if skb.pkt_type != PacketType::Host {
            return self.drop(cx, skb, DropReason::UnicastInL2Multicast);
        }
        if family == Family::V6 && !self.sysctl.forwards6() {
            return self.drop(cx, skb, DropReason::ForwardingOff);
        }
        if skb.packet.ip.ttl <= 1 {
            let ty = match family {
                Family::V4 => icmp::v4::TIME_EXCEEDED,
                Family::V6 => icmp::v6::TIME_EXCEEDED,
            };
            self.icmp_error(cx, skb, ty, 0, 0);
            return self.drop(cx, skb, DropReason::TtlExceeded);
        }
        if family == Family::V6
            && let Some(next) = self.forward6_back(cx, skb, dst)
        {
            return next;
        }
        if let Some(next) = self.forward_too_big(cx, skb, dst) {
            return next;
        }
        skb.packet.ip.ttl -= 1;
        cx.obs.step(skb, Step::Ttl);
        if family == Family::V4 && dst.redirect {
            cx.obs.unlike();
            self.send_redirect(cx, skb, dst);
        }
        let iif = skb.iif;
        match self.hook(cx, Hook::Forward, skb, iif, dst.oif, None) {
            HookEnd::Stop => Next::Done,
            HookEnd::Go(_) => Next::Postrouting,
        }
    }

    /// Out of the interface that it came in by, its sender is told the better way; by another, it may be of no
    /// address of its link alone.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/ip6_output.c`: `ip6_forward`; `net/ipv6/ip6_input.c`: `ip6_rcv_core` takes the interface
    /// of a route that the packet has already for the one that it came in by.
    fn forward6_back<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Option<Next> {
        let IpAddr::V6(src) = skb.packet.ip.src else { return None };
        if dst.oif == skb.iif || skb.routed_below {
            cx.obs.unlike();
            if self.limits.redirect(skb.packet.ip.dst, cx.now) {
                self.nd_redirect(cx, skb, dst);
            }
            return None;
        }
        if src.is_unspecified() || src.is_multicast() || src.is_loopback() {
            return Some(self.drop(cx, skb, DropReason::IpInAddrErrors));
        }
        if src.is_unicast_link_local() {
            self.icmp_error(cx, skb, icmp::v6::DEST_UNREACH, 2, 0);
            return Some(self.drop(cx, skb, DropReason::IpInAddrErrors));
        }
        None
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/ip_forward.c`: `ip_exceeds_mtu`; `net/ipv6/ip6_output.c`: `ip6_pkt_too_big`.
    fn forward_too_big<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Option<Next> {
        let mtu = self.path_mtu(dst);
        if u32::from(skb.packet.len()) <= mtu {
            return None;
        }
        // What was put together for netfilter is cut again.
        let frag_max = u32::from(skb.frag_max);
        match skb.packet.family() {
            Family::V4 if !skb.packet.ip.df || (frag_max <= mtu && skb.ignore_df) => return None,
            Family::V6 if skb.ignore_df || (frag_max != 0 && frag_max <= mtu) => return None,
            Family::V4 => self.icmp_error(cx, skb, icmp::v4::DEST_UNREACH, 4, mtu),
            Family::V6 => self.icmp_error(cx, skb, icmp::v6::PKT_TOOBIG, 0, mtu),
        }
        Some(self.drop(cx, skb, DropReason::PktTooBig))
    }

    /// The largest packet that a route's way out carries, in bytes from the IP header on.
    pub(crate) fn path_mtu(&self, dst: &Dst) -> u32 {
        dst.mtu.unwrap_or_else(|| self.links.get(dst.oif).map_or(1500, |d| d.mtu))
    }
}
