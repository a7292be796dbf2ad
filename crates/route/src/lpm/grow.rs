//! The tree bitmap: how it is changed.

use super::Match;
use super::node::{Node, STRIDE, place};
use super::pool::{reserve, size};
use super::tree::{ANCHOR, DOOR, LEAF, Leaf, Page, ROOT, Tree, six};

/// Nodes on the way to a prefix of 128 bits.
const DEEPEST: usize = 24;

impl Page {
    fn entry(&mut self, first: u32, depth: u8) -> Option<&mut u32> {
        if depth == DOOR { Some(&mut self.own) } else { self.nodes.get_mut(first as usize & 63) }
    }
}

impl Tree {
    /// Gives a prefix a number, and returns the one that it had.
    pub(super) fn insert(&mut self, bits: u128, len: u8, id: u32) -> Option<u32> {
        let old = self.place(bits, len, id);
        self.count += usize::from(old.is_none());
        if len <= DOOR {
            self.cover(bits, len, |cover| {
                if cover.is_none_or(|cover| cover.length() <= len) {
                    *cover = Some(Match::new(len, id));
                }
            });
        }
        self.pack();
        old
    }

    fn place(&mut self, bits: u128, len: u8, id: u32) -> Option<u32> {
        let (mut index, mut depth) = self.start(bits, len);
        if index == 0 {
            index = self.open_page((bits >> (128 - ANCHOR)) as u32, depth);
        }
        while len > depth + STRIDE {
            let six = six(bits, depth);
            let node = self.node(index);
            let mut below = if node.parent() { self.below(node, six) } else { 0 };
            if below == 0 {
                let leaf = self.new_leaf(Leaf { bits, id, len });
                self.add_below(index, six, leaf);
                return None;
            }
            if below & LEAF != 0 {
                let leaf = self.leaf(below);
                if leaf.is(bits, len) {
                    self.set_leaf(below, Leaf { id, ..leaf });
                    return Some(leaf.id);
                }
                let node = self.new_node();
                self.set_below(index, six, node);
                self.spare_leaves.push(below & !LEAF);
                self.settle(node, depth + STRIDE, leaf);
                below = node;
            }
            index = below;
            depth += STRIDE;
        }
        let node = self.node(index);
        let place = place(six(bits, depth), len - depth);
        if node.has(place) {
            let at = self.at(node, place);
            let old = self.pool.get(at);
            self.pool.set(at, id);
            return Some(old);
        }
        self.put(index, place, id);
        None
    }

    /// Puts a prefix into a node that does not have it.
    fn put(&mut self, index: u32, place: u32, id: u32) {
        let mut node = self.node(index);
        self.open(&mut node, place);
        let at = self.at(node, place);
        self.pool.set(at, id);
        self.write(index, node);
    }

    /// Puts what was a leaf into the new node that takes its place.
    fn settle(&mut self, index: u32, depth: u8, leaf: Leaf) {
        let six = six(leaf.bits, depth);
        if leaf.len <= depth + STRIDE {
            self.put(index, place(six, leaf.len - depth), leaf.id);
        } else {
            let leaf = self.new_leaf(leaf);
            self.add_below(index, six, leaf);
        }
    }

    fn new_leaf(&mut self, leaf: Leaf) -> u32 {
        if let Some(index) = self.spare_leaves.pop() {
            self.set_leaf(index, leaf);
            return index | LEAF;
        }
        reserve(&mut self.leaves, 1);
        self.leaves.push(leaf);
        (self.leaves.len() as u32 - 1) | LEAF
    }

    fn set_leaf(&mut self, index: u32, leaf: Leaf) {
        if let Some(at) = self.leaves.get_mut((index & !LEAF) as usize) {
            *at = leaf;
        }
    }

