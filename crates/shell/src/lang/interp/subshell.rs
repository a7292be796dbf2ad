//! Subshells: `( )`, pipelines, background jobs, command substitution.

use std::rc::Rc;

use core::time::Duration;

use packetwalk_wire::Instant;

use super::{Frame, Interp, Reading, Step};
use crate::lang::ast::{AndOr, Command, Kind, List, Pipeline, Timed};
use crate::lang::expand::Substitution;
use crate::lang::parse::Parser;
use crate::lang::state::{Job, Source, State};
use crate::process::{Pid, Poll, Signal, Status};
use crate::sys::Read;
use crate::sys::fd::{Held, Open, OpenId};
use crate::{Cx, GAVE_UP};

/// A command substitution that runs.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub pid: Pid,
    pub from: Held,
    pub output: Vec<u8>,
}

impl Interp {
    /// A copy of this shell that runs `frames`.
    fn forked(&self, state: &State, frames: Vec<Frame>) -> Self {
        let mut state = state.clone();
        state.level += 1;
        state.jobs.clear();
        state.done = Rc::default();
        state.in_condition = self.is_condition();
        // A subshell's traps are its own, but what is ignored stays so.
        state.traps.retain(|_, text| text.is_empty());
        if state.source == Source::Interactive && frames.is_empty() {
            state.status = 0;
        }
        Self { state, frames, exiting: None, trapped: Vec::new(), substitution: self.substitution }
    }

    /// Starts a copy of this shell with some descriptors of its own.
    fn fork(&mut self, cx: &mut Cx<'_>, child: Self, fds: &[(u32, OpenId)]) -> Option<Pid> {
        let env = self.state.vars.env();
        let words = cx.args.to_vec();
        cx.start_child(Box::new(child), words, Some(env), None, fds)
    }

    /// There are too many processes, or commands: the shell ends, or takes the next line that is typed.
    pub(super) fn give_up(&mut self, cx: &mut Cx<'_>) -> Step {
        cx.sys.gave_up = true;
        if self.state.lab.is_some() {
            cx.sys.note_full(self.state.pos.line);
        }
        if self.state.source == Source::Interactive && self.state.level == 0 {
            while let Some(frame) = self.frames.pop() {
                self.undo(cx, frame);
            }
            self.state.status = GAVE_UP;
            return Step::Next;
        }
        self.exit(cx, GAVE_UP)
    }

    /// `( … )`; its redirections are done in it.
    pub(super) fn subshell(&mut self, cx: &mut Cx<'_>, command: &Rc<Command>) -> Step {
        let Kind::Subshell(list) = &command.kind else { return Step::Next };
        let begin = if command.redirects.is_empty() {
            Frame::List { list: Rc::clone(list), at: 0 }
        } else {
            let kind = Kind::Group(Rc::clone(list));
            let redirects = command
                .redirects
                .iter()
                .map(|r| crate::lang::ast::Redirect { fd: r.fd, op: r.op, target: r.target.clone() })
                .collect();
            let source = command.source.clone();
            let command = Rc::new(Command { pos: command.pos, source, kind, redirects });
            Frame::Command { command, redirected: None }
        };
        let child = self.forked(&self.state, vec![begin]);
        match self.fork(cx, child, &[]) {
            Some(pid) => {
                let command = Some(Rc::clone(command));
                self.frames.push(Frame::WaitFor { children: vec![(pid, None)], command });
                Step::Next
            }
            None => self.give_up(cx),
        }
    }

    pub(super) fn step_pipeline(
        &mut self,
        cx: &mut Cx<'_>,
        pipeline: &Rc<Pipeline>,
        begun: Option<Instant>,
    ) -> Step {
        if let Some(since) = begun {
            if let Some(how) = pipeline.timed {
                Self::print_times(cx, how, cx.now().since(since));
            }
            if pipeline.negated {
                self.state.status = u8::from(self.state.status == 0);
            }
            return Step::Next;
        }
        if pipeline.negated || pipeline.timed.is_some() {
            self.frames.push(Frame::Pipeline { pipeline: Rc::clone(pipeline), begun: Some(cx.now()) });
        }
        match pipeline.commands.as_slice() {
            [] => self.state.status = 0,
            [one] => self.frames.push(Frame::Command { command: Rc::clone(one), redirected: None }),
            many => return self.pipe(cx, many),
        }
        Step::Next
    }

