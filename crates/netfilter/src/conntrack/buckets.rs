//! A hash's buckets: lines of memory that hold a part of each node's hash beside it.
//!
//! What is not there is looked for, and a bucket is split, without a look at the connections, which are in no cache when
//! there are many. A hash grows by one bucket at a time (linear hashing): the oldest bucket that was not split yet gives
//! what is not its own any more to a new one at the end. A bucket keeps its order: newest first.

use std::hint::black_box;
use std::rc::Rc;

use super::pages::Pages;
use super::repeat::AHEAD;

/// Buckets at first.
const FIRST: usize = 8;
/// So many buckets are split at a time.
const SPLITS: usize = 16;
/// Nodes of a line.
const WIDTH: usize = 10;
/// Where a tag's bits begin in the hash: at the last multiple of so many bits that a bucket's number has, so that some are
/// left to tell nodes apart.
const STRIDE: u32 = 10;
/// No line.
const NONE: u32 = u32::MAX >> 4;

/// Nodes, oldest first, as many as fit into what a processor reads at a time. A bucket's first line has the newest ones.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line {
    tags: [u16; WIDTH],
    /// The line with the older ones * 16 + how many nodes there are.
    rest: u32,
    nodes: [u32; WIDTH],
}

impl Line {
    const fn before(older: u32) -> Self {
        Self { tags: [0; WIDTH], rest: older << 4, nodes: [0; WIDTH] }
    }

    const fn len(&self) -> usize {
        (self.rest & 15) as usize
    }

    const fn older(&self) -> u32 {
        self.rest >> 4
    }

    const fn set_older(&mut self, older: u32) {
        self.rest = older << 4 | self.rest & 15;
    }

    /// Tags and nodes, oldest first.
    fn iter(&self) -> impl Iterator<Item = (&u16, &u32)> {
        self.tags.iter().zip(&self.nodes).take(self.len())
    }

    /// A bit for each node with this tag, or for each.
    fn find(&self, tag: Option<u16>) -> u32 {
        let all = (1 << self.len()) - 1;
        let Some(tag) = tag else { return all };
        let mut bits = 0;
        for (n, own) in self.tags.iter().enumerate() {
            bits |= u32::from(*own == tag) << n;
        }
        bits & all
    }

    fn place(&self, node: u32) -> Option<usize> {
        self.nodes.iter().take(self.len()).position(|own| *own == node)
    }

    fn take_out(&mut self, place: usize) {
        let len = self.len();
        self.tags.copy_within(place + 1..len, place);
        self.nodes.copy_within(place + 1..len, place);
        self.rest -= 1;
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::before(NONE)
    }
}

/// Lines of buckets that have more nodes than one takes.
#[derive(Clone, Debug)]
struct Older {
    lines: Pages<Line, 6>,
    /// The first that is free; each names the next.
    free: u32,
}

impl Older {
    fn get(&self, at: u32) -> Option<&Line> {
        self.lines.get(at as usize)
    }

    fn put(&mut self, line: Line) -> u32 {
        let at = self.free;
        match self.lines.get_mut(at as usize) {
            Some(free) => {
                self.free = free.older();
                *free = line;
                at
            }
            None => {
                self.lines.push(line);
                (self.lines.len() - 1) as u32
            }
        }
    }

    fn take(&mut self, at: u32) -> Option<Line> {
        let next = self.free;
        let line = self.lines.get_mut(at as usize)?;
        self.free = at;
        Some(core::mem::replace(line, Line::before(next)))
    }

    /// Adds a node to a bucket's first line.
    fn add(&mut self, first: &mut Line, tag: u16, node: u32) {
        if first.len() == WIDTH {
            *first = Line::before(self.put(*first));
        }
        let len = first.len();
        if let (Some(a), Some(b)) = (first.tags.get_mut(len), first.nodes.get_mut(len)) {
            (*a, *b) = (tag, node);
            first.rest += 1;
        }
    }
}

/// The buckets of a hash.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    first: Pages<Line, 6>,
    older: Older,
    size: usize,
    nodes: usize,
    /// So many nodes there have been at once.
    most: usize,
    /// There are no more nodes in twice as many buckets.
    fill: usize,
}

/// Where a tag begins in the hashes of a bucket whose number has so many bits.
const fn base(bits: u32) -> u32 {
    bits / STRIDE * STRIDE
}

impl Buckets {
    /// Empty ones, of which two have so many nodes on average before there are more.
    pub fn new(fill: usize) -> Self {
        let older = Older { lines: Pages::default(), free: NONE };
        let first = Pages::of_default(FIRST);
        Self { first, older, size: FIRST, nodes: 0, most: 0, fill }
    }

