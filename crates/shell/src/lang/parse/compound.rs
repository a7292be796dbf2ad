//! `if`, loops, `case`, groups and functions with a keyword.

use std::rc::Rc;

use super::lexer::{Op, Token};
use super::word::Stop;
use super::{ParseError, Parsed, Parser};
use crate::lang::ast::{CaseArm, CaseEnd, Kind, List, Word};

impl Parser {
    /// A compound command if the next token begins one.
    pub(super) fn compound(&mut self) -> Parsed<Option<Kind>> {
        if self.peek()? == &Token::Op(Op::Open) {
            return self.parenthesised().map(Some);
        }
        let Some(word) = self.peek_literal()? else { return Ok(None) };
        let parse = match word {
            b"{" => Self::group,
            b"if" => Self::if_command,
            b"while" => Self::while_command,
            b"until" => Self::until_command,
            b"for" => Self::for_command,
            b"case" => Self::case_command,
            b"[[" => Self::condition_command,
            b"function" => Self::function_command,
            b"select" | b"coproc" => {
                let what = if word == b"select" { "select" } else { "coproc" };
                return Err(ParseError::Unsupported { line: self.line, what });
            }
            b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"esac" | b"}" => {
                return Err(self.unexpected());
            }
            _ => return Ok(None),
        };
        self.take();
        parse(self).map(Some)
    }

    fn parenthesised(&mut self) -> Parsed<Kind> {
        let line = self.line;
        // The token `(` was read: the next byte tells `((` from `( (`.
        let arithmetic = self.byte(0) == Some(b'(') && self.closes_doubly();
        self.take();
        if arithmetic {
            self.at += 1;
            let parts = self.parts(Stop::Arithmetic)?;
            if self.byte(0).is_none() {
                return Err(ParseError::Unclosed { line, open: b')' });
            }
            self.bump_by(2);
            return Ok(Kind::Arithmetic(Word { parts }));
        }
        let list = self.compound_list()?;
        if self.peek()? != &Token::Op(Op::Close) {
            return Err(self.unexpected());
        }
        self.take();
        Ok(Kind::Subshell(list))
    }

    fn group(&mut self) -> Parsed<Kind> {
        let list = self.compound_list()?;
        self.expect(b"}")?;
        Ok(Kind::Group(list))
    }

    fn if_command(&mut self) -> Parsed<Kind> {
        let mut arms = Vec::new();
        loop {
            let condition = self.compound_list()?;
            self.expect(b"then")?;
            arms.push((condition, self.compound_list()?));
            let otherwise = match self.peek_literal()? {
                Some(b"elif") => {
                    self.take();
                    continue;
                }
                Some(b"else") => {
                    self.take();
                    Some(self.compound_list()?)
                }
                _ => None,
            };
            self.expect(b"fi")?;
            return Ok(Kind::If { arms, otherwise });
        }
    }

    fn while_command(&mut self) -> Parsed<Kind> {
        let condition = self.compound_list()?;
        Ok(Kind::Loop { until: false, condition, body: self.do_group()? })
    }

    fn until_command(&mut self) -> Parsed<Kind> {
        let condition = self.compound_list()?;
        Ok(Kind::Loop { until: true, condition, body: self.do_group()? })
    }

    /// `do … done`.
    fn do_group(&mut self) -> Parsed<Rc<List>> {
        self.expect(b"do")?;
        let body = self.compound_list()?;
        self.expect(b"done")?;
        Ok(body)
    }

