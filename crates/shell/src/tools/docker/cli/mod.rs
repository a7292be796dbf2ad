//! The command line: options, refusals, and the table of commands.

pub(super) mod check;
mod flags;
mod groups;
mod say;

pub(super) use flags::{Flag, Given, list, on, parse, real, real_short, value};
pub(super) use groups::{LISTS, help};
pub(super) use say::{Bad, Usage};
