//! Link headers: Ethernet, and `LINUX_SLL2` of `-i any`.
//!
//! # Source
//! tcpdump 4.99.3, `print-ether.c`, `print-sll.c`.

use packetwalk_wire::emit::ethertype;

use super::dissect::{Dissect, Fields, Print, name};
use super::{Cooked, Way, arp, ip, ip6, put};

/// Bytes of an Ethernet header.
pub(super) const ETHERNET_LEN: usize = 14;
/// Bytes of a `LINUX_SLL2` header.
pub(super) const COOKED_LEN: usize = 20;

/// `ethertype_values`, those that a frame can carry here.
pub(super) const ETHERTYPES: [(u16, &str); 3] =
    [(ethertype::IPV4, "IPv4"), (ethertype::IPV6, "IPv6"), (ethertype::ARP, "ARP")];

/// `ether_common_print`; `len` is the frame's length on the wire.
pub(super) fn ethernet(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "ether";
    let (dst, src, ty) = (b.mac(0)?, b.mac(6)?, b.u16(12)?);
    if d.style.link {
        put!(d.out, "{src} > {dst}, ");
        match (name(&ETHERTYPES, ty), d.style.quiet) {
            (name, 0) => put!(d.out, "ethertype {} (0x{ty:04x})", name.unwrap_or("Unknown")),
            (Some(name), _) => d.text(name),
            (None, _) => put!(d.out, "Unknown Ethertype (0x{ty:04x})"),
        }
        put!(d.out, ", length {len}: ");
    }
    payload(d, ty, b.from(ETHERNET_LEN)?, len - ETHERNET_LEN)
}

/// `sll2_if_print`.
pub(super) fn cooked(d: &mut Dissect<'_>, cooked: &Cooked, b: &[u8], len: usize) -> Print {
    d.protocol = "sll2";
    b.array::<COOKED_LEN>(0)?;
    let ty = b.u16(0)?;
    let way = match cooked.way {
        Way::In => "In",
        Way::Broadcast => "B",
        Way::Multicast => "M",
        Way::OtherHost => "P",
        Way::Out => "Out",
    };
    put!(d.out, "{:<5} {way:<3} ", cooked.name.as_str());
    if d.style.link {
        put!(d.out, "ifindex {} {} ", cooked.index.0, b.mac(12)?);
        if d.style.quiet == 0 {
            let name = name(&ETHERTYPES, ty).unwrap_or("Unknown");
            put!(d.out, "ethertype {name} (0x{ty:04x}), length {len}: ");
        }
    }
    payload(d, ty, b.from(COOKED_LEN)?, len - COOKED_LEN)
}

/// Puts a `LINUX_SLL2` header in the place of a frame's Ethernet header.
///
/// # Source
/// <https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html>
pub(super) fn cook(cooked: &Cooked, frame: &mut Vec<u8>) {
    let (Ok(src), Ok(ty)) = (frame.mac(6), frame.u16(12)) else { return };
    let way = match cooked.way {
        Way::In => 0,
        Way::Broadcast => 1,
        Way::Multicast => 2,
        Way::OtherHost => 3,
        Way::Out => 4,
    };
    let mut header = Vec::with_capacity(COOKED_LEN);
    header.extend_from_slice(&ty.to_be_bytes());
    header.extend_from_slice(&[0; 2]);
    header.extend_from_slice(&cooked.index.0.to_be_bytes());
    // ARPHRD_ETHER, or ARPHRD_LOOPBACK.
    let hatype: u16 = if cooked.name.as_str() == "lo" { 772 } else { 1 };
    header.extend_from_slice(&hatype.to_be_bytes());
    header.extend_from_slice(&[way, 6]);
    header.extend_from_slice(&src.0);
    header.extend_from_slice(&[0; 2]);
    frame.splice(..ETHERNET_LEN, header);
}

fn payload(d: &mut Dissect<'_>, ty: u16, b: &[u8], len: usize) -> Print {
    match ty {
        ethertype::IPV4 => ip::print(d, b, len),
        ethertype::IPV6 => ip6::print(d, b, len),
        ethertype::ARP => arp::print(d, b, len),
        _ => Ok(()),
    }
}
