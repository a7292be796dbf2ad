//! A frame's bytes as one line, without what nobody chose: checksums, identifications, flow labels, sequence numbers
//! and timestamps of real sockets.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::bytes::{FLAGS, ICMP, ICMPV6, TCP, UDP};

/// Identifications of this upper byte are the case's own.
pub const OUR_IDS: u16 = 0x7a00;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// The IP packet of an Ethernet frame; `None` for ARP and others.
pub fn packet(frame: &[u8]) -> Option<&[u8]> {
    let ether_type = u16_at(frame, 12)?;
    let packet = frame.get(14..)?;
    let len = match ether_type {
        0x0800 => usize::from(u16_at(packet, 2)?),
        0x86dd => usize::from(u16_at(packet, 4)?) + 40,
        _ => return None,
    };
    Some(packet.get(..len).unwrap_or(packet))
}

/// Whether it is of the link itself: neighbour discovery (but not a redirect), MLD, IGMP.
pub fn is_housekeeping(packet: &[u8]) -> bool {
    match packet.first().map(|b| b >> 4) {
        Some(4) => packet.get(9) == Some(&2),
        Some(6) => {
            let dst = packet.get(24..26).unwrap_or_default();
            let ty = if packet.get(6) == Some(&0) { packet.get(48) } else { packet.get(40) };
            dst.first() == Some(&0xff)
                || (packet.get(6) == Some(&ICMPV6) && matches!(ty, Some(130..=136 | 138..=143)))
        }
        _ => true,
    }
}

/// Whether an answer can be made from it: whole, or at least a beginning.
pub fn is_first(packet: &[u8]) -> bool {
    match packet.first().map(|b| b >> 4) {
        Some(4) => u16_at(packet, 6).is_some_and(|word| word << 3 == 0),
        Some(6) => packet.get(6) != Some(&44),
        _ => false,
    }
}

/// The line of an IP packet.
pub fn line(packet: &[u8]) -> String {
    let mut out = String::new();
    if ip(&mut out, packet, false).is_none() {
        let _ = write!(out, " cut");
    }
    out
}

fn ip(out: &mut String, packet: &[u8], inner: bool) -> Option<()> {
    match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet.first()? & 15) * 4;
            let (len, id, word) = (u16_at(packet, 2)?, u16_at(packet, 4)?, u16_at(packet, 6)?);
            let (src, dst) = (u32_at(packet, 12)?, u32_at(packet, 16)?);
            let _ = write!(out, "{} > {} ttl {}", Ipv4Addr::from(src), Ipv4Addr::from(dst), packet.get(8)?);
            tos(out, *packet.get(1)?);
            if id & 0xff00 == OUR_IDS {
                let _ = write!(out, " id {}", id & 0xff);
            }
            if word & 0x4000 != 0 {
                out.push_str(" DF");
            }
            let body = packet.get(header..)?;
            let whole = usize::from(len).checked_sub(header)?;
            fragment(out, *packet.get(9)?, (word & 0x1fff) << 3, word & 0x2000 != 0, body, whole, inner)
        }
        6 => {
            let word = u32_at(packet, 0)?;
            let addr = |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(at..at + 16)?).ok()?));
            let _ = write!(out, "{} > {} ttl {}", addr(8)?, addr(24)?, packet.get(7)?);
            tos(out, (word >> 20) as u8);
            let (mut protocol, mut body) = (*packet.get(6)?, packet.get(40..)?);
            let mut whole = usize::from(u16_at(packet, 4)?);
            let (mut offset, mut more) = (0, false);
            while matches!(protocol, 0 | 43 | 60) {
                let len = 8 + 8 * usize::from(*body.get(1)?);
                let _ = write!(out, " header {protocol}");
                (protocol, body) = (*body.first()?, body.get(len..)?);
                whole = whole.checked_sub(len)?;
            }
            if protocol == 44 {
                let word = u16_at(body, 2)?;
                (offset, more) = (word & !7, word & 1 != 0);
                (protocol, body) = (*body.first()?, body.get(8..)?);
                whole = whole.checked_sub(8)?;
                out.push_str(" fragment-header");
            }
            fragment(out, protocol, offset, more, body, whole, inner)
        }
        _ => None,
    }
}

fn tos(out: &mut String, tos: u8) {
    if tos != 0 {
        let _ = write!(out, " tos {tos:#x}");
    }
}

