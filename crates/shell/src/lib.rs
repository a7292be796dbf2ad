//! A shell and its tools over a lab: runs a script as bash would, in virtual time.

mod cx;
pub mod print;
mod process;
mod sys;
mod tools;

pub use cx::{Cx, NotFound, Spawn, Text};
pub use process::{OnSignal, Pid, Poll, Process, Signal, Status};
pub use sys::{Collect, Errno, Read, Sink, Stream};
