//! An IPv4 packet in the log.

use packetwalk_wire::icmp::v4;
use packetwalk_wire::{Icmp, IpHeader, Packet, Payloads, Quoted, Transport, icmp::QuotedTransport};

use super::put;
use super::transport::{tcp, udp};

/// Header fields, as `SRC= DST= LEN= TOS= PREC= TTL= ID=` and flags.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `dump_ipv4_packet`.
fn header(out: &mut String, ip: &IpHeader, len: u16) {
    put(out, format_args!("SRC={} DST={} LEN={len} ", ip.src, ip.dst));
    put(
        out,
        format_args!("TOS=0x{:02X} PREC=0x{:02X} TTL={} ID={} ", ip.tos & 0x1e, ip.tos & 0xe0, ip.ttl, ip.id),
    );
    if ip.df {
        out.push_str("DF ");
    }
    if let Some(frag) = ip.frag {
        if frag.more {
            out.push_str("MF ");
        }
        if frag.offset != 0 {
            put(out, format_args!("FRAG:{} ", frag.offset / 8));
        }
    }
}

/// Everything from the IP header on.
pub(super) fn packet(out: &mut String, packet: &Packet, payloads: &Payloads, flags: u8) {
    header(out, &packet.ip, packet.len());
    match packet.transport {
        Transport::Tcp(t) => tcp(out, &t, &packet.ip, payloads, flags),
        Transport::Udp(u) => udp(out, u, packet.len() - packet.ip.header_len()),
        Transport::Icmp(message) => icmp(out, &message, packet.payload.len(), payloads, flags),
        Transport::Opaque { protocol } => opaque(out, protocol),
    }
}

fn opaque(out: &mut String, protocol: u8) {
    match super::transport::name(protocol) {
        Some(name) => put(out, format_args!("PROTO={name} ")),
        None => put(out, format_args!("PROTO={protocol} ")),
    }
}

/// Length of each type's message that the kernel expects at least; shorter ones are incomplete.
const fn required(ty: u8) -> u16 {
    match ty {
        v4::ECHO_REPLY | v4::ECHO => 4,
        v4::DEST_UNREACH | v4::SOURCE_QUENCH | v4::REDIRECT | v4::TIME_EXCEEDED | v4::PARAM_PROB => 28,
        v4::TIMESTAMP | v4::TIMESTAMP_REPLY => 20,
        v4::ADDRESS | v4::ADDRESS_REPLY => 12,
        _ => 0,
    }
}

fn icmp(out: &mut String, message: &Icmp, payload: u16, payloads: &Payloads, flags: u8) {
    let (ty, code) = message.type_code();
    put(out, format_args!("PROTO=ICMP TYPE={ty} CODE={code} "));
    match *message {
        Icmp::Query { .. } | Icmp::Other { .. } if 8 + payload < required(ty) => {
            put(out, format_args!("INCOMPLETE [{} bytes] ", 8 + payload));
        }
        Icmp::Query { ty: v4::ECHO | v4::ECHO_REPLY, id, seq, .. } => {
            put(out, format_args!("ID={id} SEQ={seq} "));
        }
        Icmp::Error { ty, code, rest, quoted } => {
            match ty {
                v4::PARAM_PROB => {
                    put(out, format_args!("PARAMETER={} ", rest >> 24));
                    return;
                }
                v4::REDIRECT => {
                    put(out, format_args!("GATEWAY={} ", std::net::Ipv4Addr::from_bits(rest)));
                }
                _ => {}
            }
            out.push('[');
            inner(out, &quoted, payloads, flags);
            out.push_str("] ");
            if (ty, code) == (v4::DEST_UNREACH, 4) {
                put(out, format_args!("MTU={} ", rest & 0xffff));
            }
        }
        _ => {}
    }
}

fn inner(out: &mut String, quoted: &Quoted, payloads: &Payloads, flags: u8) {
    header(out, &quoted.ip, quoted.total_len);
    match quoted.transport {
        QuotedTransport::Tcp(t) => tcp(out, &t, &quoted.ip, payloads, flags),
        QuotedTransport::Udp(u) => udp(out, u, quoted.total_len - quoted.ip.header_len()),
        QuotedTransport::Icmp { ty, code, id, seq } => {
            put(out, format_args!("PROTO=ICMP TYPE={ty} CODE={code} "));
            if matches!(ty, v4::ECHO | v4::ECHO_REPLY) {
                put(out, format_args!("ID={id} SEQ={seq} "));
            }
        }
        QuotedTransport::Opaque { protocol } => opaque(out, protocol),
    }
}
