//! Words: quotes, substitutions and bare text.

use std::rc::Rc;

use super::lexer::is_meta;
use super::{ParseError, Parsed, Parser};
use crate::lang::ast::{Assign, AssignValue, List, Name, Param, ParamOp, Part, Word};

/// Where a run of parts ends; the byte that ends it stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// A metacharacter.
    Meta,
    /// `"`
    Quote,
    /// `}` of `${`; within double quotes or not.
    Brace { quoted: bool },
    /// `}` or `/` of `${x/pattern/text}`.
    Slash { quoted: bool },
    /// `}` or `:` of `${x:offset:length}`.
    Colon,
    /// `))`
    Arithmetic,
    /// `;` or `))`
    ArithmeticPart,
    /// `]` of an index.
    Bracket,
    /// A metacharacter outside of brackets: the right side of `=~`.
    Regex,
    /// The end of the text: a here-document.
    End,
}

impl Stop {
    /// Whether bare quotes stand for themselves: already within double quotes.
    fn quoted(self) -> bool {
        match self {
            Self::Quote
            | Self::Arithmetic
            | Self::ArithmeticPart
            | Self::Bracket
            | Self::Colon
            | Self::End => true,
            Self::Brace { quoted } | Self::Slash { quoted } => quoted,
            Self::Meta | Self::Regex => false,
        }
    }
}

/// Parts on their way, neighbours of one kind joined.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn literal(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            Some(Part::Literal(text)) => text.extend_from_slice(bytes),
            _ => self.0.push(Part::Literal(bytes.to_vec())),
        }
    }

    fn quoted(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            Some(Part::Quoted(text)) => text.extend_from_slice(bytes),
            _ => self.0.push(Part::Quoted(bytes.to_vec())),
        }
    }
}

impl Parser {
    /// A word; the next byte begins it.
    pub(super) fn word(&mut self) -> Parsed<Word> {
        Ok(Word { parts: self.parts(Stop::Meta)? })
    }

    /// The whole text as an array's index.
    pub fn index_word(&mut self) -> Parsed<Word> {
        Ok(Word { parts: self.parts(Stop::End)? })
    }

    /// Parts up to `stop`.
    pub(super) fn parts(&mut self, stop: Stop) -> Parsed<Vec<Part>> {
        self.enter()?;
        let parts = self.parts_inner(stop);
        self.leave();
        parts
    }

    fn parts_inner(&mut self, stop: Stop) -> Parsed<Vec<Part>> {
        let mut parts = Parts::default();
        let mut brackets = 0_u32;
        while let Some(b) = self.byte(0) {
            let ends = match stop {
                Stop::Meta => is_meta(b) && !(matches!(b, b'<' | b'>') && self.byte(1) == Some(b'(')),
                Stop::Quote => b == b'"',
                Stop::Brace { .. } => b == b'}',
                Stop::Slash { .. } => b == b'}' || b == b'/',
                Stop::Colon => brackets == 0 && (b == b'}' || b == b':'),
                Stop::Arithmetic => brackets == 0 && b == b')',
                Stop::ArithmeticPart => brackets == 0 && (b == b')' || b == b';'),
                Stop::Bracket => brackets == 0 && b == b']',
                Stop::Regex => brackets == 0 && is_meta(b) && b != b'(' && b != b'|' || b == b'\n',
                Stop::End => false,
            };
            if ends {
                return Ok(parts.0);
            }
            match (stop, b) {
                (Stop::Bracket, b'[')
                | (Stop::Arithmetic | Stop::ArithmeticPart | Stop::Colon | Stop::Regex, b'(') => {
                    brackets += 1;
                }
                (Stop::Bracket, b']')
                | (Stop::Arithmetic | Stop::ArithmeticPart | Stop::Colon | Stop::Regex, b')') => {
                    brackets = brackets.saturating_sub(1);
                }
                _ => {}
            }
            self.part(b, stop, &mut parts)?;
        }
        Ok(parts.0)
    }

    fn part(&mut self, b: u8, stop: Stop, parts: &mut Parts) -> Parsed<()> {
        match b {
            b'\\' => self.backslash(stop, parts),
            b'\'' if !stop.quoted() => {
                let text = self.single_quotes()?;
                parts.quoted(&text);
            }
            b'"' if !matches!(stop, Stop::End) => {
                let start = self.line;
                self.bump();
                let inner = self.parts(Stop::Quote)?;
                if self.byte(0).is_none() {
                    return Err(ParseError::Unclosed { line: start, open: b'"' });
                }
                self.bump();
                parts.0.push(Part::Double(inner));
            }
            b'`' => {
                let line = self.line;
                let text = self.backquotes(stop.quoted())?;
                parts.0.push(Part::Backquote(text.into(), line));
            }
            b'$' => self.dollar(stop.quoted(), parts)?,
            b'<' | b'>' if stop == Stop::Meta => {
                let line = self.line;
                self.at += 2;
                let list = self.bracketed_list(line, false)?;
                parts.0.push(Part::Process(list, b == b'<'));
            }
            _ => {
                let run = self.rest().iter().take_while(|&&b| is_plain(b)).count().max(1);
                if run == 1 {
                    parts.literal(&[b]);
                    self.bump();
                } else {
                    let text = Rc::clone(&self.text);
                    parts.literal(text.get(self.at..self.at + run).unwrap_or(&[]));
                    self.at += run;
                }
            }
        }
        Ok(())
    }

