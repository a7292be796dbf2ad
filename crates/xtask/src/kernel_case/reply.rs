//! Packets made from one that came.
//!
//! How: `udp:SIZE`; `tcp:FLAGS:SEQ:SIZE` (acknowledges what came); `echo` (an echo reply); `err:TYPE:CODE:REST` (an
//! ICMP error that quotes what came); `sctp:BYTES` (verification tag and chunks); `back` (the same bytes, ports the other
//! way round). Each may end in `:ttl=N`.

use std::net::IpAddr;

use super::bytes::{GRE, ICMP, ICMPV6, Ip, SCTP, TCP, Tcp, UDP, UDPLITE, flags, sctp, unhex};

/// The parts of a packet that an answer needs.
struct Came<'a> {
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    body: &'a [u8],
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(four));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

fn came(packet: &[u8]) -> Option<Came<'_>> {
    let (src, dst, protocol, body) = match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet.first()? & 15) * 4;
            (packet.get(12..16)?, packet.get(16..20)?, *packet.get(9)?, packet.get(header..)?)
        }
        6 => (packet.get(8..24)?, packet.get(24..40)?, *packet.get(6)?, packet.get(40..)?),
        _ => return None,
    };
    Some(Came { src: address(src)?, dst: address(dst)?, protocol, body })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// The answer to `packet` (from its IP header on), with this IP identification; `None` where it makes no sense.
pub fn to(packet: &[u8], how: &str, id: u16) -> Option<Vec<u8>> {
    let (how, ttl) = how.split_once(":ttl=").map_or((how, None), |(how, ttl)| (how, ttl.parse().ok()));
    let came = came(packet)?;
    let mut ip = Ip::new(came.dst, came.src, id);
    ip.ttl = ttl.unwrap_or(64);
    let words: Vec<&str> = how.split(':').collect();
    let number = |at: usize| words.get(at)?.parse::<u32>().ok();
    let ports = || Some((u16_at(came.body, 2)?, u16_at(came.body, 0)?));
    let (protocol, body) = match (*words.first()?, came.protocol) {
        ("udp", UDP) => {
            let (sport, dport) = ports()?;
            (UDP, ip.udp(sport, dport, &vec![b'r'; number(1)? as usize]))
        }
        ("tcp", TCP) => {
            let (sport, dport) = ports()?;
            let offset = usize::from(came.body.get(12)? >> 4) * 4;
            if offset > 28 {
                // A real socket's: what it makes of a stranger's segment is not the subject.
                return None;
            }
            let theirs = *came.body.get(13)?;
            let data = came.body.len().saturating_sub(offset) as u32;
            let counted = u32::from(theirs & 2 != 0) + u32::from(theirs & 1 != 0);
            let flags = flags(words.get(1)?);
            let ack = u32_at(came.body, 4)?.wrapping_add(data).wrapping_add(counted);
            let ack = if flags & 0x10 == 0 { 0 } else { ack };
            // A number is taken as it is; `+` goes on where the other acknowledged.
            let seq = if *words.get(2)? == "+" { u32_at(came.body, 8)? } else { number(2)? };
            let tcp = Tcp { sport, dport, seq, ack, flags, window: 8192, scale: offset == 28 };
            (TCP, ip.tcp(&tcp, &vec![b'r'; number(3)? as usize]))
        }
        ("echo", ICMP) if came.body.first() == Some(&8) => {
            (ICMP, ip.icmp(0, 0, u32_at(came.body, 4)?, came.body.get(8..)?))
        }
        ("echo", ICMPV6) if came.body.first() == Some(&128) => {
            (ICMPV6, ip.icmp(129, 0, u32_at(came.body, 4)?, came.body.get(8..)?))
        }
        ("err", _) => {
            let quote = packet.get(..packet.len().min(if came.src.is_ipv6() { 1232 } else { 548 }))?;
            (ip.icmp_protocol(), ip.icmp(number(1)? as u8, number(2)? as u8, number(3)?, quote))
        }
        ("sctp", SCTP) => {
            let (sport, dport) = ports()?;
            let bytes = unhex(words.get(1)?)?;
            let (vtag, chunks) = bytes.split_first_chunk()?;
            (SCTP, sctp(sport, dport, u32::from_be_bytes(*vtag), chunks))
        }
        ("back", UDPLITE) => {
            let [s0, s1, d0, d1, rest @ ..] = came.body else { return None };
            (UDPLITE, [&[*d0, *d1, *s0, *s1], rest].concat())
        }
        ("back", other @ (GRE | 33 | 50 | 51 | 253)) => (other, came.body.to_vec()),
        _ => return None,
    };
    Some(ip.around(protocol, &body))
}
