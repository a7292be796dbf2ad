//! Writes texts and records.

use super::Records;
use super::layout::{Id, SHAPES};
use crate::view::{Field, Laid};

/// Records as they are written.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The header that was written last: most steps do not change it.
    pub header: Header<'a>,
    /// The fraction that was written last, by its bits, and its number.
    pub float: (u64, u32),
    written: Records,
    /// Strings that were written, with their numbers.
    strings: Vec<(&'a str, u32)>,
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

impl<'a> Writer<'a> {
    /// Nothing is written yet but the texts of the steps; there is room for half a hundred of these.
    pub fn new(texts: Laid) -> Self {
        let written = Records { words: Vec::with_capacity(2048), texts };
        let (header, last) = Default::default();
        Self { header, float: (u64::MAX, 0), written, strings: Vec::new(), count: 0, last }
    }

    /// The number of a string, which is not one of the steps' texts. Most that are there twice are among the first.
    pub fn text(&mut self, text: &'a str) -> u32 {
        if let Some((_, number)) = self.strings.iter().take(8).find(|(known, _)| *known == text) {
            return *number;
        }
        let number = self.written.texts.add(text);
        self.strings.push((text, number));
        number
    }

    /// The number of a record: its shape, and a word for each field. If it is like the last one of its shape, it is that.
    pub fn record(&mut self, record: &[u32]) -> u32 {
        let words = &mut self.written.words;
        let last = record.first().and_then(|shape| self.last.get_mut(*shape as usize));
        if let Some((begin, number)) = last {
            let alike = words.get(*begin..).unwrap_or_default().iter().zip(record).all(|(a, b)| a == b);
            if *number != 0 && alike {
                return *number;
            }
            (*begin, *number) = (words.len(), self.count + 1);
        }
        words.extend_from_slice(record);
        self.count += 1;
        self.count
    }

    /// The number of a list of records.
    pub fn list(&mut self, items: &[u32]) -> u32 {
        let words = &mut self.written.words;
        words.extend([Id::List as u32, items.len() as u32]);
        words.extend_from_slice(items);
        self.count += 1;
        self.count
    }

    /// All that was written.
    pub fn finish(self) -> Records {
        self.written
    }
}

#[cfg(test)]
mod tests {
    use super::{Laid, Records, Writer};

    #[test]
    fn a_record_like_the_last_is_that_and_a_string_is_written_once() {
        let mut texts = Laid::default();
        texts.add("of a step");
        let mut writer = Writer::new(texts);
        for _ in 0..2 {
            assert_eq!(writer.text("a"), 2);
            assert_eq!(writer.text("→"), 3);
        }
        for number in 0..1000 {
            assert_eq!(writer.record(&[2, number, 7]), number + 1);
            assert_eq!(writer.record(&[2, number, 7]), number + 1);
        }
        assert_eq!(writer.record(&[2, 999, 7]), 1000);
        assert_eq!(writer.list(&[7, 8]), 1001);
        let Records { words, texts } = writer.finish();
        assert_eq!(words[3000..], [0, 2, 7, 8]);
        assert_eq!(words[..6], [2, 0, 7, 2, 1, 7]);
        assert_eq!((texts.plain.as_str(), texts.ends.len()), ("of a stepa", 3));
    }
}
