//! Commands of a Debian machine that a lab might use and that are not simulated.

/// Sorted by bytes.
const REAL: &[&str] = &[
];

/// Whether a Debian machine has a command of this name.
pub(super) fn is_real(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| REAL.binary_search(&name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::REAL;

    #[test]
    fn the_list_is_sorted() {
        assert!(REAL.is_sorted());
    }
}
