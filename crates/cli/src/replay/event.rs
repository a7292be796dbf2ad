//! A captured packet as the oracle tells it.

use packetwalk_lab::{Captured, Direction};
use packetwalk_trace::NsId;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{
    Body, Family, Icmp, IpHeader, Packet, PacketType, Payloads, Quoted, TcpFlags, Transport, icmp, proto,
};
use serde_json::{Map, Value, json};

/// The oracle's names of protocols.
pub fn protocol_name(n: u8) -> String {
    match n {
        proto::ICMP => "icmp".into(),
        proto::TCP => "tcp".into(),
        proto::UDP => "udp".into(),
        proto::ICMPV6 => "icmpv6".into(),
        proto::SCTP => "sctp".into(),
        proto::GRE => "gre".into(),
        proto::ESP => "esp".into(),
        other => other.to_string(),
    }
}

/// The event of a capture; `None` for what the oracle leaves out: ARP, and frames for other hosts except
/// on bridge ports.
pub fn of(
    c: &Captured,
    host: &str,
    ifname: &str,
    is_bridge_port: bool,
    payloads: &Payloads,
) -> Option<Value> {
    let Body::Ip(packet) = c.frame.body else { return None };
    if c.pkt_type == PacketType::OtherHost && !is_bridge_port {
        return None;
    }
    let mut e = Map::new();
    e.insert("host".into(), host.into());
    e.insert("dir".into(), if c.direction == Direction::In { "in" } else { "out" }.into());
    e.insert("if".into(), ifname.into());
    packet_fields(&mut e, &packet, payloads);
    match c.pkt_type {
        PacketType::Broadcast => e.insert("cast".into(), "broadcast".into()),
        PacketType::Multicast => e.insert("cast".into(), "multicast".into()),
        _ => None,
    };
    Some(Value::Object(e))
}

/// Which namespace and interface a capture is of.
pub const fn place(c: &Captured) -> (NsId, packetwalk_wire::IfIndex) {
    (c.ns, c.dev)
}

fn header_fields(e: &mut Map<String, Value>, ip: &IpHeader, protocol: u8, len: u16) {
    e.insert("src".into(), ip.src.to_string().into());
    e.insert("dst".into(), ip.dst.to_string().into());
    e.insert("proto".into(), protocol_name(protocol).into());
    e.insert("ttl".into(), ip.ttl.into());
    e.insert("len".into(), len.into());
    if ip.tos != 0 && ip.family() == Family::V4 {
        e.insert("tos".into(), ip.tos.into());
    }
    if let Some(frag) = ip.frag {
        e.insert("frag".into(), ((frag.offset / 8) | if frag.more { 0x2000 } else { 0 }).into());
    }
}

/// Flags in the oracle's letters, in the header's order from bit 0.
pub fn flags_text(flags: TcpFlags) -> String {
    "FSRPAUEC".chars().enumerate().filter(|(bit, _)| flags.0 >> bit & 1 != 0).map(|(_, c)| c).collect()
}

fn packet_fields(e: &mut Map<String, Value>, packet: &Packet, payloads: &Payloads) {
    header_fields(e, &packet.ip, packet.protocol(), packet.len());
    match packet.transport {
        Transport::Tcp(tcp) => {
            e.insert("sport".into(), tcp.sport.into());
            e.insert("dport".into(), tcp.dport.into());
            e.insert("flags".into(), flags_text(tcp.flags).into());
            if let (Some(mss), true) = (tcp.options.mss, tcp.flags.has(TcpFlags::SYN)) {
                e.insert("mss".into(), mss.into());
            }
        }
        Transport::Udp(udp) => {
            e.insert("sport".into(), udp.sport.into());
            e.insert("dport".into(), udp.dport.into());
            if let Some(first) = payloads.bytes(packet.payload).first() {
                let leg = match first {
                    b'Q' => "query",
                    b'R' => "answer",
                    _ => "other",
                };
                e.insert("leg".into(), leg.into());
            }
        }
        Transport::Icmp(message) => icmp_fields(e, packet.family(), &message),
        Transport::Opaque { .. } => {}
    }
}

fn icmp_fields(e: &mut Map<String, Value>, family: Family, message: &Icmp) {
    let (ty, code) = message.type_code();
    e.insert("type".into(), ty.into());
    e.insert("code".into(), code.into());
    match *message {
        Icmp::Query { ty, id, seq, .. } => {
            let echo = match family {
                Family::V4 => matches!(ty, icmp::v4::ECHO | icmp::v4::ECHO_REPLY),
                Family::V6 => matches!(ty, icmp::v6::ECHO | icmp::v6::ECHO_REPLY),
            };
            if echo {
                e.insert("id".into(), id.into());
                e.insert("seq".into(), seq.into());
            }
        }
        Icmp::Error { ty, code, rest, quoted } => {
            if family == Family::V4 && (ty, code) == (icmp::v4::DEST_UNREACH, 4) {
                e.insert("mtu".into(), (rest & 0xffff).into());
            }
            if family == Family::V4 && ty == icmp::v4::REDIRECT {
                e.insert("gateway".into(), std::net::Ipv4Addr::from(rest).to_string().into());
            }
            e.insert("inner".into(), inner(&quoted));
        }
        Icmp::Other { .. } => {}
    }
}

fn inner(quoted: &Quoted) -> Value {
    let mut e = Map::new();
    e.insert("src".into(), quoted.ip.src.to_string().into());
    e.insert("dst".into(), quoted.ip.dst.to_string().into());
    e.insert("proto".into(), protocol_name(quoted.protocol()).into());
    e.insert("ttl".into(), quoted.ip.ttl.into());
    let ports = |e: &mut Map<String, Value>, s: u16, d: u16| {
        e.insert("sport".into(), s.into());
        e.insert("dport".into(), d.into());
    };
    match quoted.transport {
        QuotedTransport::Tcp(tcp) => ports(&mut e, tcp.sport, tcp.dport),
        QuotedTransport::Udp(udp) => ports(&mut e, udp.sport, udp.dport),
        QuotedTransport::Icmp { ty, id, .. } => {
            e.insert("type".into(), ty.into());
            if matches!((quoted.ip.family(), ty), (Family::V4, 0 | 8) | (Family::V6, 128 | 129)) {
                e.insert("id".into(), json!(id));
            }
        }
        QuotedTransport::Opaque { .. } => {}
    }
    Value::Object(e)
}