    /// Nodes in all of them.
    pub const fn len(&self) -> usize {
        self.nodes
    }

    /// So many nodes there have been at once.
    pub const fn most(&self) -> usize {
        self.most
    }

    /// The bucket of a hash, and its tag there.
    const fn place(&self, hash: u32) -> (usize, u16) {
        let bits = self.size.ilog2();
        let low = hash as usize & ((1 << bits) - 1);
        if low + (1 << bits) < self.size {
            (hash as usize & ((2 << bits) - 1), (hash >> base(bits + 1)) as u16)
        } else {
            (low, (hash >> base(bits)) as u16)
        }
    }

    /// Reads what nodes with one of these hashes each are looked for in, and added to: a number without a meaning.
    #[inline(never)]
    pub fn glance(&self, hashes: &[[u32; 4]], which: usize) -> u32 {
        // What has to wait for memory is alone in its loop: a processor goes on with the next, but not far.
        let mut lines = [None; AHEAD];
        for (line, hashes) in lines.iter_mut().zip(hashes) {
            let hash = hashes.get(which).copied().unwrap_or(0);
            *line = self.first.with_page(self.place(hash).0);
        }
        let lines = lines.iter().map_while(|line| *line);
        let first =
            lines.clone().fold(0, |sum, (page, line)| sum ^ Rc::strong_count(page) as u32 ^ line.rest);
        let second = lines.filter_map(|(_, line)| self.older.get(line.older()));
        second.fold(first, |sum, line| sum ^ line.rest)
    }

    /// Adds a node at the head of its bucket.
    pub fn add(&mut self, hash: u32, node: u32) {
        let (bucket, tag) = self.place(hash);
        self.older.add(&mut self.first[bucket], tag, node);
        self.nodes += 1;
        self.most = self.most.max(self.nodes);
    }

    /// Takes a node out; false when it was not there.
    pub fn remove(&mut self, hash: u32, node: u32) -> bool {
        let bucket = self.place(hash).0;
        let Self { first, older, .. } = self;
        let first = &mut first[bucket];
        if let Some(place) = first.place(node) {
            first.take_out(place);
            if first.len() == 0
                && let Some(line) = older.take(first.older())
            {
                *first = line;
            }
            self.nodes -= 1;
            return true;
        }
        let (mut before, mut at) = (NONE, first.older());
        while let Some(line) = older.get(at) {
            let Some(place) = line.place(node) else {
                (before, at) = (at, line.older());
                continue;
            };
            if line.len() > 1 {
                older.lines[at as usize].take_out(place);
            } else {
                let rest = line.older();
                older.take(at);
                older.lines.get_mut(before as usize).unwrap_or(first).set_older(rest);
            }
            self.nodes -= 1;
            return true;
        }
        false
    }

    /// Nodes whose hash may be this one, newest first.
    pub fn like(&self, hash: u32) -> Nodes<'_> {
        let (bucket, tag) = self.place(hash);
        self.nodes_of(bucket, Some(tag))
    }

    /// Whether there is a look at [`Self::like`] to be had.
    pub fn may_have(&self, hash: u32) -> bool {
        let (bucket, tag) = self.place(hash);
        self.first.get(bucket).is_some_and(|line| line.find(Some(tag)) != 0 || line.older() != NONE)
    }

    /// All nodes of a hash's bucket, newest first.
    pub fn beside(&self, hash: u32) -> Nodes<'_> {
        self.nodes_of(self.place(hash).0, None)
    }

    fn nodes_of(&self, bucket: usize, tag: Option<u16>) -> Nodes<'_> {
        let line = self.first.get(bucket);
        Nodes { older: &self.older, line, tag, left: line.map_or(0, |line| line.find(tag)) }
    }

    /// There are to be more buckets.
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.nodes * 2 > self.size * self.fill
    }

    /// Splits some buckets; nodes' hashes are asked for only now and then.
    #[inline(never)]
    pub fn grow(&mut self, hash_of: impl Fn(u32) -> u32) {
        // What has to wait for memory is read side by side.
        let next = self.size - (1 << self.size.ilog2());
        let look = |n| self.first.get(next + n).map_or(0, |line: &Line| line.rest);
        black_box((0..SPLITS).fold(0, |sum, n| sum ^ look(n)));
        for _ in 0..SPLITS {
            self.split(&hash_of);
        }
    }

    fn split(&mut self, hash_of: impl Fn(u32) -> u32) {
        let bits = self.size.ilog2();
        let old = self.size - (1 << bits);
        let renewed = base(bits) != base(bits + 1);
        let mut both = [Line::default(); 2];
        let Self { first, older, .. } = self;
        let newest = first[old];
        // The oldest come first.
        let (mut at, mut newer) = (newest.older(), NONE);
        while let Some(line) = older.lines.get_mut(at as usize) {
            let next = line.older();
            line.set_older(newer);
            (newer, at) = (at, next);
        }
        let mut next = Some(newest);
        while let Some(line) = older.take(newer).or_else(|| next.take()) {
            newer = if next.is_some() { line.older() } else { NONE };
            for (&(mut tag), &node) in line.iter() {
                let mut bit = tag >> (bits - base(bits)) & 1;
                if renewed {
                    let hash = hash_of(node);
                    (tag, bit) = ((hash >> base(bits + 1)) as u16, (hash >> bits) as u16 & 1);
                }
                let [kept, given] = &mut both;
                older.add(if bit == 0 { kept } else { given }, tag, node);
            }
        }
        let [kept, given] = both;
        first[old] = kept;
        first.push(given);
        self.size += 1;
    }

    /// Bytes of memory that the lines take.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        (self.first.len() + self.older.lines.len()) * size_of::<Line>()
    }
}

