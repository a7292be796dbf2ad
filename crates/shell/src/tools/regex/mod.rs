//! POSIX regular expressions on bytes, basic and extended, leftmost and longest.
//!
//! Linear in the text: all ways through the expression are followed at once. Back-references are refused.

mod parse;
mod run;

/// A class of bytes.
type Set = Box<[bool; 256]>;

/// A step of a compiled expression.
#[derive(Clone, Debug)]
enum Step {
    Byte(u8),
    Set(Set),
    /// Goes on at both; the first is preferred.
    Split(usize, usize),
    Jump(usize),
    /// The place goes into this slot.
    Save(usize),
    Assert(At),
    Match,
}

/// What holds at a place of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Start,
    End,
    WordEdge,
    NotWordEdge,
    WordStart,
    WordEnd,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    steps: Vec<Step>,
    groups: usize,
}

/// An expression that is wrong, with glibc's text, or not supported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RegexError(pub &'static str);

/// A step of a shell pattern.
pub(crate) enum Piece {
    Byte(u8),
    Set(Box<[bool; 256]>),
    /// Any bytes, or none.
    Many,
}

impl Regex {
    /// A shell pattern.
    pub fn of_pieces(pieces: impl Iterator<Item = Piece>) -> Self {
        let mut steps = vec![Step::Save(0)];
        for piece in pieces {
            let at = steps.len();
            match piece {
                Piece::Byte(b) => steps.push(Step::Byte(b)),
                Piece::Set(set) => steps.push(Step::Set(set)),
                Piece::Many => {
                    steps.extend([Step::Split(at + 1, at + 3), Step::Set(Box::new([true; 256])), Step::Jump(at)]);
                }
            }
        }
        steps.extend([Step::Save(1), Step::Match]);
        Self { steps, groups: 1 }
    }

    /// A basic expression (`grep`, `sed`).
    pub fn basic(text: &[u8], fold: bool) -> Result<Self, RegexError> {
        parse::compile(text, false, fold)
    }

    /// An extended expression (`grep -E`, `[[ =~ ]]`).
    pub fn extended(text: &[u8], fold: bool) -> Result<Self, RegexError> {
        parse::compile(text, true, fold)
    }

    /// Every line that has `text` as it is.
    pub fn fixed(text: &[u8], fold: bool) -> Self {
        let mut steps = vec![Step::Save(0)];
        steps.extend(text.iter().map(|b| parse::byte_step(*b, fold)));
        steps.extend([Step::Save(1), Step::Match]);
        Self { steps, groups: 1 }
    }

    /// Number of groups, the whole match among them.
    pub fn group_count(&self) -> usize {
        self.groups
    }

    /// The leftmost longest match at or after `from`: its bounds and its groups' bounds.
    pub fn find(&self, text: &[u8], from: usize) -> Option<Vec<Option<(usize, usize)>>> {
        run::find(self, text, from)
    }

    /// The texts of the groups of the first match.
    pub fn groups(&self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        let found = self.find(text, 0)?;
        Some(found.into_iter().map(|g| g.map_or_else(Vec::new, |(a, b)| text[a..b].to_vec())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Regex;

    fn check(regex: &str, text: &str, expect: Option<&str>) {
        let found = Regex::extended(regex.as_bytes(), false).unwrap().find(text.as_bytes(), 0);
        let got = found.and_then(|g| g[0]).map(|(a, b)| &text[a..b]);
        assert_eq!(got, expect, "{regex} on {text}");
    }

    #[test]
    fn extended() {
        check("a|ab", "xabc", Some("ab"));
        check("(a|ab)(c|bcd)", "abcd", Some("abcd"));
        check("^a+$", "aaa", Some("aaa"));
        check("x*", "aaa", Some(""));
        check("[0-9]{2,3}", "a12345", Some("123"));
        check("[^a-c]", "abcd", Some("d"));
        check("\\bfoo\\b", "a foo b", Some("foo"));
        check("a.c", "abc", Some("abc"));
        check("(ab)*c", "ababc", Some("ababc"));
        check("[[:digit:]]+", "a123b", Some("123"));
        check("a{,2}", "aaa", Some("aa"));
        check("(a*)*", "b", Some(""));
        check("\\.", "a.b", Some("."));
        check("z", "abc", None);
    }

    #[test]
    fn basic() {
        let find = |r: &str, t: &str| Regex::basic(r.as_bytes(), false).unwrap().find(t.as_bytes(), 0).and_then(|g| g[0]);
        assert_eq!(find("a+", "aa+"), Some((1, 3)));
        assert_eq!(find("a\\+", "xaa"), Some((1, 3)));
        assert_eq!(find("\\(ab\\)*", "abab"), Some((0, 4)));
        assert_eq!(find("*a", "*a"), Some((0, 2)));
        assert_eq!(find("a\\{2\\}", "aaa"), Some((0, 2)));
        assert_eq!(find("a\\|b", "b"), Some((0, 1)));
        assert_eq!(find("^", "b"), Some((0, 0)));
    }

    #[test]
    fn hostile_expressions_end() {
        let text = vec![b'a'; 20_000];
        let r = Regex::extended(b"(a*)*(a*)*b", false).unwrap();
        assert!(r.find(&text, 0).is_none());
        assert!(Regex::extended(&vec![b'('; 100_000], false).is_err());
        assert!(Regex::extended(b"((a{250}){250}){250}", false).is_err());
    }
}
