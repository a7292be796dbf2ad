//! The tree bitmap: how it is laid out and read.
//!
//! A node of depth `d` decides bits `d` to `d + 6`. The first 12 bits of an address name a page. It has the node of depth
//! 12, for prefixes of up to 18 bits, and those of depth 18, by the next six bits; deeper ones hang below these. Prefixes
//! of up to 12 bits are in the root and in nodes below it; which of them is the longest is kept for each 12 bits too.
//!
//! A node's block in the pool: the numbers of its short places, the last first; then, where nodes are below, their
//! indices, the last first, two words each, which six bits they are for, four words, and how many they are; here is
//! `base`; then the numbers of its long places. Where only one prefix is below a node, it is a leaf, and its index has
//! [`LEAF`] set.

use super::node::{Node, STRIDE, bits_of};
use super::pool::Pool;
use super::{ANY, Match, Row};
use crate::bits::mask;

/// Bits that name a page.
pub const DOOR: u8 = 12;
/// Depth of a page's many nodes.
pub const ANCHOR: u8 = 18;
/// Index of the root. Node 0 and page 0 are empty, and stand for all that are not there.
pub const ROOT: u32 = 1;

/// Set in the index of a leaf.
pub const LEAF: u32 = 1 << 31;

/// A prefix that is alone below a node.
#[derive(Clone, Copy, Default, Debug)]
#[repr(Rust, packed(4))]
pub struct Leaf {
    pub bits: u128,
    pub id: u32,
    pub len: u8,
}

impl Leaf {
    pub(super) const fn is(self, bits: u128, len: u8) -> bool {
        self.bits == bits && self.len == len
    }
}

/// The nodes for 12 bits.
#[derive(Clone, Debug)]
pub struct Page {
    /// Of depth 12.
    pub own: u32,
    /// Of depth 18.
    pub nodes: [u32; 64],
}

impl Page {
    pub(super) const EMPTY: Self = Self { own: 0, nodes: [0; 64] };
}

/// The tree.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) spare: Vec<u32>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) spare_leaves: Vec<u32>,
    pub(super) pool: Pool,
    /// Pages by the first 12 bits.
    pub(super) doors: Box<[u16; 4096]>,
    /// The longest prefix of up to 12 bits for them.
    pub(super) covers: Vec<Option<Match>>,
    pub(super) pages: Vec<Page>,
    pub(super) spare_pages: Vec<u16>,
    pub(super) count: usize,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default(); 2],
            spare: Vec::new(),
            leaves: Vec::new(),
            spare_leaves: Vec::new(),
            pool: Pool::default(),
            doors: Box::new([0; 4096]),
            covers: vec![None; 4096],
            pages: vec![Page::EMPTY],
            spare_pages: Vec::new(),
            count: 0,
        }
    }
}

/// The six bits of a node of this depth.
pub const fn six(bits: u128, depth: u8) -> u32 {
    ((bits << depth) >> (128 - STRIDE)) as u32
}

impl Tree {
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn node(&self, index: u32) -> Node {
        self.nodes.get(index as usize).copied().unwrap_or_default()
    }

    pub(super) fn leaf(&self, index: u32) -> Leaf {
        self.leaves.get((index & !LEAF) as usize).copied().unwrap_or_default()
    }

    /// The page of an address's first 12 bits.
    #[inline]
    pub(super) fn page(&self, door: u32) -> &Page {
        let page = self.doors.get(door as usize & 4095).copied().unwrap_or(0);
        self.pages.get(usize::from(page)).unwrap_or(&Page::EMPTY)
    }

    /// The node of depth 18 for an address's first 18 bits.
    #[inline]
    pub(super) fn anchor(&self, first: u32) -> u32 {
        self.page(first >> STRIDE).nodes.get(first as usize & 63).copied().unwrap_or(0)
    }

    /// The node where the way to a prefix begins, and its depth.
    pub(super) fn start(&self, bits: u128, len: u8) -> (u32, u8) {
        let first = (bits >> (128 - ANCHOR)) as u32;
        if len > ANCHOR {
            (self.anchor(first), ANCHOR)
        } else if len > DOOR {
            (self.page(first >> STRIDE).own, DOOR)
        } else {
            (ROOT, 0)
        }
    }

    #[inline]
    pub(super) fn longest(&self, address: u128) -> Option<Match> {
        let first = (address >> (128 - ANCHOR - STRIDE)) as u32;
        let page = self.page(first >> (2 * STRIDE));
        let node = self.node(page.nodes.get((first >> STRIDE) as usize & 63).copied().unwrap_or(0));
        if node.parent() {
            return self.find(address, ANY);
        }
        let best = node.best(first & 63);
        if best.first == 0 {
            return self.short(page, address, ANY);
        }
        Some(Match::new(ANCHOR + best.bits(), self.pool.get(best.at(node))))
    }

    pub(super) fn find(&self, address: u128, below: u8) -> Option<Match> {
        let first = (address >> (128 - ANCHOR)) as u32;
        let page = self.page(first >> STRIDE);
        let anchor = page.nodes.get(first as usize & 63).copied().unwrap_or(0);
        if anchor != 0
            && below > ANCHOR + 1
            && let Some(found) = self.descend(anchor, ANCHOR, address, below)
        {
            return Some(found);
        }
        self.short(page, address, below)
    }

    /// The longest prefix of up to 18 bits and fewer than `below`.
    #[inline(never)]
    fn short(&self, page: &Page, address: u128, below: u8) -> Option<Match> {
        let node = self.node(page.own);
        let place = node.best_below(six(address, DOOR), below.saturating_sub(DOOR));
        if place != 0 {
            let id = self.pool.get(self.at(node, place));
            return Some(Match::new(DOOR + bits_of(place), id));
        }
        if below <= DOOR {
            return self.descend(ROOT, 0, address, below);
        }
        self.covers.get((address >> (128 - DOOR)) as usize).copied().flatten()
    }

