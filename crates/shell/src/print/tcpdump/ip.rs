//! IPv4, and the choice among the protocols above IP.
//!
//! # Source
//! tcpdump 4.99.3, `print-ip.c`: `ip_print`; `print-ip-demux.c`: `ip_demux_print`.

use std::net::IpAddr;

use packetwalk_wire::checksum::Sum;
use packetwalk_wire::proto;

use super::dissect::{Cut, Dissect, Fields, Print, bits, first, name};
use super::{gre, icmp, icmp6, igmp, put, sctp, tcp, udp};

/// `ipproto_values`.
#[rustfmt::skip]
pub(super) const PROTOCOLS: [(u8, &str); 28] = [
    (0, "Options"), (1, "ICMP"), (2, "IGMP"), (4, "IPIP"), (6, "TCP"), (8, "EGP"), (9, "IGRP"),
    (17, "UDP"), (33, "DCCP"), (41, "IPv6"), (43, "Routing"), (44, "Fragment"), (46, "RSVP"), (47, "GRE"),
    (50, "ESP"), (51, "AH"), (55, "Mobile IP"), (58, "ICMPv6"), (62, "Mobile IP (old)"), (88, "EIGRP"),
    (89, "OSPF"), (103, "PIM"), (108, "Compressed IP"), (112, "VRRP"), (113, "PGM"), (132, "SCTP"),
    (135, "Mobility"), (143, "Ethernet"),
];

/// What the protocols above IP see of it.
#[derive(Clone, Copy)]
pub(super) struct Network {
    pub src: IpAddr,
    pub dst: IpAddr,
    /// The protocol that the IP header names: not the transport when extension headers follow.
    pub next: u8,
    /// Part of a fragmented datagram.
    pub fragmented: bool,
}

impl Network {
    /// The checksum field's right value when `sum`, over everything, is not zero (`in_cksum_shouldbe`).
    pub fn should_be(field: u16, sum: u16) -> u16 {
        let sum = u32::from(field) + u32::from(sum);
        let folded = (sum & 0xffff) + (sum >> 16);
        (folded + (folded >> 16)) as u16
    }

    /// The sum over pseudo header and segment: zero when the checksum is right.
    pub fn sum(&self, protocol: u8, segment: &[u8]) -> u16 {
        Sum::default().pseudo(self.src, self.dst, protocol, segment.len()).bytes(segment).finish()
    }
}

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "ip";
    let version = b.u8(0)? >> 4;
    if version != 4 {
        put!(d.out, "IP{version}");
        d.invalid();
        return Ok(());
    }
    if !d.style.link {
        d.text("IP ");
    }
    Cut::printer(b.array::<20>(0))?;
    let header_len = usize::from(b.u8(0)? & 0xf) * 4;
    let total = usize::from(b.u16(2)?);
    if len < total {
        put!(d.out, "truncated-ip - {} bytes missing! ", total - len);
    }
    let b = first(b, total);
    let Some(rest) = total.checked_sub(header_len) else {
        put!(d.out, "bad-len {total}");
        return Ok(());
    };
    let (word, ttl, protocol) = (b.u16(6)?, b.u8(8)?, b.u8(9)?);
    let (src, dst) = (b.ipv4(12)?, b.ipv4(16)?);
    let offset = usize::from(word & 0x1fff) * 8;
    if d.verbose(1) {
        let tos = b.u8(1)?;
        let ecn = ["", ",ECT(1)", ",ECT(0)", ",CE"];
        put!(d.out, "(tos 0x{tos:x}{}", ecn.get(usize::from(tos & 3)).unwrap_or(&""));
        if ttl >= 1 {
            put!(d.out, ", ttl {ttl}");
        }
        let flags = bits(&[(0x2000, "+"), (0x4000, "DF"), (0x8000, "rsvd")], u32::from(word), ", ", "none");
        let protocol_name = name(&PROTOCOLS, protocol).unwrap_or("unknown");
        put!(d.out, ", id {}, offset {offset}, flags [{flags}]", b.u16(4)?);
        put!(d.out, ", proto {protocol_name} ({protocol}), length {total}");
        if let (false, Some(header)) = (d.style.no_checksums, b.get(..header_len)) {
            let sum = Sum::default().bytes(header).finish();
            if sum != 0 {
                let field = b.u16(10)?;
                put!(d.out, ", bad cksum {field:x} (->{:x})!", Network::should_be(field, sum));
            }
        }
        d.text(")\n    ");
    }
    if offset != 0 {
        if d.style.quiet <= 1 {
            put!(d.out, "{src} > {dst}: ip-proto-{protocol}");
        }
        return Ok(());
    }
    if !matches!(protocol, proto::TCP | proto::UDP | proto::SCTP | 33) {
        put!(d.out, "{src} > {dst}: ");
    }
    let network =
        Network { src: src.into(), dst: dst.into(), next: protocol, fragmented: word & 0x2000 != 0 };
    upper(d, &network, protocol, b.from(header_len)?, rest)
}

/// What is above IP; `len` is its length on the wire.
pub(super) fn upper(d: &mut Dissect<'_>, network: &Network, protocol: u8, b: &[u8], len: usize) -> Print {
    match (protocol, network.src) {
        (proto::TCP, _) => tcp::print(d, network, b, len),
        (proto::UDP, _) => udp::print(d, network, b, len),
        (proto::ICMP, IpAddr::V4(_)) => icmp::print(d, network, b, len),
        (proto::ICMPV6, IpAddr::V6(_)) => icmp6::print(d, network, b, len),
        (proto::IGMP, IpAddr::V4(_)) => igmp::print(d, b, len),
        (proto::ICMP | proto::IGMP, _) => {
            requires(d, protocol, 4);
            Ok(())
        }
        (proto::ICMPV6, _) => {
            requires(d, protocol, 6);
            Ok(())
        }
        (proto::SCTP, _) => sctp::print(d, network, b, len),
        (proto::GRE, _) => gre::print(d, b, len),
        (proto::ESP, _) => esp(d, b, len),
        (59, _) => {
            d.text("no next header");
            Ok(())
        }
        _ => {
            put!(d.out, " ip-proto-{protocol} {len}");
            Ok(())
        }
    }
}

fn requires(d: &mut Dissect<'_>, protocol: u8, version: u8) {
    put!(d.out, "[{} requires IPv{version}]", name(&PROTOCOLS, protocol).unwrap_or("unknown"));
    d.invalid();
}

/// `print-esp.c`: `esp_print`, without keys.
fn esp(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "esp";
    if b.len() <= 8 {
        d.truncated();
        return Ok(());
    }
    put!(d.out, "ESP(spi=0x{:08x},seq=0x{:x}), length {len}", b.u32(0)?, b.u32(4)?);
    Ok(())
}
