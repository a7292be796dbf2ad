//! ICMP messages that are about another packet: RELATED to its connection.

use std::net::IpAddr;

use packetwalk_wire::{CtInfo, CtRef, Family, Icmp, Instant, Packet, Payloads, Quoted, icmp};

use super::{Conntrack, Dir, Tuple, Zone};

/// What an ICMP message is to connection tracking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// A message of its own, tracked as such.
    Nothing,
    /// About this packet.
    Packet(Quoted),
    /// An error that cannot be read, or an unknown type.
    Invalid,
    /// Neighbour discovery and group management of IPv6.
    Untracked,
}

/// Highest ICMP type that is known (`NR_ICMP_TYPES`).
const HIGHEST_ICMP: u8 = 18;

pub(super) fn about(packet: &Packet, message: &Icmp) -> About {
    match packet.family() {
        Family::V4 => about_v4(message),
        Family::V6 => about_v6(packet, message),
    }
}

/// Linux v6.18, `nf_conntrack_proto_icmp.c`: `nf_conntrack_icmpv4_error`.
const fn about_v4(message: &Icmp) -> About {
    let (ty, _) = message.type_code();
    match (ty, message) {
        (
            icmp::v4::DEST_UNREACH
            | icmp::v4::SOURCE_QUENCH
            | icmp::v4::REDIRECT
            | icmp::v4::TIME_EXCEEDED
            | icmp::v4::PARAM_PROB,
            Icmp::Error { quoted, .. },
        ) => About::Packet(*quoted),
        (
            icmp::v4::DEST_UNREACH
            | icmp::v4::SOURCE_QUENCH
            | icmp::v4::REDIRECT
            | icmp::v4::TIME_EXCEEDED
            | icmp::v4::PARAM_PROB,
            _,
        ) => About::Invalid,
        _ if ty > HIGHEST_ICMP => About::Invalid,
        _ => About::Nothing,
    }
}

/// Linux v6.18, `nf_conntrack_proto_icmpv6.c`: `nf_conntrack_icmpv6_error`,
/// `nf_conntrack_icmpv6_redirect`.
const fn about_v6(packet: &Packet, message: &Icmp) -> About {
    let (ty, code) = message.type_code();
    match (ty, message) {
        // Listener query, report and done, the four of neighbour discovery, MLDv2 report, MRDISC.
        (130..=136 | 143 | 151 | 152, _) => About::Untracked,
        (icmp::v6::REDIRECT, _) if code != 0 => About::Nothing,
        (icmp::v6::REDIRECT, _) if packet.ip.ttl != 255 || !is_link_local(packet.ip.src) => About::Invalid,
        (0..128 | icmp::v6::REDIRECT, Icmp::Error { quoted, .. }) => About::Packet(*quoted),
        (0..128, _) => About::Invalid,
        _ => About::Nothing,
    }
}

/// An IPv4 message of a type that is not known.
pub(super) fn is_unknown(packet: &Packet) -> bool {
    packet.family() == Family::V4 && packet.icmp().is_some_and(|message| message.type_code().0 > HIGHEST_ICMP)
}

/// An address with all its digits (`%pI6`).
fn full(addr: IpAddr) -> String {
    match addr {
        IpAddr::V4(addr) => addr.to_string(),
        IpAddr::V6(addr) => addr.segments().map(|word| format!("{word:04x}")).join(":"),
    }
}

const fn is_link_local(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(_) => false,
        IpAddr::V6(a) => a.is_unicast_link_local(),
    }
}

impl Conntrack {
    /// The connection of the packet that an error quotes. The error goes against the quoted packet, so
    /// the quoted tuple is inverted; the error must be addressed to that direction's destination.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_proto_icmp.c`: `nf_conntrack_inet_error`.
    pub(super) fn related(
        &mut self,
        packet: &Packet,
        quoted: &Quoted,
        payloads: &Payloads,
        zone: Zone,
        now: Instant,
    ) -> Option<CtRef> {
        let inner = Tuple::of_quoted(quoted, payloads.bytes(packet.payload))?.invert()?;
        let (r, dir) = self.find(&inner, zone, now)?;
        let inner = self.get(r)?.tuple(dir).dst;
        if inner != packet.ip.dst {
            self.complain(packet, &format!("outer daddr {} != inner {}", full(packet.ip.dst), full(inner)));
            return None;
        }
        let info = if dir == Dir::Reply { CtInfo::RelatedReply } else { CtInfo::Related };
        Some(CtRef { info, ..r })
    }
}