    /// Takes a prefix out, and returns its number. Nodes that are left empty go.
    pub(super) fn remove(&mut self, bits: u128, len: u8) -> Option<u32> {
        let (mut index, mut depth) = self.start(bits, len);
        let mut way = [0; DEEPEST];
        while len > depth + STRIDE {
            let node = self.node(index);
            *way.get_mut(usize::from(depth / STRIDE))? = index;
            let below = if node.parent() { self.below(node, six(bits, depth)) } else { 0 };
            if below & LEAF != 0 {
                break;
            }
            index = below;
            depth += STRIDE;
        }
        let mut node = self.node(index);
        let six_here = six(bits, depth);
        let old = if len > depth + STRIDE {
            let below = self.below(node, six_here);
            let leaf = self.leaf(below);
            if !leaf.is(bits, len) {
                return None;
            }
            self.spare_leaves.push(below & !LEAF);
            self.drop_below(index, six_here);
            node = self.node(index);
            leaf.id
        } else {
            let place = place(six_here, len - depth);
            if !node.has(place) {
                return None;
            }
            let old = self.pool.get(self.at(node, place));
            self.close(&mut node, place);
            self.write(index, node);
            old
        };
        self.count -= 1;
        while node.vacant() && index != ROOT {
            self.spare.push(index);
            if len > DOOR && depth <= ANCHOR {
                self.close_page((bits >> (128 - ANCHOR)) as u32, depth);
                break;
            }
            depth -= STRIDE;
            index = way.get(usize::from(depth / STRIDE)).copied().unwrap_or(ROOT);
            self.drop_below(index, six(bits, depth));
            node = self.node(index);
        }
        if len <= DOOR {
            let shorter = self.find(bits, len);
            self.cover(bits, len, |cover| {
                if cover.is_some_and(|cover| cover.length() == len) {
                    *cover = shorter;
                }
            });
        }
        self.pack();
        Some(old)
    }

    fn write(&mut self, index: u32, node: Node) {
        if let Some(at) = self.nodes.get_mut(index as usize) {
            *at = node;
        }
    }

    fn new_node(&mut self) -> u32 {
        if let Some(index) = self.spare.pop() {
            self.write(index, Node::default());
            return index;
        }
        reserve(&mut self.nodes, 1);
        self.nodes.push(Node::default());
        self.nodes.len() as u32 - 1
    }

    /// What covers the doors of a prefix of up to 12 bits changes.
    fn cover(&mut self, bits: u128, len: u8, change: impl FnMut(&mut Option<Match>)) {
        let first = (bits >> (128 - DOOR)) as usize;
        let doors = self.covers.iter_mut().skip(first).take(1 << DOOR.saturating_sub(len));
        doors.for_each(change);
    }

    /// A new node of depth 12 or 18 for an address's first 18 bits.
    fn open_page(&mut self, first: u32, depth: u8) -> u32 {
        let index = self.new_node();
        let Some(door) = self.doors.get_mut(first as usize >> STRIDE) else { return index };
        if *door == 0 {
            *door = self.spare_pages.pop().unwrap_or_else(|| {
                reserve(&mut self.pages, 1);
                self.pages.push(Page::EMPTY);
                self.pages.len() as u16 - 1
            });
        }
        let page = self.pages.get_mut(usize::from(*door));
        if let Some(entry) = page.and_then(|page| page.entry(first, depth)) {
            *entry = index;
        }
        index
    }

    /// The node of this depth is gone.
    fn close_page(&mut self, first: u32, depth: u8) {
        let Some(door) = self.doors.get_mut(first as usize >> STRIDE) else { return };
        let Some(page) = self.pages.get_mut(usize::from(*door)) else { return };
        if let Some(entry) = page.entry(first, depth) {
            *entry = 0;
        }
        if page.own == 0 && page.nodes.iter().all(|&index| index == 0) {
            self.spare_pages.push(std::mem::take(door));
        }
    }

    /// Where a node's block begins, and its words.
    fn block(&self, node: Node) -> (u32, u32) {
        let left = node.short.count_ones() + self.middle(node);
        (node.base.wrapping_sub(left), left + node.long.count_ones())
    }

