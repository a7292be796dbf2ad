//! Shell patterns: `*`, `?`, `[…]`.

use crate::tools::regex::{Piece, Regex};

/// One step of a pattern.
#[derive(Clone, Debug)]
enum Step {
    Byte(u8),
    Any,
    Many,
    Set { negated: bool, ranges: Vec<(u8, u8)> },
}

/// A pattern ready to match.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Step>);

impl Pattern {
    /// The same as a regular expression, which finds matches within a text in linear time.
    pub fn regex(&self) -> Regex {
        Regex::of_pieces(self.0.iter().map(|step| match step {
            Step::Byte(b) => Piece::Byte(*b),
            Step::Many => Piece::Many,
            any => Piece::Set(Box::new(std::array::from_fn(|b| any.takes(b as u8)))),
        }))
    }
}

const CLASSES: [(&[u8], fn(u8) -> bool); 12] = [
    (b"alpha", |b| b.is_ascii_alphabetic()),
    (b"digit", |b| b.is_ascii_digit()),
    (b"alnum", |b| b.is_ascii_alphanumeric()),
    (b"upper", |b| b.is_ascii_uppercase()),
    (b"lower", |b| b.is_ascii_lowercase()),
    (b"space", |b| b.is_ascii_whitespace() || b == 11),
    (b"blank", |b| matches!(b, b' ' | b'\t')),
    (b"punct", |b| b.is_ascii_punctuation()),
    (b"xdigit", |b| b.is_ascii_hexdigit()),
    (b"cntrl", |b| b.is_ascii_control()),
    (b"print", |b| matches!(b, 32..=126)),
    (b"graph", |b| matches!(b, 33..=126)),
];

/// A POSIX character class by its name.
pub(crate) fn class(name: &[u8]) -> Option<fn(u8) -> bool> {
    CLASSES.iter().find(|(n, _)| *n == name).map(|(_, is)| *is)
}

impl Pattern {
    /// A pattern from a text and a flag a byte: whether it was quoted.
    pub fn new(text: &[u8], quoted: impl Fn(usize) -> bool) -> Self {
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            let step = match b {
                _ if quoted(at) => Step::Byte(b),
                b'*' => {
                    if matches!(steps.last(), Some(Step::Many)) {
                        at += 1;
                        continue;
                    }
                    Step::Many
                }
                b'?' => Step::Any,
                b'[' => match set(text, at, &quoted) {
                    Some((step, end)) => {
                        at = end;
                        step
                    }
                    None => Step::Byte(b),
                },
                b'\\' if at + 1 < text.len() => {
                    at += 1;
                    Step::Byte(text[at])
                }
                _ => Step::Byte(b),
            };
            steps.push(step);
            at += 1;
        }
        Self(steps)
    }

    /// The pattern's only text, if it has no special character.
    pub fn literal(&self) -> Option<Vec<u8>> {
        self.0.iter().map(|s| if let Step::Byte(b) = s { Some(*b) } else { None }).collect()
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        // The usual walk with one place to go back to: the last `*`.
        let (mut p, mut t) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while t < text.len() {
            match self.0.get(p) {
                Some(Step::Many) => {
                    back = Some((p, t));
                    p += 1;
                    continue;
                }
                Some(step) if step.takes(text[t]) => {
                    p += 1;
                    t += 1;
                    continue;
                }
                _ => {}
            }
            let Some((many, from)) = back else { return false };
            (p, t) = (many + 1, from + 1);
            back = Some((many, t));
        }
        self.0[p.min(self.0.len())..].iter().all(|s| matches!(s, Step::Many))
    }

    /// The lengths of the prefixes of `text` that match, in one pass; the shortest or longest.
    pub fn prefix(&self, text: &[u8], longest: bool) -> Option<usize> {
        walk(&self.0.iter().collect::<Vec<_>>(), text.iter().copied(), longest)
    }

    /// The same for suffixes.
    pub fn suffix(&self, text: &[u8], longest: bool) -> Option<usize> {
        walk(&self.0.iter().rev().collect::<Vec<_>>(), text.iter().rev().copied(), longest)
    }
}

