//! What a command sees of the machine while it is polled.

use std::rc::Rc;

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use crate::process::{Pid, Poll, Process, Signal, Status};
use crate::sys::fd::{Open, OpenId};
use crate::sys::proc::{Env, Powers, Proc, Userland, When};
use crate::sys::vfs::{Entry, ZEROS, absolute};
use crate::sys::{Errno, Read, Stream, Sys};
use crate::tools;

/// Text on its way to a stream: `write!` to it.
#[derive(Clone, Debug, Default)]
pub struct Text(Vec<u8>);

impl Text {
    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Adds text and a newline.
    pub fn line(&mut self, text: &str) {
        self.push(text.as_bytes());
        self.push(b"\n");
    }

    /// Adds formatted text; use it through `write!` and `writeln!`, which here cannot fail.
    pub fn write_fmt(&mut self, args: core::fmt::Arguments<'_>) {
        use core::fmt::Write;
        struct To<'a>(&'a mut Vec<u8>);
        impl Write for To<'_> {
            fn write_str(&mut self, s: &str) -> core::fmt::Result {
                self.0.extend_from_slice(s.as_bytes());
                Ok(())
            }
        }
        let _ = To(&mut self.0).write_fmt(args);
    }
}

/// The context of a poll. `stdout` is buffered as the C library does it for a pipe: at the end of each
/// poll `stderr` goes out first and then `stdout`; [`Cx::flush`] sends both earlier, for another order, and
/// [`Cx::end_line`] where a terminal would have got its lines already.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The network.
    pub lab: &'a mut Lab,
    /// The network namespace that the process is in.
    pub ns: NsId,
    /// The process's own number.
    pub pid: Pid,
    /// The command's words, its name first.
    pub args: Rc<[Vec<u8>]>,
    /// Standard output.
    pub stdout: Text,
    /// Standard error.
    pub stderr: Text,
    pub(crate) sys: &'a mut Sys,
    /// Whose programs the process sees; a container's, once it is set.
    pub(crate) userland: Userland,
    broken: bool,
}

/// How a child is started: unset things are the parent's own.
#[derive(Clone, Debug, Default)]
pub struct Spawn {
    /// Its words, the command's name first.
    pub args: Vec<Vec<u8>>,
    /// Its namespace.
    pub ns: Option<NsId>,
    /// Whether its standard input is `/dev/null`.
    pub no_stdin: bool,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    Read,
    /// Cut to nothing.
    Write,
    Append,
    ReadWrite,
}

/// What a path is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    File,
    Directory,
    Other,
}

/// A command that cannot be started: there is none of this name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotFound;

impl<'a> Cx<'a> {
    pub(crate) fn new(lab: &'a mut Lab, sys: &'a mut Sys, pid: Pid) -> Self {
        let (ns, args, userland) = sys
            .proc(pid)
            .map_or((NsId(0), Rc::from([]), Userland::Machine), |p| (p.ns, Rc::clone(&p.args), p.userland));
        let (stdout, stderr) = (Text::default(), Text::default());
        Self { lab, ns, pid, args, stdout, stderr, sys, userland, broken: false }
    }

    /// Sends what is left; whether a pipe was broken since the poll began.
    pub(crate) fn finish(&mut self) -> bool {
        self.flush();
        self.broken
    }

    /// The lab's time.
    pub const fn now(&self) -> Instant {
        self.lab.now()
    }

    /// The words after the command's name as text, with U+FFFD for what is not UTF-8.
    pub fn strings(&self) -> Vec<String> {
        self.args.iter().skip(1).map(|a| String::from_utf8_lossy(a).into_owned()).collect()
    }

    /// Sends `stderr`, then `stdout`, now.
    pub fn flush(&mut self) {
        let (err, out) = (std::mem::take(&mut self.stderr.0), std::mem::take(&mut self.stdout.0));
        let _ = self.write_fd(2, &err);
        let _ = self.write_fd(1, &out);
    }

    /// Sends what was printed so far if it goes to a terminal, where the C library holds no whole line back.
    pub fn end_line(&mut self) {
        if self.is_terminal() {
            self.flush();
        }
    }

