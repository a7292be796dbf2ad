//! Packets in a few words.

use packetwalk_wire::arp::ArpOp;
use packetwalk_wire::icmp::{v4, v6};
use packetwalk_wire::{Body, Family, Frame, Icmp, Mac, Packet, Payloads, Tcp, TcpFlags, Transport};

use super::language::{Language, Say};
use crate::print::tcpdump;

/// A run of `tcpdump -n -t`, for [`summary`].
pub(super) fn printer() -> tcpdump::Printer {
    tcpdump::Printer::new(tcpdump::Style { time: 1, ..tcpdump::Style::default() })
}

/// The packet as that run prints it.
pub(super) fn summary(printer: &mut tcpdump::Printer, body: &Body, payloads: &Payloads) -> String {
    let frame = Frame { dst: Mac::ZERO, src: Mac::ZERO, body: *body };
    let mut line = String::new();
    printer.print(0, &frame, None, payloads, &mut line);
    line.truncate(line.trim_end().len());
    line
}

/// `an ICMP echo request`, `a TCP SYN` and so on.
pub(super) fn what(language: Language, body: &Body) -> String {
    match body {
        Body::Arp(arp) if arp.op == ArpOp::Request => language.text(Say::ArpRequest).to_owned(),
        Body::Arp(_) => language.text(Say::ArpReply).to_owned(),
        Body::Ip(packet) => ip(language, packet),
    }
}

fn ip(language: Language, packet: &Packet) -> String {
    match packet.transport {
        Transport::Tcp(tcp) => segment(language, &tcp, packet),
        Transport::Udp(_) => language.text(Say::UdpDatagram).to_owned(),
        Transport::Icmp(icmp) => icmp_message(language, packet.family(), &icmp),
        Transport::Opaque { protocol } => {
            let say = if packet.ip.frag.is_some() { Say::FragmentOf } else { Say::PacketOf };
            language.say(say, &[&protocol])
        }
    }
}

fn segment(language: Language, tcp: &Tcp, packet: &Packet) -> String {
    let has = |flags| tcp.flags.has(flags);
    let name = match () {
        () if has(TcpFlags::RST) => return language.text(Say::TcpReset).to_owned(),
        () if has(TcpFlags::SYN.with(TcpFlags::ACK)) => "SYN-ACK",
        () if has(TcpFlags::SYN) => "SYN",
        () if has(TcpFlags::FIN) => "FIN",
        () if !packet.payload.is_empty() => return language.text(Say::TcpData).to_owned(),
        () => "ACK",
    };
    language.say(Say::TcpSegment, &[&name])
}

fn icmp_message(language: Language, family: Family, icmp: &Icmp) -> String {
    let (ty, code) = icmp.type_code();
    let say = match (family, ty) {
        (Family::V4, v4::ECHO) | (Family::V6, v6::ECHO) => Say::EchoRequest,
        (Family::V4, v4::ECHO_REPLY) | (Family::V6, v6::ECHO_REPLY) => Say::EchoReply,
        (Family::V6, v6::NEIGHBOUR_SOLICIT) => Say::Solicitation,
        (Family::V6, v6::NEIGHBOUR_ADVERT) => Say::Advertisement,
        (Family::V4, v4::REDIRECT) => Say::Redirect,
        _ => {
            let name = match error(family, ty, code) {
                Some(say) => language.text(say).to_owned(),
                None => language.say(Say::TypeCode, &[&ty, &code]),
            };
            return language.say(Say::IcmpError, &[&name]);
        }
    };
    language.say(say, &[&if family == Family::V6 { "v6" } else { "" }])
}

/// An error's name, as ping says it; `None` where it has none.
pub(super) const fn error(family: Family, ty: u8, code: u8) -> Option<Say> {
    Some(match (family, ty, code) {
        (Family::V4, v4::DEST_UNREACH, 0) => Say::NetworkUnreachable,
        (Family::V4, v4::DEST_UNREACH, 1) => Say::HostUnreachable,
        (Family::V4, v4::DEST_UNREACH, 2) => Say::ProtocolUnreachable,
        (Family::V4, v4::DEST_UNREACH, 3) | (Family::V6, v6::DEST_UNREACH, 4) => Say::PortUnreachable,
        (Family::V4, v4::DEST_UNREACH, 4) => Say::FragmentationNeeded,
        (Family::V4, v4::DEST_UNREACH, 9) => Say::NetworkProhibited,
        (Family::V4, v4::DEST_UNREACH, 10) => Say::HostProhibited,
        (Family::V4, v4::DEST_UNREACH, 13) => Say::CommunicationProhibited,
        (Family::V6, v6::DEST_UNREACH, 0) => Say::NoRouteThere,
        (Family::V6, v6::DEST_UNREACH, 1) => Say::AdministrativelyProhibited,
        (Family::V6, v6::DEST_UNREACH, 3) => Say::AddressUnreachable,
        (Family::V6, v6::PKT_TOOBIG, _) => Say::TooBig,
        (Family::V4, v4::TIME_EXCEEDED, 0) | (Family::V6, v6::TIME_EXCEEDED, 0) => Say::TimeExceeded,
        (Family::V4, v4::TIME_EXCEEDED, _) | (Family::V6, v6::TIME_EXCEEDED, _) => Say::ReassemblyExceeded,
        _ => return None,
    })
}
