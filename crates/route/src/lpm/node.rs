//! A node of the tree: the prefixes of six bits below it, as bits.
//!
//! A prefix of a node that is `r` bits longer than the node's own (1 to 6) has the place `2^r` plus these bits, as in
//! a heap: places 2 to 63 for the shorter ones, 64 to 127 for those of six bits. The bits of places 0 and 1 are flags.

use super::pool::HEAD;

/// How many bits a node decides.
pub const STRIDE: u8 = 6;

/// There are nodes below.
const PARENT: u64 = 1;
/// It is no node, but a leaf.
pub const LEAF: u64 = 1 << 63;

/// The bit of a place: of the shorter prefixes, the longest come first.
const fn bit(place: u32) -> u32 {
    if place >= 64 { place - 64 } else { (64 - place) & 63 }
}

/// The bits of the places that cover six bits, but for the one of all six.
const COVERS: [u64; 64] = {
    let mut covers = [0; 64];
    let mut six = 0;
    while six < 64 {
        let mut r = 1;
        while r < STRIDE {
            covers[six] |= 1 << bit((1 << r) | (six as u32 >> (STRIDE - r)));
            r += 1;
        }
        six += 1;
    }
    covers
};

/// How many bits the short places stand for.
const BITS: [u8; 64] = {
    let mut bits = [0; 64];
    let mut place = 1;
    while place < 64 {
        bits[bit(place) as usize] = bits_of(place);
        place += 1;
    }
    bits
};

/// The place of the first `r` of six bits.
pub const fn place(six: u32, r: u8) -> u32 {
    (1 << r) | (six >> (STRIDE - r))
}

/// How many bits a place stands for.
pub const fn bits_of(place: u32) -> u8 {
    (place | 1).ilog2() as u8
}

/// Which prefixes a node has.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Node {
    /// Places 2 to 63, and the flags.
    pub short: u64,
    /// Places 64 to 127.
    pub long: u64,
}

impl Node {
    pub(super) const fn has(self, place: u32) -> bool {
        let word = if place >= 64 { self.long } else { self.short };
        word >> bit(place) & 1 != 0
    }

    pub(super) const fn flipped(mut self, place: u32) -> Self {
        if place >= 64 {
            self.long ^= 1 << bit(place);
        } else {
            self.short ^= 1 << bit(place);
        }
        self
    }

    /// There are nodes below.
    #[inline]
    pub(super) const fn parent(self) -> bool {
        self.short & PARENT != 0
    }

    pub(super) const fn with_parent(self, parent: bool) -> Self {
        Self { short: self.short & !PARENT | parent as u64, ..self }
    }

    /// It is a leaf.
    #[inline]
    pub(super) const fn leaf(self) -> bool {
        self.short & LEAF != 0
    }

    /// Nothing is here or below.
    pub(super) const fn vacant(self) -> bool {
        self.short | self.long == 0
    }

    /// The bits of the short places that are taken.
    pub(super) const fn shorts(self) -> u64 {
        self.short & !PARENT
    }

    /// Where the number of a place stands among the node's, or would: 0 and up for long places, -1 and down for short
    /// ones.
    pub(super) const fn index(self, place: u32) -> i32 {
        let before = (1 << bit(place)) - 1;
        if place >= 64 {
            (self.long & before).count_ones() as i32
        } else {
            !((self.shorts() & before).count_ones() as i32)
        }
    }

    /// The short places that cover six bits.
    #[inline]
    fn fit(self, six: u32) -> u64 {
        self.short & COVERS.get(six as usize & 63).copied().unwrap_or(0)
    }

    /// The longest prefix that covers these six bits: how far from the node its number is, if none are below, and how many
    /// bits it has.
    ///
    /// A lookup in a large table waits for its node, and the processor begins the next lookups meanwhile: as many as it has
    /// room for what waits. Few instructions that depend on the node are worth more than none of its branches foreseen
    /// wrongly.
    #[inline]
    pub(super) fn longest(self, six: u32) -> Option<(u32, u8)> {
        let upto = self.long << (!six & 63);
        if upto >> 63 != 0 {
            return Some((HEAD - 1 + upto.count_ones(), STRIDE));
        }
        let fit = self.fit(six);
        if fit == 0 {
            return None;
        }
        let before = self.short & (fit & fit.wrapping_neg()).wrapping_sub(1);
        Some((!before.count_ones(), BITS.get(fit.trailing_zeros() as usize).copied().unwrap_or(0)))
    }

    /// The longest place for these six bits with less than `r` bits; 0 when there is none.
    pub(super) fn best_below(mut self, six: u32, r: u8) -> u32 {
        if r <= STRIDE {
            self.long = 0;
            self.short &= u64::MAX.checked_shl(65 - (1 << r)).unwrap_or(0);
        }
        if self.long >> (six & 63) & 1 != 0 {
            return 64 | six;
        }
        let fit = self.fit(six);
        if fit == 0 { 0 } else { 64 - fit.trailing_zeros() }
    }
}
