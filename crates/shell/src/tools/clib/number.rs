//! `strtol` and `strtod`, as far as command lines need them.

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

/// The number at the beginning of a text, and what follows it; the whole text when there is none.
pub(in crate::tools) fn strtod(text: &str) -> (f64, &str) {
    let start = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let ends = (1..=start.len()).rev().filter(|&n| start.is_char_boundary(n));
    for n in ends {
        let (number, rest) = start.split_at(n);
        if let Ok(value) = number.parse::<f64>() {
            return (value, rest);
        }
    }
    (0.0, text)
}

#[cfg(test)]
mod tests {
    use super::{Bad, strtod, strtol};

    #[test]
    fn numbers() {
        assert_eq!(strtol(" +12"), Ok(12));
        assert_eq!(strtol("-1"), Ok(-1));
        assert_eq!(strtol("0x5"), Err(Bad::Garbage));
        assert_eq!(strtol(""), Err(Bad::Garbage));
        assert_eq!(strtol("99999999999999999999"), Err(Bad::Range));
        assert_eq!(strtod("0.2"), (0.2, ""));
        assert_eq!(strtod("1.5s"), (1.5, "s"));
        assert_eq!(strtod("x"), (0.0, "x"));
    }
}
