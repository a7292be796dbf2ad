//! How a node and a leaf lie in the pool.
//!
//! A node's block: the numbers of its short places, the last first; here it is pointed to; its head; where nodes are
//! below, which six bits they are for, four words, and pointers to them, two words each; the numbers of its long places.
//! So what a lookup needs is most often in one cache line.
//!
//! Where only one prefix is below a node, it is a leaf: its head is the length and the upper 64 bits; then comes the
//! number, and the lower bits if it is longer.

use super::Row;
use super::node::{LEAF, Node};
use super::pool::{HEAD, Pool, size};

/// Words of a node's block for which six bits have a node below.
const KIDS: u32 = 4;

/// Words of a node's block.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    short: u32,
    kids: u32,
    long: u32,
}

impl Shape {
    const fn of(node: Node, kids: u32) -> Self {
        Self {
            short: node.shorts().count_ones(),
            kids: if node.parent() { KIDS + 2 * kids } else { 0 },
            long: node.long.count_ones(),
        }
    }

    const fn words(self) -> u32 {
        self.short + HEAD + self.kids + self.long
    }
}

/// Words of a leaf.
const fn leaf_words(len: u8) -> u32 {
    HEAD + 1 + if len > 64 { 4 } else { 0 }
}

impl Pool {
    #[inline]
    pub(super) fn node(&self, at: u32) -> Node {
        let (short, long) = self.head(at);
        Node { short, long }
    }

    fn write(&mut self, at: u32, node: Node) {
        self.set_quad(at, node.short);
        self.set_quad(at + 4, node.long);
    }

    /// Where the number at [`Node::index`] is.
    fn spot(&self, at: u32, node: Node, index: i32) -> u32 {
        let ahead = if index < 0 { 0 } else { HEAD + Shape::of(node, self.kids(at, node).count_ones()).kids };
        at.wrapping_add_signed(index) + ahead
    }

    /// The number at [`Node::index`].
    pub(super) fn number(&self, at: u32, node: Node, index: i32) -> u32 {
        self.get(self.spot(at, node, index))
    }

    /// Which six bits have a node below.
    #[inline]
    pub(super) fn kids(&self, at: u32, node: Node) -> u64 {
        if node.parent() { self.quad(at + HEAD) } else { 0 }
    }

    #[inline]
    pub(super) fn kid(&self, at: u32, rank: u32) -> u32 {
        self.double(at + HEAD + KIDS + 2 * rank)
    }

    fn set_kid(&mut self, at: u32, rank: u32, kid: u32) {
        self.set_double(at + HEAD + KIDS + 2 * rank, kid);
    }

    /// The node below for six bits, or 0.
    #[inline]
    pub(super) fn below(&self, at: u32, node: Node, six: u32) -> u32 {
        let kids = self.kids(at, node);
        if kids >> (six & 63) & 1 == 0 {
            return 0;
        }
        self.kid(at, rank(kids, six))
    }

    /// Gives a node, whose words are still those of `old`, the room that `new` takes. It may move: `at` is 0 for a new one.
    fn fit(&mut self, at: u32, old: Node, new: Node, kids: (u32, u32)) -> u32 {
        let (had, has) = (Shape::of(old, kids.0), Shape::of(new, kids.1));
        let long = had.long.min(has.long);
        if at != 0 && had.short == has.short && size(had.words()) == size(has.words()) {
            self.copy(at + HEAD + had.kids, at + HEAD + has.kids, long);
            self.write(at, new);
            return at;
        }
        let to = self.take(has.words()) + has.short;
        let short = had.short.min(has.short);
        self.copy(at.wrapping_sub(short), to - short, short);
        self.write(to, new);
        self.copy(at + HEAD, to + HEAD, had.kids.min(has.kids));
        self.copy(at + HEAD + had.kids, to + HEAD + has.kids, long);
        if at != 0 {
            self.give(at - had.short, had.words());
        }
        to
    }

    /// Puts a prefix into a node, which moves: `at` is 0 for a new one.
    pub(super) fn open(&mut self, at: u32, place: u32, number: u32) -> u32 {
        let old = self.node(at);
        let (new, kids) = (old.flipped(place), self.kids(at, old).count_ones());
        let at = self.fit(at, old, new, (kids, kids));
        let index = new.index(place);
        let spot = self.spot(at, new, index);
        if index < 0 {
            let first = at - new.shorts().count_ones();
            self.copy(first + 1, first, spot - first);
        } else {
            self.copy(spot, spot + 1, new.long.count_ones() - 1 - index as u32);
        }
        self.set(spot, number);
        at
    }

