//! Writes texts and records, each once.

use crate::view::Field;

/// Set of the end of a text that is not plain.
const WIDE: u32 = 1 << 31;

/// Records as they are written.
#[derive(Debug, Default)]
pub struct Writer<'a> {
    /// The header that was written last: most steps do not change it.
    pub header: (&'a [Field], u32),
    /// All texts, one after the other, and where each ends.
    all: String,
    ends: Vec<usize>,
    /// Texts of ASCII only, one after the other: JavaScript takes these as they are.
    plain: String,
    /// All others.
    wide: Vec<u16>,
    /// Where each text ends in `plain` or, by [`WIDE`], in `wide`.
    spans: Vec<u32>,
    texts: Seen,
    words: Vec<u32>,
    /// Where each record begins.
    begins: Vec<usize>,
    records: Seen,
}

impl Writer<'_> {
    /// The number of a text.
    pub fn text(&mut self, text: &str) -> u32 {
        let hash = hash(text);
        let Self { all, ends, plain, wide, spans, texts, .. } = self;
        let is = |id: usize| {
            let from = id.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
            ends.get(id).is_some_and(|to| all.get(from..*to) == Some(text))
        };
        if let Some(id) = texts.find(hash, &is) {
            return id;
        }
        all.push_str(text);
        ends.push(all.len());
        spans.push(if text.is_ascii() {
            plain.push_str(text);
            plain.len() as u32
        } else {
            wide.extend(text.encode_utf16());
            wide.len() as u32 | WIDE
        });
        texts.add(hash)
    }

    /// The number of a record: its shape, and a word for each field.
    pub fn record(&mut self, record: &[u32]) -> u32 {
        let hash = record.iter().fold(0, |hash, word| mix(hash, u64::from(*word)));
        let Self { words, begins, records, .. } = self;
        let is = |id: usize| {
            let from = begins.get(id).copied().unwrap_or(usize::MAX);
            words.get(from..).is_some_and(|words| words.starts_with(record))
        };
        if let Some(id) = records.find(hash, &is) {
            return id;
        }
        begins.push(words.len());
        words.extend_from_slice(record);
        records.add(hash)
    }

    /// All that was written.
    pub fn finish(self) -> Vec<u32> {
        let Self { plain, wide, spans, words: records, .. } = self;
        let head = [spans.len(), records.len(), plain.len(), wide.len()];
        let [texts, records_long, bytes, units] = head;
        let mut words = Vec::with_capacity(head.len() + texts + records_long + bytes / 4 + units / 2 + 2);
        words.extend(head.map(|count| count as u32));
        words.extend(spans);
        words.extend(records);
        let (fours, rest) = plain.as_bytes().as_chunks::<4>();
        words.extend(fours.iter().map(|four| u32::from_le_bytes(*four)));
        if !rest.is_empty() {
            words.push(rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)));
        }
        let (twos, rest) = wide.as_chunks::<2>();
        words.extend(twos.iter().map(|[low, high]| u32::from(*low) | u32::from(*high) << 16));
        words.extend(rest.iter().map(|last| u32::from(*last)));
        words
    }
}

fn hash(text: &str) -> u64 {
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    let last = rest.iter().fold(text.len() as u64, |last, byte| last << 8 | u64::from(*byte));
    eights.iter().fold(mix(0, last), |hash, eight| mix(hash, u64::from_le_bytes(*eight)))
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Finds what was written by its hash: numbers from 1, at the first free place from where the hash says.
#[derive(Debug, Default)]
struct Seen {
    /// Hash and number; 0 is a free place. A power of two of them, at most half of them taken.
    places: Vec<(u32, u32)>,
    count: u32,
}

impl Seen {
    /// The number of what is alike; `is` is asked by place, from 0.
    fn find(&self, hash: u64, is: &dyn Fn(usize) -> bool) -> Option<u32> {
        let hash = (hash >> 32) as u32;
        let mut at = hash as usize;
        loop {
            match self.places.get(at & self.places.len().wrapping_sub(1)) {
                None | Some((_, 0)) => return None,
                Some((other, id)) if *other == hash && is(*id as usize - 1) => return Some(*id),
                Some(_) => at = at.wrapping_add(1),
            }
        }
    }

    /// Numbers what was not found.
    fn add(&mut self, hash: u64) -> u32 {
        self.count = self.count.wrapping_add(1);
        if self.count as usize * 2 > self.places.len() {
            let places = vec![(0, 0); (self.places.len() * 2).max(256)];
            for (hash, id) in std::mem::replace(&mut self.places, places) {
                if id != 0 {
                    self.put(hash, id);
                }
            }
        }
        self.put((hash >> 32) as u32, self.count);
        self.count
    }

    fn put(&mut self, hash: u32, id: u32) {
        let mask = self.places.len().wrapping_sub(1);
        let mut at = hash as usize;
        while let Some(place) = self.places.get_mut(at & mask) {
            if place.1 == 0 {
                *place = (hash, id);
                return;
            }
            at = at.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{WIDE, Writer};

    #[test]
    fn a_text_and_a_record_are_numbered_once() {
        let mut writer = Writer::default();
        let texts = ["", "ä→𝄞", "a", "one of many bytes", "one of many byte", "𝄞→"];
        for round in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                assert_eq!(writer.text(text), at as u32 + 1, "{round}");
            }
        }
        for round in 0..2 {
            for number in 0..1000 {
                assert_eq!(writer.record(&[2, number, 7]), number + 1, "{round}");
            }
        }
        assert_eq!(writer.record(&[2, 7, 8]), 1001);
        let words = writer.finish();
        assert_eq!(words[..10], [6, 3003, 34, 7, 0, 4 | WIDE, 1, 18, 34, 7 | WIDE]);
        assert_eq!(words[10..16], [2, 0, 7, 2, 1, 7]);
        let text: Vec<u8> = words[10 + 3003..].iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(&text[..34], b"aone of many bytesone of many byte");
        let units: Vec<u16> = text[36..50].as_chunks().0.iter().map(|two| u16::from_le_bytes(*two)).collect();
        assert_eq!(String::from_utf16(&units).unwrap(), "ä→𝄞𝄞→");
    }
}
