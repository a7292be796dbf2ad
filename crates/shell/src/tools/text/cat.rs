//! `cat`.

use super::opts::{Spec, complain, shown, spec};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = spec(
    "-A --show-all !
-b --number-nonblank
-e !
-E --show-ends
-n --number
-s --squeeze-blank
-t !
-T --show-tabs
-u
-v --show-nonprinting !",
);

/// The state of a `cat`.
#[derive(Clone, Debug, Default)]
pub(super) struct Cat {
    number: bool,
    nonblank: bool,
    squeeze: bool,
    ends: bool,
    tabs: bool,
    count: u64,
    blank_before: bool,
    /// The last line had no end: the next bytes go on in it.
    open: bool,
    status: u8,
}

impl Tool for Cat {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let mut cat = Self::default();
        for (key, _) in parsed.options {
            match key {
                "-n" => cat.number = true,
                "-b" => cat.nonblank = true,
                "-s" => cat.squeeze = true,
                "-E" => cat.ends = true,
                "-T" => cat.tabs = true,
                _ => {}
            }
        }
        Ok((cat, parsed.operands))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        complain(cx, &format!("{}: {}", shown(name), error.text()));
        self.status = 1;
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], ended: bool) -> Flow {
        let begins = !std::mem::replace(&mut self.open, !ended);
        let blank = begins && line.is_empty();
        if self.squeeze && blank && std::mem::replace(&mut self.blank_before, blank) {
            return Flow::Next;
        }
        self.blank_before = blank;
        if begins && (self.nonblank && !blank || self.number && !self.nonblank) {
            self.count += 1;
            write!(cx.stdout, "{:6}\t", self.count);
        }
        if self.tabs {
            for (n, part) in line.split(|&b| b == b'\t').enumerate() {
                cx.stdout.push(if n > 0 { b"^I" } else { b"" });
                cx.stdout.push(part);
            }
        } else {
            cx.stdout.push(line);
        }
        if ended {
            cx.stdout.push(if self.ends { b"$\n" } else { b"\n" });
        }
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        self.status
    }
}
