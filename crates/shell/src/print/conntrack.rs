//! Connections as `conntrack -L` prints them.
//!
//! # Source
//! libnetfilter_conntrack 1.0.9 (Debian 12), `src/conntrack/snprintf_default.c`.

mod event;
mod expect;
mod proc;
mod save;
mod xml;

use core::fmt::Write as _;
use core::time::Duration;

use packetwalk_lab::EPOCH;
use packetwalk_netfilter::Conntrack;
use packetwalk_netfilter::conntrack::{Conn, Counter, Dir, HelperKind, Status, ZoneDir};
use packetwalk_trace::CtSeen;
use packetwalk_wire::{CtRef, Family, Instant, proto};

pub use event::event;
pub use expect::expect;
pub use proc::{proc_expects, proc_table};
pub use save::save;
pub use xml::xml;

/// `-o`: what is printed besides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// `extended`: the family in front.
    pub extended: bool,
    /// `id`: the entry's number at the end.
    pub id: bool,
    /// `xml`.
    pub xml: bool,
    /// `save`: as the options that would make the entry.
    pub save: bool,
    /// `timestamp`: when an event came.
    pub timestamp: bool,
    /// `ktimestamp`: when the connection began and ended.
    pub ktimestamp: bool,
}

/// An entry and what is kept beside it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The connection.
    pub conn: &'a Conn,
    /// Counters of both directions, with `nf_conntrack_acct`.
    pub counters: Option<[Counter; 2]>,
    /// When it began, with `nf_conntrack_timestamp`.
    pub started: Option<Instant>,
    /// References: 1 in a listing and one more for each connection that it expected, another when it was
    /// asked for alone; none in an event.
    pub uses: Option<u32>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// Its helper.
    pub helper: Option<HelperKind>,
    /// Whole seconds left, if told; as of a moment after now where this is not said.
    pub timeout: Option<Option<u32>>,
    /// Whether the protocol's state is told.
    pub proto: bool,
    /// Whether the mark is told.
    pub mark: bool,
    /// Whether packets went both ways, and whether it is assured.
    pub seen: CtSeen,
}

impl<'a> Entry<'a> {
    /// An entry of a table; `None` when it is no longer there.
    pub fn of(table: &'a Conntrack, r: CtRef) -> Option<Self> {
        let counters = table.counter(r, Dir::Original).zip(table.counter(r, Dir::Reply));
        let conn = table.get(r)?;
        Some(Self {
            conn,
            counters: counters.map(|(original, reply)| [original, reply]),
            started: table.started(r),
            uses: Some(table.uses(r)),
            ended: None,
            helper: table.helper(r),
            timeout: None,
            proto: true,
            mark: true,
            seen: seen(conn),
        })
    }
}

/// What a connection is now.
fn seen(conn: &Conn) -> CtSeen {
    CtSeen { replied: conn.seen_reply(), assured: conn.status().has(Status::ASSURED) }
}

impl Entry<'_> {
    fn seconds_left(&self, now: Instant) -> Option<u32> {
        self.timeout.unwrap_or_else(|| Some(self.conn.expires_in(now + MOMENT)))
    }

    /// Whole seconds from its beginning, as clocks that tick once a second tell.
    fn age(&self, now: Instant) -> Option<u64> {
        let started = self.started?;
        Some(self.ended.unwrap_or(now).since(started).as_secs())
    }
}

/// A protocol's name (`proto2str`).
pub const fn protocol_name(protocol: u8) -> &'static str {
    match protocol {
        proto::TCP => "tcp",
        proto::UDP => "udp",
        proto::UDPLITE => "udplite",
        proto::ICMP => "icmp",
        proto::ICMPV6 => "icmpv6",
        proto::SCTP => "sctp",
        proto::GRE => "gre",
        proto::DCCP => "dccp",
        _ => "unknown",
    }
}

/// Time that passes on a real machine before `conntrack` looks at an entry that a command before it
/// touched, at least: an entry of 30 seconds is seen with 29, also where the lab's clock stood still.
pub const MOMENT: Duration = Duration::from_millis(4);

