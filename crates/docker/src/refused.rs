//! What the engine says when it does not do something.

use core::fmt;

/// A refusal in the engine's words, without `Error response from daemon:`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Refused {
    /// A refusal with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What it is that packetwalk lacks, and a real engine has.
    pub fn not_simulated(what: &str) -> Self {
        Self(format!("packetwalk: {what} is not simulated"))
    }
}
