//! The commands: one file or folder each, and the table of their names.

mod names;
pub(crate) mod proc_sys;
mod registry;

pub(crate) use registry::{Known, known, start};
use registry::Tool;

/// Every command, sorted by name. To add one: a line here and a `mod` above.
///
/// `Tool::Function(ip::main)` for a command that does all at once, `Tool::Filter(sort::main)` for one
/// that needs its whole standard input first, `Tool::Process(ping::new)` for a state machine.
#[rustfmt::skip]
const TOOLS: &[(&str, Tool)] = &[
];
