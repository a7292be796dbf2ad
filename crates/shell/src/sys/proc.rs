//! The process table.

use std::net::IpAddr;
use std::rc::Rc;

use packetwalk_trace::NsId;
use packetwalk_wire::{Common, Instant, sorted::Map};

use super::Sys;
use super::failure::{self, MOST_SAID};
use super::fd::{FdTable, Held, OpenId};
use super::terminal::Terminal;
use crate::lang::ast::Pos;
use crate::process::{Pid, Process, Signal, Status};

/// Exported variables.
pub(crate) type Env = Map<Vec<u8>, Vec<u8>>;

/// Most processes at one time, without servers that sleep.
const MOST: usize = 4096;

/// When a process wants to be polled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    /// It is being started: not before this time.
    Start(Instant),
    Now,
    At(Instant),
    Change,
    /// Something comes to a socket of this namespace.
    Sockets(NsId),
}

/// What a process may do; its children may no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Powers {
    /// `CAP_NET_ADMIN`.
    pub net_admin: bool,
    /// Its `/proc/sys` can be written to.
    pub writes_proc: bool,
}

impl Powers {
    /// Those of root.
    pub const ALL: Self = Self { net_admin: true, writes_proc: true };
}

/// One process.
#[derive(Clone, Debug)]
pub(crate) struct Proc {
    pub parent: Pid,
    pub ns: NsId,
    pub args: Rc<[Vec<u8>]>,
    pub env: Rc<Env>,
    pub cwd: Rc<[u8]>,
    pub powers: Powers,
    pub fds: FdTable,
    /// Absent while it is polled.
    pub body: Option<Box<dyn Process>>,
    pub when: When,
    pub signals: Vec<Signal>,
    /// Signals that it ignores, by number.
    pub ignores: u64,
    /// It is the first of a container: a signal that it has no handler for does nothing.
    pub init: bool,
    pub ended: Option<Status>,
    /// For an interactive shell that waits for a line: its status.
    pub idle: Option<u8>,
    /// The terminal whose lines it takes, if it is a shell that was started at one.
    pub typed_at: Option<Terminal>,
    /// It started another process at some time.
    pub is_parent: bool,
    /// For a program that a lab runs: where the command stands that started it.
    pub origin: Option<Pos>,
    /// What such a program wrote to the lab's standard error, at its beginning.
    pub said: Vec<u8>,
    /// Whose programs it sees.
    pub userland: Userland,
    /// Names of addresses that name servers told it.
    pub names: Vec<(IpAddr, String)>,
}

/// Whose programs and libraries a process has: the machine's, or those of a container's image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Userland {
    /// The machine's.
    #[default]
    Machine,
    /// An image's, with programs like the machine's and files of its own.
    Image,
    /// Busybox.
    Busybox,
}

impl Proc {
    /// One that waits to be polled at `when`.
    pub fn new(parent: Pid, ns: NsId, args: Vec<Vec<u8>>, body: Box<dyn Process>, when: When) -> Self {
        Self {
            parent,
            ns,
            args: args.into(),
            env: Rc::default(),
            cwd: Rc::default(),
            powers: Powers::ALL,
            fds: FdTable::default(),
            body: Some(body),
            when,
            signals: Vec::new(),
            ignores: 0,
            init: false,
            ended: None,
            idle: None,
            typed_at: None,
            is_parent: false,
            origin: None,
            said: Vec::new(),
            userland: Userland::default(),
            names: Vec::new(),
        }
    }

    /// Whether its program is not loaded yet at `now`.
    pub fn starts_after(&self, now: Instant) -> bool {
        matches!(self.when, When::Start(at) if at > now)
    }

    /// Keeps what a program of a lab says on its standard error.
    pub fn note(&mut self, said: &[u8]) {
        if self.origin.is_some() {
            let room = MOST_SAID.saturating_sub(self.said.len()).min(said.len());
            self.said.extend_from_slice(said.get(..room).unwrap_or_default());
        }
    }
}

impl Sys {
    pub fn proc(&self, pid: Pid) -> Option<&Proc> {
        self.procs.get(&pid).map(|proc| &**proc)
    }

    pub fn proc_mut(&mut self, pid: Pid) -> Option<&mut Proc> {
        self.procs.get_mut(&pid).map(|proc| &mut **proc)
    }