impl Step {
    fn takes(&self, b: u8) -> bool {
        match self {
            Self::Byte(c) => *c == b,
            Self::Any | Self::Many => true,
            Self::Set { negated, ranges } => ranges.iter().any(|&(lo, hi)| (lo..=hi).contains(&b)) != *negated,
        }
    }
}

/// Runs every way through the steps at once.
fn walk(steps: &[&Step], text: impl Iterator<Item = u8>, longest: bool) -> Option<usize> {
    let close = |on: &mut [bool]| {
        for at in 0..steps.len() {
            if on[at] && matches!(steps[at], Step::Many) {
                on[at + 1] = true;
            }
        }
    };
    let mut on = vec![false; steps.len() + 1];
    on[0] = true;
    close(&mut on);
    let mut best = None;
    if on[steps.len()] {
        best = Some(0);
        if !longest {
            return best;
        }
    }
    for (n, b) in text.enumerate() {
        let mut next = vec![false; steps.len() + 1];
        for at in 0..steps.len() {
            if on[at] && steps[at].takes(b) {
                next[if matches!(steps[at], Step::Many) { at } else { at + 1 }] = true;
            }
        }
        close(&mut next);
        if !next.contains(&true) {
            break;
        }
        on = next;
        if on[steps.len()] {
            best = Some(n + 1);
            if !longest {
                return best;
            }
        }
    }
    best
}

/// A bracket expression at `open`; its last byte's place.
fn set(text: &[u8], open: usize, quoted: &impl Fn(usize) -> bool) -> Option<(Step, usize)> {
    let mut at = open + 1;
    let negated = matches!(text.get(at), Some(b'!' | b'^')) && !quoted(at);
    at += usize::from(negated);
    let first = at;
    let mut ranges = Vec::new();
    loop {
        let b = *text.get(at)?;
        if b == b']' && at > first && !quoted(at) {
            return Some((Step::Set { negated, ranges }, at));
        }
        if b == b'[' && text.get(at + 1) == Some(&b':') {
            let rest = text.get(at + 2..)?;
            if let Some(len) = rest.windows(2).position(|w| w == b":]")
                && let Some(is) = class(&rest[..len])
            {
                ranges.extend((0..=255_u8).filter(|b| is(*b)).map(|b| (b, b)));
                at += len + 4;
                continue;
            }
        }
        let low = if b == b'\\' && !quoted(at) { at += 1; *text.get(at)? } else { b };
        match (text.get(at + 1), text.get(at + 2)) {
            (Some(b'-'), Some(&high)) if high != b']' => {
                ranges.push((low, high));
                at += 3;
            }
            _ => {
                ranges.push((low, low));
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(pattern: &str, text: &str, expect: bool) {
        let p = Pattern::new(pattern.as_bytes(), |_| false);
        assert_eq!(p.matches(text.as_bytes()), expect, "{pattern} {text}");
    }

    #[test]
    fn patterns() {
        check("*", "", true);
        check("a*b", "axxb", true);
        check("a*b", "axxbc", false);
        check("a*b*c", "abbc", true);
        check("[a-c]?", "b1", true);
        check("[!a-c]", "b", false);
        check("[]x]", "]", true);
        check("[[:digit:]]*", "1a", true);
        check("[", "[", true);
        check("*.txt", "a.txt", true);
    }

    #[test]
    fn prefixes_and_suffixes() {
        let p = |t: &str| Pattern::new(t.as_bytes(), |_| false);
        assert_eq!(p("*/").prefix(b"a/b/c", false), Some(2));
        assert_eq!(p("*/").prefix(b"a/b/c", true), Some(4));
        assert_eq!(p("/*").suffix(b"a/b/c", false), Some(2));
        assert_eq!(p("/*").suffix(b"a/b/c", true), Some(4));
        assert_eq!(p("x").prefix(b"abc", true), None);
    }
}
