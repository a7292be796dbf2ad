//! Whether what was printed is what the page says.

/// Alone on a line, any lines; within one, any text.
const ANY: &str = "…";

/// Whether a command printed what a page shows below it. Empty lines at the end do not matter.
///
/// # Errors
/// How they differ.
pub fn shown(command: &str, wanted: &[String], got: &[&str]) -> Result<(), String> {
    let trimmed =
        |lines: &[&str]| lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let (wanted, got) = (&wanted[..trimmed(&wanted)], &got[..trimmed(got)]);
    if output(wanted, got) {
        return Ok(());
    }
    let show = |lines: &[&str]| match lines {
        [] => "  (nothing)".to_owned(),
        lines => lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
    };
    Err(format!("`{command}` prints\n{}\nthe page says\n{}", show(got), show(wanted)))
}

/// Whether `got` is what `wanted` says, line by line. Blanks at the end of a line do not matter: editors
/// take them away.
fn output(wanted: &[&str], got: &[&str]) -> bool {
    match wanted.split_first() {
        None => got.is_empty(),
        Some((first, rest)) if first.trim() == ANY => (0..=got.len()).any(|skip| output(rest, &got[skip..])),
        Some((first, rest)) => {
            got.split_first().is_some_and(|(line, others)| line_is(first, line) && output(rest, others))
        }
    }
}

/// Columns move with what `…` stands for: a line with it is compared with single blanks.
fn line_is(wanted: &str, got: &str) -> bool {
    if !wanted.contains(ANY) {
        return wanted.trim_end() == got.trim_end();
    }
    let (wanted, got) = (spaced(wanted), spaced(got));
    let begins = wanted.split(ANY).next().is_none_or(|first| got.starts_with(first));
    let ends = wanted.rsplit(ANY).next().is_none_or(|last| got.ends_with(last));
    begins && ends && holds(&got, &wanted)
}

/// The first of `wanted` that is not found in `got` below the ones before it; each in a line of its own.
pub fn in_order<'w>(wanted: &[&'w str], got: &[&str]) -> Option<&'w str> {
    let got: Vec<String> = got.iter().map(|line| spaced(line)).collect();
    let mut from = 0;
    for &line in wanted {
        let words = spaced(line);
        if words.is_empty() || words == ANY {
            continue;
        }
        match got[from..].iter().position(|other| holds(other, &words)) {
            Some(at) => from += at + 1,
            None => return Some(line),
        }
    }
    None
}

/// Whether a text, spaced by single blanks, holds the words, which may leave out some by `…`.
pub fn holds(text: &str, words: &str) -> bool {
    let mut rest = text;
    for part in words.split(ANY) {
        match rest.find(part.trim()) {
            Some(at) => rest = &rest[at + part.trim().len()..],
            None => return false,
        }
    }
    true
}

/// A text with single blanks between its words.
pub fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_compared_line_by_line() {
        #[rustfmt::skip]
        let cases: &[(&[&str], &[&str], bool)] = &[
            (&["a", "b"],        &["a", "b"],           true),
            (&["a"],             &["a "],               true),
            (&["a"],             &["a", "b"],           false),
            (&["a", "…"],        &["a", "b", "c"],      true),
            (&["…", "c"],        &["a", "b", "c"],      true),
            (&["…", "c"],        &["a", "b"],           false),
            (&["x … z"],         &["x y y z"],          true),
            (&["x … z"],         &["x y"],              false),
            (&["x…y…z"],         &["x1y2z"],            true),
            (&["x…y…z"],         &["x1z2z"],            false),
            (&[],                &["a"],                false),
        ];
        for (wanted, got, same) in cases {
            assert_eq!(output(wanted, got), *same, "{wanted:?} {got:?}");
        }
    }

    #[test]
    fn claims_are_found_in_order() {
        let walk = ["c1", "  route   default via 10.0.0.1", "host", "  ttl     64 → 63"];
        assert_eq!(in_order(&["host", "ttl 64 → 63"], &walk), None);
        assert_eq!(in_order(&["route default", "c1"], &walk), Some("c1"));
        assert_eq!(in_order(&["route … 10.0.0.1"], &walk), None);
        assert_eq!(in_order(&["ttl 63"], &walk), Some("ttl 63"));
    }
}