    /// Starts a process. Its descriptors are already its own. `None` when there are too many.
    pub fn spawn(&mut self, mut proc: Proc) -> Option<Pid> {
        if self.awake.len() >= MOST {
            self.close_table(&std::mem::take(&mut proc.fds));
            self.full = true;
            return None;
        }
        let pid = Pid(self.next_pid);
        if let Some(parent) = self.procs.get_mut(&proc.parent) {
            parent.is_parent = true;
        }
        self.next_pid += 1;
        self.procs.insert(pid, proc.into());
        self.awake.insert(pid, ());
        self.changes += 1;
        Some(pid)
    }

    /// Kills all processes but one.
    pub fn end_all_but(&mut self, spared: Pid) {
        let pids: Vec<Pid> = self.procs.keys().copied().filter(|pid| *pid != spared).collect();
        for pid in pids {
            self.end(pid, Status::Killed(Signal::KILL));
            self.forget(pid);
        }
    }

    /// Ends a process: closes its descriptors and leaves its status to its parent.
    pub fn end(&mut self, pid: Pid, status: Status) {
        let Some(proc) = self.procs.get_mut(&pid) else { return };
        proc.ended = Some(status);
        proc.body = None;
        if let (Some(pos), Status::Exited(status)) = (proc.origin, status)
            && let Some(failure) = failure::failure(pos, &proc.args, status, &proc.said)
        {
            self.output.failed(failure);
        }
        let (parent, is_parent) = (proc.parent, proc.is_parent);
        let fds = std::mem::take(&mut proc.fds);
        self.close_table(&fds);
        self.changes += 1;
        self.zombies.insert(pid, ());
        let orphan = self.procs.get(&parent).is_none_or(|p| p.ended.is_some());
        if orphan && parent != Pid(0) {
            self.forget(pid);
        }
        if !is_parent {
            return;
        }
        // Children that ended before it have nobody to wait for them any more.
        let is_child = |child: &Pid| self.procs.get(child).is_some_and(|p| p.parent == pid);
        let forgotten: Vec<Pid> = self.zombies.keys().copied().filter(is_child).collect();
        for child in forgotten {
            self.forget(child);
        }
    }

    fn forget(&mut self, pid: Pid) {
        self.procs.remove(&pid);
        self.awake.remove(&pid);
        self.zombies.remove(&pid);
    }

    /// A process waits for a namespace's sockets.
    pub fn sleep(&mut self, pid: Pid, ns: NsId) {
        let signalled = self.procs.get(&pid).is_none_or(|p| !p.signals.is_empty());
        if !signalled && self.awake.remove(&pid).is_some() {
            self.asleep.or_insert_with(ns, Common::default).push(pid);
        }
    }

    /// Something came to sockets of these namespaces: whoever sleeps there has its turn.
    pub fn wake(&mut self, namespaces: &[NsId]) {
        for ns in namespaces {
            if !self.asleep.contains_key(ns) {
                continue;
            }
            for pid in self.asleep.remove(ns).map(Common::into_inner).unwrap_or_default() {
                self.rouse(pid);
            }
        }
    }

    /// A process has its turn, whatever it waits for.
    pub fn rouse(&mut self, pid: Pid) {
        if self.procs.contains_key(&pid) {
            self.awake.insert(pid, ());
        }
    }

    /// How a child ended, and forgets it; `None` while it lives.
    pub fn reap(&mut self, pid: Pid) -> Option<Status> {
        let status = self.procs.get(&pid)?.ended?;
        self.forget(pid);
        Some(status)
    }

    /// The open file under a process's descriptor.
    pub fn fd(&self, pid: Pid, fd: u32) -> Option<OpenId> {
        self.procs.get(&pid)?.fds.get(fd)
    }

    /// Puts `open` (already counted) under a process's descriptor; what was there is handed back.
    pub fn put_fd(&mut self, pid: Pid, fd: u32, open: Option<OpenId>) -> Option<OpenId> {
        self.procs.get_mut(&pid)?.fds.put(fd, open)
    }

    /// Keeps something open beside a process's descriptors.
    pub fn hold(&mut self, pid: Pid, open: OpenId) -> Option<Held> {
        Some(self.procs.get_mut(&pid)?.fds.hold(open))
    }

    /// What a process keeps open.
    pub fn held(&self, pid: Pid, held: Held) -> Option<OpenId> {
        self.procs.get(&pid)?.fds.held(held)
    }

    /// Hands back what a process kept open.
    pub fn release(&mut self, pid: Pid, held: Held) -> Option<OpenId> {
        self.procs.get_mut(&pid)?.fds.release(held)
    }
}
