//! Numbers as C reads them.

/// `strtoumax` with base 0: white space, a sign, then decimal, octal after `0` or hexadecimal after `0x`.
/// The value and what follows it; `None` when there is no digit. Saturates; the flag tells.
pub(in crate::tools) fn strtoumax(text: &str) -> Option<(u64, bool, &str)> {
    let t = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let t = t.strip_prefix('+').unwrap_or(t);
    let b = t.as_bytes();
    let hex = b.len() > 2 && b[0] == b'0' && b[1] | 0x20 == b'x' && b[2].is_ascii_hexdigit();
    let (radix, digits) = if hex {
        (16, t.get(2..)?)
    } else if b.first() == Some(&b'0') {
        (8, t)
    } else {
        (10, t)
    };
    let len = digits.bytes().take_while(|c| (*c as char).is_digit(radix)).count();
    if len == 0 {
        return None;
    }
    let (number, rest) = digits.split_at(len);
    match u64::from_str_radix(number, radix) {
        Ok(n) => Some((n, false, rest)),
        Err(_) => Some((u64::MAX, true, rest)),
    }
}

/// `xtables_strtoul` with an end pointer: a number from `min` to `max` and what follows; `max` 0 is no
/// limit.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_strtoul`.
pub(super) fn prefix(text: &str, min: u64, max: u64) -> Option<(u64, &str)> {
    if text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']).starts_with('-') {
        return None;
    }
    let (n, over, rest) = strtoumax(text)?;
    (!over && n >= min && (max == 0 || n <= max)).then_some((n, rest))
}

/// `xtables_strtoul` without an end pointer: nothing may follow.
pub(super) fn whole(text: &str, min: u64, max: u64) -> Option<u64> {
    prefix(text, min, max).filter(|(_, rest)| rest.is_empty()).map(|(n, _)| n)
}

/// The decimal number that a text begins with, as `atoll` reads it: 0 when there is none.
pub(super) fn leading(text: &str) -> i64 {
    let t = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (negative, t) = match t.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, t.strip_prefix('+').unwrap_or(t)),
    };
    let digits = t.bytes().take_while(u8::is_ascii_digit).count();
    let n = t
        .get(..digits)
        .unwrap_or_default()
        .bytes()
        .fold(0_i64, |n, c| n.saturating_mul(10).saturating_add(i64::from(c - b'0')));
    if negative { n.saturating_neg() } else { n }
}

/// `strtoul` with base 10: a minus sign counts down from 2^64, and too much is all ones.
pub(super) fn long(text: &str) -> (u64, &str) {
    let t = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let unsigned = t.strip_prefix(['-', '+']).unwrap_or(t);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (Some(number), Some(rest)) = (unsigned.get(..digits).filter(|_| digits > 0), unsigned.get(digits..))
    else {
        return (0, text);
    };
    match number.parse::<u64>() {
        Ok(n) if t.starts_with('-') => (n.wrapping_neg(), rest),
        Ok(n) => (n, rest),
        Err(_) => (u64::MAX, rest),
    }
}

/// `strtoul` with base 10, as an `unsigned int`: 0 and the whole text when there is no digit.
pub(super) fn decimal(text: &str) -> (u32, &str) {
    let (n, rest) = long(text);
    (n as u32, rest)
}

/// `N/UNIT`, the unit cut short at will: the number, and the unit in seconds. `None` for another unit.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_limit.c`: `parse_rate`.
pub(super) fn unit_seconds(text: &str) -> Option<(i64, u64)> {
    const UNITS: [(&str, u64); 4] = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)];
    let n = leading(text);
    let Some((_, unit)) = text.split_once('/') else { return Some((n, 1)) };
    let is = |name: &str| name.get(..unit.len()).is_some_and(|n| n.eq_ignore_ascii_case(unit));
    let (_, seconds) = UNITS.iter().find(|(name, _)| !unit.is_empty() && is(name))?;
    Some((n, *seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C11 7.22.1.4, and `xtables_strtoul`.
    #[test]
    fn numbers() {
        #[rustfmt::skip]
        let cases = [
            ("0",    0, 9, Some((0, ""))),
            ("010",  0, 9, Some((8, ""))),
            ("0x1F", 0, 99, Some((31, ""))),
            ("0x",   0, 9, Some((0, "x"))),
            ("5/8",  0, 9, Some((5, "/8"))),
            ("-1",   0, 9, None),
            ("12",   0, 9, None),
            ("",     0, 9, None),
            ("09",   0, 99, Some((0, "9"))),
        ];
        for (text, min, max, expect) in cases {
            assert_eq!(prefix(text, min, max), expect, "{text}");
        }
    }
}
