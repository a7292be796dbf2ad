//! `-E`.

use packetwalk_netfilter::conntrack::{Event, EventKind, Subject};
use packetwalk_trace::NsId;

use super::VERSION;
use super::options::{Parsed, Table};
use crate::Cx;
use crate::print::conntrack::event;
use crate::process::{Poll, Signal};

/// A tool that listens.
#[derive(Clone, Debug)]
pub(super) struct Listen {
    parsed: Parsed,
    ns: NsId,
    /// What was heard so far.
    at: usize,
    shown: usize,
    header: bool,
    closed: bool,
    pub interrupted: bool,
}

impl Listen {
    pub fn open(cx: &mut Cx<'_>, parsed: Parsed) -> Self {
        if let Some(proc) = cx.sys.proc_mut(cx.pid) {
            proc.ignores &= !(1 << Signal::INT.0 | 1 << Signal::TERM.0);
        }
        if let Some(size) = parsed.buffer {
            // The kernel doubles what it is given, and has a least size.
            let size = size.saturating_mul(2).max(2304);
            cx.stderr.line(&format!("NOTICE: Netlink socket buffer size has been set to {size} bytes."));
        }
        let now = cx.now();
        let at = cx
            .lab
            .stack_mut(cx.ns)
            .map_or(0, |stack| stack.nf.ct.listen(parsed.table == Table::Conntrack, now));
        Self { parsed, ns: cx.ns, at, shown: 0, header: false, closed: false, interrupted: false }
    }

    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let now = cx.now();
        let Some(table) = cx.lab.stack_mut(self.ns).map(|stack| &mut stack.nf.ct) else {
            return Poll::Exit(1);
        };
        let heard = table.events(self.at, now).to_vec();
        let next = table.next_end(now);
        self.at += heard.len();
        let expect = self.parsed.table == Table::Expect;
        for heard in &heard {
            if !self.wants(heard) {
                continue;
            }
            if self.parsed.style.xml && !core::mem::replace(&mut self.header, true) {
                let root = if expect { "expect" } else { "conntrack" };
                cx.stdout.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
                cx.stdout.line(&format!("<{root}>"));
            }
            let mut text = String::new();
            event(heard, self.parsed.style, &mut text);
            cx.stdout.line(&text);
            self.shown += 1;
        }
        if self.interrupted {
            if self.header {
                cx.stdout.line(if expect { "</expect>" } else { "</conntrack>" });
            }
            cx.flush();
            let what = if expect { "expectation events" } else { "flow events" };
            cx.stderr.line(&format!("{VERSION}: {} {what} have been shown.", self.shown));
            self.close(cx);
            return Poll::Exit(0);
        }
        next.map_or(Poll::Wait, Poll::WaitUntil)
    }

    /// The socket is closed.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now();
        if let Some(stack) = cx.lab.stack_mut(self.ns).filter(|_| !self.closed) {
            stack.nf.ct.unlisten(self.parsed.table == Table::Conntrack, now);
        }
        self.closed = true;
    }

    fn wants(&self, event: &Event) -> bool {
        match &event.subject {
            Subject::Expect { .. } => self.parsed.table == Table::Expect,
            Subject::Conn(conn) => {
                let [new, update, destroy] = self.parsed.events.unwrap_or([true; 3]);
                let asked = match event.seen {
                    EventKind::New => new,
                    EventKind::Update => update,
                    EventKind::Destroy => destroy,
                };
                self.parsed.table == Table::Conntrack && asked && self.parsed.wants(&conn.conn)
            }
        }
    }
}
