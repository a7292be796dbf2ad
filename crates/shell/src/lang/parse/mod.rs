//! The parser: reads one complete command at a time, as bash does.
//!
//! Our own, for `brush-parser` 0.4 alone weighs 134 KB of brotli-packed wasm, a third of the page's budget, and reads
//! whole UTF-8 programs only; `conch-parser` is not kept up and `yash-syntax` is GPL.

mod command;
mod compound;
mod condition;
mod heredoc;
mod lexer;
mod param;
mod word;

pub(crate) use word::name_len;

use std::cell::OnceCell;
use std::rc::Rc;

use super::ast::{AndOr, Command, Item, Join, List, Pipeline, Pos, Timed, Word};
use lexer::{Op, Token};

/// Deepest nesting of commands, substitutions and expansions.
const DEEPEST: u32 = 64;

/// Why a command could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ParseError {
    /// A token that does not belong here.
    Unexpected { line: u32, token: Vec<u8> },
    /// The text ended within a command.
    EndOfFile { line: u32 },
    /// The text ended before a closing quote or bracket. `open` is the closing one, but `(` for a command
    /// substitution's and `=` for an array's.
    Unclosed { line: u32, open: u8 },
    /// Another message of bash's.
    Message { line: u32, text: String },
    /// A wrong `[[ ]]`: bash prints this and ends with the status that it had.
    Condition { line: u32, text: String },
    /// Nested deeper than this shell allows.
    TooDeep { line: u32 },
    /// Bash's, but not simulated.
    Unsupported { line: u32, what: &'static str },
}

impl ParseError {
    /// Whether more text could mend it: an interactive shell asks for more.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::EndOfFile { .. } | Self::Unclosed { .. })
    }

    /// The status with which a script ends at it, after a command that gave `before`: bash's ways differ.
    pub fn status(&self, before: u8) -> u8 {
        match self {
            Self::Condition { .. } => before,
            Self::Unclosed { open: b'=', .. } => 1,
            Self::Unclosed { open: b'(', .. } => 2,
            Self::Unclosed { .. } if before != 0 => before,
            _ => 2,
        }
    }

    pub fn line(&self) -> u32 {
        match *self {
            Self::Unexpected { line, .. }
            | Self::EndOfFile { line }
            | Self::Unclosed { line, .. }
            | Self::Message { line, .. }
            | Self::Condition { line, .. }
            | Self::TooDeep { line }
            | Self::Unsupported { line, .. } => line,
        }
    }
}

type Parsed<T> = Result<T, ParseError>;

/// A here-document whose lines are still to be read.
#[derive(Clone, Debug)]
struct PendingHere {
    delimiter: Vec<u8>,
    quoted: bool,
    strip_tabs: bool,
    line: u32,
    body: Rc<OnceCell<Word>>,
}

/// A script on its way through the parser.
#[derive(Clone, Debug)]
pub(crate) struct Parser {
    text: Rc<[u8]>,
    /// The next byte.
    at: usize,
    /// Its line.
    line: u32,
    /// Where that line begins.
    line_start: usize,
    /// The newline before `at` is not counted yet.
    unsettled: bool,
    /// Where the token that was read last begins.
    token_start: usize,
    peeked: Option<Token>,
    /// The next word may be an assignment.
    assign_ok: bool,
    heres: Vec<PendingHere>,
    depth: u32,
    /// Warnings to print: here-documents without their end.
    pub warnings: Vec<(u32, String)>,
}

impl Parser {
    pub fn new(text: Rc<[u8]>, line: u32) -> Self {
        Self {
            text,
            at: 0,
            line,
            line_start: 0,
            unsettled: false,
            token_start: 0,
            peeked: None,
            assign_ok: false,
            heres: Vec::new(),
            depth: 0,
            warnings: Vec::new(),
        }
    }

