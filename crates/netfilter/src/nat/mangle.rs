//! Packets are rewritten to their connection's mapping.

use packetwalk_trace::Manip;
use packetwalk_wire::checksum::{Sum, crc32c};
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{Icmp, IpHeader, Packet, Payload, Payloads, Quoted, Transport, icmp, proto};

use crate::conntrack::Tuple;

/// Rewrites one half of a packet to `target`'s. A message of ICMP other than a query keeps its second
/// word, and an unknown transport stays as it is.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `nf_nat_ipv4_manip_pkt`, `nf_nat_ipv6_manip_pkt`,
/// `l4proto_manip_pkt`. Checksums are made when a packet is emitted.
#[must_use = "false: the packet cannot be rewritten, and is to be dropped"]
pub(super) fn packet(packet: &mut Packet, target: &Tuple, manip: Manip, payloads: &mut Payloads) -> bool {
    if is_first_part(&packet.ip) {
        match (&mut packet.transport, target.protocol) {
            (Transport::Tcp(tcp), proto::TCP) => ports(&mut tcp.sport, &mut tcp.dport, target, manip),
            (Transport::Udp(udp), proto::UDP) => ports(&mut udp.sport, &mut udp.dport, target, manip),
            (Transport::Icmp(Icmp::Query { ty, id, .. }), protocol) if has_id(*ty, protocol) => {
                *id = target.icmp_id();
            }
            (Transport::Opaque { .. }, _) => {
                match opaque(&packet.ip, packet.payload, target, manip, payloads) {
                    Some(payload) => packet.payload = payload,
                    None => return false,
                }
            }
            _ => {}
        }
    }
    addresses(&mut packet.ip, target, manip);
    true
}

/// Rewrites one half of the packet that an ICMP error quotes; `body` is what is quoted behind its headers.
#[must_use = "false: the packet cannot be rewritten, and is to be dropped"]
pub(super) fn quoted(
    quoted: &mut Quoted,
    body: &mut Payload,
    target: &Tuple,
    manip: Manip,
    payloads: &mut Payloads,
) -> bool {
    if is_first_part(&quoted.ip) {
        match (&mut quoted.transport, target.protocol) {
            (QuotedTransport::Tcp(tcp), proto::TCP) => ports(&mut tcp.sport, &mut tcp.dport, target, manip),
            (QuotedTransport::Udp(udp), proto::UDP) => ports(&mut udp.sport, &mut udp.dport, target, manip),
            (QuotedTransport::Icmp { ty, id, .. }, protocol) if has_id(*ty, protocol) => {
                *id = target.icmp_id();
            }
            (QuotedTransport::Opaque { .. }, _) => match opaque(&quoted.ip, *body, target, manip, payloads) {
                Some(rewritten) => *body = rewritten,
                None => return false,
            },
            _ => {}
        }
    }
    addresses(&mut quoted.ip, target, manip);
    true
}

/// The bytes behind the IP header of SCTP and UDP-Lite with another port, and the checksum that goes with it. `None`
/// where they are too few, and of GRE where its version is not known.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `sctp_manip_pkt`, which makes the checksum of what is there anew, and
/// `udplite_manip_pkt`, which only takes the change into account. `gre_manip_pkt` changes nothing without PPTP.
fn opaque(
    ip: &IpHeader,
    body: Payload,
    target: &Tuple,
    manip: Manip,
    payloads: &mut Payloads,
) -> Option<Payload> {
    if !matches!(target.protocol, proto::SCTP | proto::UDPLITE | proto::GRE) {
        return Some(body);
    }
    let mut bytes = payloads.bytes(body).to_vec();
    let [s0, s1, d0, d1, _, _, c0, c1] = bytes.first_chunk_mut::<8>()?;
    if target.protocol == proto::GRE {
        return (manip == Manip::Src || *s1 & 7 <= 1).then_some(body);
    }
    let (port, field, old, new) = match manip {
        Manip::Src => (target.sport, [s0, s1], ip.src, target.src),
        Manip::Dst => (target.dport, [d0, d1], ip.dst, target.dst),
    };
    let [high, low] = port.to_be_bytes();
    let [at_high, at_low] = field;
    let before = [core::mem::replace(at_high, high), core::mem::replace(at_low, low)];
    if target.protocol == proto::UDPLITE {
        let rest = Sum::default().bytes(&[!*c0, !*c1]).bytes(&[high, low]).addr(new);
        let sum = rest.less(Sum::default().bytes(&before).addr(old)).finish();
        [*c0, *c1] = if sum == 0 { [0xff; 2] } else { sum.to_be_bytes() };
    } else if let Some((header, chunks)) = bytes.split_first_chunk_mut::<12>() {
        let sum = crc32c(&[&header[..8], &[0; 4], chunks]);
        header[8..].copy_from_slice(&sum.to_le_bytes());
    }
    Some(payloads.intern(&bytes))
}

const fn is_first_part(ip: &IpHeader) -> bool {
    match ip.frag {
        Some(frag) => frag.offset == 0,
        None => true,
    }
}

const fn ports(sport: &mut u16, dport: &mut u16, target: &Tuple, manip: Manip) {
    match manip {
        Manip::Src => *sport = target.sport,
        Manip::Dst => *dport = target.dport,
    }
}

const fn addresses(ip: &mut IpHeader, target: &Tuple, manip: Manip) {
    match manip {
        Manip::Src => ip.src = target.src,
        Manip::Dst => ip.dst = target.dst,
    }
}

/// ICMP types whose identifier NAT rewrites (`icmp_manip_pkt`, `icmpv6_manip_pkt`).
const fn has_id(ty: u8, protocol: u8) -> bool {
    match protocol {
        proto::ICMP => matches!(ty, icmp::v4::ECHO_REPLY | icmp::v4::ECHO | 13..=18),
        proto::ICMPV6 => matches!(ty, icmp::v6::ECHO | icmp::v6::ECHO_REPLY),
        _ => false,
    }
}
