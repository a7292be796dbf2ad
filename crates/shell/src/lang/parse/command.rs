//! Simple commands, redirections and functions.

use std::cell::OnceCell;
use std::rc::Rc;

use super::lexer::{Op, Token};
use super::{ParseError, Parsed, Parser, PendingHere};
use crate::lang::ast::{Argument, Command, Kind, Part, Redirect, RedirectOp, Simple, Target, Word};

impl Command {
    /// `2>&1`, which `|&` adds.
    pub(super) fn error_to_output() -> Redirect {
        Redirect { fd: Some(2), op: RedirectOp::DupWrite, target: Target::Word(Word::literal(b"1")) }
    }
}

/// Builtins whose arguments may be assignments.
const DECLARATIONS: [&[u8]; 5] = [b"export", b"local", b"declare", b"readonly", b"typeset"];

impl Parser {
    /// One command of a pipeline.
    pub(super) fn command(&mut self) -> Parsed<Command> {
        self.enter()?;
        self.assign_ok = true;
        self.peek()?;
        let (pos, start) = (self.token_pos(), self.token_start);
        let Some(kind) = self.compound()? else {
            let command = self.simple(start)?;
            self.leave();
            return Ok(command);
        };
        let mut redirects = Vec::new();
        if !matches!(kind, Kind::Function { .. }) {
            while let Token::Redirect(fd, op, strip) = *self.peek()? {
                redirects.push(self.redirection(fd, op, strip)?);
            }
        }
        self.leave();
        self.peek()?;
        Ok(Command { pos, source: self.source(start), kind, redirects })
    }

    fn simple(&mut self, start: usize) -> Parsed<Command> {
        let mut pos = self.token_pos();
        let (mut simple, mut redirects, mut count) = (Simple::default(), Vec::new(), 0_u32);
        let mut declares = false;
        loop {
            self.assign_ok = simple.words.is_empty() || declares;
            let is_more = matches!(self.peek()?, Token::Word(_) | Token::Assign(_) | Token::Redirect(..));
            // Bash gives a command the line at which it had read one token more than the first.
            if count == 1 {
                pos.line = self.line;
            }
            if !is_more {
                break;
            }
            count += 1;
            match self.take() {
                Token::Assign(assign) => {
                    // Nobody else holds it: a token that was taken is not peeked any more.
                    let Ok(assign) = Rc::try_unwrap(assign) else { continue };
                    if simple.words.is_empty() {
                        simple.assigns.push(assign);
                    } else {
                        simple.words.push(Argument::Assign(assign));
                    }
                }
                Token::Word(word) => {
                    if simple.words.is_empty() {
                        declares = word.as_literal().is_some_and(|w| DECLARATIONS.contains(&w));
                        if simple.assigns.is_empty()
                            && redirects.is_empty()
                            && self.byte_after_blanks() == Some(b'(')
                            && self.peek()? == &Token::Op(Op::Open)
                        {
                            let kind = self.function_after_name(&word)?;
                            return Ok(Command { pos, source: self.source(start), kind, redirects });
                        }
                    }
                    simple.words.push(Argument::Word(word));
                }
                Token::Redirect(fd, op, strip) => {
                    // `redirection` takes the operator itself.
                    self.peeked = Some(Token::Redirect(fd, op, strip));
                    redirects.push(self.redirection(fd, op, strip)?);
                }
                Token::Op(_) | Token::Newline | Token::End => {}
            }
        }
        if count == 0 {
            return Err(self.unexpected());
        }
        Ok(Command { pos, source: self.source(start), kind: Kind::Simple(simple), redirects })
    }

    /// The text from `start` to the token that was peeked.
    fn source(&self, start: usize) -> (Rc<[u8]>, usize, usize) {
        (Rc::clone(&self.text), start, self.token_start)
    }

    fn byte_after_blanks(&self) -> Option<u8> {
        self.rest().iter().copied().find(|b| !matches!(b, b' ' | b'\t'))
    }

    /// `()` and the body of a function whose name was taken.
    fn function_after_name(&mut self, name: &Word) -> Parsed<Kind> {
        self.take();
        if self.peek()? != &Token::Op(Op::Close) {
            return Err(self.unexpected());
        }
        self.take();
        let Some(text) = name.as_literal() else {
            return Err(ParseError::Message { line: self.line, text: "not a valid identifier".to_owned() });
        };
        self.function_body(text.to_vec())
    }

    /// The body of a function, on this line or a later one.
    pub(super) fn function_body(&mut self, name: Vec<u8>) -> Parsed<Kind> {
        self.skip_newlines()?;
        let body = self.command()?;
        if matches!(body.kind, Kind::Simple(_)) {
            return Err(self.unexpected());
        }
        Ok(Kind::Function { name, body: Rc::new(body) })
    }

    /// A redirection whose operator is next.
    fn redirection(&mut self, fd: Option<u32>, op: RedirectOp, strip_tabs: bool) -> Parsed<Redirect> {
        self.take();
        let line = self.line;
        let Token::Word(_) = self.peek()? else { return Err(self.unexpected()) };
        let raw = self.token_text().to_vec();
        let Token::Word(word) = self.take() else { return Err(self.unexpected()) };
        if op != RedirectOp::Here {
            return Ok(Redirect { fd, op, target: Target::Word(word) });
        }
        let (mut delimiter, mut quoted) = (Vec::new(), false);
        for part in &word.parts {
            match part {
                Part::Literal(text) => delimiter.extend_from_slice(text),
                Part::Quoted(text) => {
                    quoted = true;
                    delimiter.extend_from_slice(text);
                }
                Part::Double(inner) => {
                    quoted = true;
                    for part in inner {
                        if let Part::Literal(text) | Part::Quoted(text) = part {
                            delimiter.extend_from_slice(text);
                        }
                    }
                }
                // The delimiter is not expanded.
                _ => delimiter.clone_from(&raw),
            }
        }
        let body = Rc::new(OnceCell::new());
        self.heres.push(PendingHere { delimiter, quoted, strip_tabs, line, body: Rc::clone(&body) });
        Ok(Redirect { fd, op, target: Target::Here(body) })
    }
}
