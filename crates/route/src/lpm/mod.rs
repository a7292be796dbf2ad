//! Longest prefix match: prefixes of up to 128 bits, each with a number.
//!
//! A few prefixes stand in one list that is read through. More make a tree bitmap with strides of six bits, whose root is
//! an array: what is below it is found by one access. Nothing is allocated for a lookup.
//!
//! # Source
//! Eatherton, Varghese, Dittia: Tree bitmap, SIGCOMM Computer Communication Review 34 (2), 2004.

mod block;
mod grow;
mod node;
mod pool;
mod scan;
#[cfg(test)]
mod tests;
mod tree;

use std::num::NonZeroU8;

use scan::Scan;
use tree::Tree;

/// So many prefixes at most stand in a list.
const FEW: usize = 16;
/// A tree with so many prefixes left becomes a list again.
const FEW_LEFT: usize = 8;
/// Above every length.
pub const ANY: u8 = u8::MAX;

/// A prefix that covers an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// Its number.
    pub id: u32,
    /// Its length and 1 more: so an `Option` of it fits in a register.
    above: NonZeroU8,
}

impl Match {
    /// A prefix of this length with this number.
    #[inline]
    pub const fn new(len: u8, id: u32) -> Self {
        Self { id, above: NonZeroU8::MIN.saturating_add(len) }
    }

    /// Its length.
    #[inline]
    pub const fn length(self) -> u8 {
        self.above.get() - 1
    }
}

/// A prefix and its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Bits from the top; those after `len` are 0.
    pub bits: u128,
    /// Length.
    pub len: u8,
    /// Number.
    pub id: u32,
}

/// Prefixes, each with a number.
#[derive(Clone, Debug)]
pub enum Prefixes {
    /// A few.
    Few(Scan),
    /// More.
    Many(Box<Tree>),
}

impl Default for Prefixes {
    fn default() -> Self {
        Self::Few(Scan::default())
    }
}

impl Prefixes {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Few(scan) => scan.len(),
            Self::Many(tree) => tree.len(),
        }
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The longest prefix that covers an address and is shorter than `below`.
    #[inline]
    pub fn find(&self, address: u128, below: u8) -> Option<Match> {
        match self {
            Self::Few(scan) => scan.find(address, below),
            Self::Many(tree) => tree.find(address, below),
        }
    }

    /// The longest prefix that covers an address.
    #[inline]
    pub fn longest(&self, address: u128) -> Option<Match> {
        match self {
            Self::Few(scan) => scan.find(address, ANY),
            Self::Many(tree) => tree.longest(address),
        }
    }

    /// The number of exactly this prefix.
    pub fn get(&self, bits: u128, len: u8) -> Option<u32> {
        match self {
            Self::Few(scan) => scan.get(bits, len),
            Self::Many(tree) => tree.get(bits, len),
        }
    }

    /// Gives a prefix a number, and returns the one that it had. Bits after `len` are to be 0.
    pub fn insert(&mut self, bits: u128, len: u8, id: u32) -> Option<u32> {
        match self {
            Self::Few(scan) => {
                if scan.len() < FEW || scan.get(bits, len).is_some() {
                    return scan.insert(bits, len, id);
                }
                let mut tree = Box::new(Tree::small());
                scan.each(&mut |row| {
                    tree.insert(row.bits, row.len, row.id);
                });
                tree.insert(bits, len, id);
                *self = Self::Many(tree);
                None
            }
            Self::Many(tree) => tree.insert(bits, len, id),
        }
    }

    /// Takes a prefix out, and returns its number.
    pub fn remove(&mut self, bits: u128, len: u8) -> Option<u32> {
        match self {
            Self::Few(scan) => scan.remove(bits, len),
            Self::Many(tree) => {
                let old = tree.remove(bits, len);
                if tree.len() <= FEW_LEFT {
                    let mut scan = Scan::default();
                    tree.each(&mut |row| {
                        scan.insert(row.bits, row.len, row.id);
                    });
                    *self = Self::Few(scan);
                }
                old
            }
        }
    }

    /// Every prefix, in no particular order.
    pub fn each(&self, into: &mut dyn FnMut(Row)) {
        match self {
            Self::Few(scan) => scan.each(into),
            Self::Many(tree) => tree.each(into),
        }
    }

    /// Bytes of memory on the heap.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Few(scan) => scan.bytes(),
            Self::Many(tree) => tree.bytes(),
        }
    }
}
