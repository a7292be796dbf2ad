//! The machine below the commands: processes, descriptors, pipes, files. No language, no network.

mod errno;
mod failure;
pub(crate) mod fd;
mod output;
pub(crate) mod proc;
pub(crate) mod sched;
mod terminal;
pub(crate) mod vfs;

pub use errno::Errno;
pub use failure::{Failure, is_note};
pub use fd::Read;
pub use output::{Apart, Collect, Sink, Stream};
pub use terminal::Terminal;

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Common, Pages};

use crate::print::gap;
use crate::{Pid, Signal};
use output::Output;
use proc::Proc;
use terminal::Keys;

/// The wall clock at the lab's beginning, in seconds: 2026-01-01 00:00:00 UTC, always.
pub(crate) const EPOCH: u64 = 1_767_225_600;

/// Everything of the machine that is not the network.
#[derive(Clone, Debug)]
pub struct Sys {
    procs: Common<Map<Pid, Common<Proc>>>,
    /// Those that have a turn in every round.
    awake: Map<Pid, ()>,
    /// Those that ended and were not waited for.
    zombies: Map<Pid, ()>,
    /// Those that wait for sockets, by namespace.
    asleep: Common<Map<NsId, Common<Vec<Pid>>>>,
    next_pid: u32,
    opens: Pages<fd::Slot>,
    free_opens: Vec<u32>,
    pipes: Pages<fd::Pipe>,
    pub(crate) vfs: Common<vfs::Vfs>,
    pub(crate) output: Output,
    /// Counts what another process may have waited for.
    changes: u64,
    /// Commands that ran, and how many may before the shell gives up.
    pub(crate) commands: (u64, u64),
    /// The first random number's state (`$RANDOM`, `mktemp`).
    pub(crate) random: u32,
    /// The line that an interactive shell shall run next.
    pub(crate) line: Option<(Pid, Vec<u8>)>,
    /// The terminal that was last given a line.
    pub(crate) terminal: Terminal,
    keys: Map<Terminal, Keys>,
    /// A limit of the simulator, not of the lab, ended something, or a packet met what is not simulated.
    pub(crate) gave_up: bool,
    /// Lines that told what is not simulated in this script or line.
    pub(crate) gaps_told: Vec<String>,
    /// A process was not started, for there are too many.
    full: bool,
    /// Bytes that this script or line wrote, wherever to.
    pub(crate) written: u64,
    /// The packets that there were as the script or line began.
    pub(crate) packets: u32,
    /// The line of the lab that wanted one process too many.
    pub(crate) full_at: Option<u32>,
    /// Whether `iptables` and `ip6tables` are of the legacy face.
    pub(crate) legacy_iptables: [bool; 2],
    /// Whether the standard output of what runs is a terminal: it is typed, not a script.
    pub(crate) typed: bool,
    /// The Docker engine of the machine.
    pub(crate) docker: Common<crate::tools::docker::State>,
}

impl Default for Sys {
    fn default() -> Self {
        Self {
            procs: Common::default(),
            awake: Map::new(),
            zombies: Map::new(),
            asleep: Common::default(),
            next_pid: 1000,
            opens: Pages::new(),
            free_opens: Vec::new(),
            pipes: Pages::new(),
            vfs: Common::default(),
            output: Output::default(),
            changes: 0,
            commands: (0, 0),
            random: 1,
            line: None,
            terminal: Terminal::SCRIPT,
            keys: Map::new(),
            gave_up: false,
            gaps_told: Vec::new(),
            full: false,
            full_at: None,
            written: 0,
            packets: 0,
            legacy_iptables: [false; 2],
            typed: false,
            docker: Common::default(),
        }
    }
}

impl Sys {
    /// A number of 15 bits, the next of a fixed sequence.
    pub(crate) fn random(&mut self) -> u16 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (self.random >> 16) as u16 & 0x7fff
    }

    /// Tells of packets that ended at what is not simulated, of each such thing once.
    fn tell_gaps(&mut self, lab: &mut Lab) {
        for gap in core::mem::take(&mut lab.gaps) {
            let line = gap::line(&gap, lab);
            if !self.gaps_told.contains(&line) {
                // Where nothing more is printed, the status still tells.
                let _ = self.output.push(self.terminal, Stream::Stderr, line.as_bytes());
                self.gaps_told.push(line);
            }
            self.gave_up = true;
        }
    }

    /// Something reached another process within the machine: all have another turn before time passes.
    pub(crate) fn reached(&mut self) {
        self.changes += 1;
    }

    /// Counts bytes that were moved: each kibibyte is as much as a command.
    pub(crate) fn weigh(&mut self, bytes: usize) {
        self.commands.0 += bytes as u64 / 1024;
    }

    /// Sends a signal; `false` when no such process lives.
    pub(crate) fn kill(&mut self, pid: Pid, signal: Signal) -> bool {
        match self.procs.get_mut(&pid) {
            Some(proc) if proc.ended.is_none() => {
                if signal.0 != 0 {
                    proc.signals.push(signal);
                    self.rouse(pid);
                    self.changes += 1;
                }
                true
            }
            // A child that ended and was not waited for is still there for kill(2).
            Some(_) => true,
            None => false,
        }
    }

    /// Whether shells of a script or line that ended run on at once.
    pub(crate) fn grows(&self, ended: Pid) -> bool {
        let runs = |p: &Proc| p.ended.is_none() && matches!(p.when, proc::When::Now | proc::When::Start(_));
        self.awake.keys().any(|pid| *pid != ended && self.procs.get(pid).is_some_and(|p| runs(p)))
    }

    /// Keeps the line of the lab that wanted one process too many.
    pub(crate) fn note_full(&mut self, line: u32) {
        if self.full {
            self.full_at = Some(line);
        }
    }

    /// The number of the next process.
    pub(crate) fn next_pid(&self) -> Pid {
        Pid(self.next_pid)
    }

    /// Sends `SIGINT` to a process and all below it, as a terminal does; background jobs ignore it.
    pub(crate) fn interrupt(&mut self, pid: Pid) {
        self.kill_group(pid, Signal::INT);
    }

    /// Sends a signal to a process and all that live below it.
    pub(crate) fn kill_group(&mut self, pid: Pid, signal: Signal) {
        let mut group = vec![pid];
        let mut at = 0;
        while let Some(&parent) = group.get(at) {
            at += 1;
            group.extend(
                self.procs.iter().filter(|(_, p)| p.parent == parent && p.ended.is_none()).map(|(&p, _)| p),
            );
        }
        for pid in group.into_iter().rev() {
            self.kill(pid, signal);
        }
    }
}
