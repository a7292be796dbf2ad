//! The header fields that IPv4 (RFC 791) and IPv6 (RFC 8200) share.

use std::net::IpAddr;

use crate::Extensions;

/// IPv4 or IPv6.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Family {
    /// `AF_INET`.
    V4,
    /// `AF_INET6`.
    V6,
}

impl Family {
    /// The family of an address.
    pub const fn of(addr: IpAddr) -> Self {
        match addr {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Address length in bits.
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// Length in bytes of the header that this simulator sends: no options, no extension headers.
    pub const fn header_len(self) -> u16 {
        match self {
            Self::V4 => 20,
            Self::V6 => 40,
        }
    }

    /// The unspecified address, `0.0.0.0` or `::`.
    pub const fn unspecified(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
            Self::V6 => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
        }
    }
}

/// IP protocol numbers (IANA, `include/uapi/linux/in.h`).
pub mod proto {
    /// ICMP for IPv4.
    pub const ICMP: u8 = 1;
    /// IGMP.
    pub const IGMP: u8 = 2;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// GRE.
    pub const GRE: u8 = 47;
    /// DCCP.
    pub const DCCP: u8 = 33;
    /// ESP.
    pub const ESP: u8 = 50;
    /// AH.
    pub const AH: u8 = 51;
    /// ICMP for IPv6.
    pub const ICMPV6: u8 = 58;
    /// IP payload compression.
    pub const IPCOMP: u8 = 108;
    /// SCTP.
    pub const SCTP: u8 = 132;
    /// Mobility.
    pub const MOBILITY: u8 = 135;
    /// UDP-Lite.
    pub const UDPLITE: u8 = 136;
}

/// A fragment's place in its datagram.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fragment {
    /// Offset in bytes, a multiple of 8.
    pub offset: u16,
    /// More fragments follow.
    pub more: bool,
}

/// An IP header. `src` and `dst` are of one family.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct IpHeader {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// TTL, or hop limit.
    pub ttl: u8,
    /// TOS (DSCP and ECN), or traffic class.
    pub tos: u8,
    /// Identification: of 16 bits (IPv4), or the fragment header's.
    pub id: u32,
    /// Don't fragment (IPv4 only).
    pub df: bool,
    /// Set when this is a part of a datagram.
    pub frag: Option<Fragment>,
    /// The transport checksum is wrong, as its sender made it: receivers and conntrack refuse it.
    pub bad_csum: bool,
    /// Extension headers (IPv6 only).
    pub ext: Extensions,
}

impl IpHeader {
    /// A header with TTL 64, TOS 0, no DF, id 0.
    pub const fn new(src: IpAddr, dst: IpAddr) -> Self {
        Self {
            src,
            dst,
            ttl: 64,
            tos: 0,
            id: 0,
            df: false,
            frag: None,
            bad_csum: false,
            ext: Extensions::NONE,
        }
    }

    /// Bytes of this header, with IPv6's extension headers.
    #[inline]
    pub const fn header_len(&self) -> u16 {
        match (self.family(), self.frag) {
            (Family::V6, Some(_)) => 48 + self.ext.len(),
            (Family::V6, None) => 40 + self.ext.len(),
            (Family::V4, _) => 20,
        }
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        Family::of(self.dst)
    }
}
