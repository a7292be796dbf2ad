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