    /// Whether standard output is the terminal that the command was typed at.
    pub fn is_terminal(&self) -> bool {
        let out = self.sys.fd(self.pid, 1).and_then(|open| self.sys.opened(open));
        self.sys.typed && matches!(out, Some(Open::Sink(_, Stream::Stdout)))
    }

    /// Writes to a descriptor now. A broken pipe ends the process with `SIGPIPE` after the poll.
    ///
    /// # Errors
    /// The kernel's.
    pub fn write_fd(&mut self, fd: u32, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.is_empty() {
            return Ok(());
        }
        let open = self.sys.fd(self.pid, fd).ok_or(Errno::BadDescriptor)?;
        let done = match self.sys.opened(open) {
            Some(Open::Sysctl { path, .. }) => tools::proc_sys::write(self.lab, self.ns, path, bytes),
            Some(Open::Sink(_, Stream::Stderr)) if fd == 2 => {
                if let Some(proc) = self.sys.proc_mut(self.pid) {
                    proc.note(bytes);
                }
                self.sys.write_open(open, bytes)
            }
            _ => self.sys.write_open(open, bytes),
        };
        self.broken |= done == Err(Errno::BrokenPipe);
        done
    }

    /// Reads at most `most` bytes of a descriptor; 0 is standard input.
    pub fn read_fd(&mut self, fd: u32, most: usize) -> Read {
        let Some(open) = self.sys.fd(self.pid, fd) else { return Read::Error(Errno::BadDescriptor) };
        self.sys.read_open(open, most)
    }

    /// Adds what standard input has to `to`; `true` when it ended.
    pub fn read_all(&mut self, to: &mut Vec<u8>) -> bool {
        loop {
            match self.read_fd(0, usize::MAX) {
                Read::Data(bytes) if to.is_empty() => *to = bytes,
                Read::Data(bytes) => to.extend_from_slice(&bytes),
                Read::Wait => return false,
                Read::End | Read::Error(_) => return true,
            }
        }
    }

    /// An exported variable.
    pub fn env(&self, name: &[u8]) -> Option<&[u8]> {
        self.sys.proc(self.pid)?.env.get(name).map(Vec::as_slice)
    }

    /// The quotes of messages: those of the locale's character set.
    pub fn quotes(&self) -> (&'static str, &'static str) {
        let locale =
            [&b"LC_ALL"[..], b"LC_CTYPE", b"LANG"].iter().find_map(|n| self.env(n).filter(|v| !v.is_empty()));
        let utf8 =
            locale.is_some_and(|l| l.to_ascii_lowercase().windows(4).any(|w| w == b"utf-" || w == b"utf8"));
        if utf8 { ("\u{2018}", "\u{2019}") } else { ("'", "'") }
    }

    /// The working directory.
    pub fn cwd(&self) -> Rc<[u8]> {
        self.sys.proc(self.pid).map_or_else(|| Rc::from(&b"/"[..]), |p| Rc::clone(&p.cwd))
    }

    /// The absolute form of a path.
    pub fn path(&self, path: &[u8]) -> Vec<u8> {
        absolute(&self.cwd(), path)
    }

    /// A whole file. A pipe behind `/dev/stdin` gives what is in it now.
    ///
    /// # Errors
    /// The kernel's.
    pub fn read_file(&mut self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let path = self.path(path);
        if let Some(bytes) = self.own_file(&path) {
            return Ok(bytes);
        }
        match self.sys.vfs.lookup(&path)? {
            Entry::Dir => Err(Errno::IsDirectory),
            Entry::File(inode) => Ok(self.sys.vfs.read(inode).to_vec()),
            Entry::Sysctl => tools::proc_sys::read(self.lab, self.ns, &path),
            Entry::Null => Ok(Vec::new()),
            Entry::Zero => Err(Errno::Endless),
            Entry::Descriptor(fd) => match self.read_fd(fd, usize::MAX) {
                Read::Data(bytes) => Ok(bytes),
                Read::Error(e) => Err(e),
                Read::Wait | Read::End => Ok(Vec::new()),
            },
        }
    }

