//! The orders of `sort`: by bytes, by number, by version.

use std::cmp::Ordering;

use super::key::Order;

/// A blank between fields; a newline counts, too.
pub(super) const fn blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n')
}

/// Compares two keys, without regard to `reverse`.
pub(super) fn by(order: Order, a: &[u8], b: &[u8]) -> Ordering {
    if order.human {
        return human(a, b);
    }
    if order.numeric {
        return numeric(a, b);
    }
    if order.version {
        return version(a, b);
    }
    if !order.fold && !order.dictionary {
        return a.cmp(b);
    }
    let kept = |b: &&u8| !order.dictionary || blank(**b) || b.is_ascii_alphanumeric();
    let shown = |b: &u8| if order.fold { b.to_ascii_uppercase() } else { *b };
    a.iter().filter(kept).map(shown).cmp(b.iter().filter(kept).map(shown))
}

/// A decimal number at the beginning of a text.
struct Number<'a> {
    negative: bool,
    /// Without leading zeros.
    whole: &'a [u8],
    /// Without trailing zeros.
    fraction: &'a [u8],
    rest: &'a [u8],
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    text.split_at_checked(len).unwrap_or((text, &[]))
}

fn parse(text: &[u8]) -> Number<'_> {
    let text = text.get(text.iter().take_while(|b| blank(**b)).count()..).unwrap_or(&[]);
    let (negative, text) = text.strip_prefix(b"-").map_or((false, text), |t| (true, t));
    let (mut whole, mut rest) = digits(text);
    let mut fraction: &[u8] = &[];
    if let Some(after) = rest.strip_prefix(b".") {
        (fraction, rest) = digits(after);
    }
    while let Some(shorter) = whole.strip_prefix(b"0") {
        whole = shorter;
    }
    while let Some(shorter) = fraction.strip_suffix(b"0") {
        fraction = shorter;
    }
    let negative = negative && !(whole.is_empty() && fraction.is_empty());
    Number { negative, whole, fraction, rest }
}

fn numbers(a: &Number<'_>, b: &Number<'_>) -> Ordering {
    if a.negative != b.negative {
        return b.negative.cmp(&a.negative);
    }
    let size = a.whole.len().cmp(&b.whole.len()).then_with(|| a.whole.cmp(b.whole));
    let size = size.then_with(|| a.fraction.cmp(b.fraction));
    if a.negative { size.reverse() } else { size }
}

fn numeric(a: &[u8], b: &[u8]) -> Ordering {
    numbers(&parse(a), &parse(b))
}

/// `sort -h`: the sign, then the unit, then the number.
fn human(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (parse(a), parse(b));
    let unit = |n: &Number<'_>| {
        let order = n.rest.first().map_or(0, |u| match u {
            b'K' | b'k' => 1,
            b'M' => 2,
            b'G' => 3,
            b'T' => 4,
            b'P' => 5,
            b'E' => 6,
            b'Z' => 7,
            b'Y' => 8,
            _ => 0,
        });
        let zero = n.whole.is_empty() && n.fraction.is_empty();
        if zero {
            0
        } else if n.negative {
            -order
        } else {
            order
        }
    };
    if a.negative != b.negative {
        return b.negative.cmp(&a.negative);
    }
    unit(&a).cmp(&unit(&b)).then_with(|| numbers(&a, &b))
}

/// The length of a name without its suffixes such as `.tar.gz`.
fn stem(name: &[u8]) -> usize {
    let mut len = name.len();
    let (mut at, mut alive) = (name.len(), true);
    while alive {
        let head = name.get(..at).unwrap_or(&[]);
        let Some(dot) = head.iter().rposition(|b| *b == b'.') else { break };
        let part = head.get(dot + 1..).unwrap_or(&[]);
        let first = part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'~');
        alive = first && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'~') && dot > 0;
        if alive {
            (len, at) = (dot, dot);
        }
    }
    len
}

/// gnulib's `filevercmp`.
fn version(a: &[u8], b: &[u8]) -> Ordering {
    let special = |t: &[u8]| match t {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        t if t.starts_with(b".") => 3,
        _ => 4,
    };
    let (ka, kb) = (special(a), special(b));
    if ka != kb || ka < 3 {
        return ka.cmp(&kb);
    }
    let (sa, sb) = (a.get(..stem(a)).unwrap_or(a), b.get(..stem(b)).unwrap_or(b));
    let by_stem = parts(sa, sb);
    if by_stem.is_eq() && (sa.len() < a.len() || sb.len() < b.len()) { parts(a, b) } else { by_stem }
}

/// Digits are equal to none, letters come next, then the rest; `~` is before the end.
fn rank(b: Option<&u8>) -> i32 {
    match b {
        None => -1,
        Some(b'0'..=b'9') => 0,
        Some(b'~') => -2,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
    }
}

fn parts(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        loop {
            let digit = |t: &[u8]| t.first().is_none_or(u8::is_ascii_digit);
            if digit(a) && digit(b) {
                break;
            }
            let (ra, rb) = (rank(a.first()), rank(b.first()));
            if ra != rb {
                return ra.cmp(&rb);
            }
            a = a.get(1..).unwrap_or(&[]);
            b = b.get(1..).unwrap_or(&[]);
        }
        let ((na, ra), (nb, rb)) = (digits(a), digits(b));
        let strip = |n: &[u8]| n.iter().take_while(|d| **d == b'0').count();
        let (na, nb) = (na.get(strip(na)..).unwrap_or(&[]), nb.get(strip(nb)..).unwrap_or(&[]));
        let order = na.len().cmp(&nb.len()).then_with(|| na.cmp(nb));
        if order.is_ne() {
            return order;
        }
        (a, b) = (ra, rb);
    }
    Ordering::Equal
}
