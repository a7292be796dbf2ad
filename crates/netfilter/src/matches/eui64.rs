//! `-m eui64`: an IPv6 address made of the frame's source.

use std::net::IpAddr;

use packetwalk_trace::Hook;
use packetwalk_wire::{Mac, Skb};

use crate::context::Scope;

/// Has no option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Eui64;

/// Only where a packet came in.
pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward]);

impl Eui64 {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_eui64.c`: `eui64_mt6`. Over `lo` the source is all zeros.
    pub fn met(self, skb: &Skb) -> bool {
        let Mac([a, b, c, d, e, f]) = skb.mac.map_or(Mac::ZERO, |(src, _)| src);
        let IpAddr::V6(src) = skb.packet.ip.src else { return false };
        src.to_bits() as u64 == u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f])
    }
}
