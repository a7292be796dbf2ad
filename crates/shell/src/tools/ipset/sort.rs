//! The order of `-sorted`.

use core::cmp::Ordering;

/// `strtol` with base 16: the number and what follows it; `None` when there is none.
fn number(text: &[u8]) -> Option<(i64, &[u8])> {
    let start = text.iter().position(|c| !c.is_ascii_whitespace()).unwrap_or(text.len());
    let t = text.get(start..)?;
    let (negative, t) = match t {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, t),
    };
    let t = match t {
        [b'0', b'x' | b'X', c, ..] if c.is_ascii_hexdigit() => t.get(2..)?,
        _ => t,
    };
    let len = t.iter().take_while(|c| c.is_ascii_hexdigit()).count();
    if len == 0 {
        return None;
    }
    let digits = std::str::from_utf8(t.get(..len)?).ok()?;
    let n = i64::from_str_radix(digits, 16).unwrap_or(i64::MAX);
    Some((if negative { -n } else { n }, t.get(len..)?))
}

fn word(text: &[u8]) -> usize {
    text.iter().take_while(|c| !matches!(c, b':' | b',')).count()
}

/// Compares two members as they are listed, what stands before the element left out.
///
/// # Source
/// ipset 7.17, `lib/session.c`: `bystrcmp`.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    let mut longest_first = false;
    while !a.is_empty() && !b.is_empty() {
        let (Some((n, after_a)), Some((m, after_b))) = (number(a), number(b)) else {
            let (n, m) = (word(a), word(b));
            if n == 0 && m == 0 || n != m {
                return if n == m { a.cmp(b) } else { n.cmp(&m) };
            }
            match a.get(..n).cmp(&b.get(..m)) {
                Ordering::Equal => {}
                other => return other,
            }
            a = a.get(n + 1..).unwrap_or_default();
            b = b.get(m + 1..).unwrap_or_default();
            longest_first = false;
            continue;
        };
        if n != m {
            return if longest_first { m.cmp(&n) } else { n.cmp(&m) };
        }
        let (x, y) = (after_a.first(), after_b.first());
        match (x == Some(&b'/'), y == Some(&b'/')) {
            (true, true) => longest_first = true,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        a = after_a.get(1..).unwrap_or_default();
        b = after_b.get(1..).unwrap_or_default();
        match (a.first() == Some(&b':'), b.first() == Some(&b':')) {
            (true, true) => {
                a = a.get(1..).unwrap_or_default();
                b = b.get(1..).unwrap_or_default();
            }
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
    }
    a.len().min(1).cmp(&b.len().min(1))
}

/// Sorts lines by what follows `skip` bytes of each, those alike as they stand; plain text without `skip`.
///
/// The order is not one that `sort_by` may be given: three elements can go round in a circle.
pub(super) fn sort(lines: Vec<String>, skip: Option<usize>) -> Vec<String> {
    if lines.len() < 2 {
        return lines;
    }
    let mut first = lines;
    let second = first.split_off(first.len() / 2);
    let (mut a, mut b) =
        (sort(first, skip).into_iter().peekable(), sort(second, skip).into_iter().peekable());
    let mut out = Vec::new();
    loop {
        let order = |x: &String, y: &String| match skip {
            None => x.cmp(y),
            Some(n) => compare(x.get(n..).unwrap_or_default(), y.get(n..).unwrap_or_default()),
        };
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if order(x, y) == Ordering::Greater => b.next(),
            (Some(_), _) => a.next(),
            (None, _) => b.next(),
        };
        match next {
            Some(line) => out.push(line),
            None => return out,
        }
    }
}
