//! Shell patterns: `*`, `?`, `[…]`.

use crate::tools::text::regex::class;

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

    /// The leftmost longest match that begins at or after `from`, in one pass.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        const OFF: usize = usize::MAX;
        let steps = &self.0;
        // For each step the first place at which a way to it began.
        let mut on = vec![OFF; steps.len() + 1];
        let mut best: Option<(usize, usize)> = None;
        for at in from..=text.len() {
            if best.is_none() {
                on[0] = on[0].min(at);
            }
            for n in 0..steps.len() {
                if matches!(steps[n], Step::Many) {
                    on[n + 1] = on[n + 1].min(on[n]);
                }
            }
            let start = on[steps.len()];
            if start != OFF && best.is_none_or(|(first, _)| start <= first) {
                best = Some((start, at));
            }
            let Some(&b) = text.get(at) else { break };
            let mut next = vec![OFF; steps.len() + 1];
            for (n, step) in steps.iter().enumerate() {
                let useful = on[n] != OFF && best.is_none_or(|(first, _)| on[n] <= first);
                if useful && step.takes(b) {
                    let to = if matches!(step, Step::Many) { n } else { n + 1 };
                    next[to] = next[to].min(on[n]);
                }
            }
            on = next;
            if best.is_some() && on.iter().all(|start| *start == OFF) {
                break;
            }
        }
        best
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
            Self::Set { negated, ranges } => {
                ranges.iter().any(|&(lo, hi)| (lo..=hi).contains(&b)) != *negated
            }
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
        let low = if b == b'\\' && !quoted(at) {
            at += 1;
            *text.get(at)?
        } else {
            b
        };
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
    fn finds() {
        let find = |p: &str, t: &str| Pattern::new(p.as_bytes(), |_| false).find(t.as_bytes(), 0);
        assert_eq!(find("b", "abc"), Some((1, 2)));
        assert_eq!(find("l*o", "hello.wo.x"), Some((2, 8)));
        assert_eq!(find("*", "abc"), Some((0, 3)));
        assert_eq!(find("a*b", "xaxx"), None);
        assert_eq!(find("", "abc"), Some((0, 0)));
        assert_eq!(find("[ab]c", "aacbc"), Some((1, 3)));
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
