//! ICMP and ICMPv6 as this host speaks them: answers, errors, and errors that came back.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Observer, RouteKind, SendError, Step};
use packetwalk_wire::{
    Family, Icmp, IpHeader, Packet, PacketType, Payload, Quoted, Skb, Transport, icmp, icmp::QuotedTransport,
    proto,
};

use crate::dst::link_of;
use crate::path::Next;
use crate::sockets::SockError;
use crate::sockets::tcp::mss_of;
use crate::sysctl::{Conf4, Global};
use crate::{Cx, Dst, OutputKey, Stack};

impl Stack {
    /// Tells the sender of `about` that it went wrong. About a packet for this host, the answer comes from the
    /// address it was sent to.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `__icmp_send`; `net/ipv6/icmp.c`: `icmp6_send`.
    pub(crate) fn icmp_error<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        about: &Skb,
        ty: u8,
        code: u8,
        rest: u32,
    ) {
        let packet = about.packet;
        let family = packet.family();
        let too_big = family == Family::V6 && ty == icmp::v6::PKT_TOOBIG;
        let broadcast =
            family == Family::V4 && self.routing.addr_type(packet.ip.dst, None) == RouteKind::Broadcast;
        let group = broadcast || packet.ip.dst.is_multicast() || about.pkt_type != PacketType::Host;
        if (group && !too_big)
            || packet.is_icmp_error()
            || unanswerable(&packet)
            || (family == Family::V4 && packet.ip.frag.is_some_and(|f| f.offset != 0))
            || packet.ip.src.is_unspecified()
            || packet.ip.src.is_multicast()
        {
            return;
        }
        let to = packet.ip.src;
        // In IPv4 the packet's route tells, and that of TEE's copy is another one's.
        let copy = self.nf.shared.copying && family == Family::V4;
        let ours = !copy && self.routing.addr_type(packet.ip.dst, None) == RouteKind::Local;
        let src = ours.then_some(packet.ip.dst);
        let protocol = if family == Family::V4 { proto::ICMP } else { proto::ICMPV6 };
        let mark = self.reflected_mark(about);
        let tos = if family == Family::V4 { (packet.ip.tos & 0x1e) | 0xc0 } else { 0 };
        let src = src.or_else(|| self.inbound_source(about, to));
        let oif = link_of(about);
        let key = OutputKey { src, oif, mark, tos, protocol, ports: (0, 0), ..OutputKey::to(to) };
        let Ok(dst) = self.lookup_output(&key) else { return };
        let over_lo = self.links.get(dst.oif).is_some_and(packetwalk_link::Device::is_loopback);
        if !self.limits.icmp(to, ty, over_lo, &self.sysctl, cx.now) {
            return;
        }
        let Some(from) = src.or(dst.src) else { return };
        let room = match family {
            Family::V4 => 576 - 28,
            Family::V6 => 1280 - 48,
        };
        let (quoted, payload) = packet.quote(room);
        let mut ip = IpHeader::new(from, to);
        ip.tos = tos;
        ip.ttl = self.default_ttl(family, dst.oif);
        let transport = Transport::Icmp(Icmp::Error { ty, code, rest, quoted });
        let mut skb = Skb::new(cx.new_id(), Packet { ip, transport, payload });
        (skb.mark, skb.ignore_df) = (mark, true);
        cx.obs.step(about, Step::Answer);
        self.nf.ct.attach(about, &mut skb);
        self.send_now(cx, skb, dst);
    }

    /// The mark of an answer that no socket sends.
    ///
    /// # Source
    /// Linux v6.18, `include/net/ip.h`: `IP4_REPLY_MARK`; `include/net/ipv6.h`: `IP6_REPLY_MARK`.
    pub(crate) fn reflected_mark(&self, about: &Skb) -> u32 {
        let reflects = match about.packet.family() {
            Family::V4 => Global::FwmarkReflect,
            Family::V6 => Global::Fwmark6Reflect,
        };
        if self.sysctl.get(reflects) != 0 { about.mark } else { 0 }
    }

    /// The address of the interface that the packet came in by: with `icmp_errors_use_inbound_ifaddr` in IPv4,
    /// always in IPv6.
    fn inbound_source(&self, about: &Skb, to: IpAddr) -> Option<IpAddr> {
        let iif = Some(about.iif).filter(|iif| iif.is_some())?;
        match about.packet.family() {
            Family::V4 if self.sysctl.get(Global::IcmpErrorsUseInboundIfaddr) != 0 => {
                self.routing.first_addr(iif, Family::V4)
            }
            Family::V4 => None,
            Family::V6 => self.routing.select_source6(Some(iif), to),
        }
    }

    /// Answers an echo or timestamp request.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `icmp_echo`, `icmp_timestamp`, `icmp_reply`; `net/ipv6/icmp.c`:
    /// `icmpv6_echo_reply`.
    pub(crate) fn icmp_echo<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        dst: &Dst,
        message: &Icmp,
    ) -> Next {
        let packet = skb.packet;
        let family = packet.family();
        let Icmp::Query { ty, code, id, seq } = *message else { return Next::Done };
        let ignore = match family {
            Family::V4 => Global::IcmpEchoIgnoreAll,
            Family::V6 => Global::Icmp6EchoIgnoreAll,
        };
        let unicast = dst.kind == RouteKind::Local;
        let quiet =
            !unicast && family == Family::V4 && self.sysctl.get(Global::IcmpEchoIgnoreBroadcasts) != 0;
        if self.sysctl.get(ignore) != 0 || quiet {
            return self.drop(cx, skb, DropReason::IcmpIgnored);
        }
        let timestamp = family == Family::V4 && ty == icmp::v4::TIMESTAMP;
        if timestamp && packet.payload.len() < 4 {
            return self.drop(cx, skb, DropReason::IcmpIgnored);
        }
        cx.obs.step(skb, Step::Deliver);
        // An echo's code comes back; a timestamp reply's is 0.
        let (reply, code) = match (family, ty) {
            (Family::V6, _) => (icmp::v6::ECHO_REPLY, code),
            (Family::V4, icmp::v4::ECHO) => (icmp::v4::ECHO_REPLY, code),
            (Family::V4, _) => (icmp::v4::TIMESTAMP_REPLY, 0),
        };
        let mark = self.reflected_mark(skb);
        let src = unicast.then_some(packet.ip.dst);
        let key = OutputKey {
            src,
            oif: link_of(skb),
            mark,
            tos: packet.ip.tos,
            protocol: packet.protocol(),
            ..OutputKey::to(packet.ip.src)
        };
        let Ok(way) = self.lookup_output(&key) else { return Next::Done };
        let Some(from) = src.or(way.src) else { return Next::Done };
        let mut ip = IpHeader::new(from, packet.ip.src);
        ip.tos = packet.ip.tos;
        ip.ttl = self.default_ttl(family, way.oif);
        let transport = Transport::Icmp(Icmp::Query { ty: reply, code, id, seq });
        let payload =
            if reply == icmp::v4::TIMESTAMP_REPLY { timestamps(cx, &packet) } else { packet.payload };
        let mut answer = Skb::new(cx.new_id(), Packet { ip, transport, payload });
        (answer.mark, answer.ignore_df) = (mark, true);
        cx.obs.step(skb, Step::Answer);
        self.send_now(cx, answer, way);
        Next::Done
    }

    /// TTL or hop limit of packets made here.
    pub(crate) fn default_ttl(&self, family: Family, oif: packetwalk_wire::IfIndex) -> u8 {
        match family {
            Family::V4 => self.sysctl.get(Global::IpDefaultTtl) as u8,
            Family::V6 => self.sysctl.dev(oif).v6(crate::sysctl::Conf6::HopLimit) as u8,
        }
    }

    /// An ICMP error came back: the socket that sent the quoted packet is told.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `icmp_unreach`, `icmp_err_convert`; `net/ipv4/tcp_ipv4.c`:
    /// `tcp_v4_err`; `net/ipv4/udp.c`: `udp_err`; `net/ipv6/icmp.c`: `icmpv6_notify`.
    pub(crate) fn icmp_to_socket<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        icmp: (u8, u8),
        rest: u32,
        quoted: &Quoted,
    ) {
        let Some((error, hard)) = errno_of(quoted.ip.family(), icmp) else { return };
        let (src, dst) = (quoted.ip.src, quoted.ip.dst);
        let raw = if self.sockets.is_empty() {
            Vec::new()
        } else {
            self.sockets.raw(quoted.protocol(), dst, src, skb.iif)
        };
        // A path's MTU is believed when the packet was of a socket; the kernel's own echo replies are of none, nor
        // is ICMPv6 (`icmp_err`, `icmpv6_err`).
        let known = match quoted.transport {
            QuotedTransport::Tcp(tcp) => {
                let found = self.sockets.tcp((dst, tcp.dport), (src, tcp.sport), skb.iif);
                let least = if quoted.ip.family() == Family::V4 { 0 } else { 1280 };
                let mss = mss_of(told_mtu(quoted.ip.family(), rest), quoted.ip.family());
                found.is_some_and(|id| {
                    self.connection(id).is_some_and(|conn| rest >= least && conn.believes_mtu(tcp.seq, mss))
                })
            }
            QuotedTransport::Udp(udp) => {
                self.sockets.udp((&dst, udp.dport), (&src, udp.sport), skb.iif).is_some()
            }
            QuotedTransport::Icmp { ty, .. } => {
                quoted.ip.family() == Family::V6 || ty == packetwalk_wire::icmp::v4::ECHO_REPLY
            }
            QuotedTransport::Opaque { .. } => false,
        };
        if error == SendError::MsgSize && (known || !raw.is_empty()) {
            self.pmtu.learn(dst, told_mtu(quoted.ip.family(), rest), cx.now);
        }
        let found = match quoted.transport {
            QuotedTransport::Tcp(tcp) => {
                let found = self.sockets.tcp((dst, tcp.dport), (src, tcp.sport), skb.iif);
                if let Some(id) = found.filter(|_| known || error != SendError::MsgSize) {
                    self.tcp_icmp_error(cx, id, (error, hard), icmp, rest, tcp.seq);
                }
                None
            }
            QuotedTransport::Udp(udp) => self.sockets.udp((&dst, udp.dport), (&src, udp.sport), skb.iif),
            QuotedTransport::Icmp { .. } | QuotedTransport::Opaque { .. } => None,
        };
        let told = SockError {
            at: cx.now,
            error,
            offender: Some(skb.packet.ip.src),
            icmp,
            info: rest,
            packet: skb.packet,
        };
        for id in found.into_iter().chain(raw) {
            let Some(socket) = self.sockets.get_mut(id) else { continue };
            if socket.opts.recverr {
                socket.errors.push_back(told);
                socket.error = Some(error);
            } else if socket.remote.is_some() && hard {
                socket.error = Some(error);
            }
        }
    }

    /// A packet could not be sent for want of its next hop's MAC: whoever sent it is told.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ipv4_link_failure`; `net/ipv6/route.c`: `ip6_link_failure`.
    pub(crate) fn link_failure<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb) {
        let mut about = *skb;
        about.pkt_type = PacketType::Host;
        match skb.packet.family() {
            Family::V4 => self.icmp_error(cx, &about, icmp::v4::DEST_UNREACH, 1, 0),
            Family::V6 => self.icmp_error(cx, &about, icmp::v6::DEST_UNREACH, 3, 0),
        }
    }

    /// There is a better way for this packet's sender.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/route.c`: `ip_rt_send_redirect`.
    pub(crate) fn send_redirect<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) {
        let IpAddr::V4(gateway) = dst.gateway.unwrap_or(skb.packet.ip.dst) else { return };
        if !self.sysctl.or4(skb.iif, Conf4::SendRedirects) {
            return;
        }
        self.icmp_error(cx, skb, icmp::v4::REDIRECT, 1, u32::from(gateway));
    }

    fn tcp_icmp_error<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: crate::SockId,
        (error, hard): (SendError, bool),
        icmp: (u8, u8),
        rest: u32,
        seq: u32,
    ) {
        let Some(conn) = self.connection(id) else { return };
        let family = Family::of(conn.local.0);
        let mtu = match (family, icmp) {
            (Family::V4, (3, 4)) | (Family::V6, (2, _)) => Some(told_mtu(family, rest)),
            _ => None,
        };
        if let Some(mtu) = mtu {
            let mut out = Vec::new();
            let (payloads, now) = (&mut *cx.payloads, cx.now);
            conn.mtu_reduced(mss_of(mtu, family), payloads, now, &mut out);
            self.send_segments(cx, id, &out);
        } else if icmp.0 != 5 && icmp.0 != 4 {
            let fatal = match (family, icmp) {
                (Family::V4, (icmp::v4::DEST_UNREACH, code)) => code < 2,
                (Family::V4, (ty, _)) => matches!(ty, icmp::v4::PARAM_PROB | icmp::v4::TIME_EXCEEDED),
                (Family::V6, _) => hard,
            };
            conn.icmp_error(error, fatal, seq);
        }
    }
}