    /// What `time` prints: the lab's time, for commands here take none of a processor's.
    fn print_times(cx: &mut Cx<'_>, how: Timed, real: Duration) {
        let (secs, millis) = (real.as_secs(), real.subsec_millis());
        let text = match how {
            Timed::Bash => {
                let real = format!("{}m{}.{millis:03}s", secs / 60, secs % 60);
                format!("\nreal\t{real}\nuser\t0m0.000s\nsys\t0m0.000s\n")
            }
            Timed::Posix => format!("real {secs}.{:02}\nuser 0.00\nsys 0.00\n", millis / 10),
        };
        let _ = cx.write_fd(2, text.as_bytes());
    }

    /// Starts every command of a pipeline, each in a subshell.
    fn pipe(&mut self, cx: &mut Cx<'_>, commands: &[Rc<Command>]) -> Step {
        let mut children = Vec::new();
        let mut input: Option<OpenId> = None;
        let last = commands.len() - 1;
        for (n, command) in commands.iter().enumerate() {
            let mut fds: Vec<(u32, OpenId)> = input.take().map(|open| (0, open)).into_iter().collect();
            let mut next = None;
            if n < last {
                let (read, write) = cx.sys.pipe();
                fds.push((1, write));
                next = Some(read);
            }
            let child = self
                .forked(&self.state, vec![Frame::Command { command: Rc::clone(command), redirected: None }]);
            let pid = self.fork(cx, child, &fds);
            for (_, open) in fds {
                cx.sys.close(open);
            }
            input = next;
            match pid {
                Some(pid) => children.push((pid, None)),
                None => {
                    if let Some(open) = input {
                        cx.sys.close(open);
                    }
                    return self.give_up(cx);
                }
            }
        }
        let command = commands.last().cloned();
        self.frames.push(Frame::WaitFor { children, command });
        Step::Next
    }

    /// `command &`.
    pub(super) fn background(&mut self, cx: &mut Cx<'_>, and_or: Rc<AndOr>, text: Vec<u8>) -> Step {
        // A lone command takes the subshell's place, and gets the signals sent to the job.
        let begin = match and_or.pipelines.as_slice() {
            [(_, only)] => Frame::Pipeline { pipeline: Rc::clone(only), begun: None },
            _ => Frame::AndOr { and_or, at: 0 },
        };
        let child = self.forked(&self.state, vec![begin]);
        // Without job control a background command reads nothing.
        let null = cx.sys.open_new(Open::Null);
        let pid = self.fork(cx, child, &[(0, null)]);
        cx.sys.close(null);
        let Some(pid) = pid else { return self.give_up(cx) };
        if let Some(proc) = cx.sys.proc_mut(pid) {
            proc.ignores |= 1 << Signal::INT.0 | 1 << Signal::QUIT.0;
        }
        self.update_jobs(cx);
        self.forget_jobs();
        let number = self.state.jobs.iter().map(|j| j.number).max().unwrap_or(0) + 1;
        self.state.jobs.push(Job { number, pid, text, ended: None });
        self.state.last_background = Some(pid);
        self.state.status = 0;
        Step::Next
    }

    /// Starts a command substitution for the expansion of the topmost frame.
    pub(super) fn capture(&mut self, cx: &mut Cx<'_>, state: &State, what: Substitution) -> Step {
        let begin = match what {
            Substitution::List(list) | Substitution::Process { list, .. } => Frame::List { list, at: 0 },
            Substitution::Text(text, line) => {
                Frame::Read { parser: Parser::new(text, line), reading: Reading::Eval }
            }
        };
        let (read, write) = cx.sys.pipe();
        let mut child = self.forked(state, vec![begin]);
        child.substitution += 1;
        child.state.in_condition = true;
        child.state.options.errexit = false;
        let pid = self.fork(cx, child, &[(1, write)]);
        cx.sys.close(write);
        match (pid, cx.sys.hold(cx.pid, read)) {
            (Some(pid), Some(from)) => {
                self.frames.push(Frame::Capture(Capture { pid, from, output: Vec::new() }));
                Step::Next
            }
            _ => self.give_up(cx),
        }
    }

