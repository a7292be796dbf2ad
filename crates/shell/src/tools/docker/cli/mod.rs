//! The command line: options, refusals, and the table of commands.

mod flags;
mod say;

pub(super) use flags::{Flag, Given, list, on, parse, real, real_short, value};
pub(super) use say::{Bad, Usage};