/// The MTU that an ICMP error tells.
const fn told_mtu(family: Family, rest: u32) -> u32 {
    match family {
        Family::V4 => rest & 0xffff,
        Family::V6 => rest,
    }
}

/// The originator's time, then ours twice, in milliseconds since midnight (RFC 792).
fn timestamps<O: Observer>(cx: &mut Cx<'_, O>, request: &Packet) -> Payload {
    let mut body = [0; 12];
    for (to, from) in body.iter_mut().zip(cx.payloads.bytes(request.payload)).take(4) {
        *to = *from;
    }
    let ms = (cx.now.0 / 1_000_000 % 86_400_000) as u32;
    body[4..8].copy_from_slice(&ms.to_be_bytes());
    body[8..].copy_from_slice(&ms.to_be_bytes());
    cx.payloads.intern(&body)
}

/// What an ICMP error says to a socket, and whether a connected one is told without asking.
fn errno_of(family: Family, (ty, code): (u8, u8)) -> Option<(SendError, bool)> {
    use SendError::{Access, ConnRefused, HostUnreach, MsgSize, NetUnreach, NoProtoOpt, Proto};
    Some(match (family, ty, code) {
        (Family::V4, icmp::v4::DEST_UNREACH, 0 | 5 | 6 | 9 | 11) => (NetUnreach, code == 6 || code == 9),
        (Family::V4, icmp::v4::DEST_UNREACH, 2) => (NoProtoOpt, true),
        (Family::V4, icmp::v4::DEST_UNREACH, 3) => (ConnRefused, true),
        (Family::V4, icmp::v4::DEST_UNREACH, 4) => (MsgSize, false),
        (Family::V4, icmp::v4::DEST_UNREACH, 1 | 7 | 8 | 10 | 12..=15) => {
            (HostUnreach, !matches!(code, 1 | 12))
        }
        (Family::V4, icmp::v4::TIME_EXCEEDED, _) | (Family::V6, icmp::v6::TIME_EXCEEDED, _) => {
            (HostUnreach, false)
        }
        (Family::V4, icmp::v4::PARAM_PROB, _) | (Family::V6, icmp::v6::PARAM_PROB, _) => (Proto, true),
        (Family::V6, icmp::v6::DEST_UNREACH, 0) => (NetUnreach, false),
        (Family::V6, icmp::v6::DEST_UNREACH, 1 | 5 | 6) => (Access, true),
        (Family::V6, icmp::v6::DEST_UNREACH, 2 | 3) => (HostUnreach, false),
        (Family::V6, icmp::v6::DEST_UNREACH, 4) => (ConnRefused, true),
        (Family::V6, icmp::v6::PKT_TOOBIG, _) => (MsgSize, false),
        _ => return None,
    })
}

/// ICMP over IPv4 answers errors about questions and answers only.
///
/// # Source
/// Linux v6.18, `net/ipv4/icmp.c`: `icmp_pointers`, `__icmp_send`.
fn unanswerable(packet: &Packet) -> bool {
    let ty = packet.icmp().map(|icmp| icmp.type_code().0);
    packet.family() == Family::V4
        && ty
            .is_some_and(|ty| !matches!(ty, icmp::v4::ECHO_REPLY | icmp::v4::ECHO | icmp::v4::TIMESTAMP..=18))
}