    /// Makes or replaces a whole file.
    ///
    /// # Errors
    /// The kernel's.
    pub fn write_file(&mut self, path: &[u8], bytes: &[u8]) -> Result<(), Errno> {
        let path = self.path(path);
        match self.sys.vfs.create(&path)? {
            Entry::File(inode) => {
                self.sys.vfs.truncate(inode);
                self.sys.vfs.write(inode, 0, bytes)
            }
            Entry::Sysctl if !self.powers().writes_proc => Err(Errno::ReadOnly),
            Entry::Sysctl => tools::proc_sys::write(self.lab, self.ns, &path, bytes),
            Entry::Descriptor(fd) => self.write_fd(fd, bytes),
            Entry::Null | Entry::Zero | Entry::Dir => Ok(()),
        }
    }

    /// A file that Docker mounts into the container that the process is in.
    fn own_file(&self, path: &[u8]) -> Option<Vec<u8>> {
        if self.userland == Userland::Machine {
            return None;
        }
        self.sys.docker.file(self.ns, path)
    }

    /// What this process may do.
    pub(crate) fn powers(&self) -> Powers {
        self.sys.proc(self.pid).map_or(Powers::ALL, |p| p.powers)
    }

    /// What this process and those that it starts may do from now on.
    pub(crate) fn set_powers(&mut self, powers: Powers) {
        if let Some(proc) = self.sys.proc_mut(self.pid) {
            proc.powers = powers;
        }
    }

    /// Gives this process, and what it starts from now on, another environment.
    pub(crate) fn set_env(&mut self, env: Rc<Env>) {
        if let Some(proc) = self.sys.proc_mut(self.pid) {
            proc.env = env;
        }
    }

    /// Starts a child.
    ///
    /// # Errors
    /// [`NotFound`].
    pub fn spawn(&mut self, spawn: Spawn) -> Result<Pid, NotFound> {
        self.flush();
        let name = spawn.args.first().ok_or(NotFound)?.clone();
        let mut body = tools::start(&name, self).ok_or(NotFound)?;
        if let Some(denied) = tools::confined::instead(&spawn.args, self.powers()) {
            body = denied;
        }
        let null = spawn.no_stdin.then(|| self.sys.open_new(Open::Null));
        let fds: Vec<(u32, OpenId)> = null.map(|open| (0, open)).into_iter().collect();
        let child = self.start_child(body, spawn.args, None, spawn.ns, &fds);
        if let Some(null) = null {
            self.sys.close(null);
        }
        child.ok_or(NotFound)
    }

    /// Starts a child with this process's descriptors, but for those in `fds`. `None`: too many processes.
    pub(crate) fn start_child(
        &mut self,
        body: Box<dyn Process>,
        args: Vec<Vec<u8>>,
        env: Option<Rc<Env>>,
        ns: Option<NsId>,
        fds: &[(u32, OpenId)],
    ) -> Option<Pid> {
        let me = self.sys.proc(self.pid)?;
        let (own_env, cwd, own, ignores, origin) =
            (Rc::clone(&me.env), Rc::clone(&me.cwd), me.fds.clone(), me.ignores, me.origin);
        let userland = self.userland;
        let mut table = self.sys.dup_table(&own);
        for &(fd, open) in fds {
            let open = self.sys.dup(open);
            if let Some(old) = table.put(fd, Some(open)) {
                self.sys.close(old);
            }
        }
        let when = When::Start(self.lab.now() + crate::sys::sched::EXEC_TIME);
        let env = env.unwrap_or(own_env);
        let child = Proc::new(self.pid, ns.unwrap_or(self.ns), args, body, when);
        let powers = self.powers();
        self.sys.spawn(Proc { env, cwd, powers, fds: table, ignores, origin, userland, ..child })
    }

    /// Starts a process that is nobody's child, without standard streams. `None`: too many processes.
    pub(crate) fn start_daemon(
        &mut self,
        body: Box<dyn Process>,
        args: Vec<Vec<u8>>,
        ns: NsId,
    ) -> Option<Pid> {
        let me = self.sys.proc(self.pid)?;
        let (env, cwd) = (Rc::clone(&me.env), Rc::clone(&me.cwd));
        self.sys.spawn(Proc { env, cwd, ..Proc::new(Pid(0), ns, args, body, When::Now) })
    }

