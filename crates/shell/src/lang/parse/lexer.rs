//! Tokens: words, operators and line ends.

use super::{Parsed, Parser};
use crate::lang::ast::{Assign, RedirectOp, Word};

/// An operator that is no redirection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    And,
    AndAnd,
    Semi,
    SemiSemi,
    SemiAnd,
    SemiSemiAnd,
    Pipe,
    PipeAnd,
    OrOr,
    Open,
    Close,
}

#[derive(Clone, Debug)]
pub(super) enum Token {
    Word(Word),
    Assign(std::rc::Rc<Assign>),
    /// Descriptor, operator, and whether tabs are stripped (`<<-`).
    Redirect(Option<u32>, RedirectOp, bool),
    Op(Op),
    Newline,
    End,
}

impl PartialEq for Token {
    /// Words and assignments equal nothing.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Op(a), Self::Op(b)) => a == b,
            (Self::Newline, Self::Newline) | (Self::End, Self::End) => true,
            _ => false,
        }
    }
}

const OPS: [(&[u8], Op); 11] = [
    (b";;&", Op::SemiSemiAnd),
    (b"&&", Op::AndAnd),
    (b"||", Op::OrOr),
    (b"|&", Op::PipeAnd),
    (b";;", Op::SemiSemi),
    (b";&", Op::SemiAnd),
    (b"&", Op::And),
    (b"|", Op::Pipe),
    (b";", Op::Semi),
    (b"(", Op::Open),
    (b")", Op::Close),
];

const REDIRECTS: [(&[u8], RedirectOp, bool); 12] = [
    (b"<<<", RedirectOp::HereString, false),
    (b"<<-", RedirectOp::Here, true),
    (b"&>>", RedirectOp::BothAppend, false),
    (b"<<", RedirectOp::Here, false),
    (b"<&", RedirectOp::DupRead, false),
    (b"<>", RedirectOp::ReadWrite, false),
    (b">>", RedirectOp::Append, false),
    (b">&", RedirectOp::DupWrite, false),
    (b">|", RedirectOp::Clobber, false),
    (b"&>", RedirectOp::Both, false),
    (b"<", RedirectOp::Read, false),
    (b">", RedirectOp::Write, false),
];

/// Whether a byte ends a bare word.
pub(super) fn is_meta(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>')
}

impl Parser {
    /// The byte `n` after the next.
    pub(super) fn byte(&self, n: usize) -> Option<u8> {
        self.text.get(self.at + n).copied()
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }

    /// Goes over one byte and counts lines.
    pub(super) fn bump(&mut self) {
        if self.byte(0) == Some(b'\n') {
            self.line += 1;
            self.line_start = self.at + 1;
        }
        self.at += 1;
    }

    pub(super) fn bump_by(&mut self, n: usize) {
        for _ in 0..n {
            self.bump();
        }
    }

    /// Goes over blanks, joined lines and a comment.
    pub(super) fn skip_blanks(&mut self) {
        self.settle();
        loop {
            match self.byte(0) {
                Some(b' ' | b'\t') => self.bump(),
                Some(b'\\') if self.byte(1) == Some(b'\n') => self.bump_by(2),
                Some(b'#') => {
                    let len = self.rest().iter().position(|&b| b == b'\n').unwrap_or(self.rest().len());
                    self.at += len;
                }
                _ => return,
            }
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Parsed<&Token> {
        if self.peeked.is_none() {
            let token = self.lex()?;
            self.peeked = Some(token);
        }
        Ok(self.peeked.as_ref().unwrap_or(&Token::End))
    }

    /// The next token's text if it is a bare word, as a reserved word is.
    pub(super) fn peek_literal(&mut self) -> Parsed<Option<&[u8]>> {
        Ok(match self.peek()? {
            Token::Word(word) => word.as_literal(),
            _ => None,
        })
    }

    /// Takes the token that was peeked.
    pub(super) fn take(&mut self) -> Token {
        self.assign_ok = false;
        self.peeked.take().unwrap_or(Token::End)
    }

    /// Takes the reserved word `word` or fails.
    pub(super) fn expect(&mut self, word: &[u8]) -> Parsed<()> {
        if self.peek_literal()? == Some(word) {
            self.take();
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn lex(&mut self) -> Parsed<Token> {
        self.skip_blanks();
        self.token_start = self.at;
        let Some(first) = self.byte(0) else {
            if !self.heres.is_empty() {
                self.read_heres();
            }
            return Ok(Token::End);
        };
        if first == b'\n' {
            self.at += 1;
            self.unsettled = true;
            if !self.heres.is_empty() {
                self.read_heres();
            }
            return Ok(Token::Newline);
        }
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        let fd =
            std::str::from_utf8(self.rest().get(..digits).unwrap_or(&[])).ok().and_then(|t| t.parse().ok());
        if digits > 0 && matches!(self.byte(digits), Some(b'<' | b'>')) {
            self.at += digits;
            return self.redirect(fd);
        }
        if matches!(first, b'<' | b'>') && self.byte(1) == Some(b'(') {
            return Ok(Token::Word(self.word()?));
        }
        if matches!(first, b'<' | b'>') || first == b'&' && self.byte(1) == Some(b'>') {
            return self.redirect(None);
        }
        if let Some((text, op)) = OPS.iter().find(|(text, _)| self.rest().starts_with(text)) {
            self.at += text.len();
            return Ok(Token::Op(*op));
        }
        if self.assign_ok
            && let Some(assign) = self.assignment()?
        {
            return Ok(Token::Assign(std::rc::Rc::new(assign)));
        }
        Ok(Token::Word(self.word()?))
    }

    /// Counts the newline that was read last: bash counts a line when it reads the next one, so that
    /// an error at a line's end is told with that line.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.unsettled) {
            self.line += 1;
            self.line_start = self.at;
        }
    }

    fn redirect(&mut self, fd: Option<u32>) -> Parsed<Token> {
        match REDIRECTS.iter().find(|(text, ..)| self.rest().starts_with(text)) {
            Some(&(text, op, strip)) => {
                self.at += text.len();
                Ok(Token::Redirect(fd, op, strip))
            }
            None => Err(self.unexpected()),
        }
    }
}
