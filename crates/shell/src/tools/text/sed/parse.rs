//! From a script's text to commands.

use super::super::number::decimal;
use super::super::regex::{Regex, Syntax};
use super::program::{Action, Address, Command, End, Jump, Lines, Part, Substitute, When};

/// What is wrong with a script.
pub(super) enum Wrong {
    /// GNU's text, after this many characters of the script.
    At(usize, String),
    /// GNU's text without a place.
    Plain(String),
    /// A part of GNU's language that is not simulated.
    Refused(String),
}

type Result<T> = std::result::Result<T, Wrong>;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    syntax: Syntax,
    /// Open blocks: the places of their commands.
    open: Vec<usize>,
    labels: Vec<(Vec<u8>, usize)>,
    out: Vec<Command>,
}

/// Reads a script.
pub(super) fn parse(text: &[u8], extended: bool) -> Result<Vec<Command>> {
    let syntax = if extended { Syntax::SedExtended } else { Syntax::SedBasic };
    let mut p = Parser { text, at: 0, syntax, open: Vec::new(), labels: Vec::new(), out: Vec::new() };
    while p.command()? {}
    if !p.open.is_empty() {
        return Err(Wrong::At(usize::MAX, "unmatched `{'".to_owned()));
    }
    let labels = std::mem::take(&mut p.labels);
    let end = p.out.len();
    for command in &mut p.out {
        if let Action::Branch(jump, _) = &mut command.action
            && let Jump::Label(name) = jump
        {
            let to = labels.iter().find(|(n, _)| n == name).map(|(_, at)| *at);
            *jump = match to {
                None if name.is_empty() => Jump::To(end),
                None => {
                    let name = String::from_utf8_lossy(name);
                    return Err(Wrong::Plain(format!("can't find label for jump to `{name}'")));
                }
                Some(to) => Jump::To(to),
            };
        }
    }
    Ok(p.out)
}

const fn white(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

/// The byte that a letter stands for after a backslash.
const fn special(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 7,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    })
}

