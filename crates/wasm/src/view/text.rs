//! Texts of a walk.

use core::cell::OnceCell;
use core::fmt;
use core::ops::Deref;
use std::rc::Rc;

use serde::{Serialize, Serializer};

/// Set of the end of a text that is not plain.
const WIDE: u32 = 1 << 31;

/// A text of a walk.
#[derive(Clone)]
pub struct Text {
    /// Its number among [`Texts`], from 1.
    pub number: u32,
    of: Kept,
}

/// The texts of a walk that is told: until then nothing.
pub type Kept = Rc<OnceCell<Store>>;

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Text {
    /// Itself.
    pub fn as_str(&self) -> &str {
        self.of.get().map_or("", |store| store.get(self.number))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// Texts by their numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Store {
    /// As they cross.
    pub laid: Laid,
    /// Where each begins and ends, in bytes.
    at: Vec<(u32, u32)>,
}

impl Store {
    fn get(&self, number: u32) -> &str {
        let place = (number as usize).wrapping_sub(1);
        let Some((from, to)) = self.at.get(place) else { return "" };
        self.laid.around(place).get(*from as usize..*to as usize).unwrap_or_default()
    }
}

/// Texts as they cross to JavaScript: one after the other, those of ASCII only and all others apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Laid {
    /// Where each text ends, in units of UTF-16: in `plain`, or, with the highest bit set, in `wide`.
    pub ends: Vec<u32>,
    /// The texts of ASCII only.
    pub plain: String,
    /// All others.
    pub wide: String,
    /// How long `wide` is in JavaScript.
    pub units: u32,
}

impl Laid {
    /// What the text at a place is in.
    fn around(&self, place: usize) -> &str {
        let is_plain = self.ends.get(place).is_some_and(|end| *end < WIDE);
        if is_plain { &self.plain } else { &self.wide }
    }

    /// Adds a text: its number.
    pub fn add(&mut self, text: &str) -> u32 {
        let Self { ends, plain, wide, units } = self;
        ends.push(if text.is_ascii() {
            plain.push_str(text);
            plain.len() as u32
        } else {
            wide.push_str(text);
            // A character is one unit of UTF-16, or two if it has four bytes of UTF-8.
            *units += text
                .bytes()
                .map(|byte| u32::from(byte & 0xc0 != 0x80) + u32::from(byte >= 0xf0))
                .sum::<u32>();
            *units | WIDE
        });
        ends.len() as u32
    }
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

/// Texts, each of which is there once. One is found by its hash: at the first free place from where the hash says.
#[derive(Debug)]
pub struct Texts {
    store: Store,
    kept: Kept,
    /// Hash and number; 0 is a free place. A power of two of them, at most half of them taken.
    places: Vec<(u32, u32)>,
}

impl Default for Texts {
    /// None yet; there is room for half a hundred steps.
    fn default() -> Self {
        Self { store: Store::default(), kept: Kept::default(), places: vec![(0, 0); 512] }
    }
}

impl Texts {
    /// A text: that which is there already, or a new one. It can be read when all are kept.
    // Called from many places: apart, so that it is there once.
    #[inline(never)]
    pub fn of(&mut self, text: &str) -> Text {
        Text { number: self.number(text), of: Rc::clone(&self.kept) }
    }

    /// One of these, before they are kept.
    pub fn get(&self, text: &Text) -> &str {
        self.store.get(text.number)
    }

    /// No more come.
    pub fn keep(self) -> Kept {
        let Self { store, kept, .. } = self;
        kept.get_or_init(|| store);
        kept
    }

    fn number(&mut self, text: &str) -> u32 {
        if self.store.at.len() * 2 >= self.places.len() {
            self.grow();
        }
        let hash = hash(text);
        let mask = self.places.len().wrapping_sub(1);
        let mut at = hash as usize;
        while let Some(place) = self.places.get_mut(at & mask) {
            let (other, number) = *place;
            if number == 0 {
                *place = (hash, self.store.at.len() as u32 + 1);
                break;
            }
            if other == hash && alike(self.store.get(number), text) {
                return number;
            }
            at = at.wrapping_add(1);
        }
        let Store { laid, at } = &mut self.store;
        let number = laid.add(text);
        let to = laid.around(at.len()).len();
        at.push(((to - text.len()) as u32, to as u32));
        number
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
    use super::{Laid, Texts, WIDE, alike};

    #[test]
    fn a_text_is_there_once() {
        let mut texts = Texts::default();
        let all = ["", "ä→𝄞", "a", "one of many bytes", "one of many byte", "𝄞→"];
        let mut found = Vec::new();
        for round in 0..2 {
            for (at, text) in all.iter().enumerate() {
                found.push(texts.of(text));
                let last = found.last().expect("it is there");
                assert_eq!((last.number, texts.get(last)), (at as u32 + 1, *text), "{round}");
            }
        }
        let kept = texts.keep();
        assert!(found.iter().zip(all.iter().cycle()).all(|(found, text)| **found == **text));
        let Laid { ends, plain, wide, .. } = &kept.get().expect("they are kept").laid;
        assert_eq!(ends[..], [0, 4 | WIDE, 1, 18, 34, 7 | WIDE]);
        assert_eq!(plain, "aone of many bytesone of many byte");
        assert_eq!(wide, "ä→𝄞𝄞→");
    }

    #[test]
    fn texts_are_told_apart() {
        let texts: Vec<String> =
            (0..2000).map(|n| format!("{}{n}{}", "-".repeat(n % 19), "+".repeat(n % 17))).collect();
        let mut all = Texts::default();
        for _ in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                assert_eq!(all.of(text).number, at as u32 + 1);
                assert_eq!(all.of(text).number, at as u32 + 1);
            }
        }
        assert_eq!(all.store.laid.plain, texts.concat());
        for (at, a) in texts.iter().enumerate().take(100) {
            assert!(texts.iter().enumerate().all(|(other, b)| alike(a, b) == (at == other)));
        }
        assert!(!alike("", "\0") && !alike("\0", "\0\0"));
    }
}
