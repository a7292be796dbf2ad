//! Bytes that are no text, in words that are.
//!
//! The tools take any byte. Here a byte that is not of UTF-8 stands as a character of its own, from the end of the
//! last plane, and becomes that byte again where text is printed.

/// The character that stands for byte 0.
const FIRST: u32 = 0x10_ff00;

/// The byte that a character stands for.
fn byte(c: char) -> Option<u8> {
    u8::try_from((c as u32).checked_sub(FIRST)?).ok()
}

/// Text of any bytes.
pub(in crate::tools) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let stand_in = |text: &mut String, bytes: &[u8]| {
        text.extend(bytes.iter().filter_map(|b| char::from_u32(FIRST + u32::from(*b))));
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // One that is text itself is not to be taken for a byte.
            match byte(c) {
                Some(_) => stand_in(&mut text, c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => text.push(c),
            }
        }
        stand_in(&mut text, chunk.invalid());
    }
    text
}

/// The bytes of a text.
pub(in crate::tools) fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte(c) {
            Some(b) => bytes.push(b),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn width(c: char) -> usize {
    if byte(c).is_some() { 1 } else { c.len_utf8() }
}

/// How many bytes a text has.
pub(super) fn len(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// A text's first `most` bytes, as a fixed field holds them; no character is cut in two.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut left = most;
    let end = text.char_indices().find(|&(_, c)| match left.checked_sub(width(c)) {
        Some(less) => {
            left = less;
            false
        }
        None => true,
    });
    end.map_or(text, |(end, _)| text.split_at(end).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        for bytes in
            [&b"plain"[..], b"a\xff\xfeb", "ét\u{10ffff}\u{10ff41}é".as_bytes(), b"\xf4\x8f\xbf", b""]
        {
            let text = decode(bytes);
            assert_eq!((encode(&text).as_slice(), len(&text)), (bytes, bytes.len()));
        }
        assert_eq!(cut(&decode(b"\xff\xfe\xfd"), 2), decode(b"\xff\xfe"));
        assert_eq!(cut("aé", 2), "a");
    }
}