    /// The line that is being read.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The text of the line that is being read, for messages.
    pub fn line_text(&self) -> &[u8] {
        let rest = self.text.get(self.line_start..).unwrap_or(&[]);
        &rest[..rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())]
    }

    /// Reads the next complete command: a list up to the end of its line. `None` at the end.
    pub fn next_command(&mut self) -> Parsed<Option<Rc<List>>> {
        loop {
            self.assign_ok = true;
            match self.peek()? {
                Token::Newline => {
                    self.take();
                }
                Token::End => return Ok(None),
                _ => break,
            }
        }
        let list = self.line_list()?;
        match self.peek()? {
            Token::Newline | Token::End => {
                self.take();
                Ok(Some(Rc::new(list)))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Commands up to a newline.
    fn line_list(&mut self) -> Parsed<List> {
        let mut list = List::default();
        loop {
            let background = self.item(&mut list)?;
            if !background && self.peek()? != &Token::Op(Op::Semi) {
                return Ok(list);
            }
            self.take();
            self.assign_ok = true;
            if matches!(self.peek()?, Token::Newline | Token::End) {
                return Ok(list);
            }
        }
    }

    /// One item of a list; whether `&` follows, which stays.
    fn item(&mut self, list: &mut List) -> Parsed<bool> {
        self.assign_ok = true;
        self.peek()?;
        let start = self.token_start;
        let and_or = Rc::new(self.and_or()?);
        let background = self.peek()? == &Token::Op(Op::And);
        let text = if background {
            self.text.get(start..self.token_start).unwrap_or(&[]).trim_ascii_end().to_vec()
        } else {
            Vec::new()
        };
        list.items.push(Item { and_or, background, text });
        Ok(background)
    }

    /// Commands of a compound, over any number of lines, up to what cannot begin a command; at least one.
    fn compound_list(&mut self) -> Parsed<Rc<List>> {
        let mut list = List::default();
        self.skip_newlines()?;
        loop {
            self.item(&mut list)?;
            match self.peek()? {
                Token::Op(Op::And | Op::Semi) | Token::Newline => {
                    self.take();
                }
                _ => return Ok(Rc::new(list)),
            }
            self.skip_newlines()?;
            if self.at_list_end()? {
                return Ok(Rc::new(list));
            }
        }
    }

    /// A list within `$( )`, which may be empty; the closing bracket is taken.
    fn substitution_list(&mut self) -> Parsed<Rc<List>> {
        self.skip_newlines()?;
        let list = if self.peek()? == &Token::Op(Op::Close) { Rc::default() } else { self.compound_list()? };
        match self.peek()? {
            Token::Op(Op::Close) => {
                self.take();
                Ok(list)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Whether the next token ends the list of a compound command.
    fn at_list_end(&mut self) -> Parsed<bool> {
        self.assign_ok = true;
        Ok(match self.peek()? {
            Token::Op(Op::Close | Op::SemiSemi | Op::SemiAnd | Op::SemiSemiAnd) | Token::End => true,
            Token::Word(word) => matches!(
                word.as_literal(),
                Some(b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"esac" | b"}")
            ),
            _ => false,
        })
    }

    fn skip_newlines(&mut self) -> Parsed<()> {
        self.assign_ok = true;
        while self.peek()? == &Token::Newline {
            self.take();
            self.assign_ok = true;
        }
        Ok(())
    }

    fn and_or(&mut self) -> Parsed<AndOr> {
        let mut pipelines = vec![(Join::And, Rc::new(self.pipeline()?))];
        loop {
            let join = match self.peek()? {
                Token::Op(Op::AndAnd) => Join::And,
                Token::Op(Op::OrOr) => Join::Or,
                _ => return Ok(AndOr { pipelines }),
            };
            self.take();
            self.skip_newlines()?;
            pipelines.push((join, Rc::new(self.pipeline()?)));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        let (mut negated, mut timed) = (false, None);
        self.assign_ok = true;
        loop {
            match self.peek_literal()? {
                Some(b"!") => negated = !negated,
                Some(b"time") => timed = Some(Timed::Bash),
                Some(b"-p") if timed.is_some() => timed = Some(Timed::Posix),
                _ => break,
            }
            self.take();
            self.assign_ok = true;
        }
        let mut commands = Vec::new();
        if (negated || timed.is_some())
            && matches!(self.peek()?, Token::Newline | Token::End | Token::Op(Op::Semi))
        {
            return Ok(Pipeline { negated, timed, commands });
        }
        loop {
            let mut command = self.command()?;
            let both = match self.peek()? {
                Token::Op(Op::Pipe) => false,
                Token::Op(Op::PipeAnd) => true,
                _ => {
                    commands.push(Rc::new(command));
                    return Ok(Pipeline { negated, timed, commands });
                }
            };
            if both {
                command.redirects.push(Command::error_to_output());
            }
            commands.push(Rc::new(command));
            self.take();
            self.skip_newlines()?;
        }
    }

    /// The text of the token that is next.
    fn token_text(&self) -> &[u8] {
        self.text.get(self.token_start..self.at).unwrap_or(&[])
    }

    /// One level deeper; call [`Self::leave`] on the way out.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(ParseError::TooDeep { line: self.line }) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The error for the token that is next.
    fn unexpected(&mut self) -> ParseError {
        let line = self.line;
        match &self.peeked {
            Some(Token::End) => {
                ParseError::EndOfFile { line: line + u32::from(self.text.last() != Some(&b'\n')) }
            }
            Some(Token::Newline) => ParseError::Unexpected { line, token: b"newline".to_vec() },
            _ => {
                let token = self.token_text().to_vec();
                ParseError::Unexpected { line, token }
            }
        }
    }

    /// The place of the token that was read last.
    fn token_pos(&self) -> Pos {
        Pos { line: self.line, column: (self.token_start.saturating_sub(self.line_start) + 1) as u32 }
    }
}
