//! Runs parsed commands: a machine with a stack of frames, so that it can stop at any command that
//! waits, and be cloned there.

mod arguments;
mod compound;
mod condition;
mod frame;
mod job;
mod redirect;
mod report;
mod simple;
mod subshell;
mod trace;

pub(crate) use arguments::start as start_bash;
pub(crate) use frame::{After, Frame, Reading};
pub(crate) use job::{MapState, ReadState, WaitState};

use std::rc::Rc;

use super::ast::{Command, Join, Kind, List};
use super::expand::{Done, Expander, Log, Stop, Substitution};
use super::parse::Parser;
use super::state::{Source, State};
use crate::process::{OnSignal, Poll, Process, Signal};
use crate::{Cx, GAVE_UP};

/// Steps before other processes have their turn.
const QUANTUM: u32 = 2000;

/// A shell: the script's own, a subshell, a background job, `bash -c`.
#[derive(Clone, Debug)]
pub(crate) struct Interp {
    pub state: State,
    frames: Vec<Frame>,
    /// Its exit status, once it is on its way out and the `EXIT` trap runs.
    exiting: Option<u8>,
    /// Signals whose trap waits for the end of the command that runs.
    trapped: Vec<Signal>,
    /// Level of command substitution, for `set -x`.
    substitution: u32,
}

/// What one step led to.
#[derive(Debug)]
pub(crate) enum Step {
    Next,
    Block(Poll),
}

/// Why an expansion did not give a value.
#[derive(Debug)]
enum Halt {
    Run(Box<State>, Substitution),
    Discard(String),
    Fatal(String),
}

impl Interp {
    pub fn new(state: State, frames: Vec<Frame>) -> Self {
        Self { state, frames, exiting: None, trapped: Vec::new(), substitution: 0 }
    }

