//! Terminals: each has a shell of its own, and keeps what was typed for the programs that it runs.

use packetwalk_trace::NsId;

use super::fd::Read;
use super::proc::Userland;
use super::{Errno, Sys};
use crate::process::Pid;

/// A terminal's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Terminal(pub u32);

impl Terminal {
    /// Where scripts print, and [`crate::Shell::run_line`]. Nobody types for the programs there.
    pub const SCRIPT: Self = Self(0);
}

/// Most bytes that wait to be read.
const MOST: usize = 1 << 20;

/// What was typed and nobody has read yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    bytes: Vec<u8>,
    /// Ctrl-D: the next read finds the end.
    ended: bool,
}

impl Sys {
    /// Takes what is typed for the programs of a terminal; nothing at all is Ctrl-D.
    pub(crate) fn type_keys(&mut self, terminal: Terminal, bytes: &[u8]) -> Result<(), Errno> {
        let keys = self.keys.or_insert_with(terminal, Keys::default);
        if keys.bytes.len() + bytes.len() > MOST {
            return Err(Errno::NoSpace);
        }
        keys.bytes.extend_from_slice(bytes);
        keys.ended |= bytes.is_empty();
        self.changes += 1;
        Ok(())
    }

    /// Reads what was typed.
    pub(crate) fn read_keys(&mut self, terminal: Terminal, most: usize) -> Read {
        if terminal == Terminal::SCRIPT {
            return Read::End;
        }
        let Some(keys) = self.keys.get_mut(&terminal) else { return Read::Wait };
        if !keys.bytes.is_empty() {
            let take = most.min(keys.bytes.len());
            return Read::Data(keys.bytes.drain(..take).collect());
        }
        if std::mem::take(&mut keys.ended) { Read::End } else { Read::Wait }
    }

    /// The shell that takes the lines of a terminal, if it is one that was started in the terminal's own: the last
    /// of them.
    pub(crate) fn inner(&self, terminal: Terminal) -> Option<Pid> {
        let shells = self.procs.iter().filter(|(_, p)| p.typed_at == Some(terminal) && p.ended.is_none());
        shells.map(|(&pid, _)| pid).next_back()
    }

    /// Gives such a shell a line.
    pub(crate) fn give_inner(&mut self, terminal: Terminal, pid: Pid, line: Vec<u8>) {
        if let Some(proc) = self.procs.get_mut(&pid) {
            proc.idle = None;
        }
        self.keys.remove(&terminal);
        (self.line, self.terminal) = (Some((pid, line)), terminal);
        self.changes += 1;
    }

    /// What such a shell writes before a line; `None` if it is what the terminal's own shell would write.
    ///
    /// # Source
    /// Busybox 1.36, `shell/ash.c`: `setprompt_if`, with `\\w \\$ `; Debian's `/etc/bash.bashrc`; dash 0.5.12,
    /// `src/var.c`: `defps1var`.
    pub(crate) fn prompt(&self, pid: Pid) -> Option<String> {
        let proc = self.procs.get(&pid)?;
        let name = proc.args.first().map(Vec::as_slice).unwrap_or_default();
        let name = name.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let home = proc.env.get(&b"HOME"[..]).map(Vec::as_slice).unwrap_or_default();
        let place = match proc.cwd.strip_prefix(home).filter(|rest| rest.is_empty() || rest.starts_with(b"/"))
        {
            Some(rest) if !home.is_empty() => [b"~", rest].concat(),
            _ => proc.cwd.to_vec(),
        };
        let place = String::from_utf8_lossy(&place).into_owned();
        let host = proc.env.get(&b"HOSTNAME"[..]).map(|host| String::from_utf8_lossy(host).into_owned());
        match (proc.userland, name) {
            (Userland::Busybox, _) => Some(format!("{place} # ")),
            (Userland::Image, b"bash") => Some(format!("root@{}:{place}# ", host.unwrap_or_default())),
            (Userland::Machine, b"bash") => None,
            _ => Some("# ".to_owned()),
        }
    }

    /// Gives a terminal's shell a line to run in a namespace. In a container's it sees the container's files; a
    /// terminal's sees the programs of its image too.
    pub(crate) fn give(&mut self, terminal: Terminal, pid: Pid, ns: NsId, line: Vec<u8>) {
        let userland = match self.docker.userland(ns) {
            Some(_) if terminal == Terminal::SCRIPT => Userland::Image,
            own => own.unwrap_or_default(),
        };
        if let Some(proc) = self.procs.get_mut(&pid) {
            (proc.ns, proc.userland, proc.idle) = (ns, userland, None);
        }
        self.keys.remove(&terminal);
        (self.line, self.terminal) = (Some((pid, line)), terminal);
        self.changes += 1;
    }
}