    /// The longest prefix of fewer than `below` bits in a node and those below it.
    fn descend(&self, mut index: u32, mut depth: u8, address: u128, below: u8) -> Option<Match> {
        let mut rest = address << depth;
        let mut best = (Node::default(), 0, 0);
        loop {
            let node = self.node(index);
            let six = (rest >> (128 - STRIDE)) as u32;
            let place = node.best_below(six, below.saturating_sub(depth));
            if place != 0 {
                best = (node, place, depth + bits_of(place));
            }
            if !node.parent() || below <= depth + STRIDE + 1 {
                break;
            }
            index = self.below(node, six);
            if index & LEAF != 0 {
                let leaf = self.leaf(index);
                if leaf.len < below && (leaf.bits ^ address) & mask(leaf.len) == 0 {
                    return Some(Match::new(leaf.len, leaf.id));
                }
                break;
            }
            if index == 0 {
                break;
            }
            rest <<= STRIDE;
            depth += STRIDE;
        }
        let (node, place, len) = best;
        (place != 0).then(|| Match::new(len, self.pool.get(self.at(node, place))))
    }

    /// Which six bits have a node below this one, which has some.
    #[inline]
    pub(super) fn kids(&self, node: Node) -> u64 {
        let half = |i: u32| u64::from(self.pool.half(node.base.wrapping_sub(5) + i));
        half(0) | half(1) << 16 | half(2) << 32 | half(3) << 48
    }

    pub(super) fn kid(&self, node: Node, rank: u32) -> u32 {
        let at = node.base.wrapping_sub(7 + 2 * rank);
        u32::from(self.pool.half(at)) | u32::from(self.pool.half(at + 1)) << 16
    }

    /// Words of a node's block for what is below it, but for how many.
    pub(super) fn middle(&self, node: Node) -> u32 {
        if node.parent() { 4 + 2 * u32::from(self.pool.half(node.base.wrapping_sub(1))) } else { 0 }
    }

    /// Where the number of a place is, or would be put.
    pub(super) fn at(&self, node: Node, place: u32) -> u32 {
        let rank = node.rank(place);
        if place >= 64 { node.base + rank } else { node.base.wrapping_sub(1 + self.middle(node) + rank) }
    }

    /// The node below for six bits, or 0.
    #[inline]
    pub(super) fn below(&self, node: Node, six: u32) -> u32 {
        let kids = self.kids(node);
        if kids >> (six & 63) & 1 == 0 {
            return 0;
        }
        self.kid(node, (kids & ((1 << (six & 63)) - 1)).count_ones())
    }

    /// The number of exactly this prefix.
    pub(super) fn get(&self, bits: u128, len: u8) -> Option<u32> {
        let (mut index, mut depth) = self.start(bits, len);
        loop {
            let node = self.node(index);
            if len <= depth + STRIDE {
                let place = super::node::place(six(bits, depth), len - depth);
                return node.has(place).then(|| self.pool.get(self.at(node, place)));
            }
            index = if node.parent() { self.below(node, six(bits, depth)) } else { 0 };
            if index & LEAF != 0 {
                let leaf = self.leaf(index);
                return leaf.is(bits, len).then_some(leaf.id);
            }
            if index == 0 {
                return None;
            }
            depth += STRIDE;
        }
    }

    pub(super) fn each(&self, into: &mut dyn FnMut(Row)) {
        self.visit(ROOT, 0, 0, into);
        for (door, &page) in self.doors.iter().enumerate().filter(|(_, page)| **page != 0) {
            let Some(page) = self.pages.get(usize::from(page)) else { continue };
            self.visit(page.own, DOOR, (door as u128) << (128 - DOOR), into);
            for (six, &index) in page.nodes.iter().enumerate().filter(|(_, index)| **index != 0) {
                self.visit(index, ANCHOR, ((door << STRIDE | six) as u128) << (128 - ANCHOR), into);
            }
        }
    }

    /// A node and those below it: at most 22 deep.
    fn visit(&self, index: u32, depth: u8, bits: u128, into: &mut dyn FnMut(Row)) {
        let node = self.node(index);
        let short = ones(node.short & !1).map(|bit| 64 - bit);
        for place in short.chain(ones(node.long).map(|bit| 64 + bit)) {
            let len = depth + bits_of(place);
            let chunk = u128::from(place ^ (1 << bits_of(place)));
            let bits = bits | chunk.checked_shl(128 - u32::from(len)).unwrap_or(0);
            into(Row { bits, len, id: self.pool.get(self.at(node, place)) });
        }
        if node.parent() {
            for (rank, six) in (0..).zip(ones(self.kids(node))) {
                let bits = bits | u128::from(six) << (128 - STRIDE - depth);
                let kid = self.kid(node, rank);
                if kid & LEAF == 0 {
                    self.visit(kid, depth + STRIDE, bits, into);
                } else {
                    let leaf = self.leaf(kid);
                    into(Row { bits: leaf.bits, len: leaf.len, id: leaf.id });
                }
            }
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.nodes.capacity() * size_of::<Node>()
            + (self.spare.capacity() + self.spare_leaves.capacity()) * 4
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.pool.bytes()
            + size_of_val(&*self.doors)
            + self.covers.capacity() * size_of::<Option<Match>>()
            + self.pages.capacity() * size_of::<Page>()
            + self.spare_pages.capacity() * 2
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
