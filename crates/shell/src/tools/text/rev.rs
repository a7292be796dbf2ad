//! `rev`.

use super::opts::{Spec, spec, warn};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = spec("-0 --zero !");

/// The state of a `rev`.
#[derive(Clone, Debug, Default)]
pub(super) struct Rev {
    status: u8,
}

impl Tool for Rev {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        Ok((Self::default(), SPEC.parse(cx)?.operands))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        let name = String::from_utf8_lossy(name);
        if error == Errno::IsDirectory {
            warn(cx, &format!("{name}: 0: {}", error.text()));
        } else {
            warn(cx, &format!("cannot open {name}: {}", error.text()));
        }
        self.status = 1;
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], ended: bool) -> Flow {
        let mut out = Vec::with_capacity(line.len() + 1);
        let chunks: Vec<_> = line.utf8_chunks().collect();
        for chunk in chunks.iter().rev() {
            out.extend(chunk.invalid().iter().rev());
            out.extend(chunk.valid().chars().rev().collect::<String>().into_bytes());
        }
        if ended {
            out.push(b'\n');
        }
        cx.stdout.push(&out);
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        self.status
    }
}
