//! The tree bitmap: how it is laid out and read.
//!
//! The first bits of an address, how many is the tree's reach, name a slot of the root: it has the longest prefix of no more
//! bits, its cover, and a pointer to the node or leaf for longer ones. A node of depth `d` decides bits `d` to `d + 6`.
//! The prefixes that covers are of are in a second tree, whose root is `top`.

use std::num::NonZeroU8;

use super::node::{Node, STRIDE, bits_of, place};
use super::pool::{HEAD, Pool};
use super::{ANY, Match, Row};
use crate::bits::mask;

/// A place of the root: a pointer of 27 bits (some 40 million prefixes of IPv4) to the node or leaf below, or 0, and then the length of the cover and 1 more,
/// or 0.
#[derive(Clone, Copy, Default, Debug)]
pub struct Slot(u32);

const POINTER: u32 = (1 << 27) - 1;

impl Slot {
    #[inline]
    pub(super) const fn at(self) -> u32 {
        self.0 & POINTER
    }

    pub(super) const fn set_at(&mut self, at: u32) {
        self.0 = self.0 & !POINTER | at & POINTER;
    }

    /// The cover's length.
    #[inline]
    pub(super) const fn above(self) -> Option<NonZeroU8> {
        NonZeroU8::new((self.0 >> 27) as u8)
    }

    pub(super) fn set_above(&mut self, above: Option<NonZeroU8>) {
        self.0 = self.at() | above.map_or(0, |above| u32::from(above.get())) << 27;
    }
}

/// The tree.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) root: Vec<Slot>,
    /// Bits that name a slot.
    pub(super) reach: u8,
    /// The node or leaf that is the root of the short prefixes. They are 1 bit longer here, a 0 at their front: so the
    /// empty one too is below a node.
    pub(super) top: u32,
    /// Its first block has the numbers of the covers.
    pub(super) pool: Pool,
    pub(super) count: usize,
}

/// The six bits of a node of this depth.
pub const fn six(bits: u128, depth: u8) -> u32 {
    ((bits << depth) >> (128 - STRIDE)) as u32
}

