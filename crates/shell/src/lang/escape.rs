//! Backslash escapes of `$'…'`, `echo -e` and `printf`.

/// A character of `\x`, `\u`, octal and control escapes as bytes.
fn push_char(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.push(b'?'),
    }
}

/// Up to `most` digits in `base` at the start of a text: their value and number.
fn number(text: &[u8], base: u32, most: usize) -> Option<(u32, usize)> {
    let digits = text.iter().take(most).take_while(|b| char::from(**b).is_digit(base)).count();
    if digits == 0 {
        return None;
    }
    let value = text[..digits]
        .iter()
        .fold(0_u32, |v, b| v.wrapping_mul(base).wrapping_add(char::from(*b).to_digit(base).unwrap_or(0)));
    Some((value, digits))
}

/// One escape after its backslash: what it stands for and how many bytes it takes. `None`: not an
/// escape, the backslash stays.
fn one(text: &[u8], out: &mut Vec<u8>, octal_zero: bool) -> Option<usize> {
    let simple = match *text.first()? {
        b'a' => 7,
        b'b' => 8,
        b'e' | b'E' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'x' => {
            let (value, n) = number(text.get(1..)?, 16, 2)?;
            out.push(value as u8);
            return Some(1 + n);
        }
        b'u' | b'U' => {
            let most = if text[0] == b'u' { 4 } else { 8 };
            let (value, n) = number(text.get(1..)?, 16, most)?;
            push_char(out, value);
            return Some(1 + n);
        }
        b'0' if octal_zero => {
            let (value, n) = number(text.get(1..)?, 8, 3).unwrap_or((0, 0));
            out.push(value as u8);
            return Some(1 + n);
        }
        b'0'..=b'7' if !octal_zero => {
            let (value, n) = number(text, 8, 3)?;
            out.push(value as u8);
            return Some(n);
        }
        _ => return None,
    };
    out.push(simple);
    Some(1)
}

/// The text of `$'…'`.
pub(crate) fn ansi_c(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        at += 1;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let rest = text.get(at..).unwrap_or(&[]);
        match rest.first() {
            Some(c @ (b'\'' | b'"' | b'?')) => {
                out.push(*c);
                at += 1;
            }
            Some(b'c') if rest.len() > 1 => {
                out.push(rest[1] & 0x1f);
                at += 2;
            }
            _ => match one(rest, &mut out, false) {
                Some(n) => at += n,
                None => out.push(b'\\'),
            },
        }
    }
    // A NUL ends the text, as in C.
    if let Some(end) = out.iter().position(|&b| b == 0) {
        out.truncate(end);
    }
    out
}

/// The text of `echo -e` and `%b`; the flag says that `\c` ended all output.
pub(crate) fn echo(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        at += 1;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let rest = text.get(at..).unwrap_or(&[]);
        if rest.first() == Some(&b'c') {
            return (out, true);
        }
        match one(rest, &mut out, true) {
            Some(n) => at += n,
            None => out.push(b'\\'),
        }
    }
    (out, false)
}

/// One escape of a `printf` format after its backslash: bytes that it takes.
pub(crate) fn printf(text: &[u8], out: &mut Vec<u8>) -> usize {
    match text.first() {
        Some(c @ (b'"' | b'\'' | b'?')) => {
            out.push(*c);
            1
        }
        _ => one(text, out, false).unwrap_or_else(|| {
            out.push(b'\\');
            0
        }),
    }
}

/// A text as bash quotes it in `set -x`, `declare -p` and `${x@Q}`: bare when it needs no quotes.
pub(crate) fn quote_if_needed(text: &[u8]) -> Vec<u8> {
    let needs = text.is_empty()
        || text.iter().any(|b| b.is_ascii_control() || b" \"'\\|&;()<>!{}*[]?^$`".contains(b))
        || matches!(text.first(), Some(b'#' | b'~'))
        || text.windows(2).any(|w| matches!(w, [b'=' | b':', b'~']));
    if needs { quote(text) } else { text.to_vec() }
}

/// A text in single quotes, or `$'…'` when it has control characters.
pub(crate) fn quote(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    if text.iter().any(u8::is_ascii_control) {
        out.extend_from_slice(b"$'");
        for &b in text {
            match b {
                7 => out.extend_from_slice(b"\\a"),
                8 => out.extend_from_slice(b"\\b"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                11 => out.extend_from_slice(b"\\v"),
                12 => out.extend_from_slice(b"\\f"),
                b'\r' => out.extend_from_slice(b"\\r"),
                27 => out.extend_from_slice(b"\\E"),
                b'\'' => out.extend_from_slice(b"\\'"),
                b'\\' => out.extend_from_slice(b"\\\\"),
                0..=31 | 127 => out.extend_from_slice(format!("\\{b:03o}").as_bytes()),
                _ => out.push(b),
            }
        }
    } else {
        out.push(b'\'');
        for &b in text {
            if b == b'\'' {
                out.extend_from_slice(b"'\\''");
            } else {
                out.push(b);
            }
        }
    }
    out.push(b'\'');
    out
}

/// A text with backslashes before what a shell would take for something else, as `printf %q` prints it.
pub(crate) fn backslash(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return b"''".to_vec();
    }
    if text.iter().any(u8::is_ascii_control) {
        return quote(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (n, b) in text.iter().enumerate() {
        if b" \"'\\|&;()<>!{}*[]?^$`,".contains(b) || n == 0 && matches!(b, b'#' | b'~') {
            out.push(b'\\');
        }
        out.push(*b);
    }
    out
}
