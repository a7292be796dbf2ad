//! ICMP and ICMPv6 messages, errors with the packet they quote.

use super::ip::{self, put};
use super::transport;
use crate::checksum::Sum;
use crate::icmp::QuotedTransport;
use crate::{Family, Icmp, IpHeader, Packet, Payload, Payloads, Quoted, proto};

/// Appends a message up to its payload. `whole` is the payload that the checksum covers.
///
/// # Source
/// RFC 792; RFC 4443 §2.1 and §2.3 (the pseudo header).
pub(super) fn message(icmp: &Icmp, packet: &Packet, whole: Payload, payloads: &Payloads, out: &mut Vec<u8>) {
    let at = out.len();
    let (ty, code) = icmp.type_code();
    out.extend_from_slice(&[ty, code, 0, 0]);
    match icmp {
        Icmp::Query { id, seq, .. } => {
            out.extend_from_slice(&id.to_be_bytes());
            out.extend_from_slice(&seq.to_be_bytes());
        }
        Icmp::Other { rest, .. } => out.extend_from_slice(&rest.to_be_bytes()),
        Icmp::Error { rest, quoted, .. } => {
            out.extend_from_slice(&rest.to_be_bytes());
            quote(quoted, packet.payload, payloads, out);
        }
    }
    let sum = checksum(&packet.ip, out.get(at..).unwrap_or_default(), payloads.bytes(whole));
    put(out, at + 2, sum);
}

/// Appends the quoted headers with the lengths and checksums of the packet that was sent.
fn quote(quoted: &Quoted, payload: Payload, payloads: &Payloads, out: &mut Vec<u8>) {
    let full = quoted.total_len.saturating_sub(quoted.ip.header_len());
    ip::header(&quoted.ip, quoted.protocol(), usize::from(full), payloads, out);
    let onwards = payloads.onwards(payload);
    let (whole, len) = match quoted.ip.frag {
        Some(frag) if frag.more && frag.offset == 0 => (onwards, onwards.len()),
        _ => {
            let len = quoted.total_len.saturating_sub(quoted.header_len());
            (onwards.truncated(len), len)
        }
    };
    let whole = payloads.bytes(whole);
    match quoted.transport {
        QuotedTransport::Tcp(tcp) => transport::tcp(&tcp, &quoted.ip, whole, out),
        QuotedTransport::Udp(udp) => transport::udp(udp, &quoted.ip, usize::from(len), whole, out),
        QuotedTransport::Icmp { ty, code, id, seq } => {
            let at = out.len();
            out.extend_from_slice(&[ty, code, 0, 0]);
            out.extend_from_slice(&id.to_be_bytes());
            out.extend_from_slice(&seq.to_be_bytes());
            let sum = checksum(&quoted.ip, out.get(at..).unwrap_or_default(), whole);
            put(out, at + 2, sum);
        }
        QuotedTransport::Opaque { .. } => {}
    }
}

/// Over the message only for ICMP, with a pseudo header for ICMPv6.
fn checksum(ip: &IpHeader, message: &[u8], payload: &[u8]) -> u16 {
    let sum = match ip.family() {
        Family::V4 => Sum::default(),
        Family::V6 => Sum::default().pseudo(ip.src, ip.dst, proto::ICMPV6, message.len() + payload.len()),
    };
    sum.bytes(message).bytes(payload).finish()
}
