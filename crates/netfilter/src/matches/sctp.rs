//! `-m sctp`.

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::xtables::Cond;

/// Which of the chunks asked for must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// `any`: one of them.
    Any,
    /// `all` of them.
    All,
    /// `only`: no others.
    Only,
}

/// Flags asked of chunks of one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flags {
    /// The chunks' type, as the tool numbers it.
    pub ty: u8,
    /// Which flags are looked at.
    pub mask: u8,
    /// Which of them must be set.
    pub set: u8,
}

/// `--chunk-types`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunks {
    /// How.
    pub which: Which,
    /// Types: a bit each.
    pub types: [u64; 4],
    /// Flags, at most 4.
    pub flags: Vec<Flags>,
}

impl Chunks {
    /// Whether a type is asked for.
    pub fn has(&self, ty: u8) -> bool {
        has(&self.types, ty)
    }

    /// Asks for a type.
    pub fn add(&mut self, ty: u8) {
        if let Some(word) = self.types.get_mut(usize::from(ty) / 64) {
            *word |= 1 << (ty % 64);
        }
    }

    /// `match_flags`: the flags asked of this type are as asked.
    fn flags(&self, ty: u8, flags: u8) -> bool {
        self.flags.iter().find(|f| f.ty == ty).is_none_or(|f| flags & f.mask == f.set)
    }

    /// `match_packet`; `None` for a packet that is malformed.
    fn met(&self, chunks: &[u8]) -> Option<bool> {
        let mut wanted = self.types;
        let mut at = 0;
        loop {
            let [ty, flags, l0, l1] = raw::field(chunks, at)?;
            let len = usize::from(u16::from_be_bytes([l0, l1]));
            if len == 0 {
                return None;
            }
            at += len.next_multiple_of(4);
            match (self.which, self.has(ty) && self.flags(ty, flags)) {
                (Which::Any, true) => return Some(true),
                (Which::All, true) => {
                    if let Some(word) = wanted.get_mut(usize::from(ty) / 64) {
                        *word &= !(1 << (ty % 64));
                    }
                }
                (Which::Only, false) => return Some(false),
                _ => {}
            }
            if at >= chunks.len() {
                break;
            }
        }
        Some(match self.which {
            Which::Any => false,
            Which::All => wanted == [0; 4],
            Which::Only => true,
        })
    }
}

fn has(types: &[u64; 4], ty: u8) -> bool {
    types.get(usize::from(ty) / 64).is_some_and(|word| word >> (ty % 64) & 1 != 0)
}

/// Ports and chunks of an SCTP packet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sctp {
    /// `--sport`.
    pub sport: Option<Cond<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Cond<Range<u16>>>,
    /// `--chunk-types`.
    pub chunks: Option<Cond<Box<Chunks>>>,
}

impl Sctp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_sctp.c`: `sctp_mt`, `match_packet`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if raw::is_later_fragment(packet) {
            return Met::No;
        }
        let bytes = raw::opaque(packet, cx.env.payloads).unwrap_or_default();
        let Some([s0, s1, d0, d1, ..]) = raw::field::<12>(bytes, 0) else { return Met::Hotdrop };
        let ports = |c: Option<Cond<Range<u16>>>, port| c.is_none_or(|c| c.is.has(port) != c.not);
        if !ports(self.sport, u16::from_be_bytes([s0, s1]))
            || !ports(self.dport, u16::from_be_bytes([d0, d1]))
        {
            return Met::No;
        }
        let Some(c) = &self.chunks else { return Met::Yes };
        match c.is.met(bytes.get(12..).unwrap_or_default()) {
            Some(met) => (met != c.not).into(),
            None if c.not => Met::HotdropMet,
            None => Met::Hotdrop,
        }
    }
}
