//! An `awk` program as a tree.

use super::super::regex::Regex;

/// Something that can be set.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Variable(usize),
    Field(Box<Expr>),
    Item(usize, Vec<Expr>),
}

/// A function of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Builtin {
    Length,
    Substr,
    Index,
    Split,
    Sub,
    Gsub,
    Match,
    Sprintf,
    ToLower,
    ToUpper,
    Int,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(Vec<u8>),
    Regex(Box<Regex>),
    Get(Place),
    Set(Place, &'static str, Box<Expr>),
    /// Before or after, by how much.
    Step(Place, bool, f64),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    In(Vec<Expr>, usize),
    Call(Builtin, Vec<Expr>),
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expr(Expr),
    /// Values, whether the first is a format, and whether it goes to standard error.
    Print(Vec<Expr>, bool, bool),
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// Condition, step, body, and whether the body comes first.
    Loop(Option<Expr>, Option<Expr>, Vec<Statement>, bool),
    Delete(usize, Vec<Expr>),
    Next,
    Exit(Option<Expr>),
    Break,
    Continue,
}

/// When a rule's action is run.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Begin,
    End,
    Always,
    If(Expr),
    Range(Expr, Expr),
}

/// A pattern and its action.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub pattern: Pattern,
    pub action: Vec<Statement>,
}

/// A program: its rules and the names of its variables.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub rules: Vec<Rule>,
    pub names: Vec<String>,
}
