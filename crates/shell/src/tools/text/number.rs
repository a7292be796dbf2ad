//! Numbers with a multiplier, as `head -c 1K` takes them.

/// A count such as `10`, `2K`, `1kB` or `3M`; too large ones are the largest.
pub(super) fn count(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, suffix) = text.split_at_checked(digits)?;
    if number.is_empty() {
        return None;
    }
    let value = decimal(number);
    let scale = match suffix {
        b"" => 1,
        b"b" => 512,
        b"kB" | b"KB" => 1000,
        b"k" | b"K" | b"KiB" => 1 << 10,
        b"MB" => 1_000_000,
        b"m" | b"M" | b"MiB" => 1 << 20,
        b"GB" => 1_000_000_000,
        b"G" | b"GiB" => 1 << 30,
        b"TB" => 1_000_000_000_000,
        b"T" | b"TiB" => 1 << 40,
        _ => return None,
    };
    Some(value.saturating_mul(scale))
}

/// Digits as a number; the largest when there are too many.
pub(super) fn decimal(digits: &[u8]) -> u64 {
    let add = |n: u64, b: &u8| n.saturating_mul(10).saturating_add(u64::from(b - b'0'));
    digits.iter().filter(|b| b.is_ascii_digit()).fold(0, add)
}

/// Only digits.
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    (!text.is_empty() && text.iter().all(u8::is_ascii_digit)).then(|| decimal(text))
}
