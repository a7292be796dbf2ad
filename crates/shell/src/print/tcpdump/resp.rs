//! RESP, the protocol of Redis.
//!
//! # Source
//! tcpdump 4.99.3, `print-resp.c`.

use super::dissect::{Cut, Dissect, Fields, Print, first};

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) {
    d.protocol = "resp";
    d.text(": RESP");
    let mut rest = first(b, len);
    let mut left = len;
    while left > 0 {
        let Ok(used) = item(d, rest, left, 0) else {
            d.truncated();
            return;
        };
        rest = rest.get(used..).unwrap_or_default();
        left -= used.min(left);
    }
}

/// One item: the bytes that it takes of `len`.
fn item(d: &mut Dissect<'_>, b: &[u8], len: usize, depth: u8) -> Print<usize> {
    if len == 0 || depth > 100 {
        return Err(Cut::Printer);
    }
    match b.u8(0)? {
        b'+' | b'-' | b':' => {
            let end = crlf(b, 1)?;
            segment(d, b.get(1..end).ok_or(Cut::Printer)?);
            Ok(end + 2)
        }
        b'$' => bulk(d, b),
        b'*' => array(d, b, len, depth),
        _ => inline(d, b),
    }
}

fn segment(d: &mut Dissect<'_>, text: &[u8]) {
    d.text(" \"");
    d.chars(text, text.len());
    d.text("\"");
}

/// Where the next CR LF is.
fn crlf(b: &[u8], from: usize) -> Print<usize> {
    let found = b.get(from..).and_then(|b| b.windows(2).position(|pair| pair == b"\r\n"));
    found.map(|at| from + at).ok_or(Cut::Printer)
}

fn bulk(d: &mut Dissect<'_>, b: &[u8]) -> Print<usize> {
    let (length, at) = length(b)?;
    let Some(size) = number(d, length) else { return Ok(at) };
    if size == 0 {
        d.text(" empty");
    } else {
        segment(d, b.get(at..at.saturating_add(size)).ok_or(Cut::Printer)?);
    }
    Ok(crlf(b, at + size)? + 2)
}

fn array(d: &mut Dissect<'_>, b: &[u8], len: usize, depth: u8) -> Print<usize> {
    let (length, mut at) = length(b)?;
    let Some(size) = number(d, length) else { return Ok(at) };
    if size == 0 {
        d.text(" empty");
    }
    for _ in 0..size {
        at += item(d, b.from(at)?, len.saturating_sub(at), depth + 1)?;
    }
    Ok(at)
}

fn inline(d: &mut Dissect<'_>, b: &[u8]) -> Print<usize> {
    let ends = |c: &u8| matches!(c, b'\r' | b'\n');
    // Leading line ends are skipped only if there are some: tcpdump wants at least one, else gives up.
    let skipped = b.iter().take_while(|c| ends(c)).count();
    if skipped == 0 && b.is_empty() {
        return Err(Cut::Printer);
    }
    let text = b.from(skipped)?;
    let end = text.iter().position(ends).ok_or(Cut::Printer)?;
    segment(d, text.get(..end).ok_or(Cut::Printer)?);
    let after = text.from(end)?.iter().take_while(|c| ends(c)).count();
    Ok(skipped + end + after)
}

/// What the digits after a type's letter say.
#[derive(Clone, Copy)]
enum Length {
    Some(usize),
    Null,
    TooLarge,
    Negative,
    Invalid,
}

/// The length, or the word in its place.
fn number(d: &mut Dissect<'_>, length: Length) -> Option<usize> {
    match length {
        Length::Some(n) => return Some(n),
        Length::Null => d.text(" null"),
        Length::TooLarge => d.text(" length too large"),
        Length::Negative => d.text(" length negative and not -1"),
        Length::Invalid => d.text(" invalid"),
    }
    None
}

/// `resp_get_length`, of the digits after the first byte; and where it stopped.
fn length(b: &[u8]) -> Print<(Length, usize)> {
    let mut at = 1;
    let negative = b.u8(at)? == b'-';
    at += usize::from(negative);
    let start = at;
    let mut value = Some(0_i32);
    while let c @ b'0'..=b'9' = b.u8(at)? {
        value = value.and_then(|v| v.checked_mul(10)?.checked_add(i32::from(c - b'0')));
        at += 1;
    }
    if at == start || b.u8(at)? != b'\r' {
        return Ok((Length::Invalid, at + 1));
    }
    if b.u8(at + 1)? != b'\n' {
        return Ok((Length::Invalid, at + 2));
    }
    let length = match (negative, value) {
        (true, Some(1)) => Length::Null,
        (true, _) => Length::Negative,
        (false, None) => Length::TooLarge,
        (false, Some(n)) => Length::Some(n as usize),
    };
    Ok((length, at + 2))
}
