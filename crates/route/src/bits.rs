//! Addresses of both families as bits, left-aligned in 128.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use packetwalk_wire::Family;

/// An address's bits from the top.
pub const fn of(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => (a.to_bits() as u128) << 96,
        IpAddr::V6(a) => a.to_bits(),
    }
}

/// The address of these bits.
pub const fn addr(bits: u128, family: Family) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from_bits((bits >> 96) as u32)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// The mask of a prefix length.
pub const fn mask(len: u8) -> u128 {
    match len {
        0 => 0,
        1..=127 => !0 << (128 - len),
        _ => !0,
    }
}

/// Whether both share their first `len` bits and are of one family.
pub const fn same_net(a: IpAddr, b: IpAddr, len: u8) -> bool {
    match (a, b) {
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        _ => (of(a) ^ of(b)) & mask(len) == 0,
    }
}

/// The network of an address, host bits cleared.
pub fn net(address: IpAddr, len: u8) -> IpNet {
    let len = len.min(Family::of(address).bits());
    let base = addr(of(address) & mask(len), Family::of(address));
    IpNet::new(base, len).unwrap_or_else(|_| IpNet::from(base))
}

/// The first address of a network: its own.
pub const fn first(address: IpAddr, len: u8) -> IpAddr {
    match address {
        IpAddr::V4(a) => {
            let mask = if len == 0 { 0 } else { u32::MAX << (32 - if len > 32 { 32 } else { len }) };
            IpAddr::V4(Ipv4Addr::from_bits(a.to_bits() & mask))
        }
        IpAddr::V6(a) => IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() & mask(len))),
    }
}

/// The last address of a network: its broadcast address in IPv4.
pub const fn last(address: IpAddr, len: u8) -> IpAddr {
    addr(of(address) | !mask(len), Family::of(address))
}

/// An address with every bit as its prefix is long: /32 or /128.
pub fn host(address: IpAddr) -> IpNet {
    IpNet::from(address)
}

/// 255.255.255.255.
pub fn is_lbcast(addr: IpAddr) -> bool {
    addr == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// 0.0.0.0/8 (`ipv4_is_zeronet` is exact since 5.3: only 0.0.0.0), or `::`.
pub const fn is_zero(addr: IpAddr) -> bool {
    of(addr) == 0
}

/// 224.0.0.0/24, the link's own groups.
pub const fn is_local_multicast(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(a) => matches!(a.octets(), [224, 0, 0, _]),
        IpAddr::V6(_) => false,
    }
}

/// fe80::/10.
pub const fn is_link_local6(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V4(_) => false,
        IpAddr::V6(a) => a.segments()[0] & 0xffc0 == 0xfe80,
    }
}
