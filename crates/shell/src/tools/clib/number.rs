//! `strtol` and `strtod`, as far as command lines need them.

use super::float;

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Bad {
    /// It is something else, or goes on behind the number.
    Garbage,
    /// ERANGE.
    Range,
}

/// A whole text as a decimal number of 64 bits.
pub(in crate::tools) fn strtol(text: &str) -> Result<i64, Bad> {
    let digits = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Bad::Garbage);
    }
    digits.parse().map_err(|_| Bad::Range)
}

/// The number at the beginning of a text, in decimal, octal or hexadecimal as it is written, and what
/// follows it; the whole text when there is none.
pub(in crate::tools) fn strtoul(text: &str) -> (u64, &str) {
    let start = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let (negative, digits) = match start.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, start.strip_prefix('+').unwrap_or(start)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (radix, digits) = match hex {
        Some(hex) if hex.starts_with(|c: char| c.is_ascii_hexdigit()) => (16, hex),
        _ if digits.starts_with('0') => (8, digits),
        _ => (10, digits),
    };
    let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if len == 0 {
        return (0, text);
    }
    let (number, rest) = digits.split_at(len);
    let value = u64::from_str_radix(number, radix).unwrap_or(u64::MAX);
    (if negative { value.wrapping_neg() } else { value }, rest)
}

/// The number at the beginning of a text, and what follows it; the whole text when there is none.
pub(in crate::tools) fn strtod(text: &str) -> (f64, &str) {
    let start = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let ends = (1..=start.len()).rev().filter(|&n| start.is_char_boundary(n));
    for n in ends {
        let (number, rest) = start.split_at(n);
        if let Some(value) = float::parse(number) {
            return (value, rest);
        }
    }
    (0.0, text)
}

#[cfg(test)]
mod tests {
    use super::{Bad, strtod, strtol, strtoul};

    #[test]
    fn numbers() {
        assert_eq!(strtol(" +12"), Ok(12));
        assert_eq!(strtol("-1"), Ok(-1));
        assert_eq!(strtol("0x5"), Err(Bad::Garbage));
        assert_eq!(strtol(""), Err(Bad::Garbage));
        assert_eq!(strtol("99999999999999999999"), Err(Bad::Range));
        assert_eq!(strtoul("0x1f"), (31, ""));
        assert_eq!(strtoul("010x"), (8, "x"));
        assert_eq!(strtoul("x"), (0, "x"));
        assert_eq!(strtod("0.2"), (0.2, ""));
        assert_eq!(strtod("1.5s"), (1.5, "s"));
        assert_eq!(strtod("x"), (0.0, "x"));
    }
}
