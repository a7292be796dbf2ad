//! The public face: a lab with a shell over it.

use core::time::Duration;

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::{Instant, sorted::Map};

use crate::lang::interp::Interp;
use crate::lang::parse::Parser;
use crate::lang::state::{Source, State};
use crate::process::{Pid, Signal, Status};
use crate::sys::fd::{FdTable, Open};
use crate::sys::proc::{Env, Proc, When};
use crate::sys::sched::{self, Stopped};
use crate::sys::{Sink, Stream, Sys, Terminal};

/// Most virtual time of one script.
const MOST_TIME: Duration = Duration::from_hours(7 * 24);

/// The status of a script or line of which something was ended by a limit of the simulator, or in which a packet
/// met what is not simulated: what its own would be on Linux is not known.
pub const GAVE_UP: u8 = 254;

/// What became of a line given to an interactive shell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// It ran; its status.
    Done(u8),
    /// It is the beginning of a command: call again with more lines added.
    Incomplete,
    /// It was `exit`, with this status.
    Exit(u8),
}

/// What became of a line given to a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Given {
    /// It will run as time passes.
    Taken,
    /// It is the beginning of a command: call again with more lines added.
    Incomplete,
    /// Another command runs there, or there are too many processes.
    Refused,
}

/// A lab and the processes on it. A clone is a snapshot of everything; it shares what neither changes.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The network.
    pub lab: Lab,
    /// Most commands that a script or a line may run, a million at first: more is taken for a loop
    /// without end, and ends the shell with a message.
    pub most_commands: u64,
    sys: Sys,
    /// The shell of each terminal.
    interactive: Map<Terminal, Pid>,
}

/// Whether a text ends in the middle of a command, or of a here-document.
pub fn is_incomplete(text: &[u8]) -> bool {
    let mut parser = Parser::new(text.into(), 1);
    loop {
        match parser.next_command() {
            Ok(Some(_)) => {}
            Err(e) => return e.is_incomplete(),
            Ok(None) => return !parser.warnings.is_empty(),
        }
    }
}

/// Whether bash would take it for a program: a NUL in the first of its first 80 bytes' lines.
fn is_binary(text: &[u8]) -> bool {
    text.iter().take(80).take_while(|&&b| b != b'\n').any(|&b| b == 0)
}

