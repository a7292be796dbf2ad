//! A parsed script: commands and words, shared by the frames that run them.

use std::cell::OnceCell;
use std::rc::Rc;

/// A place in a script, both from 1; the column counts bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pos {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// Commands one after the other.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub items: Vec<Item>,
}

/// One of them, up to `;`, `&` or the line's end.
#[derive(Debug)]
pub(crate) struct Item {
    pub and_or: Rc<AndOr>,
    pub background: bool,
    /// As written, when it is a background job.
    pub text: Vec<u8>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub(crate) struct AndOr {
    /// What joins each to the one before; the first's is not looked at.
    pub pipelines: Vec<(Join, Rc<Pipeline>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Join {
    And,
    Or,
}

/// Commands joined by `|`.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub negated: bool,
    /// `time`; `time -p`.
    pub timed: Option<Timed>,
    pub commands: Vec<Rc<Command>>,
}

/// How `time` prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Timed {
    Bash,
    Posix,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub pos: Pos,
    /// The whole script, and where in it this command stands.
    pub source: (Rc<[u8]>, usize, usize),
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
}

impl Command {
    /// As written.
    pub fn text(&self) -> &[u8] {
        let (source, from, to) = &self.source;
        source.get(*from..*to).unwrap_or(&[]).trim_ascii()
    }
}

#[derive(Debug)]
pub(crate) enum Kind {
    Simple(Simple),
    Group(Rc<List>),
    Subshell(Rc<List>),
    If {
        arms: Vec<(Rc<List>, Rc<List>)>,
        otherwise: Option<Rc<List>>,
    },
    Loop {
        until: bool,
        condition: Rc<List>,
        body: Rc<List>,
    },
    /// `text`: the words as written.
    For {
        name: Vec<u8>,
        words: Option<Vec<Word>>,
        text: Vec<u8>,
        body: Rc<List>,
    },
    ForArithmetic {
        parts: [Word; 3],
        body: Rc<List>,
    },
    /// `text`: the word as written.
    Case {
        word: Word,
        text: Vec<u8>,
        arms: Vec<CaseArm>,
    },
    Condition(Rc<Condition>),
    Arithmetic(Word),
    Function {
        name: Vec<u8>,
        body: Rc<Command>,
    },
}

#[derive(Debug)]
pub(crate) struct CaseArm {
    pub patterns: Vec<Word>,
    pub body: Rc<List>,
    pub end: CaseEnd,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CaseEnd {
    /// `;;`
    Leave,
    /// `;&`
    FallThrough,
    /// `;;&`
    TestNext,
}

#[derive(Debug, Default)]
pub(crate) struct Simple {
    pub assigns: Vec<Assign>,
    pub words: Vec<Argument>,
}

/// A word of a simple command.
#[derive(Debug)]
pub(crate) enum Argument {
    Word(Word),
    /// `NAME=value` after `export`, `local`, `declare`, `readonly`: not split.
    Assign(Assign),
}

#[derive(Debug)]
pub(crate) struct Assign {
    pub name: Vec<u8>,
    /// The text between brackets.
    pub index: Option<Word>,
    pub append: bool,
    pub value: AssignValue,
}

#[derive(Debug)]
pub(crate) enum AssignValue {
    Scalar(Word),
    Array(Vec<Word>),
}

#[derive(Debug)]
pub(crate) struct Redirect {
    pub fd: Option<u32>,
    pub op: RedirectOp,
    pub target: Target,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RedirectOp {
    /// `<`
    Read,
    /// `>`
    Write,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DupRead,
    /// `>&`
    DupWrite,
    /// `&>`
    Both,
    /// `&>>`
    BothAppend,
    /// `<<` and `<<-`
    Here,
    /// `<<<`
    HereString,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Word(Word),
    /// Filled when the lines after the command are read.
    Here(Rc<OnceCell<Word>>),
}

/// `[[ … ]]`.
#[derive(Debug)]
pub(crate) enum Condition {
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Unary(Vec<u8>, Word),
    Binary(Word, Vec<u8>, Word),
}

/// A word before expansion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Bare text.
    Literal(Vec<u8>),
    /// Text from quotes or after a backslash.
    Quoted(Vec<u8>),
    /// `"…"`.
    Double(Vec<Part>),
    /// `$x`, `${x…}`.
    Param(Rc<Param>),
    /// `$(…)`.
    Command(Rc<List>),
    /// `<(…)`, or `>(…)` when the flag is off.
    Process(Rc<List>, bool),
    /// `` `…` ``: its text, parsed when it is run; the line where it stands.
    Backquote(Rc<[u8]>, u32),
    /// `$((…))`.
    Arithmetic(Rc<Word>),
}

/// `${…}`.
#[derive(Debug)]
pub(crate) struct Param {
    pub name: Name,
    /// `${!x}`.
    pub indirect: bool,
    pub op: ParamOp,
    /// As written, for messages.
    pub text: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Name {
    Variable(Vec<u8>),
    /// `a[expression]`.
    Element(Vec<u8>, Vec<u8>),
    /// `a[@]` or `a[*]`.
    All(Vec<u8>, u8),
    /// `1`, `10`.
    Positional(usize),
    /// `@ * # ? - $ ! 0`
    Special(u8),
}

#[derive(Debug)]
pub(crate) enum ParamOp {
    Plain,
    Length,
    /// `${!a[@]}`: the indices.
    Indices,
    /// `- = ? +`; `colon`: an empty value counts as unset.
    Alternative {
        kind: u8,
        colon: bool,
        word: Word,
    },
    RemovePrefix {
        longest: bool,
        pattern: Word,
    },
    RemoveSuffix {
        longest: bool,
        pattern: Word,
    },
    Replace {
        place: Place,
        pattern: Word,
        with: Word,
    },
    Substring {
        offset: Word,
        length: Option<Word>,
    },
    Case {
        upper: bool,
        all: bool,
    },
    /// `${x@Q}`
    Quote,
    /// Not understood: "bad substitution" when it is expanded.
    Bad,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    First,
    All,
    Prefix,
    Suffix,
}

impl Word {
    /// A word of bare text.
    pub fn literal(text: &[u8]) -> Self {
        Self { parts: vec![Part::Literal(text.to_vec())] }
    }

    /// The text of a word that is nothing but bare text.
    pub fn as_literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// About as it was written, for messages.
    pub fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) | Part::Quoted(text) => out.extend_from_slice(text),
                Part::Double(inner) => {
                    out.push(b'"');
                    out.extend(Self { parts: inner.clone() }.written());
                    out.push(b'"');
                }
                Part::Param(param) => out.extend_from_slice(&param.text),
                Part::Command(_) => out.extend_from_slice(b"$(...)"),
                Part::Process(..) => out.extend_from_slice(b"<(...)"),
                Part::Backquote(text, _) => out.extend([b"`", &text[..], b"`"].concat()),
                Part::Arithmetic(word) => out.extend([b"$((", word.written().as_slice(), b"))"].concat()),
            }
        }
        out
    }
}