    /// Puts words into a node's block before the one at `at`. `left`: they are to stand before `base`.
    fn widen(&mut self, node: &mut Node, at: u32, more: u32, left: bool) {
        let (start, words) = self.block(*node);
        let (before, after) = (at.wrapping_sub(start), words - at.wrapping_sub(start));
        let mut to = start;
        if words == 0 || size(words + more) != size(words) {
            to = self.pool.take(words + more);
            self.pool.copy(start, to, before);
        }
        self.pool.copy(at, to + before + more, after);
        if to != start && words != 0 {
            self.pool.give(start, words);
        }
        let base = if words == 0 { to } else { node.base.wrapping_sub(start) + to };
        node.base = base + if left { more } else { 0 };
    }

    /// Takes words out of a node's block. `left`: they stand before `base`.
    fn narrow(&mut self, node: &mut Node, at: u32, less: u32, left: bool) {
        let (start, words) = self.block(*node);
        let (before, after) = (at - start, words - (at - start) - less);
        let mut to = start;
        if words == less {
            self.pool.give(start, words);
            node.base = 0;
            return;
        }
        if size(words - less) != size(words) {
            to = self.pool.take(words - less);
            self.pool.copy(start, to, before);
        }
        self.pool.copy(at + less, to + before, after);
        if to != start {
            self.pool.give(start, words);
        }
        node.base = node.base - start + to - if left { less } else { 0 };
    }

    /// Makes room for the number of one more place.
    fn open(&mut self, node: &mut Node, place: u32) {
        let at = self.at(*node, place);
        if place >= 64 {
            self.widen(node, at, 1, false);
        } else {
            self.widen(node, at.wrapping_add(1), 1, true);
        }
        node.flip(place);
    }

    /// Takes the number of a place out.
    fn close(&mut self, node: &mut Node, place: u32) {
        let at = self.at(*node, place);
        self.narrow(node, at, 1, place < 64);
        node.flip(place);
    }

    /// Another node below in place of one.
    fn set_below(&mut self, index: u32, six: u32, kid: u32) {
        let node = self.node(index);
        let rank = (self.kids(node) & ((1 << six) - 1)).count_ones();
        self.set_kid(node, rank, kid);
    }

    fn set_kid(&mut self, node: Node, rank: u32, kid: u32) {
        let at = node.base - 7 - 2 * rank;
        self.pool.set_half(at, kid as u16);
        self.pool.set_half(at + 1, (kid >> 16) as u16);
    }

    /// Which six bits have a node below.
    fn set_kids(&mut self, node: Node, kids: u64) {
        for i in 0..4 {
            self.pool.set_half(node.base - 5 + i, (kids >> (16 * i)) as u16);
        }
        self.pool.set_half(node.base - 1, kids.count_ones() as u16);
    }

    /// One more node below, for six bits that have none.
    fn add_below(&mut self, index: u32, six: u32, kid: u32) {
        let mut node = self.node(index);
        if !node.parent() {
            let base = node.base;
            self.widen(&mut node, base, 5, true);
            node.flip(0);
            self.set_kids(node, 0);
        }
        let kids = self.kids(node);
        let rank = (kids & ((1 << six) - 1)).count_ones();
        let at = node.base - 5 - 2 * rank;
        self.widen(&mut node, at, 2, true);
        self.set_kids(node, kids | 1 << six);
        self.set_kid(node, rank, kid);
        self.write(index, node);
    }

    /// The node below for these six bits is gone.
    fn drop_below(&mut self, index: u32, six: u32) {
        let mut node = self.node(index);
        if !node.parent() {
            return;
        }
        let kids = self.kids(node) & !(1 << six);
        let at = node.base - 7 - 2 * (kids & ((1 << six) - 1)).count_ones();
        self.narrow(&mut node, at, 2, true);
        self.set_kids(node, kids);
        if kids == 0 {
            let at = node.base - 5;
            self.narrow(&mut node, at, 5, true);
            node.flip(0);
        }
        self.write(index, node);
    }

    /// Copies the blocks to a new pool when too much of it is free.
    fn pack(&mut self) {
        if !self.pool.sparse() {
            return;
        }
        let mut next = self.pool.successor();
        for at in 0..self.nodes.len() {
            let mut node = self.node(at as u32);
            if !node.vacant() {
                let (start, words) = self.block(node);
                node.base = node.base - start + next.adopt(&self.pool, start, words);
                self.write(at as u32, node);
            }
        }
        self.pool = next;
    }
}