/// Appends the entry's line, without line end.
pub fn line(entry: &Entry<'_>, now: Instant, style: Style, out: &mut String) {
    let conn = entry.conn;
    if style.extended {
        out.push_str(match conn.tuple(Dir::Original).family() {
            Family::V4 => "ipv4     2 ",
            Family::V6 => "ipv6     10 ",
        });
    }
    let protocol = conn.protocol();
    let _ = write!(out, "{:<8} {protocol} ", protocol_name(protocol));
    if let Some(left) = entry.seconds_left(now) {
        let _ = write!(out, "{left} ");
    }
    if let Some(state) = conn.state_name().filter(|_| entry.proto) {
        let _ = write!(out, "{state} ");
    }
    direction(entry, Dir::Original, out);
    if !entry.seen.replied {
        out.push_str("[UNREPLIED] ");
    }
    direction(entry, Dir::Reply, out);
    if entry.seen.assured {
        out.push_str("[ASSURED] ");
    }
    if entry.mark {
        let _ = write!(out, "mark={} ", conn.mark);
    }
    if conn.zone().dir == ZoneDir::Both && conn.zone().id != 0 {
        let _ = write!(out, "zone={} ", conn.zone().id);
    }
    if let Some(age) = entry.age(now) {
        let _ = write!(out, "delta-time={age} ");
    }
    if style.ktimestamp {
        for (name, at) in [("start", entry.started), ("stop", entry.ended)] {
            if let Some(at) = at {
                let _ = write!(out, "[{name}={}] ", ctime(at));
            }
        }
    }
    if let Some(helper) = entry.helper {
        let _ = write!(out, "helper={} ", helper.name());
    }
    if let Some(uses) = entry.uses {
        let _ = write!(out, "use={uses} ");
    }
    if style.id {
        let _ = write!(out, "id={} ", conn.id());
    }
    out.truncate(out.trim_end_matches(' ').len());
}

/// Seconds and nanoseconds since 1970.
fn clock(at: Instant) -> (u64, u64) {
    (EPOCH + at.0 / 1_000_000_000, at.0 % 1_000_000_000)
}

/// Day of the week, month, day, hour, minute, second and year.
fn calendar(at: Instant) -> ([u64; 7], &'static str, &'static str) {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let secs = clock(at).0;
    let (days, of_day) = (secs / 86_400, secs % 86_400);
    // Civil calendar, in eras of 400 years that begin in March.
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    let weekday = (days + 4) % 7;
    let name = |names: &[&'static str], at: u64| names.get(at as usize).copied().unwrap_or_default();
    let parts = [weekday, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60, year];
    (parts, name(&DAYS, weekday), name(&MONTHS, month - 1))
}

/// As C's `ctime`.
fn ctime(at: Instant) -> String {
    let ([_, _, day, hour, minute, second, year], weekday, month) = calendar(at);
    format!("{weekday} {month} {day:>2} {hour:02}:{minute:02}:{second:02} {year}")
}

/// Addresses, ports, zone and counters of one direction, each followed by a space.
fn direction(entry: &Entry<'_>, dir: Dir, out: &mut String) {
    let tuple = entry.conn.tuple(dir);
    let _ = write!(out, "src={} dst={} ", tuple.src, tuple.dst);
    let _ = match tuple.protocol {
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP | proto::DCCP => {
            write!(out, "sport={} dport={} ", tuple.sport, tuple.dport)
        }
        proto::GRE => write!(out, "srckey=0x{:x} dstkey=0x{:x} ", tuple.sport, tuple.dport),
        proto::ICMP | proto::ICMPV6 => {
            write!(out, "type={} code={} id={} ", tuple.icmp_type(), tuple.icmp_code(), tuple.icmp_id())
        }
        _ => Ok(()),
    };
    let zone = entry.conn.zone();
    let _ = match (zone.dir, dir) {
        (ZoneDir::Original, Dir::Original) => write!(out, "zone-orig={} ", zone.id),
        (ZoneDir::Reply, Dir::Reply) => write!(out, "zone-reply={} ", zone.id),
        _ => Ok(()),
    };
    if let Some([original, reply]) = entry.counters {
        let counter = if dir == Dir::Original { original } else { reply };
        let _ = write!(out, "packets={} bytes={} ", counter.packets, counter.bytes);
    }
}
