//! POSIX regular expressions on bytes, basic and extended, leftmost and longest.
//!
//! Linear in the text: all ways through the expression are followed at once. Characters are UTF-8's, as
//! in the locale C.UTF-8; a byte that is not UTF-8 is no character, but its like in the expression
//! matches it. Back-references are refused.

mod compile;
mod parse;
mod run;
mod set;

use set::Bytes;
pub(crate) use set::class;

/// Which tool's dialect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Syntax {
    /// `grep`.
    GrepBasic,
    /// `grep -E`.
    GrepExtended,
    /// `sed`.
    SedBasic,
    /// `sed -E`, and bash's `=~`.
    SedExtended,
    /// `awk` (mawk): extended, bytes for characters, braces are text.
    Awk,
}

/// A step of a compiled expression.
#[derive(Clone, Debug)]
enum Step {
    Byte(u8),
    Set(Box<Bytes>),
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
    /// No byte of a word before; `grep -w`.
    NoWordBefore,
    /// No byte of a word after.
    NoWordAfter,
}

/// What a match must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// Any part of a line.
    Part,
    /// Whole words.
    Words,
    /// The whole line.
    Line,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    steps: Vec<Step>,
    groups: usize,
    /// Bytes that a match can begin with; `None`: it can be empty.
    first: Option<Box<Bytes>>,
    utf8: bool,
    /// What GNU grep warns of.
    pub(crate) warnings: Vec<String>,
}

/// An expression that is wrong, with glibc's text, or not supported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RegexError(pub &'static str);

/// Bounds of the groups of a match; group 0 is the match.
pub(crate) type Groups = Vec<Option<(usize, usize)>>;

impl Regex {
    /// Compiles an expression; `fold`: either case matches.
    pub fn new(text: &[u8], syntax: Syntax, fold: bool) -> Result<Self, RegexError> {
        let parsed = parse::parse(text, syntax, fold)?;
        compile::compile(&parsed, syntax != Syntax::Awk)
    }

    /// Any of several texts as they are.
    pub fn fixed(texts: &[&[u8]], fold: bool, extent: Extent) -> Result<Self, RegexError> {
        compile::compile(&parse::fixed(texts, fold).within(extent), true)
    }

    /// Several expressions, any of which matches.
    pub fn any(texts: &[&[u8]], syntax: Syntax, fold: bool, extent: Extent) -> Result<Self, RegexError> {
        let mut all = Vec::new();
        for text in texts {
            all.push(parse::parse(text, syntax, fold)?);
        }
        compile::compile(&parse::Parsed::any(all).within(extent), syntax != Syntax::Awk)
    }

    /// Number of groups, the whole match among them.
    pub fn group_count(&self) -> usize {
        self.groups
    }

    /// The leftmost longest match at or after `from`: its bounds and its groups' bounds.
    pub fn find(&self, text: &[u8], from: usize) -> Option<Groups> {
        run::find(self, text, from, self.groups * 2)
    }

    /// The bounds of the leftmost longest match at or after `from`.
    pub fn bounds(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        run::find(self, text, from, 2)?.first().copied().flatten()
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &[u8]) -> bool {
        run::find(self, text, 0, 0).is_some()
    }

    /// The texts of the groups of the first match.
    pub fn groups(&self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        let found = self.find(text, 0)?;
        let slice = |(a, b): (usize, usize)| text.get(a..b).map(<[u8]>::to_vec);
        Some(found.into_iter().map(|g| g.and_then(slice).unwrap_or_default()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Regex, Syntax};

    fn check(syntax: Syntax, regex: &str, text: &str, expect: Option<&str>) {
        let regex = Regex::new(regex.as_bytes(), syntax, false).unwrap();
        let got = regex.bounds(text.as_bytes(), 0).map(|(a, b)| &text[a..b]);
        assert_eq!(got, expect, "{regex:?} on {text}");
    }

    #[test]
    fn extended() {
        let cases = [
            ("a|ab", "xabc", Some("ab")),
            ("(a|ab)(c|bcd)", "abcd", Some("abcd")),
            ("^a+$", "aaa", Some("aaa")),
            ("x*", "aaa", Some("")),
            ("[0-9]{2,3}", "a12345", Some("123")),
            ("[^a-c]", "abcd", Some("d")),
            ("\\bfoo\\b", "a foo b", Some("foo")),
            ("(ab)*c", "ababc", Some("ababc")),
            ("[[:digit:]]+", "a123b", Some("123")),
            ("a{,2}", "aaa", Some("aa")),
            ("(a*)*", "b", Some("")),
            ("\\.", "a.b", Some(".")),
            ("z", "abc", None),
            ("^.$", "é", Some("é")),
            ("[éè]+", "aéèb", Some("éè")),
            ("[^a]", "é", Some("é")),
        ];
        for (regex, text, expect) in cases {
            check(Syntax::SedExtended, regex, text, expect);
        }
    }

    #[test]
    fn basic() {
        let cases = [
            ("a+", "aa+", Some("a+")),
            ("a\\+", "xaa", Some("aa")),
            ("\\(ab\\)*", "abab", Some("abab")),
            ("*a", "*a", Some("*a")),
            ("a\\{2\\}", "aaa", Some("aa")),
            ("a\\|b", "b", Some("b")),
            ("^*a", "*a", Some("*a")),
            ("a^b", "a^b", Some("a^b")),
        ];
        for (regex, text, expect) in cases {
            check(Syntax::SedBasic, regex, text, expect);
        }
    }

    #[test]
    fn hostile_expressions_end() {
        let text = vec![b'a'; 20_000];
        let extended = |text: &[u8]| Regex::new(text, Syntax::SedExtended, false);
        assert!(!extended(b"(a*)*(a*)*b").unwrap().is_match(&text));
        assert!(extended(&vec![b'('; 100_000]).is_err());
        assert!(extended(b"((a{250}){250}){250}").is_err());
        assert!(extended(&[b"a".to_vec(), vec![b'*'; 100_000]].concat()).is_ok());
        assert!(extended(&[b"a".to_vec(), b"{1}".repeat(100_000)].concat()).is_err());
    }
}
