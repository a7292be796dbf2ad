//! What `inspect`, `ls` and `ps` show of the engine's things.

pub(super) mod container;
pub(super) mod network;
pub(super) mod ports;
mod table;

pub(super) use table::{Table, print, rows};

/// Compares texts as people do: numbers in them by their value.
///
/// # Source
/// fvbommel/sortorder, `natsort.go`: `NaturalLess`, without its rule for leading zeros.
pub(super) fn natural(a: &str, b: &str) -> core::cmp::Ordering {
    let digits = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_digit()).count();
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (n, m) = (digits(a), digits(b));
        let order = if n > 0 && m > 0 {
            let (x, y) = (a.get(..n).unwrap_or_default(), b.get(..m).unwrap_or_default());
            n.cmp(&m).then(x.cmp(y))
        } else {
            a.first().cmp(&b.first())
        };
        if order.is_ne() || a.is_empty() {
            return order;
        }
        a = a.get(n.max(1)..).unwrap_or_default();
        b = b.get(m.max(1)..).unwrap_or_default();
    }
}
