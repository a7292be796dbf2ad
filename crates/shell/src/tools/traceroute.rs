//! `traceroute`: Debian 12's, 2.1.2.

mod options;
mod print;
mod probe;
mod receive;
mod run;
mod send;

use super::clib::Stdout;
use crate::Cx;
use crate::process::{OnSignal, Poll, Process, Signal};
use options::Options;
use run::Run;

/// A traceroute that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Traceroute { run: None, out: Stdout::default() })
}

/// It ends with this status; what it says is said already.
struct Done(u8);

#[derive(Clone, Debug)]
struct Traceroute {
    run: Option<Box<Run>>,
    out: Stdout,
}

impl Process for Traceroute {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.run.is_none() {
            let begun = Options::parse(cx).map(Run::new);
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
        if let Some(run) = &mut self.run
            && !signal.ignored_by_default()
        {
            run.close(cx);
        }
        OnSignal::Default
    }
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
