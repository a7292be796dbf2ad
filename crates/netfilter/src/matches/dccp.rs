//! `-m dccp`.

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::xtables::Cond;

/// Ports, types and one option of a DCCP header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dccp {
    /// `--sport`.
    pub sport: Option<Cond<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Cond<Range<u16>>>,
    /// `--dccp-types`, a bit each.
    pub types: Option<Cond<u16>>,
    /// `--dccp-option`.
    pub option: Option<Cond<u8>>,
}

impl Dccp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_dccp.c`: `dccp_mt`, `dccp_find_option`.
    pub fn met<H: Host>(self, cx: &Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if raw::is_later_fragment(packet) {
            return Met::No;
        }
        let bytes = raw::opaque(packet, cx.env.payloads).unwrap_or_default();
        let Some([s0, s1, d0, d1, offset, _, _, _, x, ..]) = raw::field::<12>(bytes, 0) else {
            return Met::Hotdrop;
        };
        let (ty, extended) = (x >> 1 & 0xf, x & 1 != 0);
        let ports = |c: Option<Cond<Range<u16>>>, port| c.is_none_or(|c| c.is.has(port) != c.not);
        if !ports(self.sport, u16::from_be_bytes([s0, s1]))
            || !ports(self.dport, u16::from_be_bytes([d0, d1]))
            || self.types.is_some_and(|c| (c.is >> ty & 1 != 0) == c.not)
        {
            return Met::No;
        }
        let Some(c) = self.option else { return Met::Yes };
        let start = if extended { 16 } else { 12 } + own_len(ty);
        let Some(options) = bytes.get(start..usize::from(offset) * 4) else {
            return if c.not { Met::HotdropMet } else { Met::Hotdrop };
        };
        (has_option(options, c.is) != c.not).into()
    }
}

/// Linux v6.18, `include/linux/dccp.h`: `dccp_packet_hdr_len`.
const fn own_len(ty: u8) -> usize {
    match ty {
        // Request.
        0 => 4,
        // Data.
        2 => 0,
        // Ack, DataAck, CloseReq, Close, Sync, SyncAck.
        3..=6 | 8 | 9 => 8,
        // Response, Reset and what is none.
        _ => 12,
    }
}

fn has_option(options: &[u8], kind: u8) -> bool {
    let mut at = 0;
    while let Some(&op) = options.get(at) {
        if op == kind {
            return true;
        }
        at += match options.get(at + 1) {
            Some(&len) if op >= 2 && len != 0 => usize::from(len),
            _ => 1,
        };
    }
    false
}
