//! `-m icmp` and `-m icmp6`.

use packetwalk_wire::Packet;

use super::range::Range;
use crate::context::Met;

/// `--icmp-type`: type and codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Icmp {
    /// `!` stands before it.
    pub not: bool,
    /// Type; 255 is any.
    pub ty: u8,
    /// Codes.
    pub codes: Range<u8>,
}

impl Icmp {
    /// `any`.
    pub const ANY: Self = Self { not: false, ty: 255, codes: Range::new(0, 255) };

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpudp.c`: `icmp_match`.
    pub fn met(&self, packet: &Packet) -> Met {
        let (ty, code) = match type_code(packet) {
            Ok(pair) => pair,
            Err(met) => return met,
        };
        ((self.ty == 255 || (self.ty == ty && self.codes.has(code))) != self.not).into()
    }
}

/// `--icmpv6-type`: type and codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Icmp6 {
    /// `!` stands before it.
    pub not: bool,
    /// Type.
    pub ty: u8,
    /// Codes.
    pub codes: Range<u8>,
}

impl Icmp6 {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpudp.c`: `icmp6_match`.
    pub fn met(&self, packet: &Packet) -> Met {
        let (ty, code) = match type_code(packet) {
            Ok(pair) => pair,
            Err(met) => return met,
        };
        ((self.ty == ty && self.codes.has(code)) != self.not).into()
    }
}

fn type_code(packet: &Packet) -> Result<(u8, u8), Met> {
    if packet.ip.frag.is_some_and(|f| f.offset != 0) {
        return Err(Met::No);
    }
    packet.icmp().map(packetwalk_wire::Icmp::type_code).ok_or(Met::Hotdrop)
}
