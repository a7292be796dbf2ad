//! A shell and its tools over a lab: runs a script as bash would, in virtual time.

mod complete;
mod cx;
mod lang;
pub mod print;
mod process;
mod shell;
mod sys;
mod tools;

pub use complete::Completion;
pub use cx::{Cx, NotFound, Spawn, Text};
pub use lang::ast::Pos;
pub use process::{OnSignal, Pid, Poll, Process, Signal, Status};
pub use shell::{GAVE_UP, Given, Line, Shell, is_incomplete};
pub use sys::{Apart, Collect, Errno, Failure, Read, Sink, Stream, Terminal, is_note};

/// `iptables` without a shell, and the text of rules.
pub mod iptables {
    pub use crate::tools::iptables::{
        Hosts, Input, OnlyLocalhost, Output, Words, conditions, input, rule_text, run,
    };
}