fn fragment(
    out: &mut String,
    protocol: u8,
    offset: u16,
    more: bool,
    body: &[u8],
    whole: usize,
    inner: bool,
) -> Option<()> {
    if offset != 0 || more {
        let _ = write!(out, " frag {offset}{}", if more { "+" } else { "" });
    }
    if offset != 0 {
        let _ = write!(out, " proto {protocol}");
        rest(out, body, whole);
        return Some(());
    }
    match protocol {
        TCP => tcp(out, body, whole),
        UDP => {
            let _ = write!(out, " udp {} > {}", u16_at(body, 0)?, u16_at(body, 2)?);
            rest(out, body.get(8..)?, whole.checked_sub(8)?);
            Some(())
        }
        ICMP | ICMPV6 => icmp(out, protocol, body, whole, inner),
        _ => {
            let _ = write!(out, " proto {protocol}");
            rest(out, body, whole);
            Some(())
        }
    }
}

/// Numbers that real sockets choose are large.
fn number(n: u32) -> String {
    let random = 1 << 24..=u32::MAX - (1 << 20);
    if random.contains(&n) { "~".to_owned() } else { n.to_string() }
}

fn tcp(out: &mut String, body: &[u8], whole: usize) -> Option<()> {
    let _ = write!(out, " tcp {} > {} ", u16_at(body, 0)?, u16_at(body, 2)?);
    let flags = body.get(13).copied();
    let Some(flags) = flags else {
        out.push_str("cut");
        return Some(());
    };
    out.extend(FLAGS.chars().enumerate().filter(|(bit, _)| flags >> bit & 1 != 0).map(|(_, c)| c));
    let _ = write!(
        out,
        " seq {} ack {} win {}",
        number(u32_at(body, 4)?),
        number(u32_at(body, 8)?),
        u16_at(body, 14)?
    );
    let header = usize::from(*body.get(12)? >> 4) * 4;
    let mut options = body.get(20..header)?;
    while let Some(&kind) = options.first().filter(|k| **k != 0) {
        if kind == 1 {
            options = options.get(1..)?;
            continue;
        }
        let len = usize::from(*options.get(1)?).max(2);
        match kind {
            2 => {
                let _ = write!(out, " mss {}", u16_at(options, 2)?);
            }
            8 => out.push_str(" ts"),
            _ => {
                let _ = write!(out, " opt {kind}");
            }
        }
        options = options.get(len..)?;
    }
    rest(out, body.get(header..)?, whole.checked_sub(header)?);
    Some(())
}

fn icmp(out: &mut String, protocol: u8, body: &[u8], whole: usize, inner: bool) -> Option<()> {
    let (ty, code) = (*body.first()?, *body.get(1)?);
    let _ = write!(
        out,
        " icmp{} {ty}/{code} rest {:x}",
        if protocol == ICMP { "" } else { "6" },
        u32_at(body, 4)?
    );
    let error = if protocol == ICMP { matches!(ty, 3 | 4 | 5 | 11 | 12) } else { ty < 128 };
    let data = body.get(8..)?;
    if error && !inner {
        out.push_str(" [");
        if ip(out, data, true).is_none() {
            out.push_str(" cut");
        }
        out.push(']');
        return Some(());
    }
    if error {
        // The innermost packet may lack its checksum: it was quoted before an interface made it.
        let _ = write!(out, " quotes {}", data.len());
        return Some(());
    }
    if protocol == ICMPV6 && ty == 137 {
        return redirect(out, data);
    }
    rest(out, data, whole.checked_sub(8)?);
    Some(())
}

/// A redirect of neighbour discovery: the quoted packet's checksum may not have been made yet.
fn redirect(out: &mut String, data: &[u8]) -> Option<()> {
    let addr = |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(data.get(at..at + 16)?).ok()?));
    let _ = write!(out, " to {} by {}", addr(16)?, addr(0)?);
    let mut options = data.get(32..)?;
    while let Some(kind) = options.first() {
        let len = 8 * usize::from(*options.get(1)?).max(1);
        let _ = write!(out, " option {kind} {len}");
        if *kind == 4 {
            out.push_str(" [");
            if ip(out, options.get(8..len)?, true).is_none() {
                out.push_str(" cut");
            }
            out.push(']');
        }
        options = options.get(len..)?;
    }
    Some(())
}

/// Payload: its length as the header tells it, how much of it is here, and a sum over that.
fn rest(out: &mut String, data: &[u8], whole: usize) {
    if whole == 0 {
        return;
    }
    let sum = data.iter().fold(7u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(*byte)));
    if data.len() == whole {
        let _ = write!(out, " data {whole} {sum:04x}");
    } else {
        let _ = write!(out, " data {whole}, here {} {sum:04x}", data.len());
    }
}