    /// What a path is.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn place(&mut self, path: &[u8]) -> Result<Place, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let path = self.path(path);
        let netns = path.strip_prefix(b"/run/netns/").or_else(|| path.strip_prefix(b"/var/run/netns/"));
        if let Some(name) = netns
            && std::str::from_utf8(name)
                .is_ok_and(|name| self.lab.listed_ns(name).is_some_and(|ns| ns.0 != 0))
        {
            return Ok(Place::Other);
        }
        if self.own_file(&path).is_some() {
            return Ok(Place::File);
        }
        match self.sys.vfs.lookup(&path)? {
            Entry::Dir => Ok(Place::Directory),
            Entry::File(_) => Ok(Place::File),
            Entry::Sysctl => match tools::proc_sys::read(self.lab, self.ns, &path) {
                Ok(_) => Ok(Place::File),
                Err(Errno::IsDirectory) => Ok(Place::Directory),
                Err(e) => Err(e),
            },
            Entry::Null | Entry::Zero | Entry::Descriptor(_) => Ok(Place::Other),
        }
    }

    /// Opens a path; the caller closes it.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn open(&mut self, path: &[u8], mode: Mode) -> Result<OpenId, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let path = self.path(path);
        if mode == Mode::Read
            && let Some(bytes) = self.own_file(&path)
        {
            return Ok(self.sys.open_new(Open::Given { bytes: bytes.into(), at: 0 }));
        }
        let entry = match mode {
            Mode::Read => self.sys.vfs.lookup(&path)?,
            _ => self.sys.vfs.create(&path)?,
        };
        Ok(match entry {
            Entry::Dir => self.sys.open_new(Open::Dir),
            Entry::Null => self.sys.open_new(Open::Null),
            Entry::Zero => self.sys.open_new(Open::Zero(ZEROS)),
            Entry::Descriptor(fd) => {
                let open = self.sys.fd(self.pid, fd).ok_or(Errno::NoEntry)?;
                self.sys.dup(open)
            }
            Entry::Sysctl if mode != Mode::Read && !self.powers().writes_proc => return Err(Errno::ReadOnly),
            Entry::Sysctl => {
                let text = match tools::proc_sys::read(self.lab, self.ns, &path) {
                    Ok(text) => text,
                    Err(_) if mode != Mode::Read && self.sys.vfs.lookup(&path).is_ok() => {
                        return Err(Errno::NoEntry);
                    }
                    Err(e) => return Err(e),
                };
                match mode {
                    Mode::Read => self.sys.open_new(Open::Given { bytes: text.into(), at: 0 }),
                    _ => self.sys.open_new(Open::Sysctl { path }),
                }
            }
            Entry::File(inode) => {
                if mode == Mode::Write {
                    self.sys.vfs.truncate(inode);
                }
                let write = mode != Mode::Read;
                self.sys.open_new(Open::File { inode, at: 0, append: mode == Mode::Append, write })
            }
        })
    }

    /// Becomes another command, in another namespace when `ns` says so: hand back its result from
    /// the poll.
    ///
    /// # Errors
    /// [`NotFound`]: nothing changed.
    pub fn exec(&mut self, ns: Option<NsId>, args: Vec<Vec<u8>>) -> Result<Poll, NotFound> {
        self.flush();
        let name = args.first().ok_or(NotFound)?.clone();
        let mut body = tools::start(&name, self).ok_or(NotFound)?;
        if let Some(denied) = tools::confined::instead(&args, self.powers()) {
            body = denied;
        }
        let userland = self.userland;
        let proc = self.sys.proc_mut(self.pid).ok_or(NotFound)?;
        proc.args = args.into();
        proc.userland = userland;
        if let Some(ns) = ns {
            proc.ns = ns;
        }
        Ok(Poll::Exec(body))
    }

    /// How a child ended, once; `None` while it lives.
    pub fn reap(&mut self, child: Pid) -> Option<Status> {
        self.sys.reap(child)
    }

    /// Sends a signal; `false` when there is no such process.
    pub fn kill(&mut self, pid: Pid, signal: Signal) -> bool {
        self.sys.kill(pid, signal)
    }
}
