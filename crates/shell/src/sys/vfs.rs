//! Files in memory: one tree for every namespace.

use std::rc::Rc;

use packetwalk_wire::sorted::Map;

use super::Errno;
use crate::tools;

/// Most bytes that all files hold together: a lab is no place for more.
const MOST_BYTES: usize = 64 << 20;

/// Bytes that `/dev/zero` gives before [`Errno::Endless`]; on Linux it has no end.
pub(crate) const ZEROS: usize = 16 << 20;

/// A file's number: it lives on while a process has it open, its name removed or not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Inode(usize);

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    Dir,
    File(Inode),
    /// A file below `/proc/sys` or `/proc/net`, kept by the namespace.
    Sysctl,
    /// `/dev/null`.
    Null,
    /// `/dev/zero`.
    Zero,
    /// `/dev/stdin`, `/dev/stdout`, `/dev/stderr`, `/dev/fd/N`: the process's own descriptor.
    Descriptor(u32),
}

/// The tree.
#[derive(Clone, Debug)]
pub(crate) struct Vfs {
    entries: Map<Vec<u8>, Entry>,
    files: Vec<Rc<Vec<u8>>>,
    bytes: usize,
}

impl Default for Vfs {
    fn default() -> Self {
        let dirs = [
            "/",
            "/bin",
            "/dev",
            "/etc",
            "/etc/docker",
            "/etc/netns",
            "/home",
            "/proc",
            "/proc/net",
            "/proc/sys",
            "/root",
            "/run",
            "/sys",
            "/run/netns",
            "/tmp",
            "/usr",
            "/usr/bin",
            "/usr/sbin",
            "/var",
            "/var/log",
            "/var/run",
            "/var/tmp",
        ];
        let mut entries: Map<Vec<u8>, Entry> =
            dirs.iter().map(|d| (d.as_bytes().to_vec(), Entry::Dir)).collect();
        entries.insert(b"/dev/null".to_vec(), Entry::Null);
        entries.insert(b"/dev/zero".to_vec(), Entry::Zero);
        let std = [("/dev/stdin", 0), ("/dev/stdout", 1), ("/dev/stderr", 2)];
        entries.extend(std.map(|(name, fd)| (name.as_bytes().to_vec(), Entry::Descriptor(fd))));
        Self { entries, files: Vec::new(), bytes: 0 }
    }
}

/// The absolute form of `path` as seen from `cwd`: without `.`, `..`, and doubled slashes.
pub(crate) fn absolute(cwd: &[u8], path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let from = if path.first() == Some(&b'/') { &b""[..] } else { cwd };
    for part in from.split(|&b| b == b'/').chain(path.split(|&b| b == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => out.truncate(out.iter().rposition(|&b| b == b'/').unwrap_or(0)),
            _ => {
                out.push(b'/');
                out.extend_from_slice(part);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

/// The path of the directory that holds `path`, which is absolute.
fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&b| b == b'/') {
        Some(0) | None => b"/",
        Some(at) => &path[..at],
    }
}

impl Vfs {
    /// What an absolute path names.
    pub fn get(&self, path: &[u8]) -> Option<Entry> {
        if path.starts_with(b"/proc/sys/") || tools::proc_net::is_file(path) {
            return Some(Entry::Sysctl);
        }
        if let Some(n) = path.strip_prefix(b"/dev/fd/") {
            return std::str::from_utf8(n).ok()?.parse().ok().map(Entry::Descriptor);
        }
        self.entries.get(path).copied()
    }

    /// Like [`Self::get`], with the error that the kernel gives.
    pub fn lookup(&self, path: &[u8]) -> Result<Entry, Errno> {
        self.get(path).ok_or_else(|| {
            let mut up = path;
            while up.len() > 1 {
                up = parent(up);
                match self.get(up) {
                    Some(Entry::Dir) => return Errno::NoEntry,
                    Some(_) => return Errno::NotDirectory,
                    None => {}
                }
            }
            Errno::NoEntry
        })
    }

    /// Makes an empty file, or finds the one that is there.
    pub fn create(&mut self, path: &[u8]) -> Result<Entry, Errno> {
        match self.lookup(path) {
            Ok(Entry::Dir) => Err(Errno::IsDirectory),
            Ok(entry) => Ok(entry),
            Err(Errno::NoEntry) => {
                self.lookup(parent(path))?;
                let inode = Inode(self.files.len());
                self.files.push(Rc::default());
                self.entries.insert(path.to_vec(), Entry::File(inode));
                Ok(Entry::File(inode))
            }
            Err(e) => Err(e),
        }
    }

    /// Makes a directory; its parent must be there.
    pub fn mkdir(&mut self, path: &[u8]) -> Result<(), Errno> {
        if self.get(path).is_some() {
            return Err(Errno::Exists);
        }
        match self.lookup(parent(path))? {
            Entry::Dir => {
                self.entries.insert(path.to_vec(), Entry::Dir);
                Ok(())
            }
            _ => Err(Errno::NotDirectory),
        }
    }

    /// Removes a file's name, or an empty directory.
    pub fn remove(&mut self, path: &[u8]) -> Result<(), Errno> {
        match self.lookup(path)? {
            Entry::Dir if self.list(path).next().is_some() => Err(Errno::NotEmpty),
            Entry::Sysctl => Err(Errno::NotPermitted),
            _ => {
                self.entries.remove(path);
                Ok(())
            }
        }
    }

    /// The names in a directory, sorted by bytes.
    pub fn list<'a>(&'a self, dir: &'a [u8]) -> impl Iterator<Item = (&'a [u8], Entry)> + 'a {
        let prefix = if dir == b"/" { b"".to_vec() } else { dir.to_vec() };
        let (mut from, mut to) = (prefix.clone(), prefix.clone());
        from.push(b'/');
        to.push(b'/' + 1);
        let skip = from.len();
        self.entries.range(from..to).iter().filter_map(move |(path, entry)| {
            let name = &path[skip..];
            (!name.is_empty() && !name.contains(&b'/')).then_some((name, *entry))
        })
    }

    /// A file's bytes.
    pub fn read(&self, inode: Inode) -> &[u8] {
        self.files.get(inode.0).map_or(&[], |f| f.as_slice())
    }

    /// Cuts a file to nothing.
    pub fn truncate(&mut self, inode: Inode) {
        if let Some(file) = self.files.get_mut(inode.0) {
            self.bytes = self.bytes.saturating_sub(file.len());
            *file = Rc::default();
        }
    }

    /// Writes `bytes` at `at`, with zeros before it when the file is shorter.
    pub fn write(&mut self, inode: Inode, at: usize, bytes: &[u8]) -> Result<(), Errno> {
        let Some(file) = self.files.get_mut(inode.0) else { return Err(Errno::BadDescriptor) };
        let end = at.saturating_add(bytes.len());
        let more = end.saturating_sub(file.len());
        if self.bytes.saturating_add(more) > MOST_BYTES {
            return Err(Errno::NoSpace);
        }
        self.bytes += more;
        let file = Rc::make_mut(file);
        if more > 0 {
            file.resize(end, 0);
        }
        if let Some(room) = file.get_mut(at..end) {
            room.copy_from_slice(bytes);
        }
        Ok(())
    }
}
