//! Packets are rewritten to their connection's mapping.

use packetwalk_trace::Manip;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{Icmp, IpHeader, Packet, Quoted, Transport, icmp, proto};

use crate::conntrack::Tuple;

/// Rewrites one half of a packet to `target`'s. A message of ICMP other than a query keeps its second
/// word, and an unknown transport stays as it is.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `nf_nat_ipv4_manip_pkt`, `nf_nat_ipv6_manip_pkt`,
/// `l4proto_manip_pkt`. Checksums are made when a packet is emitted.
pub(super) const fn packet(packet: &mut Packet, target: &Tuple, manip: Manip) {
    if is_first_part(&packet.ip) {
        match (&mut packet.transport, target.protocol) {
            (Transport::Tcp(tcp), proto::TCP) => ports(&mut tcp.sport, &mut tcp.dport, target, manip),
            (Transport::Udp(udp), proto::UDP) => ports(&mut udp.sport, &mut udp.dport, target, manip),
            (Transport::Icmp(Icmp::Query { ty, id, .. }), protocol) if has_id(*ty, protocol) => {
                *id = target.icmp_id();
            }
            _ => {}
        }
    }
    addresses(&mut packet.ip, target, manip);
}

/// Rewrites one half of the packet that an ICMP error quotes.
pub(super) const fn quoted(quoted: &mut Quoted, target: &Tuple, manip: Manip) {
    if is_first_part(&quoted.ip) {
        match (&mut quoted.transport, target.protocol) {
            (QuotedTransport::Tcp(tcp), proto::TCP) => ports(&mut tcp.sport, &mut tcp.dport, target, manip),
            (QuotedTransport::Udp(udp), proto::UDP) => ports(&mut udp.sport, &mut udp.dport, target, manip),
            (QuotedTransport::Icmp { ty, id, .. }, protocol) if has_id(*ty, protocol) => {
                *id = target.icmp_id();
            }
            _ => {}
        }
    }
    addresses(&mut quoted.ip, target, manip);
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
