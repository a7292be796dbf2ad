//! `-m ipv6header`: which extension headers there are.

use packetwalk_wire::extension::{self, kind};
use packetwalk_wire::proto;

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;

/// Bits for kinds of headers (`include/uapi/linux/netfilter_ipv6/ip6t_ipv6header.h`).
pub mod bit {
    /// Hop-by-hop options.
    pub const HOP_BY_HOP: u8 = 128;
    /// Destination options.
    pub const DESTINATION: u8 = 64;
    /// Routing.
    pub const ROUTING: u8 = 32;
    /// Fragment.
    pub const FRAGMENT: u8 = 16;
    /// Authentication.
    pub const AUTH: u8 = 8;
    /// Encrypted payload.
    pub const ESP: u8 = 4;
    /// Nothing.
    pub const NONE: u8 = 2;
    /// Any other.
    pub const PROTOCOL: u8 = 1;
}

/// `--header`, `--soft`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ipv6header {
    /// `!` stands before it.
    pub not: bool,
    /// Kinds.
    pub headers: u8,
    /// These, and others too.
    pub soft: bool,
}

impl Ipv6header {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_ipv6header.c`: `ipv6header_mt6`.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> Met {
        let there = match headers(raw::whole(cx)) {
            Ok(there) => there,
            Err(met) => return met,
        };
        let met = if self.soft {
            let inverted = if self.not { 0xff } else { 0 };
            (there ^ self.headers ^ inverted) & self.headers == 0
        } else {
            (there == self.headers) != self.not
        };
        met.into()
    }
}

/// The kinds of headers of a packet.
fn headers(bytes: &[u8]) -> Result<u8, Met> {
    let mut number = *bytes.get(6).ok_or(Met::Hotdrop)?;
    let mut at = 40;
    let mut there = 0;
    loop {
        there |= match number {
            kind::HOP_BY_HOP => bit::HOP_BY_HOP,
            kind::ROUTING => bit::ROUTING,
            kind::FRAGMENT => bit::FRAGMENT,
            kind::AUTH => bit::AUTH,
            kind::DESTINATION => bit::DESTINATION,
            kind::NONE => return Ok(there | bit::NONE),
            proto::ESP if bytes.len() >= at + 2 => return Ok(there | bit::ESP),
            proto::ESP => return Err(Met::No),
            _ => return Ok(there | bit::PROTOCOL),
        };
        let rest = bytes.get(at..).unwrap_or_default();
        let Some([next, _]) = raw::field(rest, 0) else { return Err(Met::No) };
        at += extension::len(number, rest).ok_or(Met::No)?;
        number = next;
        if at > bytes.len() {
            let ends = matches!(number, kind::NONE | proto::ESP);
            return Ok(if ends { there } else { there | bit::PROTOCOL });
        }
    }
}