impl Tree {
    pub(super) fn new(reach: u8) -> Self {
        let slots = 1 << reach;
        Self { root: vec![Slot::default(); slots], reach, top: 0, pool: Pool::with(slots as u32), count: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The number of an address's slot.
    #[inline]
    pub(super) const fn first(&self, address: u128) -> u32 {
        ((address >> 64) as u64 >> ((64 - self.reach) & 63)) as u32
    }

    #[inline]
    pub(super) fn slot(&self, first: u32) -> Slot {
        self.root.get(first as usize).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn cover(&self, first: u32, slot: Slot) -> Option<Match> {
        slot.above().map(|above| Match { above, id: self.pool.get(HEAD + first) })
    }

    #[inline]
    pub(super) fn longest(&self, address: u128) -> Option<Match> {
        let upper = (address >> 64) as u64;
        let first = self.first(address);
        let slot = self.slot(first);
        let at = slot.at();
        let node = self.pool.node(at);
        let mut spot = HEAD + first;
        let mut above = slot.above();
        if node.leaf() {
            let len = node.short as u8;
            if len > 64 {
                return self.deep(address, first, slot);
            }
            if (node.long ^ upper) >> ((64 - len) & 63) == 0 {
                (spot, above) = (at + HEAD, NonZeroU8::new(len + 1));
            }
        } else if node.parent() {
            return self.deep(address, first, slot);
        } else if let Some((from, bits)) = node.longest((upper << (self.reach & 63) >> 58) as u32) {
            (spot, above) = (at.wrapping_add(from), NonZeroU8::new(self.reach + bits + 1));
        }
        Some(Match { above: above?, id: self.pool.get(spot) })
    }

    #[inline(never)]
    fn deep(&self, address: u128, first: u32, slot: Slot) -> Option<Match> {
        self.descend(slot.at(), self.reach, address, ANY).or_else(|| self.cover(first, slot))
    }

    pub(super) fn find(&self, address: u128, below: u8) -> Option<Match> {
        let first = self.first(address);
        let slot = self.slot(first);
        if below > self.reach + 1
            && let Some(found) = self.descend(slot.at(), self.reach, address, below)
        {
            return Some(found);
        }
        match self.cover(first, slot) {
            Some(cover) if cover.length() >= below => self.short(address, below),
            cover => cover,
        }
    }

    /// The longest of the short prefixes with fewer than `below` bits.
    pub(super) fn short(&self, address: u128, below: u8) -> Option<Match> {
        let found = self.descend(self.top, 0, address >> 1, below.saturating_add(1))?;
        Some(Match::new(found.length() - 1, found.id))
    }

    /// The longest prefix of fewer than `below` bits in a node and those below it.
    fn descend(&self, mut at: u32, mut depth: u8, address: u128, below: u8) -> Option<Match> {
        let mut rest = address << depth;
        let mut best = (0, Node::default(), 0, 0);
        while at != 0 {
            let node = self.pool.node(at);
            if node.leaf() {
                let leaf = self.pool.leaf(at, node);
                if leaf.len < below && (leaf.bits ^ address) & mask(leaf.len) == 0 {
                    return Some(Match::new(leaf.len, leaf.id));
                }
                break;
            }
            let six = (rest >> (128 - STRIDE)) as u32;
            let place = node.best_below(six, below.saturating_sub(depth));
            if place != 0 {
                best = (at, node, place, depth + bits_of(place));
            }
            if below <= depth + STRIDE + 1 {
                break;
            }
            at = self.pool.below(at, node, six);
            rest <<= STRIDE;
            depth += STRIDE;
        }
        let (at, node, place, len) = best;
        (place != 0).then(|| Match::new(len, self.pool.number(at, node, node.index(place))))
    }

    /// Where the way to a prefix begins: a node or a leaf, its depth, and the prefix as it is there.
    fn start(&self, bits: u128, len: u8) -> (u32, u8, u128, u8) {
        if len > self.reach {
            (self.slot(self.first(bits)).at(), self.reach, bits, len)
        } else {
            (self.top, 0, bits >> 1, len + 1)
        }
    }

    /// The number of exactly this prefix.
    pub(super) fn get(&self, bits: u128, len: u8) -> Option<u32> {
        let (mut at, mut depth, bits, len) = self.start(bits, len);
        while at != 0 {
            let node = self.pool.node(at);
            if node.leaf() {
                let leaf = self.pool.leaf(at, node);
                return (leaf.bits == bits && leaf.len == len).then_some(leaf.id);
            }
            let six = six(bits, depth);
            if len <= depth + STRIDE {
                let place = place(six, len - depth);
                return node.has(place).then(|| self.pool.number(at, node, node.index(place)));
            }
            at = self.pool.below(at, node, six);
            depth += STRIDE;
        }
        None
    }

    pub(super) fn each(&self, into: &mut dyn FnMut(Row)) {
        self.visit(self.top, 0, 0, &mut |row| into(Row { bits: row.bits << 1, len: row.len - 1, ..row }));
        for (first, slot) in self.root.iter().enumerate().filter(|(_, slot)| slot.at() != 0) {
            self.visit(slot.at(), self.reach, (first as u128) << (128 - self.reach), into);
        }
    }

    /// A node and those below it: at most 22 deep.
    fn visit(&self, at: u32, depth: u8, bits: u128, into: &mut dyn FnMut(Row)) {
        if at == 0 {
            return;
        }
        let node = self.pool.node(at);
        if node.leaf() {
            return into(self.pool.leaf(at, node));
        }
        let short = ones(node.shorts()).map(|bit| 64 - bit);
        for place in short.chain(ones(node.long).map(|bit| 64 + bit)) {
            let len = depth + bits_of(place);
            let chunk = u128::from(place ^ (1 << bits_of(place)));
            let bits = bits | chunk.checked_shl(128 - u32::from(len)).unwrap_or(0);
            into(Row { bits, len, id: self.pool.number(at, node, node.index(place)) });
        }
        for (rank, six) in (0..).zip(ones(self.pool.kids(at, node))) {
            // The lowest node of an address's 128 bits may reach beyond them.
            let bits = bits | u128::from(six) << 122 >> depth;
            self.visit(self.pool.kid(at, rank), depth + STRIDE, bits, into);
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        size_of::<Self>() + self.root.capacity() * size_of::<Slot>() + self.pool.bytes()
    }
}

/// The bits of a word that are set, from the lowest.
fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        (word != 0).then(|| {
            word &= word - 1;
            bit
        })
    })
}
