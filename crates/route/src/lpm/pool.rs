//! The words of all nodes: 16 bits each, in blocks of sizes that waste little, and lists of the free ones.

/// Sizes go up to this; a node of 126 prefixes and 64 below it takes 259.
const LARGEST: usize = 320;

/// Blocks of words. Numbers above 16 bits have their upper halves in a second array, which is made when the first such
/// number comes.
#[derive(Clone, Debug)]
pub struct Pool {
    low: Vec<u16>,
    high: Vec<u16>,
    /// The first free block of each size; its first two words name the next.
    free: Vec<u32>,
    free_words: usize,
}

impl Default for Pool {
    fn default() -> Self {
        // Word 0 begins no block, as 0 ends a list.
        Self { low: vec![0; 2], high: Vec::new(), free: vec![0; LARGEST + 1], free_words: 0 }
    }
}

/// The size of the block for so many words: no more than needed up to 8, and less than a quarter more above.
pub const fn size(words: u32) -> u32 {
    if words <= 2 {
        return 2;
    }
    let step = 1 << (words - 1).ilog2().saturating_sub(2);
    words.div_ceil(step) * step
}

/// Vectors grow by a sixteenth: a large table is not to hold twice what it needs.
pub fn reserve<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 16).max(64));
    }
}

impl Pool {
    /// A block for so many words, and where it begins.
    pub(super) fn take(&mut self, words: u32) -> u32 {
        let size = size(words);
        let Some(free) = self.free.get_mut(size as usize) else { return 0 };
        if *free != 0 {
            let block = *free;
            let link = |i: u32| u32::from(self.low.get((block + i) as usize).copied().unwrap_or(0));
            *free = link(0) | link(1) << 16;
            self.free_words -= size as usize;
            return block;
        }
        self.extend(size)
    }

    fn extend(&mut self, size: u32) -> u32 {
        let block = self.low.len();
        reserve(&mut self.low, size as usize);
        self.low.resize(block + size as usize, 0);
        if !self.high.is_empty() {
            reserve(&mut self.high, size as usize);
            self.high.resize(self.low.len(), 0);
        }
        block as u32
    }

    /// Gives a block of so many words back.
    pub(super) fn give(&mut self, block: u32, words: u32) {
        let size = size(words);
        let Some(free) = self.free.get_mut(size as usize) else { return };
        let next = std::mem::replace(free, block);
        self.set_half(block, next as u16);
        self.set_half(block + 1, (next >> 16) as u16);
        self.free_words += size as usize;
    }

    /// Copies words to another place; both may overlap.
    pub(super) fn copy(&mut self, from: u32, to: u32, words: u32) {
        let (from, to, words) = (from as usize, to as usize, words as usize);
        if words != 0 && from.max(to) + words <= self.low.len() {
            self.low.copy_within(from..from + words, to);
            if !self.high.is_empty() {
                self.high.copy_within(from..from + words, to);
            }
        }
    }

    /// A number.
    #[inline]
    pub(super) fn get(&self, at: u32) -> u32 {
        let low = u32::from(self.half(at));
        if self.high.is_empty() { low } else { low | u32::from(self.upper(at)) << 16 }
    }

    #[cold]
    fn upper(&self, at: u32) -> u16 {
        self.high.get(at as usize).copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, at: u32, number: u32) {
        self.set_half(at, number as u16);
        if number >> 16 != 0 && self.high.is_empty() {
            self.high = vec![0; self.low.len()];
        }
        if let Some(word) = self.high.get_mut(at as usize) {
            *word = (number >> 16) as u16;
        }
    }

    /// Half a number, as the words for nodes below are.
    #[inline]
    pub(super) fn half(&self, at: u32) -> u16 {
        self.low.get(at as usize).copied().unwrap_or(0)
    }

    pub(super) fn set_half(&mut self, at: u32, half: u16) {
        if let Some(word) = self.low.get_mut(at as usize) {
            *word = half;
        }
    }

    /// Free blocks are so much of the pool that it pays to copy what is used.
    pub(super) fn sparse(&self) -> bool {
        self.free_words > self.low.len() / 16 + 4096
    }

    /// A pool to copy this one's blocks to.
    pub(super) fn successor(&self) -> Self {
        let mut next = Self::default();
        let words = self.low.len() - self.free_words;
        next.low.reserve_exact(words + words / 32);
        if !self.high.is_empty() {
            next.high = vec![0; next.low.len()];
            next.high.reserve_exact(words + words / 32);
        }
        next
    }

    /// Copies a block of another pool to the end of this one.
    pub(super) fn adopt(&mut self, from: &Self, block: u32, words: u32) -> u32 {
        let to = self.extend(size(words));
        let (at, of) = (block as usize, to as usize);
        let ours = |list: &mut Vec<u16>, theirs: &Vec<u16>| {
            if let (Some(ours), Some(theirs)) =
                (list.get_mut(of..of + words as usize), theirs.get(at..at + words as usize))
            {
                ours.copy_from_slice(theirs);
            }
        };
        ours(&mut self.low, &from.low);
        ours(&mut self.high, &from.high);
        to
    }

    pub(super) const fn bytes(&self) -> usize {
        (self.low.capacity() + self.high.capacity()) * 2 + self.free.capacity() * 4
    }
}
