//! The parts of a line that are compared: `-k 2,3n`.

use super::super::opts::curly;

/// How a key is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Order {
    pub reverse: bool,
    pub numeric: bool,
    pub human: bool,
    pub version: bool,
    pub fold: bool,
    pub dictionary: bool,
    /// Leading blanks of the key's beginning and of its end do not count.
    pub blanks: [bool; 2],
}

impl Order {
    /// Takes an option's letter; `start`: of the key's beginning. `false`: it is none.
    pub fn add(&mut self, letter: u8, start: bool) -> bool {
        match letter {
            b'r' => self.reverse = true,
            b'n' => self.numeric = true,
            b'h' => self.human = true,
            b'V' => self.version = true,
            b'f' => self.fold = true,
            b'd' => self.dictionary = true,
            b'b' if start => self.blanks[0] = true,
            b'b' => self.blanks[1] = true,
            _ => return false,
        }
        true
    }

    /// The letters of options that exclude each other.
    pub fn conflict(self) -> Option<String> {
        let kinds = [self.numeric, self.human, self.version];
        let kinds = kinds.iter().filter(|k| **k).count()
            + usize::from(self.dictionary && (self.numeric || self.human));
        if kinds < 2 {
            return None;
        }
        let all = [
            ('d', self.dictionary),
            ('f', self.fold),
            ('h', self.human),
            ('n', self.numeric),
            ('V', self.version),
        ];
        Some(all.iter().filter(|(_, on)| *on).map(|(c, _)| *c).collect())
    }
}

/// A key: from a field and byte to a field and byte.
#[derive(Clone, Debug)]
pub(super) struct Key {
    from: (usize, usize),
    /// Field and last byte, both counted from 1; byte 0 is the whole field. `None`: the line's end.
    to: Option<(usize, usize)>,
    /// Its own; `None`: the options' in general.
    pub order: Option<Order>,
}

/// A number at the beginning.
fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(len)?;
    let value = usize::try_from(super::super::number::decimal(digits)).unwrap_or(usize::MAX);
    (len > 0).then_some((value, rest))
}

impl Key {
    /// The whole line.
    pub const fn whole() -> Self {
        Self { from: (1, 1), to: None, order: None }
    }

    /// Reads `F[.C][OPTS][,F[.C][OPTS]]`; the error is GNU's text.
    pub fn parse(spec: &[u8]) -> Result<Self, String> {
        let invalid = |why: &str| format!("{why}: invalid field specification {}", curly(spec));
        let count = |text: &[u8], what: &str| {
            format!("invalid number {what}: invalid count at start of {}", curly(text))
        };
        let mut order = Order::default();
        let (field, mut rest) = number(spec).ok_or_else(|| count(spec, "at field start"))?;
        if field == 0 {
            return Err(invalid("field number is zero"));
        }
        let mut byte = 1;
        if let Some(after) = rest.strip_prefix(b".") {
            (byte, rest) = number(after).ok_or_else(|| count(after, "after '.'"))?;
            if byte == 0 {
                return Err(invalid("character offset is zero"));
            }
        }
        let mut any = false;
        while let Some((letter, after)) = rest.split_first()
            && order.add(*letter, true)
        {
            (rest, any) = (after, true);
        }
        let mut key = Self { from: (field, byte), to: None, order: None };
        if let Some(after) = rest.strip_prefix(b",") {
            let (field, mut end) = number(after).ok_or_else(|| count(after, "after ','"))?;
            if field == 0 {
                return Err(invalid("field number is zero"));
            }
            let mut byte = 0;
            if let Some(after) = end.strip_prefix(b".") {
                (byte, end) = number(after).ok_or_else(|| count(after, "after '.'"))?;
            }
            while let Some((letter, after)) = end.split_first()
                && order.add(*letter, false)
            {
                (end, any) = (after, true);
            }
            key.to = Some((field, byte));
            rest = end;
        }
        if !rest.is_empty() {
            return Err(invalid("stray character in field spec"));
        }
        key.order = any.then_some(order);
        Ok(key)
    }

    /// The key's bytes in a line.
    pub fn part<'a>(&self, line: &'a [u8], tab: Option<u8>, order: Order) -> &'a [u8] {
        let skip = |at: usize, on: bool| {
            let rest = line.get(at..).unwrap_or(&[]);
            at + if on { rest.iter().take_while(|b| super::compare::blank(**b)).count() } else { 0 }
        };
        let start = skip(field(line, self.from.0, tab).0, order.blanks[0]);
        let start = start.saturating_add(self.from.1 - 1).min(line.len());
        let end = match self.to {
            None => line.len(),
            Some((n, 0)) => field(line, n, tab).1,
            Some((n, byte)) => {
                skip(field(line, n, tab).0, order.blanks[1]).saturating_add(byte).min(line.len())
            }
        };
        line.get(start..end).unwrap_or(&[])
    }
}

/// The bounds of a field, counted from 1; blanks before it belong to it unless there is a tab.
fn field(line: &[u8], n: usize, tab: Option<u8>) -> (usize, usize) {
    let mut at = 0;
    for k in 1..=n {
        let rest = line.get(at..).unwrap_or(&[]);
        let end = if let Some(tab) = tab {
            rest.iter().position(|b| *b == tab)
        } else {
            let blanks = rest.iter().take_while(|b| super::compare::blank(**b)).count();
            rest.iter().skip(blanks).position(|b| super::compare::blank(*b)).map(|p| p + blanks)
        };
        let end = end.map_or(line.len(), |p| at + p);
        if k == n {
            return (at, end);
        }
        if end == line.len() {
            return (line.len(), line.len());
        }
        at = end + usize::from(tab.is_some());
    }
    (0, line.len())
}
