//! `conntrack`: lists, gets, counts, makes, changes and deletes connections, and tells of them.
//!
//! # Source
//! conntrack-tools 1.4.7 (Debian 12), `src/conntrack.c`. Refused by name: `-I expect` of a
//! connection with a helper, and what the real tool does not survive.

mod change;
mod command;
mod events;
mod filter;
mod getopt;
mod help;
mod load;
mod options;
mod table;

use crate::Cx;
use crate::cx::Text;
use crate::process::{OnSignal, Poll, Process, Signal};
use events::Listen;
use load::Load;
use options::Command;

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

/// A conntrack that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Tool::Start)
}

#[derive(Clone, Debug)]
enum Tool {
    Start,
    /// `-E`.
    Listens(Box<Listen>),
    /// `-R`.
    Loads(Load),
    /// It made events, and speaks after those who hear them: output, errors and status.
    Spoken(Text, Text, u8),
}

impl Process for Tool {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if let Self::Listens(listen) = self {
            return listen.poll(cx);
        }
        if let Self::Spoken(out, err, status) = self {
            cx.stdout = core::mem::take(out);
            cx.stderr = core::mem::take(err);
            return Poll::Exit(*status);
        }
        if let Self::Start = self
            && let Some(load) = Load::asked(cx)
        {
            *self = Self::Loads(load);
        }
        let started = match self {
            Self::Loads(load) => match load.poll(cx) {
                Some(status) => Start::Done(status, true),
                None => return Poll::Wait,
            },
            _ => begin(cx),
        };
        match started {
            Start::Done(status, false) => Poll::Exit(status),
            Start::Done(status, true) => {
                let (out, err) = (core::mem::take(&mut cx.stdout), core::mem::take(&mut cx.stderr));
                *self = Self::Spoken(out, err, status);
                Poll::Again
            }
            Start::Listens(parsed) => {
                let mut listen = Box::new(Listen::open(cx, *parsed));
                let poll = listen.poll(cx);
                *self = Self::Listens(listen);
                poll
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        let Self::Listens(listen) = self else { return OnSignal::Default };
        if let Signal::INT | Signal::TERM = signal {
            listen.interrupted = true;
            return OnSignal::Taken;
        }
        if !signal.ignored_by_default() {
            listen.close(cx);
        }
        OnSignal::Default
    }
}

enum Start {
    /// With this status, and whether it may have made events.
    Done(u8, bool),
    Listens(Box<options::Parsed>),
}

fn begin(cx: &mut Cx<'_>) -> Start {
    let mut parsed = options::Parsed::default();
    let read = options::parse(&cx.strings(), &mut parsed);
    for warning in &parsed.warnings {
        cx.stderr.line(warning);
    }
    if read.is_ok() && parsed.command == Some(Command::Event) {
        return Start::Listens(Box::new(parsed));
    }
    let changes = matches!(
        parsed.command,
        Some(Command::Create | Command::Add | Command::Update | Command::Delete | Command::Flush)
    );
    let done = read.and_then(|()| command::run(cx, &parsed));
    let status = outcome(cx, done);
    Start::Done(status, changes)
}

/// The exit status, after what is said of a failure.
fn outcome(cx: &mut Cx<'_>, done: Result<u8, Fail>) -> u8 {
    match done {
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
    }
}