    /// Gives it a text to run; for an interactive shell, line by line.
    pub fn read(&mut self, parser: Parser) {
        self.frames.push(Frame::Read { parser, reading: Reading::Script });
    }

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if let Some(signal) = self.trapped.first().copied()
            && matches!(
                self.frames.last(),
                None | Some(Frame::List { .. } | Frame::Read { .. } | Frame::Wait(_))
            )
        {
            self.trapped.remove(0);
            return self.run_trap(signal);
        }
        let Some(frame) = self.frames.pop() else { return self.leave(cx) };
        match frame {
            Frame::Read { parser, reading } => self.step_read(cx, parser, reading),
            Frame::List { list, at } => self.step_list(cx, list, at),
            Frame::AndOr { and_or, at } => {
                let next = and_or.pipelines.get(at).map(|(join, p)| (*join, Rc::clone(p)));
                let Some((join, pipeline)) = next else { return Step::Next };
                let skip = at > 0 && (join == Join::And) != (self.state.status == 0);
                self.frames.push(Frame::AndOr { and_or, at: at + 1 });
                if !skip {
                    self.frames.push(Frame::Pipeline { pipeline, begun: None });
                }
                Step::Next
            }
            Frame::Pipeline { pipeline, begun } => self.step_pipeline(cx, &pipeline, begun),
            Frame::WaitFor { children, command } => self.step_wait_for(cx, children, command.as_ref()),
            Frame::Command { command, redirected } => self.step_command(cx, command, redirected),
            Frame::Simple { command, run } => self.step_simple(cx, command, run),
            Frame::If { command, at, tested } => self.step_if(command, at, tested),
            Frame::Loop { command, in_body, status } => self.step_loop(cx, command, in_body, status),
            Frame::For { command, words, at, log } => self.step_for(cx, command, words, at, log),
            Frame::ForArithmetic { command, part, log } => self.step_for_arithmetic(cx, command, part, log),
            Frame::Case { command, log } => self.step_case(cx, command, log),
            Frame::Condition { command, log } => self.step_condition(cx, command, log),
            Frame::Arithmetic { command, log } => self.step_arithmetic(cx, command, log),
            Frame::Capture(capture) => self.step_capture(cx, capture),
            Frame::ReadLine(read) => self.step_read_line(cx, read),
            Frame::MapFile(map) => self.step_map_file(cx, map),
            Frame::Wait(wait) => self.step_wait(cx, wait),
            Frame::Kill { words, at } => self.step_kill(cx, words, at),
            done @ (Frame::Restore { .. } | Frame::Call { .. } | Frame::PopScope) => {
                self.undo(cx, done);
                Step::Next
            }
        }
    }

    /// Reads and runs the next complete command of a text.
    fn step_read(&mut self, cx: &mut Cx<'_>, mut parser: Parser, reading: Reading) -> Step {
        let parsed = parser.next_command();
        for (line, text) in std::mem::take(&mut parser.warnings) {
            self.state.line = line;
            self.error(cx, &format!("warning: {text}"));
        }
        match parsed {
            Ok(Some(list)) => {
                self.frames.push(Frame::Read { parser, reading });
                if !self.state.options.noexec {
                    self.frames.push(Frame::List { list, at: 0 });
                }
                Step::Next
            }
            Ok(None) => {
                self.undo(cx, Frame::Read { parser, reading });
                Step::Next
            }
            Err(e) => {
                self.syntax_error(cx, &e, &parser, &reading);
                self.state.status = match reading {
                    Reading::Script => {
                        if self.state.source == Source::Interactive {
                            self.state.status = 2;
                            return Step::Next;
                        }
                        let status = e.status(self.state.status);
                        return self.exit(cx, status);
                    }
                    Reading::Eval | Reading::Sourced { .. } | Reading::Trap { .. } => 2,
                };
                self.undo(cx, Frame::Read { parser, reading });
                Step::Next
            }
        }
    }

    fn step_list(&mut self, cx: &mut Cx<'_>, list: Rc<List>, at: usize) -> Step {
        let Some(item) = list.items.get(at) else { return Step::Next };
        let and_or = Rc::clone(&item.and_or);
        if item.background {
            let text = item.text.clone();
            self.frames.push(Frame::List { list, at: at + 1 });
            return self.background(cx, and_or, text);
        }
        // The last one needs no list around it any more: a subshell's last command can take its place.
        if at + 1 < list.items.len() {
            self.frames.push(Frame::List { list, at: at + 1 });
        }
        match and_or.pipelines.as_slice() {
            [(_, only)] => self.frames.push(Frame::Pipeline { pipeline: Rc::clone(only), begun: None }),
            _ => self.frames.push(Frame::AndOr { and_or, at: 0 }),
        }
        Step::Next
    }

    /// Begins a command: redirections of a compound one first.
    fn step_command(
        &mut self,
        cx: &mut Cx<'_>,
        command: Rc<Command>,
        redirected: Option<(usize, Log)>,
    ) -> Step {
        self.state.begin(&command);
        match &command.kind {
            Kind::Simple(_) => {
                self.frames.push(Frame::Simple { command, run: Box::default() });
                return Step::Next;
            }
            Kind::Function { name, body } => {
                Rc::make_mut(&mut self.state.functions).insert(name.clone(), Rc::clone(body));
                self.state.status = 0;
                return Step::Next;
            }
            _ => {}
        }
        if matches!(command.kind, Kind::Subshell(_)) && redirected.is_none() {
            return self.subshell(cx, &command);
        }
        let (at, mut log) = redirected.unwrap_or_default();
        if at == 0 && log.is_new() && !command.redirects.is_empty() {
            self.frames.push(Frame::Restore { saved: Vec::new() });
        }
        if let Some(redirect) = command.redirects.get(at) {
            let plan = match self.expand(cx, &mut log, |e| e.redirect_target(redirect)) {
                Ok(plan) => plan,
                Err(halt) => {
                    return self.halted(cx, halt, Frame::Command { command, redirected: Some((at, log)) });
                }
            };
            let mut saved = Vec::new();
            let done = self.redirect(cx, redirect, plan, &mut saved);
            if let Some(Frame::Restore { saved: all }) = self.frames.last_mut() {
                all.append(&mut saved);
            }
            if done.is_err() {
                return self.finished(cx, 1);
            }
            self.frames.push(Frame::Command { command, redirected: Some((at + 1, Log::default())) });
            return Step::Next;
        }
        self.begin_compound(cx, command)
    }

    /// Tries an expansion.
    fn expand<T>(
        &mut self,
        cx: &mut Cx<'_>,
        log: &mut Log,
        f: impl FnOnce(&mut Expander<'_, '_>) -> Done<T>,
    ) -> Result<T, Halt> {
        let (done, state) = Expander { state: &mut self.state, log, cx }.attempt(f);
        match (done, state) {
            (Ok(value), _) => Ok(value),
            (Err(Stop::Run(what)), Some(state)) => Err(Halt::Run(Box::new(state), what)),
            (Err(Stop::Run(what)), None) => Err(Halt::Run(Box::new(self.state.clone()), what)),
            (Err(Stop::Discard(text)), _) => Err(Halt::Discard(text)),
            (Err(Stop::Fatal(text)), _) => Err(Halt::Fatal(text)),
        }
    }

    /// After an expansion that did not end: runs what it needs and comes back to `frame`, or ends.
    fn halted(&mut self, cx: &mut Cx<'_>, halt: Halt, frame: Frame) -> Step {
        match halt {
            Halt::Run(state, Substitution::Process { list, reads }) => {
                self.process_substitution(cx, &state, list, reads, frame)
            }
            Halt::Run(state, what) => {
                self.frames.push(frame);
                self.capture(cx, &state, what)
            }
            Halt::Discard(text) => {
                self.error(cx, &text);
                self.undo(cx, frame);
                self.discard(cx)
            }
            Halt::Fatal(text) => {
                self.error(cx, &text);
                self.undo(cx, frame);
                if self.state.source == Source::Interactive {
                    return self.discard(cx);
                }
                self.exit(cx, if self.state.source == Source::Argument { 127 } else { 1 })
            }
        }
    }

    /// Drops everything up to the text that is read, which goes on at its next command.
    fn discard(&mut self, cx: &mut Cx<'_>) -> Step {
        self.state.status = 1;
        if !matches!(self.frames.first(), Some(Frame::Read { .. })) {
            return self.exit(cx, 1);
        }
        while self.frames.len() > 1 {
            if let Some(frame) = self.frames.pop() {
                self.undo(cx, frame);
            }
        }
        if self.state.options.errexit {
            return self.exit(cx, 1);
        }
        Step::Next
    }

    /// A command is over: its status, and the end of the shell under `set -e`.
    fn finished(&mut self, cx: &mut Cx<'_>, status: u8) -> Step {
        self.state.pipe_status.clear();
        self.state.pipe_status.push(status);
        self.ended(cx, status)
    }

    /// The same, with `$PIPESTATUS` set already.
    fn ended(&mut self, cx: &mut Cx<'_>, status: u8) -> Step {
        self.state.status = status;
        if status != 0 && self.state.options.errexit && !self.is_condition() {
            return self.exit(cx, status);
        }
        Step::Next
    }

    /// Whether a command around looks at the status, so that `set -e` does not count.
    fn is_condition(&self) -> bool {
        self.state.in_condition
            || self.frames.iter().any(|frame| match frame {
                Frame::If { tested: true, .. } | Frame::Loop { in_body: false, .. } => true,
                Frame::AndOr { and_or, at } => *at < and_or.pipelines.len(),
                Frame::Pipeline { pipeline, begun: Some(_) } => pipeline.negated,
                _ => false,
            })
    }

    /// Ends the shell; the `EXIT` trap runs before.
    fn exit(&mut self, cx: &mut Cx<'_>, status: u8) -> Step {
        while let Some(frame) = self.frames.pop() {
            self.undo(cx, frame);
        }
        self.state.status = status;
        self.exiting.get_or_insert(status);
        self.leave(cx)
    }

    /// Nothing is left to do.
    fn leave(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.state.source == Source::Interactive && self.state.level == 0 && self.exiting.is_none() {
            if let Some((_, line)) = cx.sys.line.take_if(|(pid, _)| *pid == cx.pid) {
                self.read(Parser::new(line.into(), 1));
                return Step::Next;
            }
            if let Some(proc) = cx.sys.proc_mut(cx.pid) {
                proc.idle = Some(self.state.status);
            }
            return Step::Block(Poll::Wait);
        }
        let status = *self.exiting.get_or_insert(self.state.status);
        if let Some(text) = self.state.traps.remove(&0)
            && !text.is_empty()
        {
            let parser = Parser::new(text, 1);
            let reading = Reading::Trap { status };
            self.frames.push(Frame::Read { parser, reading });
            return Step::Next;
        }
        Step::Block(Poll::Exit(self.state.status))
    }

    fn run_trap(&mut self, signal: Signal) -> Step {
        if let Some(Frame::Wait(_)) = self.frames.last() {
            // A trapped signal ends `wait`.
            self.frames.pop();
            self.state.status = 128 + signal.0;
        }
        if let Some(text) = self.state.traps.get(&signal.0).filter(|t| !t.is_empty()) {
            let parser = Parser::new(Rc::clone(text), 1);
            self.frames.push(Frame::Read { parser, reading: Reading::Trap { status: self.state.status } });
        }
        Step::Next
    }
}

impl Process for Interp {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        self.state.own_pid = cx.pid;
        for _ in 0..QUANTUM {
            if let Step::Block(poll) = self.step(cx) {
                return poll;
            }
        }
        Poll::Again
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if signal == Signal::INT && self.state.source == Source::Interactive && self.state.level == 0 {
            while let Some(frame) = self.frames.pop() {
                self.undo(cx, frame);
            }
            self.state.status = if cx.sys.gave_up { GAVE_UP } else { 128 + signal.0 };
            return OnSignal::Taken;
        }
        if self.state.traps.contains_key(&signal.0) {
            self.trapped.push(signal);
            return OnSignal::Taken;
        }
        OnSignal::Default
    }
}
