//! An IPv6 packet in the log.

use std::net::IpAddr;

use packetwalk_wire::icmp::{QuotedTransport, v6};
use packetwalk_wire::{Icmp, IpHeader, Packet, Payloads, Quoted, Transport};

use super::put;
use super::transport::{tcp, udp};

/// All eight groups of four digits (`%pI6`).
fn address(out: &mut String, label: &str, addr: IpAddr) {
    let IpAddr::V6(addr) = addr else { return };
    put(out, format_args!("{label}="));
    for (i, group) in addr.segments().into_iter().enumerate() {
        put(out, format_args!("{}{group:04x}", if i == 0 { "" } else { ":" }));
    }
    out.push(' ');
}

/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `dump_ipv6_packet`.
fn header(out: &mut String, ip: &IpHeader, len: u16) {
    address(out, "SRC", ip.src);
    address(out, "DST", ip.dst);
    put(out, format_args!("LEN={len} TC={} HOPLIMIT={} FLOWLBL=0 ", ip.tos, ip.ttl));
    if let Some(frag) = ip.frag {
        put(out, format_args!("FRAG:{} ", frag.offset));
        if frag.more {
            out.push_str("INCOMPLETE ");
        }
        put(out, format_args!("ID:{:08x} ", ip.id));
    }
}

/// Everything from the IP header on.
pub(super) fn packet(out: &mut String, packet: &Packet, payloads: &Payloads, flags: u8) {
    header(out, &packet.ip, packet.len());
    match packet.transport {
        Transport::Tcp(t) => tcp(out, &t, &packet.ip, payloads, flags),
        Transport::Udp(u) => udp(out, u, packet.len() - packet.ip.header_len()),
        Transport::Icmp(message) => icmp(out, &message, payloads, flags),
        Transport::Opaque { protocol } => opaque(out, protocol),
    }
}

fn opaque(out: &mut String, protocol: u8) {
    match super::transport::name(protocol) {
        Some(name) => put(out, format_args!("PROTO={name} ")),
        None => put(out, format_args!("PROTO={protocol} ")),
    }
}

fn icmp(out: &mut String, message: &Icmp, payloads: &Payloads, flags: u8) {
    let (ty, code) = message.type_code();
    put(out, format_args!("PROTO=ICMPv6 TYPE={ty} CODE={code} "));
    match *message {
        Icmp::Query { ty: v6::ECHO | v6::ECHO_REPLY, id, seq, .. } => {
            put(out, format_args!("ID={id} SEQ={seq} "));
        }
        Icmp::Error { ty, rest, quoted, .. } => {
            if ty == v6::PARAM_PROB {
                put(out, format_args!("POINTER={rest:08x} "));
            }
            out.push('[');
            inner(out, &quoted, payloads, flags);
            out.push_str("] ");
            if ty == v6::PKT_TOOBIG {
                put(out, format_args!("MTU={rest} "));
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
            put(out, format_args!("PROTO=ICMPv6 TYPE={ty} CODE={code} "));
            if matches!(ty, v6::ECHO | v6::ECHO_REPLY) {
                put(out, format_args!("ID={id} SEQ={seq} "));
            }
        }
        QuotedTransport::Opaque { protocol } => opaque(out, protocol),
    }
}
