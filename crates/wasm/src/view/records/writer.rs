//! Writes texts and records.

use super::Records;
use super::layout::{Id, SHAPES};
use crate::view::Field;

/// Set of the end of a text that is not plain.
const WIDE: u32 = 1 << 31;

/// Records as they are written.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The header that was written last: most steps do not change it.
    pub header: Header<'a>,
    written: Records,
    /// How long `written.wide` is in JavaScript.
    units: u32,
    /// How many records there are.
    count: u32,
    /// Where the last record of each shape begins, and its number.
    last: [(usize, u32); Id::Float as usize + 1 + SHAPES.len()],
    texts: Texts<'a>,
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
    /// Nothing is written yet; there is room for half a hundred steps.
    pub fn new() -> Self {
        let written = Records {
            words: Vec::with_capacity(2048),
            ends: Vec::with_capacity(256),
            plain: String::with_capacity(8192),
            wide: String::with_capacity(2048),
        };
        let texts = Texts { places: vec![(0, 0); 512], all: Vec::with_capacity(256) };
        Self { header: Header::default(), written, units: 0, count: 0, last: Default::default(), texts }
    }

    /// The number of a text.
    pub fn text(&mut self, text: &'a str) -> u32 {
        let (number, is_new) = self.texts.number(text);
        if is_new {
            let Records { plain, wide, ends, .. } = &mut self.written;
            ends.push(if text.is_ascii() {
                plain.push_str(text);
                plain.len() as u32
            } else {
                wide.push_str(text);
                self.units += units(text);
                self.units | WIDE
            });
        }
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

/// How long a text is in JavaScript: a character is one unit of UTF-16, or two if it has four bytes of UTF-8.
fn units(text: &str) -> u32 {
    text.bytes().map(|byte| u32::from(byte & 0xc0 != 0x80) + u32::from(byte >= 0xf0)).sum()
}

/// A text's end: its last eight bytes, or all of them if they are fewer.
fn end(bytes: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes.iter().fold(0, |end, byte| end << 8 | u64::from(*byte)),
    }
}

/// Of a text's length, its bytes by eights, and its end.
fn hash(text: &str) -> u32 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (bytes, length) = (text.as_bytes(), text.len() as u64);
    let all = bytes.as_chunks().0.iter().fold(length, |hash, eight| mix(hash, u64::from_le_bytes(*eight)));
    (mix(all, end(bytes)) >> 32) as u32
}

/// Compares by eights: the module's own comparison goes byte by byte.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut eights = a.as_chunks().0.iter().zip(b.as_chunks().0);
    a.len() == b.len()
        && eights.all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b))
        && end(a) == end(b)
}

/// Finds a text that was written by its hash: at the first free place from where the hash says.
#[derive(Debug)]
struct Texts<'a> {
    /// Hash and number; 0 is a free place. A power of two of them, at most half of them taken.
    places: Vec<(u32, u32)>,
    /// The texts by their numbers, from 1.
    all: Vec<&'a str>,
}

impl<'a> Texts<'a> {
    /// The number of a text, and whether it was not there before.
    fn number(&mut self, text: &'a str) -> (u32, bool) {
        if self.all.len() * 2 >= self.places.len() {
            self.grow();
        }
        let hash = hash(text);
        let mask = self.places.len().wrapping_sub(1);
        let mut at = hash as usize;
        while let Some(place) = self.places.get_mut(at & mask) {
            let (other, number) = *place;
            if number == 0 {
                self.all.push(text);
                *place = (hash, self.all.len() as u32);
                return (place.1, true);
            }
            if other == hash && self.all.get(number as usize - 1).is_some_and(|other| alike(other, text)) {
                return (number, false);
            }
            at = at.wrapping_add(1);
        }
        (0, false)
    }

    fn grow(&mut self) {
        let free = vec![(0, 0); self.places.len() * 2];
        let mask = free.len() - 1;
        let taken = core::mem::replace(&mut self.places, free);
        for (hash, number) in taken.into_iter().filter(|(_, number)| *number != 0) {
            let mut at = hash as usize;
            while self.places.get(at & mask).is_some_and(|(_, number)| *number != 0) {
                at = at.wrapping_add(1);
            }
            if let Some(place) = self.places.get_mut(at & mask) {
                *place = (hash, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Records, WIDE, Writer, alike, units};

    #[test]
    fn a_text_is_written_once_and_so_is_a_record_like_the_last() {
        let mut writer = Writer::new();
        let texts = ["", "ä→𝄞", "a", "one of many bytes", "one of many byte", "𝄞→"];
        for round in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                assert_eq!(writer.text(text), at as u32 + 1, "{round}");
            }
        }
        for number in 0..1000 {
            assert_eq!(writer.record(&[2, number, 7]), number + 1);
            assert_eq!(writer.record(&[2, number, 7]), number + 1);
        }
        assert_eq!(writer.record(&[2, 999, 7]), 1000);
        assert_eq!(writer.list(&[7, 8]), 1001);
        let Records { words, ends, plain, wide } = writer.finish();
        assert_eq!(words[3000..], [0, 2, 7, 8]);
        assert_eq!(words[..6], [2, 0, 7, 2, 1, 7]);
        assert_eq!(ends, [0, 4 | WIDE, 1, 18, 34, 7 | WIDE]);
        assert_eq!(plain, "aone of many bytesone of many byte");
        assert_eq!(wide, "ä→𝄞𝄞→");
        assert_eq!(units(&wide), 7);
    }

    #[test]
    fn texts_are_told_apart() {
        let texts: Vec<String> =
            (0..2000).map(|n| format!("{}{n}{}", "-".repeat(n % 19), "+".repeat(n % 17))).collect();
        let mut writer = Writer::new();
        for _ in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                assert_eq!(writer.text(text), at as u32 + 1);
                assert_eq!(writer.text(text), at as u32 + 1);
            }
        }
        assert_eq!(writer.finish().plain, texts.concat());
        for (at, a) in texts.iter().enumerate().take(100) {
            assert!(texts.iter().enumerate().all(|(other, b)| alike(a, b) == (at == other)));
        }
        assert!(!alike("", "\0") && !alike("\0", "\0\0"));
    }
}