fn environment() -> Env {
    [
        ("HOME", "/root"),
        ("LANG", "C.UTF-8"),
        ("LOGNAME", "root"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("PWD", "/root"),
        ("SHELL", "/bin/bash"),
        ("SHLVL", "1"),
        ("USER", "root"),
    ]
    .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
    .into()
}

impl Shell {
    /// A shell over a lab.
    pub fn new(lab: Lab) -> Self {
        Self { lab, most_commands: 1_000_000, sys: Sys::default(), interactive: Map::new() }
    }

    /// Runs a whole script as `bash NAME` would, and gives its exit status. Background jobs that it
    /// leaves go on in later calls.
    pub fn run_script(&mut self, name: &str, text: &[u8], sink: &mut dyn Sink) -> u8 {
        if is_binary(text) {
            sink.write(Stream::Stderr, format!("{name}: {name}: cannot execute binary file\n").as_bytes());
            return 126;
        }
        let env = environment();
        let pid = self.sys.next_pid();
        let text: std::rc::Rc<[u8]> = text.into();
        let mut state = State::new(name.as_bytes(), Source::Script, pid, &env, self.lab.now());
        state.lab = Some(std::rc::Rc::clone(&text));
        let mut interp = Interp::new(state, Vec::new());
        interp.read(Parser::new(text, 1));
        let Some(pid) =
            self.process_at(Terminal::SCRIPT, vec![b"bash".to_vec(), name.as_bytes().to_vec()], env, interp)
        else {
            return GAVE_UP;
        };
        self.begin(false);
        self.sys.terminal = Terminal::SCRIPT;
        let limit = self.lab.now() + MOST_TIME;
        let stopped = sched::run(&mut self.lab, &mut self.sys, Some(pid), limit, sink);
        let mut status = self.outcome(pid, stopped, name, sink);
        if matches!(stopped, Stopped::Ended(_)) && self.bursts(pid, name, sink) {
            status = GAVE_UP;
        }
        if self.sys.reap(pid).is_none() {
            self.sys.end(pid, Status::Killed(Signal::INT));
        }
        status
    }

    /// Runs a line in a namespace, as an interactive shell would: variables, functions and the working
    /// directory last from line to line.
    pub fn run_line(&mut self, ns: NsId, line: &[u8], sink: &mut dyn Sink) -> Line {
        if is_incomplete(line) {
            return Line::Incomplete;
        }
        let Some(pid) = self.interactive(Terminal::SCRIPT) else { return Line::Done(GAVE_UP) };
        self.sys.give(Terminal::SCRIPT, pid, ns, line.to_vec());
        self.begin(true);
        let limit = self.lab.now() + MOST_TIME;
        let mut stopped = sched::run(&mut self.lab, &mut self.sys, Some(pid), limit, sink);
        if !matches!(stopped, Stopped::Idle(_) | Stopped::Ended(_)) {
            self.outcome(pid, stopped, "bash", sink);
            stopped = sched::run(&mut self.lab, &mut self.sys, Some(pid), limit + MOST_TIME, sink);
        }
        match stopped {
            Stopped::Idle(_) if self.sys.gave_up || self.bursts(pid, "bash", sink) => Line::Done(GAVE_UP),
            Stopped::Idle(status) => Line::Done(status),
            Stopped::Ended(status) => {
                self.sys.reap(pid);
                self.interactive.remove(&Terminal::SCRIPT);
                Line::Exit(status.code())
            }
            Stopped::Stuck | Stopped::Time | Stopped::Full | Stopped::Much | Stopped::Busy => {
                Line::Done(GAVE_UP)
            }
        }
    }

    /// Gives the shell of a terminal a line to run in a namespace; [`Self::go_on`] and [`Self::run_until`] run it.
    pub fn give(&mut self, terminal: Terminal, ns: NsId, line: &[u8]) -> Given {
        if is_incomplete(line) {
            return Given::Incomplete;
        }
        if self.is_running(terminal) {
            return Given::Refused;
        }
        if let Some(pid) = self.sys.inner(terminal) {
            self.sys.give_inner(terminal, pid, line.to_vec());
            return Given::Taken;
        }
        let Some(pid) = self.interactive(terminal) else { return Given::Refused };
        self.sys.give(terminal, pid, ns, line.to_vec());
        Given::Taken
    }

    /// Lets time pass until what runs at a terminal has ended, up to `limit`; whether it has.
    pub fn go_on(&mut self, terminal: Terminal, limit: Instant, sink: &mut dyn Sink) -> bool {
        self.begin(true);
        while let Some(pid) = self.typist(terminal) {
            match sched::run(&mut self.lab, &mut self.sys, Some(pid), limit, sink) {
                Stopped::Idle(_) => {
                    self.bursts(pid, "bash", sink);
                    return true;
                }
                // The one that it was started in goes on.
                Stopped::Ended(_) if self.typist(terminal).is_some_and(|next| next != pid) => {
                    if !self.is_running(terminal) {
                        return true;
                    }
                }
                Stopped::Ended(_) => return true,
                Stopped::Time | Stopped::Stuck => return !self.is_running(terminal),
                stopped @ (Stopped::Full | Stopped::Much | Stopped::Busy) => {
                    self.outcome(pid, stopped, "bash", sink);
                }
            }
        }
        true
    }

    /// The shell that takes the lines of a terminal: its own, or the last that was started in that.
    fn typist(&self, terminal: Terminal) -> Option<Pid> {
        self.sys.inner(terminal).or_else(|| self.interactive.get(&terminal).copied())
    }

    /// Whether a command runs at a terminal.
    pub fn is_running(&self, terminal: Terminal) -> bool {
        let Some(proc) = self.typist(terminal).and_then(|pid| self.sys.proc(pid)) else {
            return false;
        };
        proc.ended.is_none() && proc.idle.is_none()
    }

    /// Terminals at which a command runs.
    pub fn running(&self) -> Vec<Terminal> {
        self.interactive.keys().copied().filter(|terminal| self.is_running(*terminal)).collect()
    }

    /// How the last line of a terminal ended, when nothing runs there.
    pub fn ended(&mut self, terminal: Terminal) -> Line {
        let Some(&pid) = self.interactive.get(&terminal) else { return Line::Done(0) };
        if let Some(status) = self.sys.reap(pid) {
            self.interactive.remove(&terminal);
            return Line::Exit(status.code());
        }
        let status = self.typist(terminal).and_then(|pid| self.sys.proc(pid)?.idle).unwrap_or(0);
        Line::Done(if self.sys.gave_up { GAVE_UP } else { status })
    }

    /// Ctrl-C at a terminal.
    pub fn interrupt(&mut self, terminal: Terminal) {
        if let Some(pid) = self.typist(terminal) {
            self.sys.interrupt(pid);
        }
    }

    /// Keys typed for the programs of a terminal; nothing at all is Ctrl-D.
    ///
    /// # Errors
    /// Too much waits to be read.
    pub fn type_keys(&mut self, terminal: Terminal, bytes: &[u8]) -> Result<(), crate::Errno> {
        self.sys.type_keys(terminal, bytes)
    }

    /// The working directory of a terminal's shell.
    pub fn directory(&self, terminal: Terminal) -> &[u8] {
        let proc = self.typist(terminal).and_then(|pid| self.sys.proc(pid));
        proc.map_or(b"/root", |p| &p.cwd)
    }

    /// Whether a shell that was started at a terminal takes its lines.
    pub fn has_inner(&self, terminal: Terminal) -> bool {
        self.sys.inner(terminal).is_some()
    }

    /// The name of the container in a namespace.
    pub fn container_in(&self, ns: NsId) -> Option<String> {
        self.sys.docker.name_in(ns)
    }

    /// What the shell that was started at a terminal writes before a line; `None` if none was, or if it writes what
    /// the terminal's own does.
    pub fn prompt(&self, terminal: Terminal) -> Option<String> {
        self.sys.inner(terminal).and_then(|pid| self.sys.prompt(pid))
    }

    /// What could stand at the end of a line that is typed in a namespace.
    pub fn complete(&self, ns: NsId, line: &str) -> crate::Completion {
        crate::complete::complete(&self.lab, &self.sys, ns, line)
    }

    /// The limits of a script or line count anew.
    fn begin(&mut self, typed: bool) {
        self.sys.typed = typed;
        self.sys.commands = (0, self.most_commands);
        self.sys.gave_up = false;
        self.sys.gaps_told.clear();
        self.sys.written = 0;
        self.sys.packets = self.lab.packets();
        self.sys.output.begin();
    }

    /// The shell of a terminal, made when it is first needed.
    fn interactive(&mut self, terminal: Terminal) -> Option<Pid> {
        if self.interactive.get(&terminal).is_none_or(|pid| self.sys.proc(*pid).is_none()) {
            let env = environment();
            let state = State::new(b"bash", Source::Interactive, self.sys.next_pid(), &env, self.lab.now());
            let interp = Interp::new(state, Vec::new());
            let pid = self.process_at(terminal, vec![b"bash".to_vec()], env, interp)?;
            self.interactive.insert(terminal, pid);
        }
        self.interactive.get(&terminal).copied()
    }

    /// Lets time pass up to `until`, with every background process polled.
    pub fn run_until(&mut self, until: Instant, sink: &mut dyn Sink) {
        self.begin(self.sys.typed);
        let stopped = sched::run(&mut self.lab, &mut self.sys, None, until, sink);
        if !matches!(stopped, Stopped::Full | Stopped::Much | Stopped::Busy) {
            return;
        }
        let running = self.running().first().copied();
        let at = running.or_else(|| self.interactive.keys().next().copied());
        if let Some(pid) = at.and_then(|at| self.typist(at)) {
            self.outcome(pid, stopped, "bash", sink);
        }
    }

    /// When the next process goes on by itself, if one waits for its time.
    pub fn next_date(&self) -> Option<Instant> {
        sched::date(&self.sys)
    }

    /// Lets what is on its way between namespaces arrive: a command may end when a packet of its own has
    /// just left.
    pub fn land(&mut self, sink: &mut dyn Sink) {
        const A_LITTLE: Duration = Duration::from_micros(10);
        const MOST: u32 = 1000;
        for _ in 0..MOST {
            if !self.lab.has_flights() {
                return;
            }
            let until = self.lab.now() + A_LITTLE;
            self.run_until(until, sink);
        }
    }

    /// A file of the machine; `None` when it is not there.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        match self.sys.vfs.get(path.as_bytes()) {
            Some(crate::sys::vfs::Entry::File(inode)) => Some(self.sys.vfs.read(inode)),
            _ => None,
        }
    }

    /// Makes or replaces a file of the machine.
    ///
    /// # Errors
    /// The kernel's.
    pub fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), crate::Errno> {
        match self.sys.vfs.create(path.as_bytes())? {
            crate::sys::vfs::Entry::File(inode) => {
                self.sys.vfs.truncate(inode);
                self.sys.vfs.write(inode, 0, bytes)
            }
            _ => Err(crate::Errno::Exists),
        }
    }

    /// Starts a shell as a process with standard streams of its own.
    fn process_at(
        &mut self,
        terminal: Terminal,
        args: Vec<Vec<u8>>,
        env: Env,
        interp: Interp,
    ) -> Option<Pid> {
        let mut fds = FdTable::default();
        let input = if interp.state.lab.is_some() { Open::Null } else { Open::Keyboard(terminal) };
        let (out, err) = (Open::Sink(terminal, Stream::Stdout), Open::Sink(terminal, Stream::Stderr));
        for (fd, open) in [(0, input), (1, out), (2, err)] {
            let open = self.sys.open_new(open);
            fds.put(fd, Some(open));
        }
        let cwd: std::rc::Rc<[u8]> =
            interp.state.vars.get(b"PWD").and_then(|v| v.scalar()).unwrap_or(b"/root").into();
        let process = Proc::new(Pid(0), NsId(0), args, Box::new(interp), When::Now);
        self.sys.spawn(Proc { env: env.into(), cwd, fds, ..process })
    }

    /// Whether what a script or line left running soon is too many processes, as a fork bomb is: then they end here, for
    /// the next one is not to be blamed for them. Looked at in a copy, as nothing else may run on.
    fn bursts(&mut self, pid: Pid, name: &str, sink: &mut dyn Sink) -> bool {
        const SOON: Duration = Duration::from_millis(50);
        const MOST: u64 = 60_000;
        if !self.sys.grows(pid) {
            return false;
        }
        let mut copy = self.clone();
        copy.sys.commands = (0, MOST);
        let until = self.lab.now() + SOON;
        let mut unheard = |_: Stream, _: &[u8]| {};
        if sched::run(&mut copy.lab, &mut copy.sys, None, until, &mut unheard) != Stopped::Full {
            return false;
        }
        sched::run(&mut self.lab, &mut self.sys, None, until, sink);
        self.outcome(pid, Stopped::Full, name, sink);
        true
    }

    /// The status of a script that stopped, and a message when it did not stop by itself.
    fn outcome(&mut self, pid: Pid, stopped: Stopped, name: &str, sink: &mut dyn Sink) -> u8 {
        let text = match stopped {
            Stopped::Ended(_) if self.sys.gave_up => return GAVE_UP,
            Stopped::Ended(status) => return status.code(),
            Stopped::Idle(status) => return status,
            Stopped::Stuck => "what runs waits for something that never comes",
            Stopped::Time => "a week of the lab's time has passed",
            Stopped::Full => "too many processes run at one time",
            Stopped::Much => "more than 64 MiB were written",
            Stopped::Busy => "more than 200,000 packets were sent",
        };
        let line = self.sys.full_at.take().map_or_else(String::new, |line| format!("line {line}: "));
        let text = format!("packetwalk: {name}: {line}{text}: interrupted\n");
        sink.write(Stream::Stderr, text.as_bytes());
        if stopped == Stopped::Full {
            self.sys.end_all_but(pid);
        }
        self.sys.gave_up = true;
        self.sys.interrupt(pid);
        GAVE_UP
    }
}
