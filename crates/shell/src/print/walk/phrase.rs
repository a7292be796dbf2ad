//! Packets in a few words.

use packetwalk_trace::DropReason;
use packetwalk_wire::arp::ArpOp;
use packetwalk_wire::icmp::{v4, v6};
use packetwalk_wire::{Body, Family, Frame, Icmp, Mac, Packet, Payloads, Tcp, TcpFlags, Transport};

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
pub(super) fn what(body: &Body) -> String {
    match body {
        Body::Arp(arp) if arp.op == ArpOp::Request => "an ARP request".to_owned(),
        Body::Arp(_) => "an ARP reply".to_owned(),
        Body::Ip(packet) => ip(packet),
    }
}

fn ip(packet: &Packet) -> String {
    match packet.transport {
        Transport::Tcp(tcp) => format!("a TCP {}", segment(&tcp, packet)),
        Transport::Udp(_) => "a UDP datagram".to_owned(),
        Transport::Icmp(icmp) => icmp_message(packet.family(), &icmp),
        Transport::Opaque { protocol } if packet.ip.frag.is_some() => {
            format!("a fragment of protocol {protocol}")
        }
        Transport::Opaque { protocol } => format!("a packet of protocol {protocol}"),
    }
}

fn segment(tcp: &Tcp, packet: &Packet) -> &'static str {
    let has = |flags| tcp.flags.has(flags);
    match () {
        () if has(TcpFlags::RST) => "reset",
        () if has(TcpFlags::SYN.with(TcpFlags::ACK)) => "SYN-ACK",
        () if has(TcpFlags::SYN) => "SYN",
        () if has(TcpFlags::FIN) => "FIN",
        () if !packet.payload.is_empty() => "segment with data",
        () => "ACK",
    }
}

fn icmp_message(family: Family, icmp: &Icmp) -> String {
    let (ty, code) = icmp.type_code();
    let name = match (family, ty) {
        (Family::V4, v4::ECHO) | (Family::V6, v6::ECHO) => "echo request",
        (Family::V4, v4::ECHO_REPLY) | (Family::V6, v6::ECHO_REPLY) => "echo reply",
        (Family::V6, v6::NEIGHBOUR_SOLICIT) => "neighbour solicitation",
        (Family::V6, v6::NEIGHBOUR_ADVERT) => "neighbour advertisement",
        (Family::V4, v4::REDIRECT) => "redirect",
        _ => return format!("an ICMP error ({})", error(family, ty, code)),
    };
    let version = if family == Family::V6 { "v6" } else { "" };
    format!("an ICMP{version} {name}")
}

/// An error's name, as ping says it.
pub(super) fn error(family: Family, ty: u8, code: u8) -> String {
    let name = match (family, ty, code) {
        (Family::V4, v4::DEST_UNREACH, 0) => "network unreachable",
        (Family::V4, v4::DEST_UNREACH, 1) => "host unreachable",
        (Family::V4, v4::DEST_UNREACH, 2) => "protocol unreachable",
        (Family::V4, v4::DEST_UNREACH, 3) | (Family::V6, v6::DEST_UNREACH, 4) => "port unreachable",
        (Family::V4, v4::DEST_UNREACH, 4) => "fragmentation needed",
        (Family::V4, v4::DEST_UNREACH, 9) => "network prohibited",
        (Family::V4, v4::DEST_UNREACH, 10) => "host prohibited",
        (Family::V4, v4::DEST_UNREACH, 13) => "communication prohibited",
        (Family::V6, v6::DEST_UNREACH, 0) => "no route",
        (Family::V6, v6::DEST_UNREACH, 1) => "administratively prohibited",
        (Family::V6, v6::DEST_UNREACH, 3) => "address unreachable",
        (Family::V6, v6::PKT_TOOBIG, _) => "packet too big",
        (Family::V4, v4::TIME_EXCEEDED, 0) | (Family::V6, v6::TIME_EXCEEDED, 0) => "time to live exceeded",
        (Family::V4, v4::TIME_EXCEEDED, _) | (Family::V6, v6::TIME_EXCEEDED, _) => "reassembly time exceeded",
        _ => return format!("type {ty}, code {code}"),
    };
    name.to_owned()
}

/// Why a packet ended, as the end of a sentence that begins with it.
pub(super) const fn reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::NetfilterDrop => "netfilter dropped it",
        DropReason::NoSocket => "nobody listens on that port",
        DropReason::OtherHost => "its frame is for another MAC address",
        DropReason::IpInAddrErrors => "its destination cannot be reached from here",
        DropReason::IpInNoRoutes => "no route leads to its destination",
        DropReason::IpOutNoRoutes => "the sender has no route to its destination",
        DropReason::IpRpFilter => "the reverse path filter expects its source on another interface",
        DropReason::IpLocalSource => "its source is one of this host's own addresses",
        DropReason::IpInvalidSource => "no host may have its source address",
        DropReason::IpInvalidDest => "its destination may not come in here",
        DropReason::IpLocalNet => "127.0.0.0/8 does not come in from outside unless route_localnet is set",
        DropReason::IpInHdr => "its IP header is malformed",
        DropReason::IpNoProto => "nobody handles its protocol",
        DropReason::UnicastInL2Multicast => "it is a unicast packet in a broadcast frame",
        DropReason::PktTooBig => "it is larger than the MTU and must not be fragmented",
        DropReason::TtlExceeded => "its time to live ran out",
        DropReason::ForwardingOff => "this host does not forward packets (ip_forward is 0)",
        DropReason::Blackhole => "a blackhole route swallowed it",
        DropReason::NeighFailed => "nobody answered for the next hop's address",
        DropReason::NeighQueueFull => "too many packets wait for the next hop's address",
        DropReason::Csum => "its checksum is wrong",
        DropReason::PktTooSmall => "its header is cut short",
        DropReason::TcpFlags => "its TCP flags make no sense for the connection",
        DropReason::TcpReset => "a reset ended the connection",
        DropReason::DevReady => "the interface is down",
        DropReason::NoCarrier => "the other end of the cable is down or gone",
        DropReason::BridgeStpState => "the bridge port does not forward",
        DropReason::BridgeNoEgressPort => "the bridge has no other port to send it to (no hairpin mode)",
        DropReason::BridgeLinkLocal => "a bridge keeps link-local group frames to itself",
        DropReason::IcmpIgnored => "this ICMP message is not answered",
        DropReason::NotJoined => "nobody here joined that group",
        DropReason::FragReasm => "its datagram never became whole",
        DropReason::SocketRcvbuff => "the socket's queue is full",
        DropReason::NfQueue => "no program listens on the queue it was handed to",
        DropReason::Consumed => "SYNPROXY took it, and sent segments of its own",
        DropReason::NotModelled => "a rule uses what is not simulated",
        DropReason::UnhandledProto => "nobody wanted the frame",
    }
}
