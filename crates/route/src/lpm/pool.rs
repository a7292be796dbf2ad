//! The words of all nodes and leaves: 16 bits each, in blocks of as many as are needed, and lists of the free ones.

/// Sizes go up to this; a node of 126 prefixes and 64 nodes below it takes 266.
const LARGEST: usize = 320;
/// Words of a node's head. So many are at the start: they begin no block, as 0 stands for none, and read as a node without
/// prefixes.
pub const HEAD: u32 = 8;

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
        Self { low: vec![0; HEAD as usize], high: Vec::new(), free: vec![0; LARGEST + 1], free_words: 0 }
    }
}

/// The size of the block for so many words: no more than needed up to 32, and less than a quarter more above, so that a
/// growing node need not always move.
pub const fn size(words: u32) -> u32 {
    if words <= 32 {
        return words;
    }
    let step = 1 << ((words - 1).ilog2() - 2);
    words.div_ceil(step) * step
}

/// A large table is not to hold twice what it needs: a vector grows by a thirty-second part.
fn reserve(list: &mut Vec<u16>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 32).max(512));
    }
}

impl Pool {
    /// A pool with a block of so many words at [`HEAD`].
    pub(super) fn with(words: u32) -> Self {
        let mut pool = Self::default();
        pool.extend(words);
        pool
    }

    /// A block of so many words, and where it begins.
    pub(super) fn take(&mut self, words: u32) -> u32 {
        let words = size(words);
        let Some(free) = self.free.get(words as usize).copied() else { return 0 };
        if free == 0 {
            return self.extend(words);
        }
        let next = self.double(free);
        if let Some(first) = self.free.get_mut(words as usize) {
            *first = next;
        }
        self.free_words -= words as usize;
        free
    }

    fn extend(&mut self, words: u32) -> u32 {
        let (block, words) = (self.low.len(), words as usize);
        reserve(&mut self.low, words);
        self.low.resize(block + words, 0);
        if !self.high.is_empty() {
            reserve(&mut self.high, words);
            self.high.resize(block + words, 0);
        }
        block as u32
    }

    /// Gives a block of so many words back.
    pub(super) fn give(&mut self, block: u32, words: u32) {
        let words = size(words);
        let Some(free) = self.free.get_mut(words as usize) else { return };
        let next = std::mem::replace(free, block);
        self.set_double(block, next);
        self.free_words += words as usize;
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

    /// Half a number.
    #[inline]
    fn half(&self, at: u32) -> u16 {
        self.low.get(at as usize).copied().unwrap_or(0)
    }

    fn set_half(&mut self, at: u32, half: u16) {
        if let Some(word) = self.low.get_mut(at as usize) {
            *word = half;
        }
    }

    /// Two words as one value.
    pub(super) fn double(&self, at: u32) -> u32 {
        u32::from(self.half(at)) | u32::from(self.half(at + 1)) << 16
    }

    pub(super) fn set_double(&mut self, at: u32, value: u32) {
        self.set_half(at, value as u16);
        self.set_half(at + 1, (value >> 16) as u16);
    }

    /// Four words as one value.
    #[inline]
    pub(super) fn quad(&self, at: u32) -> u64 {
        self.low.get(at as usize..at as usize + 4).map_or(0, join)
    }

    pub(super) fn set_quad(&mut self, at: u32, value: u64) {
        self.set_double(at, value as u32);
        self.set_double(at + 2, (value >> 32) as u32);
    }

    /// A block's head: two values of four words each.
    #[inline]
    pub(super) fn head(&self, at: u32) -> (u64, u64) {
        let words = self.low.get(at as usize..at as usize + HEAD as usize).unwrap_or_default();
        words.split_at_checked(4).map_or((0, 0), |(first, second)| (join(first), join(second)))
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
        let to = self.low.len() as u32;
        let at = block as usize..(block + words) as usize;
        self.low.extend_from_slice(from.low.get(at.clone()).unwrap_or_default());
        self.high.extend_from_slice(from.high.get(at).unwrap_or_default());
        to
    }

    pub(super) const fn bytes(&self) -> usize {
        (self.low.capacity() + self.high.capacity()) * 2 + self.free.capacity() * 4
    }
}

/// The value of four words, the lowest first.
#[inline]
fn join(words: &[u16]) -> u64 {
    match *words {
        [a, b, c, d] => u64::from(a) | u64::from(b) << 16 | u64::from(c) << 32 | u64::from(d) << 48,
        _ => 0,
    }
}