    fn backslash(&mut self, stop: Stop, parts: &mut Parts) {
        let next = self.byte(1);
        let special = match (stop, next) {
            (_, None) => {
                self.bump();
                return parts.literal(b"\\");
            }
            (_, Some(b'\n')) => {
                self.bump_by(2);
                return;
            }
            (Stop::End, Some(c)) => matches!(c, b'$' | b'`' | b'\\'),
            (Stop::Brace { quoted: true } | Stop::Slash { quoted: true }, Some(c)) => {
                matches!(c, b'$' | b'`' | b'\\' | b'"' | b'}')
            }
            (_, Some(c)) => !stop.quoted() || matches!(c, b'$' | b'`' | b'\\' | b'"'),
        };
        self.bump();
        match next {
            Some(c) if special => {
                self.bump();
                parts.quoted(&[c]);
            }
            _ => parts.literal(b"\\"),
        }
    }

    fn single_quotes(&mut self) -> Parsed<Vec<u8>> {
        let start = self.line;
        self.bump();
        let Some(len) = self.rest().iter().position(|&b| b == b'\'') else {
            return Err(ParseError::Unclosed { line: start, open: b'\'' });
        };
        let text = self.rest().get(..len).unwrap_or(&[]).to_vec();
        self.bump_by(len + 1);
        Ok(text)
    }

    /// The text of `` `…` ``, its own backslashes removed.
    fn backquotes(&mut self, quoted: bool) -> Parsed<Vec<u8>> {
        let start = self.line;
        self.bump();
        let mut text = Vec::new();
        loop {
            match (self.byte(0), self.byte(1)) {
                (None, _) => return Err(ParseError::Unclosed { line: start, open: b'`' }),
                (Some(b'`'), _) => {
                    self.bump();
                    return Ok(text);
                }
                (Some(b'\\'), Some(c)) if matches!(c, b'$' | b'`' | b'\\') || quoted && c == b'"' => {
                    text.push(c);
                    self.bump_by(2);
                }
                (Some(b), _) => {
                    text.push(b);
                    self.bump();
                }
            }
        }
    }

    /// What a `$` begins.
    fn dollar(&mut self, quoted: bool, parts: &mut Parts) -> Parsed<()> {
        let start = self.at;
        let param = |name: Name, text: &[u8]| {
            Part::Param(Rc::new(Param { name, indirect: false, op: ParamOp::Plain, text: text.to_vec() }))
        };
        match self.byte(1) {
            Some(b'\'') if !quoted => {
                self.bump();
                let text = self.ansi_quotes()?;
                parts.quoted(&text);
            }
            Some(b'"') if !quoted => self.bump(),
            Some(b'{') => {
                let part = self.braces(quoted)?;
                parts.0.push(part);
            }
            Some(b'(') => {
                let part = self.parenthesis()?;
                parts.0.push(part);
            }
            Some(c) if c == b'_' || c.is_ascii_alphabetic() => {
                let len = name_len(self.text.get(start + 1..).unwrap_or(&[]));
                let text = self.text.get(start..=start + len).unwrap_or(&[]).to_vec();
                self.at += len + 1;
                parts.0.push(param(Name::Variable(text.get(1..).unwrap_or(&[]).to_vec()), &text));
            }
            Some(c) if c.is_ascii_digit() && c != b'0' => {
                self.at += 2;
                parts.0.push(param(Name::Positional(usize::from(c - b'0')), &[b'$', c]));
            }
            Some(c) if b"@*#?-$!0".contains(&c) => {
                self.at += 2;
                parts.0.push(param(Name::Special(c), &[b'$', c]));
            }
            _ => {
                self.bump();
                parts.literal(b"$");
            }
        }
        Ok(())
    }

    /// `$(` or `$((`.
    fn parenthesis(&mut self) -> Parsed<Part> {
        let line = self.line;
        self.at += 2;
        let doubled = self.byte(0) == Some(b'(');
        if doubled && self.closes_doubly() {
            self.at += 1;
            let inner = self.parts(Stop::Arithmetic)?;
            if self.byte(0).is_none() {
                return Err(ParseError::Unclosed { line, open: b')' });
            }
            self.bump_by(2);
            return Ok(Part::Arithmetic(Rc::new(Word { parts: inner })));
        }
        Ok(Part::Command(self.bracketed_list(line, doubled)?))
    }

