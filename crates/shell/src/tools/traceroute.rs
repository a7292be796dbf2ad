//! `traceroute`: Debian 12's, 2.1.2.

mod options;
mod print;
mod probe;
mod receive;
mod run;
mod send;

use super::clib::{Lookup, Progress, Stdout, Want};
use crate::Cx;
use crate::process::{OnSignal, Poll, Process, Signal};
use options::Options;
use run::Run;

/// A traceroute that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Traceroute { lookup: None, run: None, out: Stdout::default() })
}

/// It ends with this status; what it says is said already.
struct Done(u8);

#[derive(Clone, Debug)]
struct Traceroute {
    lookup: Option<(String, Box<Lookup>)>,
    run: Option<Box<Run>>,
    out: Stdout,
}

impl Process for Traceroute {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.run.is_none() {
            if self.lookup.is_none() {
                let name = host(cx);
                let lookup = Lookup::new(cx, &name, Want::Any);
                self.lookup = Some((name, Box::new(lookup)));
            }
            let Some((name, lookup)) = &mut self.lookup else { return Poll::Exit(2) };
            let found = match lookup.poll(cx) {
                Progress::Wait(poll) => return poll,
                Progress::Done(found) => found,
            };
            let begun = Options::parse(cx, (name.clone(), found)).map(Run::new);
            match begun {
                Ok(run) => self.run = Some(Box::new(run)),
                Err(Done(status)) => return Poll::Exit(status),
            }
        }
        let Some(run) = &mut self.run else { return Poll::Exit(2) };
        let poll = run.poll(cx, &mut self.out);
        let poll = poll.unwrap_or_else(|Done(status)| {
            self.out.flush(cx);
            Poll::Exit(status)
        });
        if self.out.broken || matches!(poll, Poll::Exit(_)) {
            run.close(cx);
        }
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Some((_, lookup)), false) = (&mut self.lookup, signal.ignored_by_default()) {
            lookup.close(cx);
        }
        if let Some(run) = &mut self.run
            && !signal.ignored_by_default()
        {
            run.close(cx);
        }
        OnSignal::Default
    }
}

/// The word that is the host, if it is the last one or only the packets' length follows.
fn host(cx: &Cx<'_>) -> String {
    let words = cx.strings();
    let plain = |w: &&String| !w.starts_with('-') && !w.bytes().all(|b| b.is_ascii_digit());
    words.iter().rev().find(plain).cloned().unwrap_or_default()
}

/// Text to standard error, at once.
fn say(cx: &mut Cx<'_>, text: &str) {
    let _ = cx.write_fd(2, text.as_bytes());
}

/// `perror` behind an empty line; status 1.
fn error(cx: &mut Cx<'_>, what: &str, why: &str) -> Done {
    say(cx, &format!("\n{what}: {why}\n"));
    Done(1)
}
