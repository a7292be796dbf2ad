//! `tee`.

use super::opts::{Spec, complain, shown, spec};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;
use crate::sys::vfs::{Entry, Inode};

const SPEC: Spec = spec(
    "-a --append
-i --ignore-interrupts
-p
--output-error ? !",
);

/// The state of a `tee`.
#[derive(Clone, Debug, Default)]
pub(super) struct Tee {
    /// Files, each with the place where the next bytes go.
    files: Vec<(Inode, usize)>,
    descriptors: Vec<u32>,
    status: u8,
}

impl Tee {
    fn add(&mut self, cx: &mut Cx<'_>, name: &[u8], append: bool) -> Result<(), Errno> {
        if name.is_empty() {
            return Err(Errno::NoEntry);
        }
        let path = cx.path(name);
        match cx.sys.vfs.create(&path)? {
            Entry::File(inode) => {
                if !append {
                    cx.sys.vfs.truncate(inode);
                }
                let at = cx.sys.vfs.read(inode).len();
                self.files.push((inode, at));
            }
            Entry::Descriptor(fd) => self.descriptors.push(fd),
            Entry::Sysctl => return Err(Errno::Invalid),
            Entry::Null | Entry::Zero | Entry::Dir => {}
        }
        Ok(())
    }
}

impl Tool for Tee {
    fn pieces(&self) -> bool {
        true
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let append = parsed.options.iter().any(|(key, _)| *key == "-a");
        let mut tee = Self::default();
        for name in parsed.operands {
            if let Err(error) = tee.add(cx, &name, append) {
                complain(cx, &format!("{}: {}", shown(&name), error.text()));
                tee.status = 1;
            }
        }
        Ok((tee, Vec::new()))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, _: &[u8], error: Errno) -> Flow {
        complain(cx, &format!("read error: {}", error.text()));
        self.status = 1;
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, piece: &[u8], _: bool) -> Flow {
        cx.stdout.push(piece);
        for (inode, at) in &mut self.files {
            if cx.sys.vfs.write(*inode, *at, piece).is_err() {
                self.status = 1;
            }
            *at += piece.len();
        }
        for fd in &self.descriptors {
            let _ = cx.write_fd(*fd, piece);
        }
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        self.status
    }
}
