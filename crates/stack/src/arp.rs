//! ARP: asks, answers, learns.

use std::net::IpAddr;

use packetwalk_link::{ArpHeard, Solicit};
use packetwalk_route::{Input, Scope};
use packetwalk_trace::{Observer, RouteKind, Step};
use packetwalk_wire::arp::ArpOp;
use packetwalk_wire::{Arp, Family, IfIndex, IpHeader, Mac, Packet, PacketType, Payload, Skb, Transport};

use crate::path::{Content, Ether, Next};
use crate::sysctl::Conf4;
use crate::{Cx, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/arp.c`: `arp_rcv`, `arp_process`.
    pub(crate) fn arp_receive<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        arp: &Arp,
        pkt_type: PacketType,
    ) -> Next {
        if pkt_type == PacketType::OtherHost || arp.target_ip.is_multicast() {
            return Next::Done;
        }
        if arp.target_ip.is_loopback() && !self.sysctl.or4(dev, Conf4::RouteLocalnet) {
            return Next::Done;
        }
        let (sender, target) = (IpAddr::V4(arp.sender_ip), IpAddr::V4(arp.target_ip));
        if arp.op == ArpOp::Request && arp.sender_ip.is_unspecified() {
            if self.routing.addr_type(target, None) == RouteKind::Local
                && self.arp_answers(dev, sender, target)
            {
                self.arp_send(cx, dev, ArpOp::Reply, arp.target_ip, Some(arp.sender_mac), arp.sender_ip);
            }
            return Next::Done;
        }
        if arp.op == ArpOp::Request
            && let Input::Local(route) | Input::Forward(route) =
                self.lookup_input(&probe(sender, target, dev))
        {
            let local = route.kind == RouteKind::Local;
            let answers = if local {
                self.arp_answers(dev, sender, target)
            } else {
                route.kind == RouteKind::Unicast && self.arp_proxies(dev, route.oif, target)
            };
            if answers {
                if let Some(released) = self.neigh.asked(dev, sender, arp.sender_mac, cx.now) {
                    self.release(cx, released);
                }
                self.arp_send(cx, dev, ArpOp::Reply, arp.target_ip, Some(arp.sender_mac), arp.sender_ip);
            }
            if answers || local {
                return Next::Done;
            }
        }
        let heard = ArpHeard {
            dev,
            sender,
            mac: arp.sender_mac,
            reply_to_us: arp.op == ArpOp::Reply && pkt_type == PacketType::Host,
            gratuitous: arp.sender_ip == arp.target_ip,
            accept: self.sysctl.max4(dev, Conf4::ArpAccept) != 0,
        };
        if let Some(released) = self.neigh.arp_heard(heard, cx.now) {
            self.release(cx, released);
        }
        Next::Done
    }

    /// Whether a question for an address of ours is answered on this interface.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/arp.c`: `arp_ignore`, `arp_filter`.
    fn arp_answers(&self, dev: IfIndex, sender: IpAddr, target: IpAddr) -> bool {
        let on_dev = self.routing.addr_type(target, Some(dev)) == RouteKind::Local;
        let answers = match self.sysctl.max4(dev, Conf4::ArpIgnore) {
            1 => on_dev,
            2 => on_dev && self.routing.inet_addr_onlink(dev, target, Some(sender)),
            3 => self.routing.owner(target).is_some_and(|d| {
                d.addrs(Family::V4).iter().any(|a| a.local == target && a.scope != Scope::HOST)
            }),
            8 => false,
            _ => true,
        };
        let filtered = self.sysctl.or4(dev, Conf4::ArpFilter)
            && self
                .lookup_output(&crate::OutputKey { src: Some(target), ..crate::OutputKey::to(sender) })
                .is_ok_and(|way| way.oif != dev);
        answers && !filtered
    }

    /// Linux v6.18, `net/ipv4/arp.c`: `arp_fwd_proxy`, and `ip neigh add proxy`.
    fn arp_proxies(&self, dev: IfIndex, oif: IfIndex, target: IpAddr) -> bool {
        let forwards = self.sysctl.forwards4(dev);
        let listed =
            self.neigh.proxies.iter().any(|&(on, addr)| addr == target && on.is_none_or(|d| d == dev));
        forwards && oif != dev && (self.sysctl.or4(dev, Conf4::ProxyArp) || listed)
    }

    /// Sends the question that the neighbour table asks for.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/arp.c`: `arp_solicit`; `net/ipv6/ndisc.c`: `ndisc_solicit`.
    pub(crate) fn solicit<O: Observer>(&mut self, cx: &mut Cx<'_, O>, solicit: &Solicit) {
        let IpAddr::V4(target) = solicit.target else { return self.nd_solicit(cx, solicit) };
        let announce = self.sysctl.max4(solicit.dev, Conf4::ArpAnnounce);
        let is_local = |a: IpAddr| self.routing.addr_type(a, None) == RouteKind::Local;
        let hint = solicit.src_hint.filter(|&a| match announce {
            0 => is_local(a),
            1 => is_local(a) && self.routing.inet_addr_onlink(solicit.dev, solicit.target, Some(a)),
            _ => false,
        });
        let src =
            hint.or_else(|| self.routing.inet_select_addr(solicit.dev, Some(solicit.target), Scope::LINK));
        let Some(IpAddr::V4(src)) = src else { return };
        self.arp_send(cx, solicit.dev, ArpOp::Request, src, solicit.unicast, target);
    }

    fn arp_send<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        op: ArpOp,
        src: std::net::Ipv4Addr,
        to: Option<Mac>,
        target_ip: std::net::Ipv4Addr,
    ) {
        let Some(own) = self.links.get(dev).map(|d| d.mac) else { return };
        // A question has no target address, to whomever its frame goes.
        let target_mac = to.filter(|_| op == ArpOp::Reply).unwrap_or(Mac::ZERO);
        let arp = Arp { op, sender_mac: own, sender_ip: src, target_mac, target_ip };
        let ether = Ether { dst: to.unwrap_or(Mac::BROADCAST), src: own, content: Content::Arp(arp) };
        ether.tell(cx.obs, Step::Arp);
        self.wait(Next::Transmit(dev), ether);
    }
}

/// A packet as the asker would send it, to see how it would be routed.
fn probe(src: IpAddr, dst: IpAddr, dev: IfIndex) -> Skb {
    debug_assert_eq!(Family::of(src), Family::V4);
    let packet = Packet {
        ip: IpHeader::new(src, dst),
        transport: Transport::Opaque { protocol: 0 },
        payload: Payload::EMPTY,
    };
    let mut skb = Skb::new(0, packet);
    skb.iif = dev;
    skb
}
