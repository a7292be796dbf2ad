//! What a test run found, counted.

use std::ops::AddAssign;

/// Tests by their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Did what they should.
    pub passed: usize,
    /// Did not.
    pub failed: usize,
    /// Were not run.
    pub skipped: usize,
}

impl Tally {
    /// Adds what another found.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Adds what a line of a test runner's output counts, if it does.
    pub fn read(&mut self, line: &str) {
        if let Some(found) = rust(line) {
            self.add(found);
            return;
        }
        // Node's runner: "# pass 3" as TAP, "ℹ pass 3" for people.
        let mut words = line.trim().split(' ');
        let (Some("#" | "ℹ"), Some(what), Some(count), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return;
        };
        let Ok(count) = count.parse::<usize>() else { return };
        match what {
            "pass" => self.passed.add_assign(count),
            "fail" | "cancelled" => self.failed.add_assign(count),
            "skipped" | "todo" => self.skipped.add_assign(count),
            _ => {}
        }
    }

    /// True if nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, of Rust's own runner and of wasm-bindgen's.
fn rust(line: &str) -> Option<Tally> {
    let counts = line.trim().strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |what: &str| {
        let part = counts.split(';').find(|part| part.trim().ends_with(what))?;
        part.trim().split(' ').next()?.parse().ok()
    };
    Some(Tally {
        passed: count(" passed")?,
        failed: count(" failed")?,
        skipped: count(" ignored").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_lines_are_counted() {
        #[rustfmt::skip]
        let cases = [
            ("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s", (3, 0, 1)),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured",                               (3, 2, 0)),
            ("# pass 7",                                                                                     (7, 0, 0)),
            ("ℹ fail 2",                                                                                     (0, 2, 0)),
            ("# skipped 1",                                                                                  (0, 0, 1)),
            ("# pass the salt",                                                                              (0, 0, 0)),
            ("running 3 tests",                                                                              (0, 0, 0)),
        ];
        for (line, (passed, failed, skipped)) in cases {
            let mut tally = Tally::default();
            tally.read(line);
            assert_eq!(tally, Tally { passed, failed, skipped }, "{line}");
        }
    }
}
