//! What terminals say.

use serde::Serialize;
use tsify::Tsify;

use super::Walk;

/// Text for a terminal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// The terminal's namespace.
    pub ns: u32,
    /// The text.
    pub text: String,
}

/// A command that ended at a terminal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The terminal's namespace.
    pub ns: u32,
    /// Exit status, 0 to 255.
    pub status: u8,
    /// It was `exit`: the shell is gone.
    pub left: bool,
    /// The shell's working directory, `~` for root's own.
    pub directory: String,
    /// What a shell that was started at the terminal writes before a line: `/ # `.
    pub prompt: Option<String>,
}

/// What came of a line, of time that passed, or of a key.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Typed {
    /// The line is only the beginning of a command.
    pub incomplete: bool,
    /// The line asks for a shell in this namespace: its own terminal is that.
    pub opens: Option<u32>,
    /// What was printed, in order.
    pub said: Vec<Said>,
    /// What ended.
    pub ended: Vec<Ended>,
    /// Namespaces of the terminals at which a command runs on.
    pub running: Vec<u32>,
    /// The packets of a command that ended.
    #[serde(serialize_with = "crate::crossing::within")]
    pub walk: Option<Walk>,
}

/// A line that was taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Undone {
    /// The namespace of the terminal where it was typed.
    pub ns: u32,
    /// The line.
    pub line: String,
    /// Namespaces of the terminals at which a command ran then.
    pub running: Vec<u32>,
    /// The working directory of the terminal's shell then.
    pub directory: String,
    /// What a shell that was started there wrote before a line.
    pub prompt: Option<String>,
    /// The line that is taken back next.
    pub next: Option<String>,
}

/// What could stand at the end of a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// How many characters of the line come before the word.
    pub from: u32,
    /// Words.
    pub words: Vec<String>,
}