/// Nodes of a bucket, newest first.
pub(super) struct Nodes<'a> {
    older: &'a Older,
    line: Option<&'a Line>,
    tag: Option<u16>,
    /// Those of the line that come still.
    left: u32,
}

impl Iterator for Nodes<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut line = self.line?;
        while self.left == 0 {
            self.line = self.older.get(line.older());
            line = self.line?;
            self.left = line.find(self.tag);
        }
        let at = self.left.ilog2();
        self.left ^= 1 << at;
        line.nodes.get(at as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn hash(node: u32) -> u32 {
        (node + 1).wrapping_mul(0x9e37_79b1).rotate_left(13).wrapping_mul(0x85eb_ca77)
    }

    /// They keep what a list of all nodes keeps, and its order.
    fn check(buckets: &Buckets, all: &[u32], hash: fn(u32) -> u32) {
        assert_eq!(buckets.len(), all.len());
        for bucket in 0..buckets.size {
            let nodes: Vec<u32> = buckets.nodes_of(bucket, None).collect();
            let own = |node: &u32| buckets.place(hash(*node)).0 == bucket;
            assert_eq!(nodes, all.iter().rev().copied().filter(own).collect::<Vec<_>>());
        }
        for &node in all {
            assert!(buckets.like(hash(node)).any(|other| other == node));
        }
    }

    fn run(most: u32, hash: fn(u32) -> u32) {
        let (mut buckets, mut all) = (Buckets::new(14), Vec::new());
        for node in 0..most {
            buckets.add(hash(node), node);
            all.push(node);
            if buckets.is_full() {
                buckets.grow(hash);
            }
            if node % 3 == 2 {
                let gone = all.remove(hash(node) as usize % all.len());
                assert!(buckets.remove(hash(gone), gone) && !buckets.remove(hash(gone), gone));
            }
            if node % (most / 8) == 0 {
                check(&buckets, &all, hash);
            }
        }
        check(&buckets, &all, hash);
        // The other half of what was shared stays.
        let (shared, kept) = (buckets.clone(), all.clone());
        for gone in all.drain(..) {
            assert!(buckets.remove(hash(gone), gone));
        }
        check(&buckets, &all, hash);
        check(&shared, &kept, hash);
        assert!((0..buckets.size).all(|bucket| buckets.nodes_of(bucket, None).next().is_none()));
        let free =
            std::iter::successors(Some(buckets.older.free), |at| Some(buckets.older.get(*at)?.older()));
        assert_eq!(free.take_while(|at| *at != NONE).count(), buckets.older.lines.len());
    }

    /// So many that tags are renewed.
    #[test]
    fn what_is_put_in_is_found_in_order() {
        run(20_000, hash);
    }

    #[test]
    fn many_nodes_may_have_one_hash() {
        run(500, |_| 7);
        run(2000, |node| hash(node & 15));
        run(2000, |node| node << 30);
    }

    #[test]
    fn few_are_taken_for_others() {
        let mut buckets = Buckets::new(14);
        for node in 0..200_000 {
            buckets.add(hash(node), node);
            if buckets.is_full() {
                buckets.grow(hash);
            }
            assert!(buckets.bytes() < 13 * (node as usize + 100));
        }
        let wrong = (200_000..300_000).flat_map(|node| buckets.like(hash(node))).count();
        assert!(wrong < 5000, "{wrong}");
    }
}
