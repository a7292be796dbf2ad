//! A node of the tree: the prefixes of six bits below it, as bits.
//!
//! A prefix of a node that is `r` bits longer than the node's own (1 to 6) has the place `2^r` plus these bits, as in
//! a heap: places 2 to 63 for the shorter ones, 64 to 127 for those of six bits. Place 1 is the empty prefix, which
//! the root alone has. Place 0 tells that there are nodes below, and takes up a word as a prefix does.

/// How many bits a node decides.
pub const STRIDE: u8 = 6;

/// The bit of a place: of the shorter prefixes, the longest come first.
const fn bit(place: u32) -> u32 {
    if place >= 64 { place - 64 } else { (64 - place) & 63 }
}

/// The bits of the places that cover six bits, but for the one of all six.
const COVERS: [u64; 64] = {
    let mut covers = [0; 64];
    let mut six = 0;
    while six < 64 {
        let mut r = 0;
        while r < STRIDE {
            covers[six] |= 1 << bit((1 << r) | (six as u32 >> (STRIDE - r)));
            r += 1;
        }
        six += 1;
    }
    covers
};

/// How many bits the short places stand for, and then the long ones.
const BITS: [u8; 128] = {
    let mut bits = [STRIDE; 128];
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

/// Where the numbers of a node's prefixes are, and which there are.
#[derive(Clone, Copy, Default, Debug)]
#[repr(Rust, packed(4))]
pub struct Node {
    /// Places 0 to 63.
    pub short: u64,
    /// Places 64 to 127.
    pub long: u64,
    /// Its place in the pool: numbers of long places begin here, those of short ones go down from here.
    pub base: u32,
}

impl Node {
    pub(super) const fn has(self, place: u32) -> bool {
        let word = if place >= 64 { self.long } else { self.short };
        word >> bit(place) & 1 != 0
    }

    pub(super) const fn flip(&mut self, place: u32) {
        if place >= 64 {
            self.long ^= 1 << bit(place);
        } else {
            self.short ^= 1 << bit(place);
        }
    }

    /// There are nodes below.
    #[inline]
    pub(super) const fn parent(self) -> bool {
        self.short & 1 != 0
    }

    /// Nothing is here or below.
    pub(super) const fn vacant(self) -> bool {
        self.short | self.long == 0
    }

    /// How many places of a place's kind come before it.
    pub(super) const fn rank(self, place: u32) -> u32 {
        let word = if place >= 64 { self.long } else { self.short };
        (word & ((1 << bit(place)) - 1)).count_ones()
    }

    /// The longest prefix that covers these six bits. Without branches: which kind of place it has cannot be foreseen.
    #[inline]
    pub(super) fn best(self, six: u32) -> Best {
        let six = six & 63;
        let long = 0u64.wrapping_sub(self.long >> six & 1);
        let fit = self.short & COVERS.get(six as usize).copied().unwrap_or(0);
        Best { long, first: (1 << six & long) | (fit & fit.wrapping_neg() & !long) }
    }

    /// The longest place for these six bits with less than `r` bits; 0 when there is none.
    pub(super) fn best_below(mut self, six: u32, r: u8) -> u32 {
        if r <= STRIDE {
            self.long = 0;
            self.short &= u64::MAX.checked_shl(65 - (1 << r)).unwrap_or(0);
        }
        self.best(six).place()
    }
}

/// The longest prefix of a node for some bits.
#[derive(Clone, Copy)]
pub struct Best {
    /// All bits are set if its place is a long one.
    long: u64,
    /// The bit of its place; 0 when there is none.
    pub first: u64,
}

impl Best {
    /// How many bits it has.
    #[inline]
    pub(super) fn bits(self) -> u8 {
        let at = self.first.trailing_zeros() | 64 & self.long as u32;
        BITS.get(at as usize & 127).copied().unwrap_or(0)
    }

    /// Where its number is in the pool, if no node is below.
    #[inline]
    pub(super) const fn at(self, node: Node) -> u32 {
        let word = (node.long & self.long) | (node.short & !self.long);
        let rank = (word & self.first.wrapping_sub(1)).count_ones();
        node.base.wrapping_add(rank ^ !self.long as u32)
    }

    const fn place(self) -> u32 {
        let bit = self.first.trailing_zeros();
        if self.long != 0 { 64 | bit } else { 64 - bit }
    }
}
