//! `${…}`.

use std::rc::Rc;

use super::word::{Stop, name_len};
use super::{ParseError, Parsed, Parser};
use crate::lang::ast::{Name, Param, ParamOp, Part, Place, Word};

impl Parser {
    /// A parameter expansion in braces; the next byte is the `$`.
    pub(super) fn braces(&mut self, quoted: bool) -> Parsed<Part> {
        let (start, line) = (self.at, self.line);
        self.at += 2;
        let (length, mut indirect) = match (self.byte(0), self.byte(1)) {
            (Some(b'#'), Some(c)) if c != b'}' => (true, false),
            (Some(b'!'), Some(c)) if c == b'_' || c.is_ascii_alphanumeric() => (false, true),
            _ => (false, false),
        };
        if length || indirect {
            self.at += 1;
        }
        let name = self.parameter_name()?;
        let mut op = match (&name, length, self.byte(0)) {
            (Some(_), true, Some(b'}')) => ParamOp::Length,
            (Some(_), false, _) => self.operator(quoted)?,
            (None, ..) | (Some(_), true, _) => ParamOp::Bad,
        };
        if indirect && matches!(name, Some(Name::All(..))) && matches!(op, ParamOp::Plain) {
            (op, indirect) = (ParamOp::Indices, false);
        }
        if self.byte(0) != Some(b'}') {
            op = ParamOp::Bad;
            self.parts(Stop::Brace { quoted })?;
        }
        if self.byte(0).is_none() {
            return Err(ParseError::Unclosed { line, open: b'}' });
        }
        self.at += 1;
        let name = name.unwrap_or(Name::Special(b'?'));
        let text = self.text.get(start..self.at).unwrap_or(&[]).to_vec();
        Ok(Part::Param(Rc::new(Param { name, indirect, op, text })))
    }

    fn parameter_name(&mut self) -> Parsed<Option<Name>> {
        let len = name_len(self.rest());
        if len > 0 {
            let name = self.rest().get(..len).unwrap_or(&[]).to_vec();
            self.at += len;
            if self.byte(0) != Some(b'[') {
                return Ok(Some(Name::Variable(name)));
            }
            if let (Some(all @ (b'@' | b'*')), Some(b']')) = (self.byte(1), self.byte(2)) {
                self.at += 3;
                return Ok(Some(Name::All(name, all)));
            }
            self.at += 1;
            let from = self.at;
            self.parts(Stop::Bracket)?;
            let index = self.text.get(from..self.at).unwrap_or(&[]).to_vec();
            if self.byte(0) != Some(b']') {
                return Ok(None);
            }
            self.at += 1;
            return Ok(Some(Name::Element(name, index)));
        }
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            let number = std::str::from_utf8(self.rest().get(..digits).unwrap_or(&[]))
                .ok()
                .and_then(|t| t.parse().ok());
            self.at += digits;
            return Ok(match number {
                Some(0) => Some(Name::Special(b'0')),
                Some(n) => Some(Name::Positional(n)),
                None => Some(Name::Positional(usize::MAX)),
            });
        }
        match self.byte(0) {
            Some(c) if b"@*#?-$!".contains(&c) => {
                self.at += 1;
                Ok(Some(Name::Special(c)))
            }
            _ => Ok(None),
        }
    }

    /// What follows the name, up to the closing brace.
    fn operator(&mut self, quoted: bool) -> Parsed<ParamOp> {
        let (first, second) = (self.byte(0), self.byte(1));
        let end = Stop::Brace { quoted };
        Ok(match (first, second) {
            (Some(b'}') | None, _) => ParamOp::Plain,
            (Some(b':'), Some(kind @ (b'-' | b'=' | b'?' | b'+'))) => {
                self.at += 2;
                ParamOp::Alternative { kind, colon: true, word: self.part_word(end)? }
            }
            (Some(kind @ (b'-' | b'=' | b'?' | b'+')), _) => {
                self.at += 1;
                ParamOp::Alternative { kind, colon: false, word: self.part_word(end)? }
            }
            (Some(b':'), _) => {
                self.at += 1;
                let offset = self.part_word(Stop::Colon)?;
                let length = if self.byte(0) == Some(b':') {
                    self.at += 1;
                    Some(self.part_word(Stop::Colon)?)
                } else {
                    None
                };
                ParamOp::Substring { offset, length }
            }
            (Some(b'#'), _) => {
                let longest = second == Some(b'#');
                self.at += 1 + usize::from(longest);
                ParamOp::RemovePrefix { longest, pattern: self.part_word(Stop::Brace { quoted: false })? }
            }
            (Some(b'%'), _) => {
                let longest = second == Some(b'%');
                self.at += 1 + usize::from(longest);
                ParamOp::RemoveSuffix { longest, pattern: self.part_word(Stop::Brace { quoted: false })? }
            }
            (Some(b'/'), _) => {
                let place = match second {
                    Some(b'/') => Place::All,
                    Some(b'#') => Place::Prefix,
                    Some(b'%') => Place::Suffix,
                    _ => Place::First,
                };
                self.at += 1 + usize::from(place != Place::First);
                let pattern = self.part_word(Stop::Slash { quoted: false })?;
                let with = if self.byte(0) == Some(b'/') {
                    self.at += 1;
                    self.part_word(end)?
                } else {
                    Word::default()
                };
                ParamOp::Replace { place, pattern, with }
            }
            (Some(c @ (b'^' | b',')), _) => {
                let all = second == Some(c);
                self.at += 1 + usize::from(all);
                ParamOp::Case { upper: c == b'^', all }
            }
            (Some(b'@'), Some(b'Q')) => {
                self.at += 2;
                ParamOp::Quote
            }
            _ => ParamOp::Bad,
        })
    }

    fn part_word(&mut self, stop: Stop) -> Parsed<Word> {
        Ok(Word { parts: self.parts(stop)? })
    }
}
