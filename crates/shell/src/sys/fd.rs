//! Open files: what a descriptor stands for, shared by the processes that inherited it.

use std::collections::VecDeque;

use super::vfs::Inode;
use super::{Errno, Stream, Sys, Terminal};

/// Number of an open file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OpenId(u32);

/// Highest descriptor of a process.
pub(crate) const MOST_FD: u32 = 255;

/// Most bytes that wait in a pipe: its writer never waits, so it is told that there is no space.
const MOST_PIPED: usize = 32 << 20;

/// Most bytes of `/dev/zero` at a time.
const AT_ONCE: usize = 128 << 10;

/// What is open.
#[derive(Clone, Debug)]
pub(crate) enum Open {
    /// `/dev/null`.
    Null,
    /// An interactive shell's own standard input.
    Keyboard(Terminal),
    /// `/dev/zero`, and how many bytes it still gives.
    Zero(usize),
    /// Bytes given to the shell as its standard input.
    Given { bytes: std::rc::Rc<[u8]>, at: usize },
    /// The shell's own standard output or error.
    Sink(Terminal, Stream),
    /// Reading end of a pipe.
    PipeRead(u32),
    /// Writing end of a pipe.
    PipeWrite(u32),
    /// A file.
    File { inode: Inode, at: usize, append: bool, write: bool },
    /// A container's standard error: written at the end of its log, with a line `FROM TO` in `marks`.
    Marked { log: Inode, marks: Inode },
    /// A file below `/proc/sys`, by its absolute path.
    Sysctl { path: Vec<u8> },
    /// A directory: reading it fails.
    Dir,
}

#[derive(Clone, Debug)]
pub(crate) struct Slot {
    refs: u32,
    open: Open,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Pipe {
    bytes: VecDeque<u8>,
    readers: u32,
    writers: u32,
}

/// A process's descriptors, and what a shell put aside of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct FdTable {
    fds: Vec<Option<OpenId>>,
    held: Vec<Option<OpenId>>,
}

/// A place of [`FdTable::hold`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Held(usize);

impl FdTable {
    pub fn get(&self, fd: u32) -> Option<OpenId> {
        self.fds.get(fd as usize).copied().flatten()
    }

    /// Puts `open` at `fd` and hands back what was there.
    pub fn put(&mut self, fd: u32, open: Option<OpenId>) -> Option<OpenId> {
        let at = fd.min(MOST_FD) as usize;
        if self.fds.len() <= at {
            self.fds.resize(at + 1, None);
        }
        self.fds.get_mut(at).and_then(|slot| std::mem::replace(slot, open))
    }

    /// Keeps something open that no child inherits, until the process ends.
    pub fn hold(&mut self, open: OpenId) -> Held {
        let at = self.held.iter().position(Option::is_none).unwrap_or_else(|| {
            self.held.push(None);
            self.held.len() - 1
        });
        self.held[at] = Some(open);
        Held(at)
    }

    /// What was kept.
    pub fn held(&self, held: Held) -> Option<OpenId> {
        self.held.get(held.0).copied().flatten()
    }

    /// Hands back what was kept.
    pub fn release(&mut self, held: Held) -> Option<OpenId> {
        self.held.get_mut(held.0).and_then(Option::take)
    }

    /// Hands back all that was kept.
    pub fn release_all(&mut self) -> Vec<OpenId> {
        std::mem::take(&mut self.held).into_iter().flatten().collect()
    }
}

/// What a read gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Read {
    /// At least one byte.
    Data(Vec<u8>),
    /// Nothing yet.
    Wait,
    /// Nothing more ever.
    End,
    /// It cannot be read.
    Error(Errno),
}

impl Sys {
    /// Opens something new, with one descriptor to come.
    pub fn open_new(&mut self, open: Open) -> OpenId {
        if let Some(pipe) = open.pipe().and_then(|p| self.pipes.get_mut(p as usize)) {
            match open {
                Open::PipeRead(_) => pipe.readers += 1,
                _ => pipe.writers += 1,
            }
        }
        let slot = Slot { refs: 1, open };
        if let Some(at) = self.free_opens.pop() {
            if let Some(place) = self.opens.get_mut(at as usize) {
                *place = slot;
            }
            return OpenId(at);
        }
        self.opens.push(slot);
        OpenId(self.opens.len() as u32 - 1)
    }

    /// A pipe's reading and writing end.
    pub fn pipe(&mut self) -> (OpenId, OpenId) {
        let at = self.pipes.iter().position(|p| p.readers == 0 && p.writers == 0).unwrap_or_else(|| {
            self.pipes.push(Pipe::default());
            self.pipes.len() - 1
        });
        if let Some(pipe) = self.pipes.get_mut(at) {
            pipe.bytes.clear();
        }
        (self.open_new(Open::PipeRead(at as u32)), self.open_new(Open::PipeWrite(at as u32)))
    }

    /// One more descriptor for what is open.
    pub fn dup(&mut self, id: OpenId) -> OpenId {
        if let Some(slot) = self.opens.get_mut(id.0 as usize) {
            slot.refs += 1;
        }
        id
    }

    /// A table for a child: every descriptor of `table` once more.
    pub fn dup_table(&mut self, table: &FdTable) -> FdTable {
        for id in table.fds.iter().copied().flatten() {
            self.dup(id);
        }
        FdTable { fds: table.fds.clone(), held: Vec::new() }
    }

    /// Closes every descriptor of a table, and what it holds.
    pub fn close_table(&mut self, table: &FdTable) {
        for id in table.fds.iter().chain(&table.held).copied().flatten() {
            self.close(id);
        }
    }

