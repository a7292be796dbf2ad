//! Writes records.

use super::layout::{Id, SHAPES};
use crate::view::Field;

/// Records of so many words are looked for: one of more is a step, an output or a walk, like no other.
const ALIKE: usize = 4;

/// Records as they are written.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The header that was written last: most steps do not change it.
    pub header: Header<'a>,
    /// The fraction that was written last, by its bits, and its number.
    pub float: (u64, u32),
    /// What is written, and room.
    words: Vec<u32>,
    /// Where the room begins.
    end: usize,
    /// How many records there are.
    count: u32,
    /// Where the last record of each shape begins, and its number.
    last: [(usize, u32); Id::Float as usize + 1 + SHAPES.len()],
}

/// A header as it was written.
#[derive(Debug, Default)]
pub struct Header<'a> {
    /// Its number; 0 is none.
    pub number: u32,
    /// Its fields.
    pub fields: &'a [Field],
    /// Their numbers.
    pub words: Vec<u32>,
}

impl Default for Writer<'_> {
    /// Nothing is written yet; there is room for half a hundred steps.
    fn default() -> Self {
        let (header, last) = Default::default();
        Self { header, float: (u64::MAX, 0), words: vec![0; 2048], end: 0, count: 0, last }
    }
}

impl Writer<'_> {
    /// The number of a record: its shape, and a word for each field. If it is like the last one of its shape, it is that.
    pub fn record<const N: usize>(&mut self, record: [u32; N]) -> u32 {
        let last = record.first().and_then(|shape| self.last.get_mut(*shape as usize));
        if let Some((begin, number)) = last.filter(|_| N <= ALIKE) {
            // By words: the module's own comparison goes byte by byte.
            let last = self.words.get(*begin..).unwrap_or_default();
            if *number != 0 && last.iter().zip(&record).all(|(a, b)| a == b) {
                return *number;
            }
            (*begin, *number) = (self.end, self.count + 1);
        }
        // An array, which is words for the compiler: to call what copies bytes takes longer.
        if let Some(room) = self.room(N).and_then(|room| room.first_chunk_mut()) {
            *room = record;
        }
        self.count += 1;
        self.count
    }

    /// The number of a list of records.
    pub fn list(&mut self, items: &[u32]) -> u32 {
        if let Some([shape, length, room @ ..]) = self.room(2 + items.len()) {
            (*shape, *length) = (Id::List as u32, items.len() as u32);
            room.iter_mut().zip(items).for_each(|(to, word)| *to = *word);
        }
        self.count += 1;
        self.count
    }

    /// All that was written.
    pub fn finish(self) -> Vec<u32> {
        let Self { mut words, end, .. } = self;
        words.truncate(end);
        words
    }

    /// Where the next words go, and more room.
    #[inline]
    fn room(&mut self, size: usize) -> Option<&mut [u32]> {
        let from = self.end;
        self.end += size;
        if self.words.len() < self.end {
            self.grow();
        }
        self.words.get_mut(from..)
    }

    #[cold]
    fn grow(&mut self) {
        self.words.resize(self.end * 2, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn a_record_like_the_last_is_that() {
        let mut writer = Writer::default();
        for number in 0..1000 {
            assert_eq!(writer.record([2, number, 7]), number + 1);
            assert_eq!(writer.record([2, number, 7]), number + 1);
        }
        assert_eq!(writer.record([2, 999, 7]), 1000);
        assert_eq!(writer.list(&[7, 8]), 1001);
        assert_eq!(writer.list(&[7, 8]), 1002);
        let words = writer.finish();
        assert_eq!(words[3000..], [0, 2, 7, 8, 0, 2, 7, 8]);
        assert_eq!(words[..6], [2, 0, 7, 2, 1, 7]);
    }
}
