//! A packet for this host has passed INPUT: to raw sockets, then to its protocol.

use packetwalk_trace::{DropReason, Observer, RouteKind, Step};
use packetwalk_wire::checksum::Sum;
use packetwalk_wire::extension::kind;
use packetwalk_wire::{Family, Icmp, Nfct, PacketType, Skb, Transport, icmp, proto};

use super::Next;
use crate::sockets::Datagram;
use crate::{Cx, Dst, Stack, Unmodelled};

impl Stack {
    /// Hands a datagram to its UDP socket, if there is one and nobody else wants to see it.
    #[inline]
    pub(super) fn hand_over<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb) -> bool {
        let ip = &skb.packet.ip;
        let Transport::Udp(udp) = skb.packet.transport else { return false };
        if !ip.ext.is_empty() || ip.bad_csum || self.sockets.has_raw() {
            return false;
        }
        let taken = self.give_to_udp(cx, skb, (udp.sport, udp.dport));
        self.arrived |= taken;
        taken
    }

    /// The UDP socket that a datagram is for gets it; `false` if there is none.
    #[inline]
    fn give_to_udp<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        (sport, dport): (u16, u16),
    ) -> bool {
        let ip = &skb.packet.ip;
        let found = self.sockets.udp((&ip.src, sport), (&ip.dst, dport), skb.iif);
        let Some(socket) = found.and_then(|id| self.sockets.get_mut(id)) else { return false };
        socket.received.push_back(Datagram { at: cx.now, packet: skb.packet, iif: skb.iif });
        cx.obs.step(skb, Step::Deliver);
        true
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/ip_input.c`: `ip_local_deliver_finish`, `ip_protocol_deliver_rcu`;
    /// `net/ipv6/ip6_input.c`: `ip6_protocol_deliver_rcu`.
    pub(super) fn deliver<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Next {
        self.arrived = true;
        self.settled &= matches!(skb.packet.transport, Transport::Udp(_));
        let packet = &skb.packet;
        // Authentication and source routes are not checked here.
        let mut headers = packet.ip.ext.iter(cx.payloads).map(|(number, _)| number);
        let unread = headers.find(|number| matches!(*number, kind::ROUTING | kind::AUTH));
        drop(headers);
        if let Some(number) = unread {
            self.drop_unmodelled(cx, skb, Unmodelled::Extension(number));
            return Next::Done;
        }
        let mut taken = false;
        if self.sockets.has_raw() {
            for id in self.sockets.raw(packet.protocol(), packet.ip.src, packet.ip.dst, skb.iif) {
                if let Some(socket) = self.sockets.get_mut(id) {
                    socket.received.push_back(Datagram { at: cx.now, packet: skb.packet, iif: skb.iif });
                    taken = true;
                }
            }
        }
        if packet.ip.bad_csum && !matches!(packet.transport, Transport::Opaque { .. }) {
            return self.drop(cx, skb, DropReason::Csum);
        }
        match packet.transport {
            Transport::Icmp(message) => self.deliver_icmp(cx, skb, dst, &message),
            Transport::Udp(_) => self.deliver_udp(cx, skb, dst),
            Transport::Tcp(tcp) => self.deliver_tcp(cx, skb, &tcp),
            Transport::Opaque { protocol: proto::UDPLITE } => self.deliver_udplite(cx, skb, dst),
            Transport::Opaque { .. } if taken => {
                cx.obs.step(skb, Step::Deliver);
                Next::Done
            }
            Transport::Opaque { .. } => {
                match packet.family() {
                    Family::V4 => self.icmp_error(cx, skb, icmp::v4::DEST_UNREACH, 2, 0),
                    Family::V6 => {
                        let pointer =
                            next_header(packet.ip.ext.iter(cx.payloads).map(|(_, bytes)| bytes.len()));
                        self.icmp_error(cx, skb, icmp::v6::PARAM_PROB, 1, pointer);
                    }
                }
                self.drop(cx, skb, DropReason::IpNoProto)
            }
        }
    }

    fn deliver_udp<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Next {
        let Some(ports) = skb.packet.ports() else { return Next::Done };
        if self.give_to_udp(cx, skb, ports) { Next::Done } else { self.no_port(cx, skb, dst) }
    }

    /// No program here opens a UDP-Lite socket; a datagram whose checksum is wrong gets no answer.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/udplite.c`: `udplite_rcv`; `include/net/udplite.h`: `udplite_checksum_init`.
    fn deliver_udplite<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Next {
        let ip = skb.packet.ip;
        let body = cx.payloads.bytes(skb.packet.payload);
        let Some([_, _, _, _, l0, l1, s0, s1]) = body.first_chunk::<8>() else {
            return self.drop(cx, skb, DropReason::PktTooSmall);
        };
        let covered = match u16::from_be_bytes([*l0, *l1]) {
            0 => Some(body),
            covered => body.get(..usize::from(covered)).filter(|bytes| bytes.len() >= 8),
        };
        let sum = Sum::default().pseudo(ip.src, ip.dst, proto::UDPLITE, body.len());
        let right = covered.is_some_and(|bytes| sum.bytes(bytes).finish() == 0) && [*s0, *s1] != [0; 2];
        if right { self.no_port(cx, skb, dst) } else { self.drop(cx, skb, DropReason::Csum) }
    }

    fn no_port<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) -> Next {
        self.settled = false;
        let packet = &skb.packet;
        if dst.kind == RouteKind::Local && skb.pkt_type == PacketType::Host {
            // UDP has let go of the connection: the error finds it again by itself.
            let about = Skb { nfct: Nfct::None, ..*skb };
            match packet.family() {
                Family::V4 => self.icmp_error(cx, &about, icmp::v4::DEST_UNREACH, 3, 0),
                Family::V6 => self.icmp_error(cx, &about, icmp::v6::DEST_UNREACH, 4, 0),
            }
        }
        self.drop(cx, skb, DropReason::NoSocket)
    }

    fn deliver_icmp<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        dst: &Dst,
        message: &Icmp,
    ) -> Next {
        let six = skb.packet.family() == Family::V6;
        match (six, *message) {
            (false, Icmp::Query { ty: icmp::v4::ECHO | icmp::v4::TIMESTAMP, .. })
            | (true, Icmp::Query { ty: icmp::v6::ECHO, .. }) => self.icmp_echo(cx, skb, dst, message),
            (_, Icmp::Error { ty, code, rest, quoted }) => {
                cx.obs.step(skb, Step::Deliver);
                self.icmp_to_socket(cx, skb, (ty, code), rest, &quoted);
                Next::Done
            }
            (true, Icmp::Other { ty: icmp::v6::NEIGHBOUR_SOLICIT | icmp::v6::NEIGHBOUR_ADVERT, .. }) => {
                self.nd_receive(cx, skb)
            }
            (_, Icmp::Query { .. }) => {
                cx.obs.step(skb, Step::Deliver);
                Next::Done
            }
            (_, Icmp::Other { .. }) => self.drop(cx, skb, DropReason::IcmpIgnored),
        }
    }
}

/// Where the field stands that names the upper layer, behind extension headers of these lengths: in the last of them,
/// or in the IPv6 header.
fn next_header(lengths: impl Iterator<Item = usize>) -> u32 {
    lengths.fold((6, 40), |(_, end), len| (end, end + len as u32)).0
}
