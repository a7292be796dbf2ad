//! TCP and UDP headers, and the choice among the transports.

use super::ip::Ip;
use super::{ParseError, Reader, icmp};
use crate::checksum::Sum;
use crate::{Family, Payloads, Tcp, TcpFlags, TcpOptions, Transport, Udp, proto};

/// The transport header and the payload of a packet.
pub(super) fn whole<'a>(ip: &Ip<'a>, payloads: &mut Payloads) -> Result<(Transport, &'a [u8]), ParseError> {
    if ip.header.frag.is_some_and(|frag| frag.offset != 0) {
        return Ok((Transport::Opaque { protocol: ip.protocol }, ip.body));
    }
    match (ip.protocol, ip.header.family()) {
        (proto::TCP, _) => tcp(ip).map(|(tcp, payload)| (Transport::Tcp(tcp), payload)),
        (proto::UDP, _) => udp(ip).map(|(udp, payload)| (Transport::Udp(udp), payload)),
        (proto::ICMP, Family::V4) | (proto::ICMPV6, Family::V6) => {
            icmp::message(ip, payloads).map(|(icmp, payload)| (Transport::Icmp(icmp), payload))
        }
        (protocol, _) => Ok((Transport::Opaque { protocol }, ip.body)),
    }
}

/// The transport checksum at byte `at` is what `emit` would write, or cannot be known.
pub(super) fn checksum(ip: &Ip<'_>, pseudo: bool, at: usize) -> Result<(), ParseError> {
    if !ip.unfragmented() || ip.body.len() < ip.len {
        return Ok(());
    }
    let sum = if pseudo {
        Sum::default().pseudo(ip.header.src, ip.header.dst, ip.protocol, ip.len)
    } else {
        Sum::default()
    };
    matches(sum, ip.body, at, ip.protocol == proto::UDP)
}

/// The field at byte `at` holds the checksum of all the others.
pub(super) fn matches(sum: Sum, bytes: &[u8], at: usize, never_zero: bool) -> Result<(), ParseError> {
    let (Some(before), Some(field), Some(after)) =
        (bytes.get(..at), bytes.get(at..at + 2), bytes.get(at + 2..))
    else {
        return Err(ParseError::Truncated);
    };
    let sum = match sum.bytes(before).bytes(after).finish() {
        0 if never_zero => 0xffff,
        sum => sum,
    };
    if field == sum.to_be_bytes() { Ok(()) } else { Err(ParseError::Checksum) }
}

pub(super) fn tcp<'a>(ip: &Ip<'a>) -> Result<(Tcp, &'a [u8]), ParseError> {
    let mut r = Reader(ip.body);
    let (sport, dport) = (r.u16()?, r.u16()?);
    let (seq, ack) = (r.u32()?, r.u32()?);
    let (offset, flags) = (r.u8()?, r.u8()?);
    let window = r.u16()?;
    let (_, urgent) = (r.u16()?, r.u16()?);
    if offset & 0xf != 0 || urgent != 0 {
        return Err(ParseError::Reserved);
    }
    let len = usize::from(offset >> 4) * 4;
    let raw = r.take(len.checked_sub(20).ok_or(ParseError::TcpOptions)?)?;
    let options = options(raw)?;
    checksum(ip, true, 16)?;
    Ok((Tcp { sport, dport, seq, ack, flags: TcpFlags(flags), window, options }, r.0))
}

/// Exactly the layouts of `emit`; see there.
fn options(raw: &[u8]) -> Result<TcpOptions, ParseError> {
    let mut options = TcpOptions::default();
    let mut r = Reader(raw);
    let timestamp = |r: &mut Reader<'_>| Ok::<_, ParseError>(Some((r.u32()?, r.u32()?)));
    let mut order = 0;
    while !r.0.is_empty() {
        let head: [u8; 4] = r.array().map_err(|_| ParseError::TcpOptions)?;
        let place = match head {
            [2, 4, high, low] => {
                options.mss = Some(u16::from_be_bytes([high, low]));
                1
            }
            [4, 2, 8, 10] => {
                options.sack_permitted = true;
                options.timestamp = timestamp(&mut r)?;
                3
            }
            [1, 1, 8, 10] => {
                options.timestamp = timestamp(&mut r)?;
                2
            }
            [1, 1, 4, 2] => {
                options.sack_permitted = true;
                3
            }
            [1, 3, 3, shift] => {
                options.wscale = Some(shift);
                4
            }
            _ => return Err(ParseError::TcpOptions),
        };
        // Each kind once, in order; a timestamp without SACK-permitted in front excludes it after.
        if place <= order || (order == 2 && place == 3) {
            return Err(ParseError::TcpOptions);
        }
        order = place;
    }
    Ok(options)
}

pub(super) fn udp<'a>(ip: &Ip<'a>) -> Result<(Udp, &'a [u8]), ParseError> {
    let mut r = Reader(ip.body);
    let (sport, dport) = (r.u16()?, r.u16()?);
    let (len, sum) = (usize::from(r.u16()?), r.u16()?);
    if ip.unfragmented() && len != ip.len {
        return Err(ParseError::UdpLength);
    }
    if sum == 0 {
        return Err(ParseError::Checksum);
    }
    checksum(ip, true, 6)?;
    Ok((Udp { sport, dport }, r.0))
}
