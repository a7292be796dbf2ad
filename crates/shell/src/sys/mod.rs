//! The machine below the commands: processes, descriptors, pipes, files. No language, no network.

mod errno;
pub(crate) mod fd;
mod output;
pub(crate) mod proc;
pub(crate) mod sched;
pub(crate) mod vfs;

pub use errno::Errno;
pub use fd::Read;
pub use output::{Collect, Sink, Stream};

use std::collections::BTreeMap;

use crate::{Pid, Signal};
use output::Output;
use proc::Proc;

/// Everything of the machine that is not the network.
#[derive(Clone, Debug)]
pub struct Sys {
    procs: BTreeMap<Pid, Proc>,
    next_pid: u32,
    opens: Vec<fd::Slot>,
    free_opens: Vec<u32>,
    pipes: Vec<fd::Pipe>,
    pub(crate) vfs: vfs::Vfs,
    pub(crate) output: Output,
    /// Counts what another process may have waited for.
    changes: u64,
    /// Commands that may still run before the shell gives up.
    pub(crate) commands_left: u64,
    /// The first random number's state (`$RANDOM`, `mktemp`).
    pub(crate) random: u32,
    /// Stopped for good: what to say.
    pub(crate) gave_up: Option<String>,
}

impl Default for Sys {
    fn default() -> Self {
        Self {
            procs: BTreeMap::new(),
            next_pid: 1000,
            opens: Vec::new(),
            free_opens: Vec::new(),
            pipes: Vec::new(),
            vfs: vfs::Vfs::default(),
            output: Output::default(),
            changes: 0,
            commands_left: 0,
            random: 1,
            gave_up: None,
        }
    }
}

impl Sys {
    /// A number of 15 bits, the next of a fixed sequence.
    pub(crate) fn random(&mut self) -> u16 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (self.random >> 16) as u16 & 0x7fff
    }

    /// Sends a signal; `false` when no such process lives.
    pub(crate) fn kill(&mut self, pid: Pid, signal: Signal) -> bool {
        match self.procs.get_mut(&pid) {
            Some(proc) if proc.ended.is_none() => {
                if signal.0 != 0 {
                    proc.signals.push(signal);
                    self.changes += 1;
                }
                true
            }
            // A child that ended and was not waited for is still there for kill(2).
            Some(_) => true,
            None => false,
        }
    }
}
