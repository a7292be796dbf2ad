//! What the measuring programs print: a name, and figures.

use anyhow::{Context, Result};

/// A line of `xdp.c` or of `crates/bench`.
#[derive(Debug, PartialEq)]
pub struct Figures {
    /// Of what.
    pub name: String,
    /// Packets or rounds.
    pub count: u64,
    /// Nanoseconds.
    pub ns: Vec<f64>,
}

/// Reads all lines: words, a whole number, and numbers with a point.
///
/// # Errors
/// A line is of another form.
pub fn read(text: &str) -> Result<Vec<Figures>> {
    text.lines().map(|line| figures(line).with_context(|| format!("no figures: {line}"))).collect()
}

fn figures(line: &str) -> Option<Figures> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let after_count = words.iter().rposition(|word| !word.contains('.'))?;
    let (names, numbers) = words.split_at_checked(after_count)?;
    let (count, numbers) = numbers.split_first()?;
    let ns = numbers.iter().map(|word| word.parse().ok()).collect::<Option<Vec<f64>>>()?;
    (!ns.is_empty()).then_some(Figures { name: names.join(" "), count: count.parse().ok()?, ns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_digits_and_spaces() {
        let expect = Figures { name: "64k flows".to_owned(), count: 655_360, ns: vec![2903.6, 100.9] };
        assert_eq!(read("64k flows 655360 2903.6 100.9\n").ok(), Some(vec![expect]));
    }

    #[test]
    fn what_is_no_figure_is_refused() {
        for line in ["established", "established 10", "established 10 x.5", "a 1.5"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