    /// Another number for a prefix of a node.
    pub(super) fn replace(&mut self, at: u32, node: Node, place: u32, number: u32) {
        self.set(self.spot(at, node, node.index(place)), number);
    }

    /// Takes a prefix out of a node, which moves; 0 when nothing is left of it.
    pub(super) fn close(&mut self, at: u32, place: u32) -> u32 {
        let old = self.node(at);
        let (index, kids) = (old.index(place), self.kids(at, old).count_ones());
        let spot = self.spot(at, old, index);
        if index < 0 {
            let first = at - old.shorts().count_ones();
            self.copy(first, first + 1, spot - first);
        } else {
            self.copy(spot + 1, spot, old.long.count_ones() - 1 - index as u32);
        }
        self.shrink(at, old, old.flipped(place), (kids, kids))
    }

    fn shrink(&mut self, at: u32, old: Node, new: Node, kids: (u32, u32)) -> u32 {
        if !new.vacant() {
            return self.fit(at, old, new, kids);
        }
        let had = Shape::of(old, kids.0);
        self.give(at - had.short, had.words());
        0
    }

    /// One more node below, for six bits that have none. The node moves: `at` is 0 for a new one.
    pub(super) fn add_kid(&mut self, at: u32, six: u32, kid: u32) -> u32 {
        let old = self.node(at);
        let kids = self.kids(at, old);
        let (count, rank) = (kids.count_ones(), rank(kids, six));
        let at = self.fit(at, old, old.with_parent(true), (count, count + 1));
        let spot = at + HEAD + KIDS + 2 * rank;
        self.copy(spot, spot + 2, 2 * (count - rank));
        self.set_quad(at + HEAD, kids | 1 << six);
        self.set_double(spot, kid);
        at
    }

    /// The node below for these six bits is another one.
    pub(super) fn change_kid(&mut self, at: u32, six: u32, kid: u32) {
        let kids = self.quad(at + HEAD);
        self.set_kid(at, rank(kids, six), kid);
    }

    /// The node below for these six bits is gone, and this one moves; 0 when nothing is left of it.
    pub(super) fn drop_kid(&mut self, at: u32, six: u32) -> u32 {
        let old = self.node(at);
        let kids = self.kids(at, old) & !(1 << six);
        let (count, rank) = (kids.count_ones(), rank(kids, six));
        let spot = at + HEAD + KIDS + 2 * rank;
        self.copy(spot + 2, spot, 2 * (count - rank));
        self.set_quad(at + HEAD, kids);
        self.shrink(at, old, old.with_parent(count != 0), (count + 1, count))
    }

    /// What a leaf is, whose head was read.
    pub(super) fn leaf(&self, at: u32, head: Node) -> Row {
        let len = head.short as u8;
        let lower = if len > 64 { self.quad(at + HEAD + 1) } else { 0 };
        Row { bits: u128::from(head.long) << 64 | u128::from(lower), len, id: self.get(at + HEAD) }
    }

    pub(super) fn new_leaf(&mut self, row: Row) -> u32 {
        let at = self.take(leaf_words(row.len));
        self.write(at, Node { short: LEAF | u64::from(row.len), long: (row.bits >> 64) as u64 });
        self.set(at + HEAD, row.id);
        if row.len > 64 {
            self.set_quad(at + HEAD + 1, row.bits as u64);
        }
        at
    }

    pub(super) fn renumber_leaf(&mut self, at: u32, id: u32) {
        self.set(at + HEAD, id);
    }

    pub(super) fn give_leaf(&mut self, at: u32, len: u8) {
        self.give(at, leaf_words(len));
    }

    /// Copies a node and those below it, or a leaf, from another pool.
    pub(super) fn adopt_all(&mut self, from: &Self, at: u32) -> u32 {
        if at == 0 {
            return 0;
        }
        let node = from.node(at);
        if node.leaf() {
            return self.adopt(from, at, leaf_words(node.short as u8));
        }
        let kids = from.kids(at, node).count_ones();
        let shape = Shape::of(node, kids);
        let to = self.adopt(from, at - shape.short, size(shape.words())) + shape.short;
        for rank in 0..kids {
            let kid = self.adopt_all(from, from.kid(at, rank));
            self.set_kid(to, rank, kid);
        }
        to
    }
}

/// How many nodes are below for lower bits.
const fn rank(kids: u64, six: u32) -> u32 {
    (kids & ((1 << (six & 63)) - 1)).count_ones()
}