    fn for_command(&mut self) -> Parsed<Kind> {
        self.skip_blanks();
        if self.byte(0) == Some(b'(') && self.byte(1) == Some(b'(') {
            return self.for_arithmetic();
        }
        let Token::Word(word) = self.peek()?.clone() else { return Err(self.unexpected()) };
        self.take();
        // Whether it is a name is looked at when the loop begins.
        let name = word.written();
        let (mut words, mut text) = (None, Vec::new());
        if self.peek()? == &Token::Op(Op::Semi) {
            self.take();
        }
        self.skip_newlines()?;
        self.assign_ok = false;
        if self.peek_literal()? == Some(b"in") {
            self.take();
            let mut list = Vec::new();
            while let Token::Word(_) = self.peek()? {
                text.push(b' ');
                text.extend_from_slice(self.token_text());
                if let Token::Word(word) = self.take() {
                    list.push(word);
                }
            }
            words = Some(list);
            if !matches!(self.peek()?, Token::Newline | Token::Op(Op::Semi)) {
                return Err(self.unexpected());
            }
            self.take();
            self.skip_newlines()?;
        }
        Ok(Kind::For { name, words, text, body: self.do_group()? })
    }

    fn for_arithmetic(&mut self) -> Parsed<Kind> {
        let line = self.line;
        self.at += 2;
        let mut parts: [Word; 3] = Default::default();
        for (n, part) in parts.iter_mut().enumerate() {
            part.parts = self.parts(Stop::ArithmeticPart)?;
            match (self.byte(0), self.byte(1)) {
                (Some(b';'), _) if n < 2 => self.bump(),
                (Some(b')'), Some(b')')) if n == 2 => self.bump_by(2),
                (None, _) => return Err(ParseError::Unclosed { line, open: b')' }),
                _ => {
                    let text = "syntax error: arithmetic expression required".to_owned();
                    return Err(ParseError::Message { line, text });
                }
            }
        }
        if self.peek()? == &Token::Op(Op::Semi) {
            self.take();
        }
        self.skip_newlines()?;
        Ok(Kind::ForArithmetic { parts, body: self.do_group()? })
    }

    fn case_command(&mut self) -> Parsed<Kind> {
        let Token::Word(word) = self.peek()?.clone() else { return Err(self.unexpected()) };
        let text = self.token_text().to_vec();
        self.take();
        while self.peek()? == &Token::Newline {
            self.take();
        }
        self.expect(b"in")?;
        let mut arms = Vec::new();
        loop {
            while self.peek()? == &Token::Newline {
                self.take();
            }
            if self.peek_literal()? == Some(b"esac") {
                self.take();
                return Ok(Kind::Case { word, text, arms });
            }
            if self.peek()? == &Token::Op(Op::Open) {
                self.take();
            }
            let patterns = self.case_patterns()?;
            self.skip_newlines()?;
            let empty = self.at_list_end()?;
            let body = if empty { Rc::default() } else { self.compound_list()? };
            let end = match self.peek()? {
                Token::Op(Op::SemiSemi) => CaseEnd::Leave,
                Token::Op(Op::SemiAnd) => CaseEnd::FallThrough,
                Token::Op(Op::SemiSemiAnd) => CaseEnd::TestNext,
                _ => {
                    arms.push(CaseArm { patterns, body, end: CaseEnd::Leave });
                    self.expect(b"esac")?;
                    return Ok(Kind::Case { word, text, arms });
                }
            };
            self.take();
            arms.push(CaseArm { patterns, body, end });
        }
    }

    /// `a | b)`.
    fn case_patterns(&mut self) -> Parsed<Vec<Word>> {
        let mut patterns = Vec::new();
        loop {
            let Token::Word(_) = self.peek()? else { return Err(self.unexpected()) };
            if let Token::Word(word) = self.take() {
                patterns.push(word);
            }
            match self.peek()? {
                Token::Op(Op::Pipe) => {
                    self.take();
                }
                Token::Op(Op::Close) => {
                    self.take();
                    return Ok(patterns);
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn function_command(&mut self) -> Parsed<Kind> {
        let Token::Word(word) = self.peek()?.clone() else { return Err(self.unexpected()) };
        self.take();
        let Some(name) = word.as_literal().map(<[u8]>::to_vec) else { return Err(self.unexpected()) };
        if self.peek()? == &Token::Op(Op::Open) {
            self.take();
            if self.peek()? != &Token::Op(Op::Close) {
                return Err(self.unexpected());
            }
            self.take();
        }
        self.function_body(name)
    }
}
