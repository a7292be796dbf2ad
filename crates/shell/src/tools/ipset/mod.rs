//! `ipset`: sets of addresses, networks, ports and more, over one namespace's netfilter.
//!
//! Output, errors and exit statuses are those of ipset 7.17 as Debian 12 has it. Refused by name: the
//! interactive mode.

mod data;
mod errors;
mod help;
mod icmp;
mod keyword;
mod line;
mod options;
mod parse;
mod print;
mod report;
mod session;
mod sort;
mod types;

use crate::process::Process;
use crate::tools::iptables::tool::machine;
use crate::{Cx, Poll};
use session::{Input, Session};

/// A run of `ipset`.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Ipset { stdin: Vec::new() })
}

#[derive(Clone, Debug)]
struct Ipset {
    /// What was read of standard input so far.
    stdin: Vec<u8>,
}

/// Where a set's hash function begins that was made without `initval`: the kernel's is random.
fn initval(words: &[String], now: u64) -> u32 {
    let bytes = words.iter().flat_map(|w| w.bytes()).chain(now.to_le_bytes());
    bytes.fold(0x811c_9dc5, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

impl Process for Ipset {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let words = cx.strings();
        let mut unreadable = None;
        match session::input(&words) {
            Input::None => {}
            Input::Stdin => {
                if !cx.read_all(&mut self.stdin) {
                    return Poll::Wait;
                }
            }
            Input::File(path) => match cx.read_file(path.as_bytes()) {
                Ok(bytes) => self.stdin = bytes,
                Err(errno) => unreadable = Some(errno.text()),
            },
        }
        let (hosts, now, ns) = (machine(cx), cx.now(), cx.ns);
        let Some(stack) = cx.lab.stack_mut(ns) else { return Poll::Exit(1) };
        let mut session = Session::new(&mut stack.nf, &hosts, now, initval(&words, now.0));
        let input = match unreadable {
            None => Ok(self.stdin.as_slice()),
            Some(why) => Err(why),
        };
        let status = session.run(&words, input);
        let (out, err, file) = (session.out, session.err, session.file);
        let to = file.filter(|_| session::input(&words) == Input::None);
        match to {
            Some(path) if !out.is_empty() => {
                if cx.write_file(path.as_bytes(), out.as_bytes()).is_err() {
                    return Poll::Exit(255);
                }
            }
            _ => cx.stdout.push(out.as_bytes()),
        }
        cx.stderr.push(err.as_bytes());
        Poll::Exit(status)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
