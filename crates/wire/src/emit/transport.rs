//! TCP and UDP headers, and the choice among the transports.

use super::{icmp, ip::put};
use crate::checksum::Sum;
use crate::tcp::Stripped;
use crate::{IpHeader, Packet, Payload, Payloads, Tcp, TcpOptions, Transport, Udp, proto};

/// Appends everything that follows a packet's IP header.
pub(super) fn whole(packet: &Packet, payloads: &Payloads, out: &mut Vec<u8>) {
    let whole = datagram(&packet.ip, packet.payload, payloads);
    let bytes = payloads.bytes(whole);
    match packet.transport {
        Transport::Tcp(header) => tcp(&header, &packet.ip, bytes, out),
        Transport::Udp(header) => udp(header, &packet.ip, bytes.len(), bytes, out),
        Transport::Icmp(message) => icmp::message(&message, packet, whole, payloads, out),
        Transport::Opaque { .. } => {}
    }
    out.extend_from_slice(payloads.bytes(packet.payload));
}

/// The payload that the transport header tells of: a first fragment's goes on in later ones.
pub(super) fn datagram(ip: &IpHeader, payload: Payload, payloads: &Payloads) -> Payload {
    match ip.frag {
        Some(frag) if frag.more && frag.offset == 0 => payloads.onwards(payload),
        _ => payload,
    }
}

/// Appends a TCP header whose checksum covers `payload`.
///
/// # Source
/// RFC 9293 §3.1.
pub(super) fn tcp(tcp: &Tcp, ip: &IpHeader, payload: &[u8], out: &mut Vec<u8>) {
    let at = out.len();
    out.extend_from_slice(&tcp.sport.to_be_bytes());
    out.extend_from_slice(&tcp.dport.to_be_bytes());
    out.extend_from_slice(&tcp.seq.to_be_bytes());
    out.extend_from_slice(&tcp.ack.to_be_bytes());
    out.extend_from_slice(&[((tcp.header_len() / 4) << 4) as u8, tcp.flags.0]);
    out.extend_from_slice(&tcp.window.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    options(&tcp.options, out);
    let header = out.get(at..).unwrap_or_default();
    let sum = Sum::default().pseudo(ip.src, ip.dst, proto::TCP, header.len() + payload.len());
    let sum = sum.bytes(header).bytes(payload).finish();
    put(out, at + 16, sum);
}

/// Appends TCP options in the order and padding of Linux.
///
/// # Source
/// Linux v6.18, `net/ipv4/tcp_output.c`: `tcp_options_write`. Not written: MD5, AO, SACK blocks,
/// Fast Open, SMC, MPTCP.
fn options(options: &TcpOptions, out: &mut Vec<u8>) {
    const NOP: u8 = 1;
    let stripped = |option| options.stripped.has(option);
    if let Some(mss) = options.mss {
        out.extend_from_slice(&[2, 4]);
        out.extend_from_slice(&mss.to_be_bytes());
    } else if stripped(Stripped::MSS) {
        out.extend_from_slice(&[NOP; 4]);
    }
    let sack: [u8; 2] = if options.sack_permitted { [4, 2] } else { [NOP; 2] };
    if let Some((value, echo)) = options.timestamp {
        out.extend_from_slice(&sack);
        out.extend_from_slice(&[8, 10]);
        out.extend_from_slice(&value.to_be_bytes());
        out.extend_from_slice(&echo.to_be_bytes());
    } else if stripped(Stripped::TIMESTAMP) {
        out.extend_from_slice(&sack);
        out.extend_from_slice(&[NOP; 10]);
    } else if options.sack_permitted || stripped(Stripped::SACK_PERMITTED) {
        out.extend_from_slice(&[NOP, NOP]);
        out.extend_from_slice(&sack);
    }
    if let Some(shift) = options.wscale {
        out.extend_from_slice(&[NOP, 3, 3, shift]);
    } else if stripped(Stripped::WSCALE) {
        out.extend_from_slice(&[NOP; 4]);
    }
}

/// Appends a UDP header for `len` bytes of payload whose checksum covers `payload`; a checksum of zero is sent as 0xffff.
///
/// # Source
/// RFC 768; Linux v6.18, `net/ipv4/udp.c`: `udp_send_skb` (`CSUM_MANGLED_0`).
pub(super) fn udp(udp: Udp, ip: &IpHeader, len: usize, payload: &[u8], out: &mut Vec<u8>) {
    let at = out.len();
    out.extend_from_slice(&udp.sport.to_be_bytes());
    out.extend_from_slice(&udp.dport.to_be_bytes());
    out.extend_from_slice(&((8 + len) as u16).to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    let header = out.get(at..).unwrap_or_default();
    let sum = Sum::default().pseudo(ip.src, ip.dst, proto::UDP, 8 + len);
    let sum = sum.bytes(header).bytes(payload).finish();
    put(out, at + 6, if sum == 0 { 0xffff } else { sum });
}