    /// One descriptor less.
    pub fn close(&mut self, id: OpenId) {
        let Some(slot) = self.opens.get_mut(id.0 as usize) else { return };
        slot.refs = slot.refs.saturating_sub(1);
        if slot.refs > 0 {
            return;
        }
        self.changes += 1;
        let was = std::mem::replace(&mut slot.open, Open::Null);
        self.free_opens.push(id.0);
        if let Some(pipe) = was.pipe().and_then(|p| self.pipes.get_mut(p as usize)) {
            match was {
                Open::PipeRead(_) => pipe.readers = pipe.readers.saturating_sub(1),
                _ => pipe.writers = pipe.writers.saturating_sub(1),
            }
        }
    }

    /// What is open under a number.
    pub fn opened(&self, id: OpenId) -> Option<&Open> {
        self.opens.get(id.0 as usize).map(|s| &s.open)
    }

    /// Reads at most `most` bytes of anything but a sysctl.
    pub fn read_open(&mut self, id: OpenId, most: usize) -> Read {
        let Some(slot) = self.opens.get_mut(id.0 as usize) else { return Read::Error(Errno::BadDescriptor) };
        let (bytes, at): (&[u8], &mut usize) = match &mut slot.open {
            Open::Null | Open::Sysctl { .. } => return Read::End,
            Open::Keyboard(terminal) => {
                let terminal = *terminal;
                return self.read_keys(terminal, most);
            }
            Open::Zero(0) => {
                self.gave_up = true;
                return Read::Error(Errno::Endless);
            }
            Open::Zero(left) => {
                let take = most.min(*left).min(AT_ONCE);
                *left -= take;
                return Read::Data(vec![0; take]);
            }
            Open::Dir => return Read::Error(Errno::IsDirectory),
            Open::Sink(..) | Open::PipeWrite(_) | Open::Marked { .. } => {
                return Read::Error(Errno::BadDescriptor);
            }
            Open::PipeRead(pipe) => {
                let Some(pipe) = self.pipes.get_mut(*pipe as usize) else { return Read::End };
                if pipe.bytes.is_empty() {
                    return if pipe.writers == 0 { Read::End } else { Read::Wait };
                }
                let take = pipe.bytes.len().min(most);
                self.changes += 1;
                return Read::Data(pipe.bytes.drain(..take).collect());
            }
            Open::Given { bytes, at } => (bytes, at),
            Open::File { inode, at, .. } => (self.vfs.read(*inode), at),
        };
        let rest = bytes.get(*at..).unwrap_or(&[]);
        let take = &rest[..rest.len().min(most)];
        if take.is_empty() {
            return Read::End;
        }
        *at += take.len();
        Read::Data(take.to_vec())
    }

    /// Puts back the last `n` bytes read of a file or of given bytes: what `head` does with `lseek`,
    /// and `read` with its buffer. A pipe cannot.
    pub fn unread(&mut self, id: OpenId, n: usize) {
        if let Some(Slot { open: Open::File { at, .. } | Open::Given { at, .. }, .. }) =
            self.opens.get_mut(id.0 as usize)
        {
            *at = at.saturating_sub(n);
        }
    }

    /// Whether what was read can be put back.
    pub fn seekable(&self, id: OpenId) -> bool {
        matches!(self.opened(id), Some(Open::File { .. } | Open::Given { .. }))
    }

    /// Writes to anything but a sysctl.
    pub fn write_open(&mut self, id: OpenId, bytes: &[u8]) -> Result<(), Errno> {
        let Some(slot) = self.opens.get_mut(id.0 as usize) else { return Err(Errno::BadDescriptor) };
        if bytes.is_empty() {
            return Ok(());
        }
        self.changes += 1;
        self.commands.0 += bytes.len() as u64 / 1024;
        self.written += bytes.len() as u64;
        match &mut slot.open {
            Open::Null | Open::Zero(_) => Ok(()),
            Open::Sink(terminal, stream) => {
                let pushed = self.output.push(*terminal, *stream, bytes);
                self.gave_up |= pushed.is_err();
                pushed
            }
            Open::PipeWrite(pipe) => match self.pipes.get_mut(*pipe as usize) {
                Some(pipe) if pipe.bytes.len() + bytes.len() > MOST_PIPED && pipe.readers > 0 => {
                    self.gave_up = true;
                    Err(Errno::NoSpace)
                }
                Some(pipe) if pipe.readers > 0 => {
                    pipe.bytes.extend(bytes);
                    Ok(())
                }
                _ => Err(Errno::BrokenPipe),
            },
            Open::File { inode, at, append, write: true } => {
                if *append {
                    *at = self.vfs.read(*inode).len();
                }
                let written = self.vfs.write(*inode, *at, bytes);
                self.gave_up |= written == Err(Errno::NoSpace);
                written?;
                *at += bytes.len();
                Ok(())
            }
            Open::Marked { log, marks } => {
                let from = self.vfs.read(*log).len();
                let at = self.vfs.read(*marks).len();
                let mark = format!("{from} {}\n", from + bytes.len());
                let written = self.vfs.write(*log, from, bytes);
                let written = written.and_then(|()| self.vfs.write(*marks, at, mark.as_bytes()));
                self.gave_up |= written == Err(Errno::NoSpace);
                written
            }
            _ => Err(Errno::BadDescriptor),
        }
    }

    /// Bytes in a pipe that its readers have not taken; 0 for anything else.
    pub fn unread_bytes(&self, id: OpenId) -> usize {
        match self.opened(id) {
            Some(Open::PipeWrite(p)) => self.pipes.get(*p as usize).map_or(0, |p| p.bytes.len()),
            _ => 0,
        }
    }
}

impl Open {
    fn pipe(&self) -> Option<u32> {
        match self {
            Self::PipeRead(p) | Self::PipeWrite(p) => Some(*p),
            _ => None,
        }
    }
}