    /// Starts a process substitution: its path goes to the expansion of `frame`, and the descriptor is
    /// closed after the command.
    pub(super) fn process_substitution(
        &mut self,
        cx: &mut Cx<'_>,
        state: &State,
        list: Rc<List>,
        reads: bool,
        mut frame: Frame,
    ) -> Step {
        let (read, write) = cx.sys.pipe();
        let (own, theirs) = if reads { (read, (1, write)) } else { (write, (0, read)) };
        let child = self.forked(state, vec![Frame::List { list, at: 0 }]);
        let pid = self.fork(cx, child, &[theirs]);
        cx.sys.close(theirs.1);
        let free = (3..64).rev().find(|fd| cx.sys.fd(cx.pid, *fd).is_none());
        let (Some(pid), Some(fd)) = (pid, free) else {
            cx.sys.close(own);
            self.undo(cx, frame);
            return self.give_up(cx);
        };
        self.state.last_background = Some(pid);
        cx.sys.put_fd(cx.pid, fd, Some(own));
        match &mut frame {
            Frame::Simple { run, .. } => run.saved.push((fd, None)),
            _ => {
                if let Some(Frame::Restore { saved }) = self.frames.last_mut() {
                    saved.push((fd, None));
                }
            }
        }
        if let Some(log) = frame.log() {
            log.push_path(format!("/dev/fd/{fd}").into_bytes());
        }
        self.frames.push(frame);
        Step::Next
    }

    pub(super) fn step_capture(&mut self, cx: &mut Cx<'_>, mut capture: Capture) -> Step {
        while let Some(from) = cx.sys.held(cx.pid, capture.from) {
            match cx.sys.read_open(from, usize::MAX) {
                Read::Data(mut bytes) => capture.output.append(&mut bytes),
                Read::Wait => {
                    self.frames.push(Frame::Capture(capture));
                    return Step::Block(Poll::Wait);
                }
                Read::End | Read::Error(_) => break,
            }
        }
        let Some(status) = cx.reap(capture.pid) else {
            self.frames.push(Frame::Capture(capture));
            return Step::Block(Poll::Wait);
        };
        let output = std::mem::take(&mut capture.output);
        self.undo(cx, Frame::Capture(capture));
        self.state.status = status.code();
        if let Some(log) = self.frames.last_mut().and_then(Frame::log) {
            log.push(output, status.code());
        }
        Step::Next
    }

    /// Waits for children in the foreground.
    pub(super) fn step_wait_for(
        &mut self,
        cx: &mut Cx<'_>,
        mut children: Vec<(Pid, Option<Status>)>,
        command: Option<&Rc<Command>>,
    ) -> Step {
        for (pid, status) in &mut children {
            if status.is_none() {
                *status = cx.reap(*pid);
                if status.is_none() && cx.sys.proc(*pid).is_none() {
                    *status = Some(Status::Exited(127));
                }
            }
        }
        let statuses: Option<Vec<Status>> = children.iter().map(|(_, s)| *s).collect();
        let Some(statuses) = statuses else {
            self.frames.push(Frame::WaitFor { children, command: command.cloned() });
            return Step::Block(Poll::Wait);
        };
        let Some(&last) = statuses.last() else { return Step::Next };
        if let (Status::Killed(signal), Some((pid, _))) = (last, children.last()) {
            self.killed(cx, *pid, signal, Some(command.map_or(&[], |c| c.text())));
        }
        self.state.pipe_status = statuses.iter().map(|s| s.code()).collect();
        let mut code = last.code();
        if self.state.options.pipefail {
            code = statuses.iter().rev().map(|s| s.code()).find(|c| *c != 0).unwrap_or(0);
        }
        self.ended(cx, code)
    }
}
