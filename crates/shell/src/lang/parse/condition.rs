//! `[[ … ]]`.

use std::rc::Rc;

use super::lexer::{Op, Token};
use super::word::Stop;
use super::{ParseError, Parsed, Parser};
use crate::lang::ast::{Condition, Kind, RedirectOp, Word};

const BINARY: [&[u8]; 14] = [
    b"=", b"==", b"!=", b"=~", b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge", b"-nt", b"-ot", b"-ef", b"in",
];

impl Parser {
    /// What follows `[[`, with `]]`.
    pub(super) fn condition_command(&mut self) -> Parsed<Kind> {
        let condition = self.condition_or()?;
        self.peek()?;
        self.expect(b"]]")
            .map_err(|_| self.condition_error(|_| "syntax error in conditional expression".to_owned()))?;
        Ok(Kind::Condition(Rc::new(condition)))
    }

    fn condition_or(&mut self) -> Parsed<Condition> {
        let mut left = self.condition_and()?;
        while self.peek()? == &Token::Op(Op::OrOr) {
            self.take();
            left = Condition::Or(Box::new(left), Box::new(self.condition_and()?));
        }
        Ok(left)
    }

    fn condition_and(&mut self) -> Parsed<Condition> {
        let mut left = self.condition_term()?;
        while self.peek()? == &Token::Op(Op::AndAnd) {
            self.take();
            left = Condition::And(Box::new(left), Box::new(self.condition_term()?));
        }
        Ok(left)
    }

    fn condition_term(&mut self) -> Parsed<Condition> {
        self.enter()?;
        let term = self.condition_term_inner()?;
        self.leave();
        Ok(term)
    }

    fn condition_term_inner(&mut self) -> Parsed<Condition> {
        self.skip_condition_newlines()?;
        if self.peek()? == &Token::Op(Op::Open) {
            self.take();
            let inner = self.condition_or()?;
            if self.peek()? != &Token::Op(Op::Close) {
                return Err(self.condition_error(|t| format!("unexpected token `{t}', expected `)'")));
            }
            self.take();
            self.skip_condition_newlines()?;
            return Ok(inner);
        }
        let Token::Word(first) = self.peek()?.clone() else {
            return Err(self.condition_error(|t| format!("unexpected token `{t}' in conditional command")));
        };
        self.take();
        match first.as_literal() {
            Some(b"!") => return Ok(Condition::Not(Box::new(self.condition_term()?))),
            Some(b"]]") => {
                self.peeked = Some(Token::Word(first));
                return Err(self.condition_error(|_| "syntax error in conditional expression".to_owned()));
            }
            Some([b'-', letter]) if b"abcdefghknoprstuvwxzGLNORS".contains(letter) => {
                let op = vec![b'-', *letter];
                if let Token::Word(operand) = self.peek()?.clone() {
                    if operand.as_literal() == Some(b"]]") {
                        let text =
                            |t: &str| format!("unexpected argument `{t}' to conditional unary operator");
                        return Err(self.condition_error(text));
                    }
                    if !operand.as_literal().is_some_and(|w| BINARY.contains(&w)) {
                        self.take();
                        self.skip_condition_newlines()?;
                        return Ok(Condition::Unary(op, operand));
                    }
                }
            }
            _ => {}
        }
        let op: Vec<u8> = match self.peek()? {
            Token::Redirect(None, RedirectOp::Read, _) => b"<".to_vec(),
            Token::Redirect(None, RedirectOp::Write, _) => b">".to_vec(),
            Token::Word(word) => match word.as_literal() {
                Some(text) if BINARY.contains(&text) => text.to_vec(),
                Some(b"]]") => return Ok(Condition::Unary(b"-n".to_vec(), first)),
                _ => return Err(self.condition_error(|_| "conditional binary operator expected".to_owned())),
            },
            _ => {
                self.skip_condition_newlines()?;
                return Ok(Condition::Unary(b"-n".to_vec(), first));
            }
        };
        self.take();
        let right = if op == b"=~" {
            self.skip_blanks();
            Word { parts: self.parts(Stop::Regex)? }
        } else {
            let right = match self.peek()?.clone() {
                Token::Word(right) if right.as_literal() != Some(b"]]") => right,
                _ => {
                    let text = |t: &str| format!("unexpected argument `{t}' to conditional binary operator");
                    return Err(self.condition_error(text));
                }
            };
            self.take();
            right
        };
        self.skip_condition_newlines()?;
        Ok(Condition::Binary(first, op, right))
    }

    fn skip_condition_newlines(&mut self) -> Parsed<()> {
        while self.peek()? == &Token::Newline {
            self.take();
        }
        Ok(())
    }

    /// Tells of the next token.
    fn condition_error(&mut self, text: impl FnOnce(&str) -> String) -> ParseError {
        let line = self.line;
        if self.peeked == Some(Token::End) {
            return ParseError::EndOfFile { line };
        }
        let token = String::from_utf8_lossy(self.token_text()).into_owned();
        ParseError::Condition {
            line,
            text: text(if self.peeked == Some(Token::Newline) { "newline" } else { &token }),
        }
    }
}
