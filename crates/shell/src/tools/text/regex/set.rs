//! Sets of characters and of bytes.

use packetwalk_wire::Order;

/// A set of bytes.
pub(super) type Bytes = [bool; 256];

/// A set of characters: single bytes, and ranges of code points above ASCII.
#[derive(Clone, Debug)]
pub(super) struct CharSet {
    /// ASCII, or any byte when bytes are characters.
    pub bytes: Bytes,
    /// Inclusive ranges at or above U+0080.
    pub ranges: Vec<(u32, u32)>,
}

/// A byte of a word.
pub(super) fn is_word(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphanumeric()
}

/// The test of a named class, ASCII's as in the C locale.
pub(crate) fn class(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alpha" => |b| b.is_ascii_alphabetic(),
        b"digit" => |b| b.is_ascii_digit(),
        b"alnum" => |b| b.is_ascii_alphanumeric(),
        b"upper" => |b| b.is_ascii_uppercase(),
        b"lower" => |b| b.is_ascii_lowercase(),
        b"space" => |b| matches!(b, b'\t'..=b'\r' | b' '),
        b"blank" => |b| matches!(b, b'\t' | b' '),
        b"punct" => |b| b.is_ascii_punctuation(),
        b"print" => |b| matches!(b, b' '..=b'~'),
        b"graph" => |b| b.is_ascii_graphic(),
        b"cntrl" => |b| b.is_ascii_control(),
        b"xdigit" => |b| b.is_ascii_hexdigit(),
        _ => return None,
    })
}

impl CharSet {
    pub const fn empty() -> Self {
        Self { bytes: [false; 256], ranges: Vec::new() }
    }

    /// Every character.
    pub fn any(utf8: bool) -> Self {
        let mut set = Self::empty();
        set.negate(utf8);
        set
    }

    /// Adds the bytes for which `is` holds.
    pub fn add_where(&mut self, is: impl Fn(u8) -> bool) {
        for (b, on) in (0..=255u8).zip(self.bytes.iter_mut()) {
            *on |= is(b);
        }
    }

    /// Adds code points; below U+0080 (or U+0100 when bytes are characters) they are bytes.
    pub fn add_range(&mut self, from: u32, to: u32, utf8: bool) {
        let bytes = if utf8 { 0x80 } else { 0x100 };
        for c in from..=to.min(bytes - 1) {
            if let Some(on) = self.bytes.get_mut(c as usize) {
                *on = true;
            }
        }
        if utf8 && to >= bytes {
            self.ranges.push((from.max(bytes), to));
        }
    }

    /// Adds the other case of every letter in it: ASCII's, and of small ranges above.
    pub fn fold(&mut self) {
        for b in b'a'..=b'z' {
            let upper = usize::from(b.to_ascii_uppercase());
            let both = self.bytes[usize::from(b)] || self.bytes[upper];
            self.bytes[usize::from(b)] = both;
            self.bytes[upper] = both;
        }
        let small: Vec<u32> =
            self.ranges.iter().filter(|(a, b)| b - a < 1024).flat_map(|&(a, b)| a..=b).collect();
        for c in small.into_iter().filter_map(char::from_u32) {
            let (lower, upper): (Vec<char>, Vec<char>) =
                (c.to_lowercase().collect(), c.to_uppercase().collect());
            for other in [lower, upper] {
                if let [other] = other.as_slice() {
                    self.add_range(*other as u32, *other as u32, true);
                }
            }
        }
    }

    /// What was not in it.
    pub fn negate(&mut self, utf8: bool) {
        self.bytes.iter_mut().for_each(|on| *on = !*on);
        if !utf8 {
            return;
        }
        self.bytes[128..].fill(false);
        self.ranges.order();
        let (mut next, mut out) = (0x80, Vec::new());
        for &(from, to) in &self.ranges {
            if from > next {
                out.push((next, from - 1));
            }
            next = next.max(to + 1);
        }
        if next <= 0x10_ffff {
            out.push((next, 0x10_ffff));
        }
        self.ranges = out;
    }

    /// The sequences of byte ranges that spell the code points above ASCII.
    pub fn sequences(&self) -> Vec<Vec<(u8, u8)>> {
        let mut out = Vec::new();
        for &(from, to) in &self.ranges {
            // Surrogates are no characters; each length of UTF-8 by itself.
            for (low, high) in [(0x80, 0x7ff), (0x800, 0xd7ff), (0xe000, 0xffff), (0x1_0000, 0x10_ffff)] {
                let (a, b) = (from.max(low), to.min(high));
                if a <= b {
                    split(a, b, &mut out);
                }
            }
        }
        out
    }
}

/// Cuts a range of code points of equal length in UTF-8 until each part is a product of byte ranges.
fn split(a: u32, b: u32, out: &mut Vec<Vec<(u8, u8)>>) {
    for bits in [6, 12, 18] {
        let mask = (1u32 << bits) - 1;
        if a >> bits == b >> bits {
            break;
        }
        if a & mask != 0 {
            split(a, a | mask, out);
            split((a | mask) + 1, b, out);
            return;
        }
        if b & mask != mask {
            split(a, (b & !mask) - 1, out);
            split(b & !mask, b, out);
            return;
        }
    }
    let (Some(a), Some(b)) = (char::from_u32(a), char::from_u32(b)) else { return };
    let (mut low, mut high) = ([0; 4], [0; 4]);
    let (low, high) = (a.encode_utf8(&mut low).as_bytes(), b.encode_utf8(&mut high).as_bytes());
    out.push(low.iter().copied().zip(high.iter().copied()).collect());
}
