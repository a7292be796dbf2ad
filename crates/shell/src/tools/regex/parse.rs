//! From text to steps.

use super::{At, Regex, RegexError, Set, Step};

/// Deepest nesting of groups.
const DEEPEST: u32 = 50;
/// Most steps of an expression.
const MOST: usize = 50_000;

type Parsed<T> = Result<T, RegexError>;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    extended: bool,
    fold: bool,
    groups: usize,
    depth: u32,
    steps: Vec<Step>,
}

/// One byte, in either case when `fold` says so.
pub(super) fn byte_step(b: u8, fold: bool) -> Step {
    if fold && b.is_ascii_alphabetic() {
        let mut set: Set = Box::new([false; 256]);
        set[usize::from(b.to_ascii_lowercase())] = true;
        set[usize::from(b.to_ascii_uppercase())] = true;
        return Step::Set(set);
    }
    Step::Byte(b)
}

pub(super) fn compile(text: &[u8], extended: bool, fold: bool) -> Parsed<Regex> {
    let mut p = Parser { text, at: 0, extended, fold, groups: 1, depth: 0, steps: vec![Step::Save(0)] };
    p.alternatives()?;
    if p.at < text.len() {
        return Err(RegexError("Unmatched ) or \\)"));
    }
    p.steps.extend([Step::Save(1), Step::Match]);
    Ok(Regex { steps: p.steps, groups: p.groups })
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Whether an operator is next: bare when extended, after a backslash when basic.
    fn operator(&self, op: u8) -> bool {
        if self.extended {
            self.peek() == Some(op)
        } else {
            self.peek() == Some(b'\\') && self.text.get(self.at + 1) == Some(&op)
        }
    }

    fn skip_operator(&mut self) {
        self.at += if self.extended { 1 } else { 2 };
    }

    fn push(&mut self, step: Step) -> Parsed<usize> {
        if self.steps.len() >= MOST {
            return Err(RegexError("Regular expression too big"));
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn alternatives(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(RegexError("Regular expression too big"));
        }
        let mut start = self.steps.len();
        let mut ends = Vec::new();
        self.sequence()?;
        while self.operator(b'|') {
            self.skip_operator();
            // What is there moves one on, behind a split.
            self.insert(start, Step::Split(start + 1, 0))?;
            ends.push(self.push(Step::Jump(0))?);
            let next = self.steps.len();
            self.steps[start] = Step::Split(start + 1, next);
            self.sequence()?;
            start = next;
        }
        let end = self.steps.len();
        for at in ends {
            self.steps[at] = Step::Jump(end);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Puts a step before those from `at` on, whose targets move with them.
    fn insert(&mut self, at: usize, step: Step) -> Parsed<()> {
        if self.steps.len() >= MOST {
            return Err(RegexError("Regular expression too big"));
        }
        self.steps.insert(at, step);
        for step in &mut self.steps[at + 1..] {
            match step {
                Step::Split(a, b) => {
                    *a += usize::from(*a >= at);
                    *b += usize::from(*b >= at);
                }
                Step::Jump(a) => *a += usize::from(*a >= at),
                _ => {}
            }
        }
        Ok(())
    }

    fn sequence(&mut self) -> Parsed<()> {
        let first = self.at;
        loop {
            let begins = self.at == first;
            let Some(b) = self.peek() else { return Ok(()) };
            if self.operator(b'|') || self.depth > 1 && self.operator(b')') {
                return Ok(());
            }
            let start = self.steps.len();
            self.atom(b, begins)?;
            self.repeats(start, begins)?;
        }
    }

    fn atom(&mut self, b: u8, begins: bool) -> Parsed<()> {
        if self.operator(b'(') {
            self.skip_operator();
            let group = self.groups;
            self.groups += 1;
            self.push(Step::Save(2 * group))?;
            self.alternatives()?;
            if !self.operator(b')') {
                return Err(RegexError("Unmatched ( or \\("));
            }
            self.skip_operator();
            self.push(Step::Save(2 * group + 1))?;
            return Ok(());
        }
        self.at += 1;
        let step = match b {
            b'.' => {
                let mut set: Set = Box::new([true; 256]);
                set[usize::from(b'\n')] = false;
                Step::Set(set)
            }
            b'[' => Step::Set(self.bracket()?),
            b'^' if self.extended || begins => Step::Assert(At::Start),
            b'$' if self.extended || self.ends_here() => Step::Assert(At::End),
            b'*' if begins => Step::Byte(b'*'),
            b'+' | b'?' if self.extended && begins => Step::Byte(b),
            b'\\' => {
                let Some(c) = self.peek() else { return Err(RegexError("Trailing backslash")) };
                self.at += 1;
                match c {
                    b'w' | b'W' => {
                        let mut set: Set = Box::new([false; 256]);
                        for (n, on) in set.iter_mut().enumerate() {
                            *on = super::run::is_word(n as u8) == (c == b'w');
                        }
                        Step::Set(set)
                    }
                    b's' | b'S' => {
                        let mut set: Set = Box::new([false; 256]);
                        for (n, on) in set.iter_mut().enumerate() {
                            *on = (n as u8).is_ascii_whitespace() == (c == b's');
                        }
                        Step::Set(set)
                    }
                    b'b' => Step::Assert(At::WordEdge),
                    b'B' => Step::Assert(At::NotWordEdge),
                    b'<' => Step::Assert(At::WordStart),
                    b'>' => Step::Assert(At::WordEnd),
                    b'`' => Step::Assert(At::Start),
                    b'\'' => Step::Assert(At::End),
                    b'1'..=b'9' => return Err(RegexError("back-references are not simulated")),
                    b'n' => Step::Byte(b'\n'),
                    b't' => Step::Byte(b'\t'),
                    _ => byte_step(c, self.fold),
                }
            }
            _ => byte_step(b, self.fold),
        };
        self.push(step)?;
        Ok(())
    }

    /// Whether a basic expression or group ends here, so that `$` is an anchor.
    fn ends_here(&self) -> bool {
        self.at == self.text.len() || self.operator(b')') || self.operator(b'|')
    }

    /// `*`, `+`, `?`, `{m,n}` after what begins at step `start`.
    fn repeats(&mut self, start: usize, begins: bool) -> Parsed<()> {
        loop {
            let anchored = !self.extended && begins && matches!(self.steps.get(start), Some(Step::Assert(At::Start)));
            let (min, max) = if self.peek() == Some(b'*') && !anchored {
                self.at += 1;
                (0, None)
            } else if self.operator(b'+') {
                self.skip_operator();
                (1, None)
            } else if self.operator(b'?') {
                self.skip_operator();
                (0, Some(1))
            } else if self.operator(b'{') {
                match self.interval()? {
                    Some(bounds) => bounds,
                    None => return Ok(()),
                }
            } else {
                return Ok(());
            };
            self.repeat(start, min, max)?;
        }
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; `None`: text.
    fn interval(&mut self) -> Parsed<Option<(usize, Option<usize>)>> {
        let back = self.at;
        self.skip_operator();
        let number = |p: &mut Self| {
            let from = p.at;
            while p.peek().is_some_and(|b| b.is_ascii_digit()) {
                p.at += 1;
            }
            std::str::from_utf8(&p.text[from..p.at]).ok().and_then(|t| t.parse::<usize>().ok())
        };
        let min = number(self);
        let bounds = if self.peek() == Some(b',') {
            self.at += 1;
            let max = number(self);
            (min.unwrap_or(0), max)
        } else {
            match min {
                Some(n) => (n, Some(n)),
                None if self.extended => {
                    self.at = back + 1;
                    self.push(Step::Byte(b'{'))?;
                    return Ok(None);
                }
                None => return Err(RegexError("Invalid preceding regular expression")),
            }
        };
        if !self.operator(b'}') {
            return Err(RegexError("Unmatched { or \\{"));
        }
        self.skip_operator();
        if bounds.0 > 32767 || bounds.1.is_some_and(|m| m > 32767) {
            return Err(RegexError("Regular expression too big"));
        }
        if bounds.1.is_some_and(|m| m < bounds.0) {
            return Err(RegexError("Invalid content of \\{\\}"));
        }
        Ok(Some(bounds))
    }

    /// Makes what begins at `start` repeat.
    fn repeat(&mut self, start: usize, min: usize, max: Option<usize>) -> Parsed<()> {
        let piece: Vec<Step> = self.steps.drain(start..).collect();
        let copy = |p: &mut Self| -> Parsed<()> {
            let offset = p.steps.len() - start;
            if p.steps.len() + piece.len() > MOST {
                return Err(RegexError("Regular expression too big"));
            }
            for step in &piece {
                p.steps.push(match step {
                    Step::Split(a, b) => Step::Split(a + offset, b + offset),
                    Step::Jump(a) => Step::Jump(a + offset),
                    other => other.clone(),
                });
            }
            Ok(())
        };
        for _ in 0..min {
            copy(self)?;
        }
        match max {
            None => {
                let split = self.push(Step::Split(0, 0))?;
                copy(self)?;
                self.push(Step::Jump(split))?;
                self.steps[split] = Step::Split(split + 1, self.steps.len());
            }
            Some(max) => {
                let mut splits = Vec::new();
                for _ in min..max {
                    splits.push(self.push(Step::Split(0, 0))?);
                    copy(self)?;
                }
                let end = self.steps.len();
                for split in splits {
                    self.steps[split] = Step::Split(split + 1, end);
                }
            }
        }
        Ok(())
    }

    fn bracket(&mut self) -> Parsed<Set> {
        const OPEN: RegexError = RegexError("Unmatched [, [^, [:, [., or [=");
        let mut set: Set = Box::new([false; 256]);
        let negated = self.peek() == Some(b'^');
        self.at += usize::from(negated);
        let first = self.at;
        loop {
            let b = self.peek().ok_or(OPEN)?;
            if b == b']' && self.at > first {
                self.at += 1;
                break;
            }
            if b == b'[' && self.text.get(self.at + 1) == Some(&b':') {
                let rest = self.text.get(self.at + 2..).ok_or(OPEN)?;
                let len = rest.windows(2).position(|w| w == b":]").ok_or(OPEN)?;
                let is = crate::lang::expand::pattern::class(&rest[..len])
                    .ok_or(RegexError("Invalid character class name"))?;
                for (n, on) in set.iter_mut().enumerate() {
                    *on |= is(n as u8);
                }
                self.at += len + 4;
                continue;
            }
            self.at += 1;
            match (self.peek(), self.text.get(self.at + 1)) {
                (Some(b'-'), Some(&high)) if high != b']' => {
                    if high < b {
                        return Err(RegexError("Invalid range end"));
                    }
                    set[usize::from(b)..=usize::from(high)].fill(true);
                    self.at += 2;
                }
                _ => set[usize::from(b)] = true,
            }
        }
        if self.fold {
            for b in b'a'..=b'z' {
                let both = set[usize::from(b)] || set[usize::from(b.to_ascii_uppercase())];
                set[usize::from(b)] = both;
                set[usize::from(b.to_ascii_uppercase())] = both;
            }
        }
        if negated {
            set.iter_mut().for_each(|on| *on = !*on);
            set[usize::from(b'\n')] = false;
        }
        Ok(set)
    }
}
