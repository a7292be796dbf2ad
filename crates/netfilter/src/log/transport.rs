//! TCP and UDP headers in the log.

use packetwalk_wire::{IpHeader, Packet, Payload, Payloads, Tcp, TcpFlags, Transport, Udp, emit, proto};

use super::{TCPOPT, TCPSEQ, put};

/// Names of protocols whose headers are not looked into.
pub(super) const fn name(protocol: u8) -> Option<&'static str> {
    Some(match protocol {
        proto::ICMP => "ICMP",
        proto::TCP => "TCP",
        proto::UDP => "UDP",
        proto::ESP => "ESP",
        proto::AH => "AH",
        proto::UDPLITE => "UDPLITE",
        proto::ICMPV6 => "ICMPv6",
        _ => return None,
    })
}

const FLAGS: [(TcpFlags, &str); 8] = [
    (TcpFlags::CWR, "CWR"),
    (TcpFlags::ECE, "ECE"),
    (TcpFlags::URG, "URG"),
    (TcpFlags::ACK, "ACK"),
    (TcpFlags::PSH, "PSH"),
    (TcpFlags::RST, "RST"),
    (TcpFlags::SYN, "SYN"),
    (TcpFlags::FIN, "FIN"),
];

/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `nf_log_dump_tcp_header`.
pub(super) fn tcp(out: &mut String, t: &Tcp, ip: &IpHeader, payloads: &Payloads, flags: u8) {
    put(out, format_args!("PROTO=TCP SPT={} DPT={} ", t.sport, t.dport));
    if flags & TCPSEQ != 0 {
        put(out, format_args!("SEQ={} ACK={} ", t.seq, t.ack));
    }
    put(out, format_args!("WINDOW={} RES=0x00 ", t.window));
    for (flag, name) in FLAGS {
        if t.flags.has(flag) {
            put(out, format_args!("{name} "));
        }
    }
    out.push_str("URGP=0 ");
    if flags & TCPOPT != 0 && !t.options.is_empty() {
        out.push_str("OPT (");
        let ip = IpHeader { frag: None, ..*ip };
        let mut bytes = Vec::new();
        let packet = Packet { ip, transport: Transport::Tcp(*t), payload: Payload::EMPTY };
        emit::packet(&packet, payloads, &mut bytes);
        for byte in bytes.iter().skip(usize::from(ip.header_len()) + 20) {
            put(out, format_args!("{byte:02X}"));
        }
        out.push_str(") ");
    }
}

/// `len` is that of the datagram with its header.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `nf_log_dump_udp_header`.
pub(super) fn udp(out: &mut String, u: Udp, len: u16) {
    put(out, format_args!("PROTO=UDP SPT={} DPT={} LEN={len} ", u.sport, u.dport));
}
