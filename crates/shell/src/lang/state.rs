//! What a shell knows besides the commands that it is in the middle of.

use std::rc::Rc;

use packetwalk_wire::{Instant, sorted::Map};

use super::ast::{Command, Pos};
use super::expand::arith::Variables;
use super::vars::{Value, Vars};
use crate::process::Pid;
use crate::sys::proc::Env;

/// The options of `set`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub noexec: bool,
    pub noglob: bool,
    pub noclobber: bool,
    pub allexport: bool,
    pub verbose: bool,
    pub pipefail: bool,
    /// `shopt -s nullglob`.
    pub nullglob: bool,
}

/// How a message names the place of its command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// `lab.sh: line 7: `
    Script,
    /// `bash: -c: line 7: ` for syntax errors, `bash: line 7: ` for others.
    Argument,
    /// `bash: `
    Interactive,
}

/// A background job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub number: u32,
    pub pid: Pid,
    pub text: Vec<u8>,
    /// Its status once it ended and before it was waited for.
    pub ended: Option<crate::process::Status>,
}

/// A shell's state.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub vars: Vars,
    pub functions: Rc<Map<Vec<u8>, Rc<Command>>>,
    /// `$1` and on.
    pub positional: Rc<[Vec<u8>]>,
    /// `$0`.
    pub name: Rc<[u8]>,
    pub source: Source,
    /// It is Debian's `sh`, which is dash: other messages, an `echo` with escapes, no braces.
    pub dash: bool,
    pub options: Options,
    pub status: u8,
    /// `$PIPESTATUS`.
    pub pipe_status: Vec<u8>,
    pub last_background: Option<Pid>,
    pub jobs: Vec<Job>,
    /// How jobs ended that nobody waited for and that are listed no more.
    pub done: Rc<Map<Pid, crate::process::Status>>,
    /// `$$`.
    pub shell_pid: Pid,
    /// `$BASHPID`.
    pub own_pid: Pid,
    pub line: u32,
    /// The lab's own text, for the shell that runs it and its subshells.
    pub lab: Option<Rc<[u8]>>,
    /// Which command of that text runs; what it evaluates or sources has no place there.
    pub pos: Pos,
    pub started: Instant,
    /// Names of the functions that run, the innermost last.
    pub calls: Vec<Vec<u8>>,
    /// Commands for signals and `EXIT` (0); empty text: ignored.
    pub traps: Map<u8, Rc<[u8]>>,
    pub random: u32,
    /// Subshells around it.
    pub level: u32,
    /// A condition around this subshell takes its status: `set -e` does not end it.
    pub in_condition: bool,
    /// `getopts`' place within a word.
    pub getopts_at: usize,
}

impl State {
    pub fn new(name: &[u8], source: Source, pid: Pid, env: &Env, now: Instant) -> Self {
        let mut vars = Vars::new(env);
        for (name, value) in [("IFS", " \t\n"), ("OPTIND", "1"), ("PS4", "+ ")] {
            let _ = vars.set(name.as_bytes(), value.as_bytes().to_vec());
        }
        Self {
            vars,
            functions: Rc::default(),
            positional: Rc::from([]),
            name: name.into(),
            source,
            dash: false,
            options: Options::default(),
            status: 0,
            pipe_status: vec![0],
            last_background: None,
            jobs: Vec::new(),
            done: Rc::default(),
            shell_pid: pid,
            own_pid: pid,
            line: 1,
            lab: None,
            pos: Pos::default(),
            started: now,
            calls: Vec::new(),
            traps: Map::new(),
            random: pid.0,
            level: 0,
            in_condition: false,
            getopts_at: 0,
        }
    }

    /// A command begins.
    pub fn begin(&mut self, command: &Command) {
        self.line = command.pos.line;
        if self.lab.as_ref().is_some_and(|lab| Rc::ptr_eq(lab, &command.source.0)) {
            self.pos = command.pos;
        }
    }

    /// What messages begin with.
    pub fn prefix(&self) -> Vec<u8> {
        let mut out = self.name.to_vec();
        match self.source {
            _ if self.dash => out.extend_from_slice(format!(": {}: ", self.line).as_bytes()),
            Source::Interactive => out.extend_from_slice(b": "),
            _ => out.extend_from_slice(format!(": line {}: ", self.line).as_bytes()),
        }
        out
    }

    /// A variable's value, special ones included. `None`: unset.
    pub fn variable(&self, name: &[u8], now: Instant) -> Option<Vec<u8>> {
        let number = |n: u64| Some(n.to_string().into_bytes());
        match name {
            b"LINENO" => number(u64::from(self.line)),
            b"SECONDS" => number(now.since(self.started).as_secs()),
            b"BASHPID" => number(u64::from(self.own_pid.0)),
            b"PPID" => number(u64::from(self.shell_pid.0.saturating_sub(1))),
            b"UID" | b"EUID" => number(0),
            b"BASH_SUBSHELL" => number(u64::from(self.level)),
            b"BASH_VERSION" => Some(b"5.2.15(1)-release".to_vec()),
            b"BASH" => Some(b"/usr/bin/bash".to_vec()),
            b"HOSTTYPE" => Some(b"x86_64".to_vec()),
            b"OSTYPE" => Some(b"linux-gnu".to_vec()),
            b"HOSTNAME" => Some(b"packetwalk".to_vec()),
            b"PIPESTATUS" => number(u64::from(self.pipe_status.first().copied().unwrap_or(0))),
            b"FUNCNAME" => self.calls.last().cloned(),
            b"EPOCHSECONDS" => number(crate::sys::EPOCH + now.secs()),
            _ => self.vars.get(name)?.scalar().map(<[u8]>::to_vec),
        }
    }

    /// The letters of `$-`.
    pub fn flags(&self) -> Vec<u8> {
        let o = &self.options;
        let mut out = Vec::new();
        for (on, letter) in [
            (o.allexport, b'a'),
            (o.errexit, b'e'),
            (o.noglob, b'f'),
            (true, b'h'),
            (o.nounset, b'u'),
            (o.verbose, b'v'),
            (o.xtrace, b'x'),
            (true, b'B'),
            (o.noclobber, b'C'),
        ] {
            if on {
                out.push(letter);
            }
        }
        if self.source == Source::Argument {
            out.push(b'c');
        }
        out
    }

    /// The next `$RANDOM`.
    pub fn next_random(&mut self) -> u16 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (self.random >> 16) as u16 & 0x7fff
    }
}

/// Arithmetic's view of a shell's variables at one time.
pub(crate) struct ArithVars<'a> {
    pub state: &'a mut State,
    pub now: Instant,
}

impl Variables for ArithVars<'_> {
    fn value(&self, name: &[u8], index: Option<i64>) -> Option<Vec<u8>> {
        let Some(index) = index else { return self.state.variable(name, self.now) };
        match &self.state.vars.get(name)?.value {
            Value::Array(map) => {
                let index = if index < 0 {
                    index + map.last_key_value().map_or(0, |(k, _)| k.saturating_add(1))
                } else {
                    index
                };
                map.get(&index).cloned()
            }
            Value::Scalar(text) if index == 0 => Some(text.clone()),
            _ => None,
        }
    }

    fn assign(&mut self, name: &[u8], index: Option<i64>, value: i64) -> bool {
        let value = value.to_string().into_bytes();
        match index {
            Some(index) => self.state.vars.set_element(name, index, value),
            None => self.state.vars.set(name, value),
        }
        .is_ok()
    }

    fn strict(&self) -> bool {
        self.state.options.nounset
    }
}
