//! Packets as bytes, for what reads them as they are.

use packetwalk_wire::extension::{self, kind};
use packetwalk_wire::{Family, Packet, Payloads, Transport, emit, proto};

use crate::context::Cx;
use crate::env::Host;

/// The whole packet from its IP header on.
pub(crate) fn whole<'a, H: Host>(cx: &'a mut Cx<'_, '_, H>) -> &'a [u8] {
    let bytes = &mut cx.shared.bytes;
    bytes.clear();
    emit::packet(&cx.skb.packet, cx.env.payloads, bytes);
    bytes
}

/// What is taken for the transport header of a fragment that is not the first: the bytes behind the IP
/// header, or in IPv6, where the search for it ends early, the IP header itself.
///
/// # Source
/// Linux v6.18, `net/ipv6/exthdrs_core.c`: `ipv6_find_hdr`, which leaves its offset as it was.
pub(crate) fn fragment<'a, H: Host>(cx: &'a mut Cx<'_, '_, H>) -> &'a [u8] {
    match cx.skb.packet.family() {
        Family::V4 => cx.env.payloads.bytes(cx.skb.packet.payload),
        Family::V6 => whole(cx),
    }
}

/// What follows the IP header of a packet whose transport header is not read elsewhere; `None` of
/// TCP, UDP and ICMP.
pub(crate) fn opaque<'a>(packet: &Packet, payloads: &'a Payloads) -> Option<&'a [u8]> {
    match packet.transport {
        Transport::Opaque { .. } => Some(payloads.bytes(packet.payload)),
        _ => None,
    }
}

/// A fragment that is not the first.
pub(crate) const fn is_later_fragment(packet: &Packet) -> bool {
    matches!(packet.ip.frag, Some(f) if f.offset != 0)
}

/// `N` bytes at `at`; `None` when the packet ends before.
pub(crate) fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// Why an extension header is not found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    /// ENOENT: it is not there.
    NotThere,
    /// EBADMSG: the packet ends inside a header.
    CutShort,
}

/// Whether a packet may have extension headers at all.
pub(crate) fn has_extensions(packet: &Packet) -> bool {
    packet.family() == Family::V6 && (packet.ip.frag.is_some() || !packet.ip.ext.is_empty())
}

/// Where the first extension header of this kind begins in a packet.
///
/// # Source
/// Linux v6.18, `net/ipv6/exthdrs_core.c`: `ipv6_find_hdr`, with a target and without flags.
pub(crate) fn find(bytes: &[u8], target: u8) -> Result<usize, Missing> {
    let mut number = *bytes.get(6).ok_or(Missing::CutShort)?;
    let mut at = 40;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let extension = matches!(
            number,
            kind::HOP_BY_HOP | kind::ROUTING | kind::FRAGMENT | kind::AUTH | kind::DESTINATION
        );
        if !extension {
            return if number == target { Ok(at) } else { Err(Missing::NotThere) };
        }
        let Some([next, _]) = field(rest, 0) else { return Err(Missing::CutShort) };
        let need = match number {
            kind::ROUTING | kind::FRAGMENT => 4,
            _ => 2,
        };
        if rest.len() < need {
            return Err(Missing::CutShort);
        }
        if number == target {
            return Ok(at);
        }
        let later = number == kind::FRAGMENT && field(rest, 2).map_or(0, u16::from_be_bytes) & !7 != 0;
        match extension::len(number, rest) {
            Some(len) if !later => at += len,
            _ => return Err(Missing::NotThere),
        }
        number = next;
    }
}

/// Where a protocol's header has its ports, or what is taken for them.
///
/// # Source
/// Linux v6.18, `net/netfilter/utils.c`: `proto_ports_offset`.
pub(crate) const fn ports_offset(protocol: u8) -> Option<usize> {
    match protocol {
        proto::TCP | proto::UDP | proto::SCTP | proto::UDPLITE | proto::ESP | proto::DCCP => Some(0),
        proto::AH => Some(4),
        _ => None,
    }
}

/// What stands where the protocol has its ports; 0 of one that has none, `None` when it is cut short.
pub(crate) fn ports(packet: &Packet, payloads: &Payloads) -> Option<(u16, u16)> {
    if let Some(ports) = packet.ports() {
        return Some(ports);
    }
    let Some(at) = ports_offset(packet.protocol()) else { return Some((0, 0)) };
    let [a, b, c, d] = field(payloads.bytes(packet.payload), at)?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}