    /// The commands of a substitution, after its opening bracket and with its closing one.
    fn bracketed_list(&mut self, line: u32, doubled: bool) -> Parsed<Rc<List>> {
        self.enter()?;
        let (start, peeked) = (self.token_start, self.peeked.take());
        let heres = std::mem::take(&mut self.heres);
        let list = match self.substitution_list() {
            Err(ParseError::EndOfFile { .. } | ParseError::Unclosed { .. }) if doubled => {
                return Err(ParseError::Unclosed { line, open: b')' });
            }
            Err(ParseError::EndOfFile { line }) => return Err(ParseError::Unclosed { line, open: b'(' }),
            other => other?,
        };
        (self.token_start, self.peeked, self.heres) = (start, peeked, heres);
        self.leave();
        Ok(list)
    }

    /// Whether the `(` that is next is closed by a `)` with another right behind it: `((…))` is
    /// arithmetic then. Quotes are looked at, nothing else.
    pub(super) fn closes_doubly(&self) -> bool {
        let mut depth = 0_u32;
        let mut bytes = self.rest().iter().enumerate();
        while let Some((at, &b)) = bytes.next() {
            match b {
                b'(' => depth += 1,
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return self.rest().get(at + 1) == Some(&b')');
                    }
                }
                b'\\' => {
                    bytes.next();
                }
                b'\'' => {
                    bytes.by_ref().find(|&(_, &b)| b == b'\'');
                }
                _ => {}
            }
        }
        true
    }

    /// `$'…'`; the next byte is the quote.
    fn ansi_quotes(&mut self) -> Parsed<Vec<u8>> {
        let start = self.line;
        self.bump();
        let from = self.at;
        loop {
            match self.byte(0) {
                None => return Err(ParseError::Unclosed { line: start, open: b'\'' }),
                Some(b'\'') => break,
                Some(b'\\') => self.bump_by(2),
                Some(_) => self.bump(),
            }
        }
        let text = crate::lang::escape::ansi_c(self.text.get(from..self.at).unwrap_or(&[]));
        self.bump();
        Ok(text)
    }

    /// `name=value`, `name+=value`, `name[index]=value` or `name=(…)`, if that is what is next.
    pub(super) fn assignment(&mut self) -> Parsed<Option<Assign>> {
        let len = name_len(self.rest());
        if len == 0 {
            return Ok(None);
        }
        let (at, line, line_start) = (self.at, self.line, self.line_start);
        let name = self.rest().get(..len).unwrap_or(&[]).to_vec();
        self.at += len;
        let mut index = None;
        if self.byte(0) == Some(b'[') {
            self.at += 1;
            let parts = self.parts(Stop::Bracket)?;
            index = Some(Word { parts });
            if self.byte(0) == Some(b']') {
                self.at += 1;
            }
        }
        let append = self.byte(0) == Some(b'+') && self.byte(1) == Some(b'=');
        if !append && self.byte(0) != Some(b'=') {
            (self.at, self.line, self.line_start) = (at, line, line_start);
            return Ok(None);
        }
        self.at += 1 + usize::from(append);
        if self.byte(0) == Some(b'(') && index.is_none() {
            let value = AssignValue::Array(self.array()?);
            return Ok(Some(Assign { name, index, append, value }));
        }
        let value = AssignValue::Scalar(self.word()?);
        Ok(Some(Assign { name, index, append, value }))
    }

    /// The words between the brackets of `name=(…)`.
    fn array(&mut self) -> Parsed<Vec<Word>> {
        let line = self.line;
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            match self.byte(0) {
                None => return Err(ParseError::Unclosed { line, open: b'=' }),
                Some(b')') => {
                    self.at += 1;
                    return Ok(words);
                }
                Some(b'\n') => self.bump(),
                Some(b) if is_meta(b) => {
                    self.token_start = self.at;
                    self.at += 1;
                    self.peeked = None;
                    return Err(self.unexpected());
                }
                Some(_) => words.push(self.word()?),
            }
        }
    }
}

/// Bytes that never end a run of bare text and never begin anything.
fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, b'_' | b'-' | b'.' | b',' | b'=' | b'+' | b'%' | b'@')
        || b >= 0x80
}

/// Length of the name that a text begins with.
pub(crate) fn name_len(text: &[u8]) -> usize {
    match text.first() {
        Some(b) if *b == b'_' || b.is_ascii_alphabetic() => {
            text.iter().take_while(|b| **b == b'_' || b.is_ascii_alphanumeric()).count()
        }
        _ => 0,
    }
}