impl Parser<'_> {
    fn wrong<T>(&self, text: &str) -> Result<T> {
        Err(Wrong::At(self.at, text.to_owned()))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let b = self.peek();
        self.at += usize::from(b.is_some());
        b
    }

    fn skip(&mut self, what: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&what) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<u64> {
        let start = self.at;
        self.skip(|b| b.is_ascii_digit());
        let digits = self.text.get(start..self.at).unwrap_or(&[]);
        (!digits.is_empty()).then(|| decimal(digits))
    }

    /// Reads a command; `false` at the end.
    fn command(&mut self) -> Result<bool> {
        self.skip(|b| white(b) || b == b'\n' || b == b';');
        let Some(first) = self.peek() else { return Ok(false) };
        if first == b'#' {
            self.skip(|b| b != b'\n');
            return Ok(true);
        }
        let mut lines = self.lines()?;
        self.skip(white);
        if self.peek() == Some(b'!') {
            self.at += 1;
            lines.not = true;
            self.skip(white);
            if self.peek() == Some(b'!') {
                self.at += 1;
                return self.wrong("multiple `!'s");
            }
        }
        let Some(name) = self.next() else { return self.wrong("missing command") };
        let action = self.action(name, &lines)?;
        self.out.push(Command { lines, action });
        Ok(true)
    }

    fn lines(&mut self) -> Result<Lines> {
        let Some(from) = self.address()? else {
            if let Some(b'+' | b'~') = self.peek()
                && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit)
            {
                self.at += 1;
                self.number();
                return self.wrong("invalid usage of +N or ~N as first address");
            }
            return Ok(Lines::default());
        };
        let zero = matches!(from, Address::Line(0));
        self.skip(white);
        let mut to = None;
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip(white);
            to = match self.peek() {
                Some(sign @ (b'+' | b'~')) => {
                    self.at += 1;
                    let Some(n) = self.number() else { return self.wrong("unexpected `,'") };
                    Some(if sign == b'+' { End::Plus(n) } else { End::Multiple(n) })
                }
                _ => self.address()?.map(End::At),
            };
            if to.is_none() {
                self.next();
                return self.wrong("unexpected `,'");
            }
        }
        if zero && !matches!(to, Some(End::At(Address::Match(_)))) {
            self.skip(white);
            self.next();
            return self.wrong("invalid usage of line address 0");
        }
        Ok(Lines { from: Some(from), to, not: false })
    }

    fn address(&mut self) -> Result<Option<Address>> {
        Ok(match self.peek() {
            Some(b'0'..=b'9') => {
                let first = self.number().unwrap_or(0);
                if self.peek() != Some(b'~') {
                    return Ok(Some(Address::Line(first)));
                }
                self.at += 1;
                let step = self.number().unwrap_or(0);
                Some(if step == 0 { Address::Line(first) } else { Address::Step(first, step) })
            }
            Some(b'$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some(mark @ (b'/' | b'\\')) => {
                self.at += 1;
                let delimiter = if mark == b'/' { Some(b'/') } else { self.next() };
                let text = delimiter.and_then(|d| self.delimited(d, true));
                let Some(text) = text else { return self.wrong("unterminated address regex") };
                let mut fold = false;
                while let Some(b @ (b'I' | b'M')) = self.peek() {
                    if b == b'M' {
                        return Err(Wrong::Refused("the flag M of an address".to_owned()));
                    }
                    self.at += 1;
                    fold = true;
                }
                Some(Address::Match(self.regex(&text, fold)?))
            }
            _ => None,
        })
    }

    fn regex(&self, text: &[u8], fold: bool) -> Result<Option<Regex>> {
        if text.is_empty() {
            return Ok(None);
        }
        match Regex::new(text, self.syntax, fold) {
            Ok(regex) => Ok(Some(regex)),
            Err(e) => match e.0.strip_prefix("packetwalk: ") {
                Some(_) => Err(Wrong::Refused("back-reference in an expression".to_owned())),
                None if e.0.starts_with("character class syntax") => Err(Wrong::Plain(e.0.to_owned())),
                None => self.wrong(e.0),
            },
        }
    }

    /// The text up to `delimiter`; in an expression an escaped delimiter is the plain one.
    fn delimited(&mut self, delimiter: u8, regex: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match self.next()? {
                b if b == delimiter => return Some(out),
                b'\n' if regex => return None,
                b'[' if regex => {
                    let rest = self.text.get(self.at..)?;
                    let Some(len) = bracket(rest) else {
                        self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                        return None;
                    };
                    out.push(b'[');
                    out.extend_from_slice(self.text.get(self.at..self.at + len)?);
                    self.at += len;
                }
                b'\\' => {
                    let b = self.next()?;
                    if b == b'n' && regex && delimiter != b'n' {
                        out.extend(b"\\n");
                    } else if b == delimiter && (regex || b != b'&') {
                        out.push(b);
                    } else {
                        out.extend([b'\\', b]);
                    }
                }
                b => out.push(b),
            }
        }
    }

    /// What may come after a command.
    fn end(&mut self) -> Result<()> {
        self.skip(white);
        match self.peek() {
            None | Some(b'}' | b'#') => Ok(()),
            Some(b'\n' | b';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                self.at += 1;
                self.wrong("extra characters after command")
            }
        }
    }

    fn action(&mut self, name: u8, lines: &Lines) -> Result<Action> {
        let simple = match name {
            b'{' => {
                self.open.push(self.out.len());
                return Ok(Action::Block(0));
            }
            b'}' => return self.close(lines),
            b':' => return self.label(lines),
            b'a' | b'i' | b'c' => {
                let text = self.inserted()?;
                return Ok(match name {
                    b'a' => Action::Append(text),
                    b'i' => Action::Insert(text),
                    _ => Action::Change(text),
                });
            }
            b's' => return self.substitute(),
            b'y' => return self.translate(),
            b'b' | b't' | b'T' => {
                self.skip(white);
                let start = self.at;
                self.skip(|b| b != b'\n' && b != b';' && !white(b) && b != b'}');
                let label = self.text.get(start..self.at).unwrap_or(&[]).to_vec();
                let when = match name {
                    b'b' => When::Always,
                    b't' => When::Replaced,
                    _ => When::NotReplaced,
                };
                Action::Branch(Jump::Label(label), when)
            }
            b'q' | b'Q' => {
                if lines.to.is_some() {
                    return self.wrong("command only uses one address");
                }
                self.skip(white);
                let status = self.number().unwrap_or(0) as u8;
                Action::Quit(status, name == b'q')
            }
            b'd' => Action::Delete,
            b'D' => Action::DeleteFirst,
            b'p' => Action::Print,
            b'P' => Action::PrintFirst,
            b'=' => Action::Number,
            b'n' => Action::Next,
            b'N' => Action::NextAppend,
            b'h' => Action::Hold,
            b'H' => Action::HoldAppend,
            b'g' => Action::Get,
            b'G' => Action::GetAppend,
            b'x' => Action::Exchange,
            b'e' | b'F' | b'l' | b'r' | b'R' | b'v' | b'w' | b'W' | b'z' => {
                return Err(Wrong::Refused(format!("command {}", char::from(name))));
            }
            _ => {
                return self.wrong(&format!("unknown command: `{}'", String::from_utf8_lossy(&[name])));
            }
        };
        self.end()?;
        Ok(simple)
    }

    fn close(&mut self, lines: &Lines) -> Result<Action> {
        let Some(start) = self.open.pop() else { return self.wrong("unexpected `}'") };
        if lines.from.is_some() {
            return self.wrong("} doesn't want any addresses");
        }
        let after = self.out.len() + 1;
        if let Some(command) = self.out.get_mut(start) {
            command.action = Action::Block(after);
        }
        self.end()?;
        Ok(Action::Nothing)
    }

    fn label(&mut self, lines: &Lines) -> Result<Action> {
        if lines.from.is_some() {
            return self.wrong(": doesn't want any addresses");
        }
        self.skip(white);
        let start = self.at;
        self.skip(|b| b != b'\n' && b != b';' && !white(b));
        let name = self.text.get(start..self.at).unwrap_or(&[]).to_vec();
        if name.is_empty() {
            return self.wrong("\":\" lacks a label");
        }
        self.labels.push((name, self.out.len()));
        Ok(Action::Nothing)
    }

    /// The text of `a`, `i` and `c`.
    fn inserted(&mut self) -> Result<Vec<u8>> {
        self.skip(white);
        if self.peek().is_none() {
            return self.wrong("expected \\ after `a', `c' or `i'");
        }
        if self.peek() == Some(b'\\') {
            self.at += 1;
            let back = self.at;
            self.skip(white);
            if self.peek() == Some(b'\n') {
                self.at += 1;
            } else {
                self.at = back;
            }
            if self.peek().is_none() {
                return Ok(Vec::new());
            }
        }
        let mut out = Vec::new();
        while let Some(b) = self.next() {
            match b {
                b'\n' => break,
                b'\\' => match self.next() {
                    Some(b't') => out.push(b'\t'),
                    Some(b) => out.push(b),
                    None => break,
                },
                b => out.push(b),
            }
        }
        out.push(b'\n');
        Ok(out)
    }

    fn substitute(&mut self) -> Result<Action> {
        const OPEN: &str = "unterminated `s' command";
        let Some(delimiter) = self.next() else { return self.wrong(OPEN) };
        let Some(pattern) = self.delimited(delimiter, true) else { return self.wrong(OPEN) };
        let Some(replacement) = self.delimited(delimiter, false) else { return self.wrong(OPEN) };
        let mut s = Substitute { regex: None, parts: parts(&replacement), all: false, from: 0, print: false };
        let mut fold = false;
        loop {
            match self.peek() {
                Some(b'g') => {
                    self.at += 1;
                    if std::mem::replace(&mut s.all, true) {
                        return self.wrong("multiple `g' options to `s' command");
                    }
                }
                Some(b'p') => {
                    self.at += 1;
                    if std::mem::replace(&mut s.print, true) {
                        return self.wrong("multiple `p' options to `s' command");
                    }
                }
                Some(b'i' | b'I') => {
                    self.at += 1;
                    fold = true;
                }
                Some(b'0'..=b'9') => {
                    let n = self.number().unwrap_or(0);
                    if s.from > 0 {
                        return self.wrong("multiple number options to `s' command");
                    }
                    if n == 0 {
                        return self.wrong("number option to `s' command may not be zero");
                    }
                    s.from = n;
                }
                Some(b @ (b'e' | b'm' | b'M' | b'w')) => {
                    self.at += 1;
                    if b == b'w' && self.peek().is_none_or(|b| b == b'\n') {
                        return self.wrong("missing filename in r/R/w/W commands");
                    }
                    return Err(Wrong::Refused(format!("the flag {} of s", char::from(b))));
                }
                None | Some(b'}' | b'#') => break,
                Some(b'\n' | b';') => {
                    self.at += 1;
                    break;
                }
                Some(b) if white(b) => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    return self.wrong("unknown option to `s'");
                }
            }
        }
        s.from = s.from.max(1);
        s.regex = self.regex(&pattern, fold)?;
        let groups = s.regex.as_ref().map_or(usize::MAX, Regex::group_count);
        let bad = s.parts.iter().find_map(|p| match p {
            Part::Group(n) if *n >= groups => Some(*n),
            _ => None,
        });
        match bad {
            Some(n) => self.wrong(&format!("invalid reference \\{n} on `s' command's RHS")),
            None => Ok(Action::Substitute(Box::new(s))),
        }
    }

    fn translate(&mut self) -> Result<Action> {
        const OPEN: &str = "unterminated `y' command";
        let Some(delimiter) = self.next() else { return self.wrong(OPEN) };
        let Some(from) = self.delimited(delimiter, false) else { return self.wrong(OPEN) };
        let Some(to) = self.delimited(delimiter, false) else { return self.wrong(OPEN) };
        let plain = |text: &[u8]| {
            let mut out = Vec::new();
            let mut bytes = text.iter().copied();
            while let Some(b) = bytes.next() {
                match b {
                    b'\\' => match bytes.next() {
                        Some(b'\\') | None => out.push(b'\\'),
                        Some(c) => match special(c) {
                            Some(b) => out.push(b),
                            None => out.extend([b'\\', c]),
                        },
                    },
                    b => out.push(b),
                }
            }
            out
        };
        let (from, to) = (plain(&from), plain(&to));
        if !from.is_ascii() || !to.is_ascii() {
            return Err(Wrong::Refused("y with characters that are not ASCII".to_owned()));
        }
        if from.len() != to.len() {
            return self.wrong("strings for `y' command are different lengths");
        }
        let mut table = [0; 256];
        for (n, b) in table.iter_mut().enumerate() {
            *b = n as u8;
        }
        for (a, b) in from.iter().zip(to) {
            table[usize::from(*a)] = b;
        }
        self.end()?;
        Ok(Action::Translate(Box::new(table)))
    }
}

