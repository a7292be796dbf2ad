//! What a command printed.

use serde::Serialize;
use tsify::Tsify;

use super::Text;

/// Where a piece of output went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Output that went to one stream, up to the next piece for the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// Which stream.
    pub stream: Stream,
    /// What was printed.
    #[tsify(type = "string")]
    pub text: Text,
}

/// What a command printed and how it ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// All of standard output.
    #[tsify(type = "string")]
    pub stdout: Text,
    /// All of standard error.
    #[tsify(type = "string")]
    pub stderr: Text,
    /// Both, in the order they were printed.
    pub chunks: Vec<Chunk>,
    /// Exit status, 0 to 255.
    pub status: u8,
}

/// Something that went wrong in a lab.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// What the shell or the tool said.
    pub message: String,
    /// Line of the lab, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
}

impl From<&crate::engine::Trouble> for Trouble {
    fn from(trouble: &crate::engine::Trouble) -> Self {
        Self { message: trouble.message.clone(), line: trouble.line, column: trouble.column }
    }
}
