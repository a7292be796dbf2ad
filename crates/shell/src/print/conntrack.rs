//! Connections as `conntrack -L` prints them.
//!
//! # Source
//! libnetfilter_conntrack 1.0.9 (Debian 12), `src/conntrack/snprintf_default.c`.

use core::fmt::Write as _;
use core::time::Duration;

use packetwalk_netfilter::Conntrack;
use packetwalk_netfilter::conntrack::{Conn, Counter, Dir, Status, ZoneDir};
use packetwalk_wire::{CtRef, Family, Instant, proto};

/// `-o`: what is printed besides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// `extended`: the family in front.
    pub extended: bool,
    /// `id`: the entry's number at the end.
    pub id: bool,
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
    /// References: 1 in a listing, 2 when it was asked for alone.
    pub uses: u8,
}

impl<'a> Entry<'a> {
    /// An entry of a table; `None` when it is no longer there.
    pub fn of(table: &'a Conntrack, r: CtRef) -> Option<Self> {
        let counters = table.counter(r, Dir::Original).zip(table.counter(r, Dir::Reply));
        Some(Self {
            conn: table.get(r)?,
            counters: counters.map(|(original, reply)| [original, reply]),
            started: table.started(r),
            uses: 1,
        })
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
        33 => "dccp",
        _ => "unknown",
    }
}

/// Time that passes on a real machine before `conntrack` looks at an entry that a command before it
/// touched, at least: an entry of 30 seconds is seen with 29, also where the lab's clock stood still.
const MOMENT: Duration = Duration::from_millis(4);

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
    let _ = write!(out, "{:<8} {protocol} {} ", protocol_name(protocol), conn.expires_in(now + MOMENT));
    if let Some(tcp) = conn.tcp() {
        let _ = write!(out, "{} ", tcp.state.name());
    }
    direction(entry, Dir::Original, out);
    if !conn.seen_reply() {
        out.push_str("[UNREPLIED] ");
    }
    direction(entry, Dir::Reply, out);
    if conn.status().has(Status::ASSURED) {
        out.push_str("[ASSURED] ");
    }
    let _ = write!(out, "mark={} ", conn.mark);
    if conn.zone().dir == ZoneDir::Both && conn.zone().id != 0 {
        let _ = write!(out, "zone={} ", conn.zone().id);
    }
    if let Some(started) = entry.started {
        let _ = write!(out, "delta-time={} ", now.since(started).as_secs());
    }
    let _ = write!(out, "use={}", entry.uses);
    if style.id {
        let _ = write!(out, " id={}", conn.id());
    }
}

/// Addresses, ports, zone and counters of one direction, each followed by a space.
fn direction(entry: &Entry<'_>, dir: Dir, out: &mut String) {
    let tuple = entry.conn.tuple(dir);
    let _ = write!(out, "src={} dst={} ", tuple.src, tuple.dst);
    let _ = match tuple.protocol {
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP | 33 => {
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
