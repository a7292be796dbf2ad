//! The tree bitmap: how it is changed.

use std::num::NonZeroU8;

use super::node::{STRIDE, place};
use super::pool::HEAD;
use super::tree::{Tree, six};
use super::{Match, Row};

/// The reaches of the root, and how many prefixes at most are in a tree of each. Most prefixes of a full table of IPv4
/// have 24 bits: one node of depth 18 decides them.
const REACHES: [(u8, usize); 3] = [(12, 256), (14, 1 << 16), (18, usize::MAX)];

/// The reach that suits so many prefixes.
fn reach(count: usize) -> u8 {
    REACHES.iter().find(|(_, most)| count <= *most).map_or(0, |(reach, _)| *reach)
}

impl Tree {
    /// A tree for a few prefixes.
    pub(super) fn small() -> Self {
        Self::new(reach(0))
    }

    /// Gives a prefix a number, and returns the one that it had.
    pub(super) fn insert(&mut self, bits: u128, len: u8, id: u32) -> Option<u32> {
        let old = self.place(Row { bits, len, id });
        if old.is_none() {
            self.count += 1;
            let reach = reach(self.count);
            if reach > self.reach {
                self.extend(reach);
            }
        }
        self.pack();
        old
    }

    fn place(&mut self, row: Row) -> Option<u32> {
        let Row { bits, len, id } = row;
        if len > self.reach {
            let first = self.first(bits);
            let (at, old) = self.add(self.slot(first).at(), self.reach, row);
            self.point(first, at);
            return old;
        }
        let (top, old) = self.add(self.top, 0, Row { bits: bits >> 1, len: len + 1, id });
        self.top = top;
        let cover = Match::new(len, id);
        self.change_covers(bits, len, Some(cover), |above| above.is_none_or(|above| above <= cover.above));
        old
    }

    /// A slot's pointer.
    fn point(&mut self, first: u32, at: u32) {
        if let Some(slot) = self.root.get_mut(first as usize) {
            slot.set_at(at);
        }
    }

    /// Another cover for those slots of a prefix whose cover has such a length.
    fn change_covers(
        &mut self,
        bits: u128,
        len: u8,
        cover: Option<Match>,
        is: impl Fn(Option<NonZeroU8>) -> bool,
    ) {
        let first = self.first(bits);
        let slots = (first..).zip(self.root.iter_mut().skip(first as usize));
        for (first, slot) in slots.take(1 << self.reach.saturating_sub(len)) {
            if is(slot.above()) {
                slot.set_above(cover.map(|cover| cover.above));
                self.pool.set(HEAD + first, cover.map_or(0, |cover| cover.id));
            }
        }
    }

    /// Puts a prefix below a pointer, and returns the new one, and the number that the prefix had.
    fn add(&mut self, at: u32, depth: u8, row: Row) -> (u32, Option<u32>) {
        if at == 0 {
            return (self.pool.new_leaf(row), None);
        }
        let node = self.pool.node(at);
        if !node.leaf() {
            return self.add_to_node(at, depth, row);
        }
        let leaf = self.pool.leaf(at, node);
        if (leaf.bits, leaf.len) == (row.bits, row.len) {
            self.pool.renumber_leaf(at, row.id);
            return (at, Some(leaf.id));
        }
        self.pool.give_leaf(at, leaf.len);
        let (node, _) = self.add_to_node(0, depth, leaf);
        self.add_to_node(node, depth, row)
    }

    /// The same of a node; 0 is a new one.
    fn add_to_node(&mut self, at: u32, depth: u8, row: Row) -> (u32, Option<u32>) {
        let (node, six) = (self.pool.node(at), six(row.bits, depth));
        if row.len <= depth + STRIDE {
            let place = place(six, row.len - depth);
            if !node.has(place) {
                return (self.pool.open(at, place, row.id), None);
            }
            let old = self.pool.number(at, node, node.index(place));
            self.pool.replace(at, node, place, row.id);
            return (at, Some(old));
        }
        let kid = self.pool.below(at, node, six);
        let (to, old) = self.add(kid, depth + STRIDE, row);
        if kid == 0 {
            return (self.pool.add_kid(at, six, to), old);
        }
        self.pool.change_kid(at, six, to);
        (at, old)
    }

    /// Takes a prefix out, and returns its number. Nodes that are left empty go.
    pub(super) fn remove(&mut self, bits: u128, len: u8) -> Option<u32> {
        let old;
        if len > self.reach {
            let (first, at) = (self.first(bits), self.slot(self.first(bits)).at());
            let (to, number) = self.take(at, self.reach, bits, len);
            self.point(first, to);
            old = number;
        } else {
            (self.top, old) = self.take(self.top, 0, bits >> 1, len + 1);
            let shorter = self.short(bits, len);
            self.change_covers(bits, len, shorter, |above| above.is_some_and(|above| above.get() == len + 1));
        }
        if old.is_some() {
            self.count -= 1;
            let reach = reach(self.count * 4);
            if reach < self.reach {
                self.extend(reach);
            }
        }
        self.pack();
        old
    }

    /// Takes a prefix away from below a pointer, and returns the new one, and the prefix's number.
    fn take(&mut self, at: u32, depth: u8, bits: u128, len: u8) -> (u32, Option<u32>) {
        let (node, six) = (self.pool.node(at), six(bits, depth));
        if node.leaf() {
            let leaf = self.pool.leaf(at, node);
            if (leaf.bits, leaf.len) != (bits, len) {
                return (at, None);
            }
            self.pool.give_leaf(at, len);
            return (0, Some(leaf.id));
        }
        if len <= depth + STRIDE {
            let place = place(six, len - depth);
            if !node.has(place) {
                return (at, None);
            }
            let old = self.pool.number(at, node, node.index(place));
            return (self.pool.close(at, place), Some(old));
        }
        let kid = self.pool.below(at, node, six);
        if kid == 0 {
            return (at, None);
        }
        let (to, old) = self.take(kid, depth + STRIDE, bits, len);
        if to == 0 {
            return (self.pool.drop_kid(at, six), old);
        }
        self.pool.change_kid(at, six, to);
        (at, old)
    }

    /// Gives the root another reach.
    fn extend(&mut self, reach: u8) {
        let mut next = Self::new(reach);
        self.each(&mut |row| {
            next.place(row);
        });
        next.count = self.count;
        *self = next;
    }

    /// Copies the blocks to a new pool when too much of it is free.
    fn pack(&mut self) {
        if !self.pool.sparse() {
            return;
        }
        let mut next = self.pool.successor();
        next.adopt(&self.pool, HEAD, self.root.len() as u32);
        self.top = next.adopt_all(&self.pool, self.top);
        for slot in &mut self.root {
            slot.set_at(next.adopt_all(&self.pool, slot.at()));
        }
        self.pool = next;
    }
}
