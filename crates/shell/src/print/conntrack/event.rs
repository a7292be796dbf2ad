//! Events as `conntrack -E` prints them.
//!
//! # Source
//! conntrack-tools 1.4.7, `src/conntrack.c`: `event_cb`.

use core::fmt::Write as _;

use packetwalk_netfilter::conntrack::{ConnEvent, Event, EventKind, Subject};

use super::{Entry, Style, clock, expect, line, save, xml};

/// The entry of an event: an end tells no timeout that has run out.
fn entry(event: &ConnEvent, kind: EventKind) -> Entry<'_> {
    let (started, ended) = event.times.unzip();
    let left = Some(event.timeout).filter(|left| kind != EventKind::Destroy || *left != 0);
    Entry {
        conn: &event.conn,
        counters: event.counters,
        started,
        ended,
        uses: None,
        helper: event.helper(kind),
        timeout: Some(left),
        proto: event.proto,
        mark: event.mark || event.conn.mark != 0,
        seen: super::seen(&event.conn),
    }
}

/// Appends an event, without line end.
pub fn event(event: &Event, style: Style, out: &mut String) {
    let conn = match &event.subject {
        Subject::Conn(conn) => conn,
        Subject::Expect { expect: expected, master, timeout } => {
            return expect(expected, master, *timeout, Some(event.seen), event.at, style, out);
        }
    };
    let entry = entry(conn, event.seen);
    let (tag, kind, command) = match event.seen {
        EventKind::New => ("    [NEW] ", "new", "-A"),
        EventKind::Update => (" [UPDATE] ", "update", "-U"),
        EventKind::Destroy => ("[DESTROY] ", "destroy", "-D"),
    };
    if style.save {
        save(&entry, command, event.at, out);
    } else if style.xml {
        xml(&entry, Some(kind), event.at, style, out);
    } else {
        if style.timestamp {
            let (secs, nanos) = clock(event.at);
            let _ = write!(out, "[{secs}.{:06}]\t", nanos / 1000);
        }
        out.push_str(tag);
        line(&entry, event.at, style, out);
    }
    if let Some(portid) = event.portid {
        let _ = write!(out, " [USERSPACE] portid={portid} progname=conntrack");
    }
}
