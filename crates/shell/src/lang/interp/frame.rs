//! What a shell is in the middle of.

use std::rc::Rc;

use packetwalk_wire::Instant;

use super::Interp;
use super::job::{MapState, ReadState, WaitState};
use super::redirect::Saved;
use super::simple::SimpleRun;
use super::subshell::Capture;
use crate::Cx;
use crate::lang::ast::{AndOr, Command, List, Pipeline};
use crate::lang::expand::Log;
use crate::lang::parse::Parser;
use crate::process::{Pid, Status};

/// One level of the stack.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// A text that is read command by command.
    Read {
        parser: Parser,
        reading: Reading,
    },
    List {
        list: Rc<List>,
        at: usize,
    },
    AndOr {
        and_or: Rc<AndOr>,
        at: usize,
    },
    Pipeline {
        pipeline: Rc<Pipeline>,
        /// When it began, if it has.
        begun: Option<Instant>,
    },
    /// Children in the foreground; several of a pipeline.
    WaitFor {
        children: Vec<(Pid, Option<Status>)>,
        command: Option<Rc<Command>>,
    },
    /// A command at its beginning; the number of redirections done, when it has begun.
    Command {
        command: Rc<Command>,
        redirected: Option<(usize, Log)>,
    },
    Simple {
        command: Rc<Command>,
        run: Box<SimpleRun>,
    },
    /// `tested`: the condition of arm `at` runs.
    If {
        command: Rc<Command>,
        at: usize,
        tested: bool,
    },
    /// `status`: the loop's own, should it end at its condition.
    Loop {
        command: Rc<Command>,
        in_body: bool,
        status: u8,
    },
    For {
        command: Rc<Command>,
        words: Option<Rc<[Vec<u8>]>>,
        at: usize,
        log: Log,
    },
    /// `part`: what comes next of `((0; 1; 2))`.
    ForArithmetic {
        command: Rc<Command>,
        part: usize,
        log: Log,
    },
    Case {
        command: Rc<Command>,
        log: Log,
    },
    Condition {
        command: Rc<Command>,
        log: Log,
    },
    Arithmetic {
        command: Rc<Command>,
        log: Log,
    },
    /// A command substitution runs.
    Capture(Capture),
    /// The builtin `read`.
    ReadLine(ReadState),
    /// The builtin `mapfile`.
    MapFile(MapState),
    /// The builtin `wait`.
    Wait(WaitState),
    /// The builtin `kill`, which sends its signal at this time.
    Kill {
        words: Vec<Vec<u8>>,
        at: Instant,
    },
    /// Descriptors to put back.
    Restore {
        saved: Saved,
    },
    /// A function: the caller's arguments.
    Call {
        positional: Rc<[Vec<u8>]>,
    },
    /// Variables before a command that only it sees.
    PopScope,
}

/// Whose text a [`Frame::Read`] reads.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    Script,
    Eval,
    /// `source`: the caller's arguments when it got its own.
    Sourced {
        positional: Option<Rc<[Vec<u8>]>>,
    },
    /// A trap: the status to go back to.
    Trap {
        status: u8,
    },
}

/// What follows a builtin.
#[derive(Debug)]
pub(crate) enum After {
    Status(u8),
    /// A status, and other processes have their turn.
    Yield(u8),
    Push(Box<Frame>),
    Break(usize),
    Continue(usize),
    Return(u8),
    Exit(u8),
    /// The shell becomes another command.
    Exec(Box<dyn crate::Process>),
}

impl Frame {
    /// The expansion that a substitution above it works for.
    pub fn log(&mut self) -> Option<&mut Log> {
        match self {
            Self::Command { redirected: Some((_, log)), .. }
            | Self::For { log, .. }
            | Self::ForArithmetic { log, .. }
            | Self::Case { log, .. }
            | Self::Condition { log, .. }
            | Self::Arithmetic { log, .. } => Some(log),
            Self::Simple { run, .. } => Some(&mut run.log),
            _ => None,
        }
    }

    pub fn is_loop(&self) -> bool {
        matches!(self, Self::Loop { .. } | Self::For { .. } | Self::ForArithmetic { .. })
    }
}

impl Interp {
    /// Takes back what a frame changed, when it is left in any way.
    pub(super) fn undo(&mut self, cx: &mut Cx<'_>, frame: Frame) {
        match frame {
            Frame::Restore { saved } => Self::restore(cx, saved),
            Frame::Simple { run, .. } => Self::restore(cx, run.saved),
            Frame::Call { positional } => {
                self.state.positional = positional;
                self.state.vars.pop_scope();
                self.state.calls.pop();
            }
            Frame::PopScope => self.state.vars.pop_scope(),
            Frame::Read { reading: Reading::Sourced { positional: Some(positional) }, .. } => {
                self.state.positional = positional;
            }
            Frame::Read { reading: Reading::Trap { status }, .. } => self.state.status = status,
            Frame::Capture(capture) => {
                if let Some(open) = cx.sys.release(cx.pid, capture.from) {
                    cx.sys.close(open);
                }
            }
            _ => {}
        }
    }

    /// Loops around the command that runs, within its function.
    pub(crate) fn loops(&self) -> usize {
        self.frames
            .iter()
            .rev()
            .take_while(|f| !matches!(f, Frame::Call { .. }))
            .filter(|f| f.is_loop())
            .count()
    }

    /// Whether a function or a sourced file runs.
    pub(crate) fn can_return(&self) -> bool {
        self.frames
            .iter()
            .any(|f| matches!(f, Frame::Call { .. } | Frame::Read { reading: Reading::Sourced { .. }, .. }))
    }

    /// Leaves frames up to the `n`th loop, which goes too when `leave` says so.
    pub(super) fn unwind_loops(&mut self, cx: &mut Cx<'_>, mut n: usize, leave: Leave) {
        while let Some(frame) = self.frames.pop() {
            let is_loop = frame.is_loop();
            if is_loop {
                n -= 1;
                if n == 0 && leave == Leave::GoOn {
                    self.frames.push(frame);
                    return;
                }
            }
            self.undo(cx, frame);
            if n == 0 {
                return;
            }
        }
    }

    /// Leaves the function or sourced file that runs.
    pub(super) fn unwind_call(&mut self, cx: &mut Cx<'_>) {
        while let Some(frame) = self.frames.pop() {
            let found =
                matches!(frame, Frame::Call { .. } | Frame::Read { reading: Reading::Sourced { .. }, .. });
            self.undo(cx, frame);
            if found {
                return;
            }
        }
    }
}

/// What `break` and `continue` do to their loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leave {
    Loop,
    GoOn,
}
