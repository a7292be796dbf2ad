//! `conntrack`: lists, gets, counts and deletes connections.
//!
//! # Source
//! conntrack-tools 1.4.7 (Debian 12), `src/conntrack.c`. Refused by name: events, creating and changing
//! entries, the expectation table's entries, labels, `-o xml` and `-o save`.

mod command;
mod filter;
mod getopt;
mod help;
mod options;

use crate::Cx;
use crate::process::Poll;

/// Why the tool ends early.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Fail {
    /// `PARAMETER_PROBLEM`: status 2 and a hint at the help.
    Parameter(String),
    /// `OTHER_PROBLEM`: status 1.
    Other(String),
    /// A feature that is not simulated.
    NotSimulated(String),
}

impl Fail {
    fn parameter<T>(text: impl Into<String>) -> Result<T, Self> {
        Err(Self::Parameter(text.into()))
    }
}

/// The tool's name and version, in front of what it says.
const VERSION: &str = "conntrack v1.4.7 (conntrack-tools)";

/// The tool.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let mut parsed = options::Parsed::default();
    let read = options::parse(&cx.strings(), &mut parsed);
    for warning in &parsed.warnings {
        cx.stderr.line(warning);
    }
    let status = match read.and_then(|()| command::run(cx, &parsed)) {
        Ok(status) => status,
        Err(Fail::Parameter(text)) => {
            cx.stderr.line(&format!("{VERSION}: {text}"));
            cx.stderr.line("Try `conntrack -h' or 'conntrack --help' for more information.");
            2
        }
        Err(Fail::Other(text)) => {
            cx.stderr.line(&format!("{VERSION}: {text}"));
            1
        }
        Err(Fail::NotSimulated(what)) => {
            cx.stderr.line(&format!("packetwalk: conntrack {what} is not simulated"));
            127
        }
    };
    Poll::Exit(status)
}
