//! What a running command is: a state machine that the scheduler polls.

use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use crate::Cx;

/// A process number. The script's own shell is 1000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pid(pub u32);

/// What a process wants after it was polled.
#[derive(Debug)]
pub enum Poll {
    /// It is done, with this exit status.
    Exit(u8),
    /// Poll again at this time, or earlier when anything happens.
    WaitUntil(Instant),
    /// Poll again when anything happens: a packet arrived, a pipe has bytes, a child ended.
    Wait,
    /// Poll again when something comes to a socket of this namespace, or a signal.
    WaitForSockets(NsId),
    /// Poll again at once, after the others had their turn.
    Again,
    /// This process becomes another command; made by [`Cx::exec`].
    Exec(Box<dyn Process>),
}

/// What a process did about a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnSignal {
    /// The default action: it ends, killed by the signal.
    Default,
    /// It took the signal, and goes on until a poll says otherwise.
    Taken,
}

/// A command that runs: polled until it exits. It never blocks and never sees real time.
///
/// Everything that it keeps between polls is its own and can be cloned, so that a whole shell can be
/// snapshot in the middle of a command.
pub trait Process {
    /// Does what can be done now.
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll;

    /// A copy for a snapshot.
    fn boxed_clone(&self) -> Box<dyn Process>;

    /// A signal other than `SIGKILL` arrived; a poll follows when it was taken.
    fn signal(&mut self, _cx: &mut Cx<'_>, _signal: Signal) -> OnSignal {
        OnSignal::Default
    }
}

/// Only that it is one: what every command keeps would otherwise be printable, and the module carry the code for it.
impl core::fmt::Debug for dyn Process {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Process")
    }
}

impl Clone for Box<dyn Process> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}

/// A command of the registry that is a plain function: polled like a process without state.
#[derive(Clone, Copy)]
pub(crate) struct Function(pub fn(&mut Cx<'_>) -> Poll);

impl core::fmt::Debug for Function {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Function")
    }
}

impl Process for Function {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        (self.0)(cx)
    }
    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(*self)
    }
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// By itself, with this status.
    Exited(u8),
    /// By a signal.
    Killed(Signal),
}

impl Status {
    /// The shell's `$?`: 128 and the signal's number for a killed process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Killed(signal) => 128 + signal.0,
        }
    }
}

/// A signal's number on Linux, 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signal(pub u8);

impl Signal {
    /// Hang-up.
    pub const HUP: Self = Self(1);
    /// The terminal's Ctrl-C.
    pub const INT: Self = Self(2);
    /// Quit.
    pub const QUIT: Self = Self(3);
    /// Cannot be caught.
    pub const KILL: Self = Self(9);
    /// User's first.
    pub const USR1: Self = Self(10);
    /// User's second.
    pub const USR2: Self = Self(12);
    /// Write to a pipe that nobody reads.
    pub const PIPE: Self = Self(13);
    /// Alarm clock.
    pub const ALRM: Self = Self(14);
    /// `kill`'s default.
    pub const TERM: Self = Self(15);
    /// A child ended.
    pub const CHLD: Self = Self(17);
    /// Continue.
    pub const CONT: Self = Self(18);
    /// Stop.
    pub const STOP: Self = Self(19);

    /// Name without `SIG`, and what bash prints about a process that it killed (`strsignal`).
    const NAMES: [(&'static str, &'static str); 31] = [
        ("HUP", "Hangup"),
        ("INT", "Interrupt"),
        ("QUIT", "Quit"),
        ("ILL", "Illegal instruction"),
        ("TRAP", "Trace/breakpoint trap"),
        ("ABRT", "Aborted"),
        ("BUS", "Bus error"),
        ("FPE", "Floating point exception"),
        ("KILL", "Killed"),
        ("USR1", "User defined signal 1"),
        ("SEGV", "Segmentation fault"),
        ("USR2", "User defined signal 2"),
        ("PIPE", "Broken pipe"),
        ("ALRM", "Alarm clock"),
        ("TERM", "Terminated"),
        ("STKFLT", "Stack fault"),
        ("CHLD", "Child exited"),
        ("CONT", "Continued"),
        ("STOP", "Stopped (signal)"),
        ("TSTP", "Stopped"),
        ("TTIN", "Stopped (tty input)"),
        ("TTOU", "Stopped (tty output)"),
        ("URG", "Urgent I/O condition"),
        ("XCPU", "CPU time limit exceeded"),
        ("XFSZ", "File size limit exceeded"),
        ("VTALRM", "Virtual timer expired"),
        ("PROF", "Profiling timer expired"),
        ("WINCH", "Window changed"),
        ("IO", "I/O possible"),
        ("PWR", "Power failure"),
        ("SYS", "Bad system call"),
    ];

    /// A number, a name (`TERM`) or a full name (`SIGTERM`) in any case; 0 is the test for a process.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(n) = text.parse::<u8>() {
            return (n <= 64).then_some(Self(n));
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let at = Self::NAMES.iter().position(|(n, _)| *n == name)?;
        Some(Self(at as u8 + 1))
    }

    /// The name without `SIG`; empty for one without a name.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(usize::from(self.0).wrapping_sub(1)).map_or("", |(name, _)| name)
    }

    /// What bash prints about a process that it killed.
    pub fn text(self) -> &'static str {
        Self::NAMES.get(usize::from(self.0).wrapping_sub(1)).map_or("Unknown signal", |(_, text)| text)
    }

    /// Whether a process without a handler goes on after it.
    pub const fn ignored_by_default(self) -> bool {
        matches!(self.0, 0 | 17 | 18 | 23 | 28)
    }
}