/// The length of a bracket expression after its `[`; `None`: it does not end in its line.
fn bracket(text: &[u8]) -> Option<usize> {
    let mut at = usize::from(text.first() == Some(&b'^'));
    at += usize::from(text.get(at) == Some(&b']'));
    loop {
        match (*text.get(at)?, text.get(at + 1)) {
            (b']', _) => return Some(at + 1),
            (b'\n', _) => return None,
            (b'[', Some(kind @ (b':' | b'.' | b'='))) => {
                let rest = text.get(at + 2..)?;
                match rest.windows(2).position(|w| w == [*kind, b']']) {
                    Some(n) => at += n + 4,
                    None => at += 1,
                }
            }
            _ => at += 1,
        }
    }
}

/// The parts of a replacement.
fn parts(text: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    let mut plain = Vec::new();
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        let part = match b {
            b'&' => Part::Group(0),
            b'\\' => match bytes.next() {
                Some(d @ b'0'..=b'9') => Part::Group(usize::from(d - b'0')),
                Some(c @ (b'U' | b'L' | b'u' | b'l' | b'E')) => Part::Case(c),
                Some(c) => {
                    plain.push(special(c).unwrap_or(c));
                    continue;
                }
                None => continue,
            },
            b => {
                plain.push(b);
                continue;
            }
        };
        if !plain.is_empty() {
            out.push(Part::Text(std::mem::take(&mut plain)));
        }
        out.push(part);
    }
    if !plain.is_empty() {
        out.push(Part::Text(plain));
    }
    out
}
