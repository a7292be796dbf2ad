//! A `sed` script as commands.

use super::super::regex::Regex;

/// An address.
#[derive(Clone, Debug)]
pub(super) enum Address {
    Line(u64),
    /// `first~step`.
    Step(u64, u64),
    Last,
    /// `None`: the last expression used.
    Match(Option<Regex>),
}

/// The end of a range.
#[derive(Clone, Debug)]
pub(super) enum End {
    At(Address),
    /// `+N`.
    Plus(u64),
    /// `~N`.
    Multiple(u64),
}

/// Which lines a command is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub from: Option<Address>,
    pub to: Option<End>,
    pub not: bool,
}

/// A part of a replacement.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(Vec<u8>),
    Group(usize),
    /// `\U`, `\L`, `\u`, `\l`, `\E`.
    Case(u8),
}

/// An `s` command.
#[derive(Clone, Debug)]
pub(super) struct Substitute {
    pub regex: Option<Regex>,
    pub parts: Vec<Part>,
    pub all: bool,
    /// The first that is replaced, from 1.
    pub from: u64,
    pub print: bool,
}

/// What a command does.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// Goes to the command after the block's end when its lines do not fit.
    Block(usize),
    Nothing,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Substitute(Box<Substitute>),
    Translate(Box<[u8; 256]>),
    Delete,
    DeleteFirst,
    Print,
    PrintFirst,
    Number,
    Next,
    NextAppend,
    Quit(u8, bool),
    Hold,
    HoldAppend,
    Get,
    GetAppend,
    Exchange,
    Branch(Jump, When),
}

/// When a branch is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum When {
    Always,
    Replaced,
    NotReplaced,
}

/// Where a branch goes.
#[derive(Clone, Debug)]
pub(super) enum Jump {
    Label(Vec<u8>),
    To(usize),
}

/// A command.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub lines: Lines,
    pub action: Action,
}

impl Address {
    fn is_last(&self) -> bool {
        matches!(self, Self::Last)
    }
}

impl Command {
    /// Whether it must know that a line is the last.
    pub fn asks_for_last(&self) -> bool {
        self.lines.from.as_ref().is_some_and(Address::is_last)
            || matches!(&self.lines.to, Some(End::At(a)) if a.is_last())
    }
}
