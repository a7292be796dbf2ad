//! `/proc/net/nf_conntrack` and `nf_conntrack_expect`.
//!
//! # Source
//! Linux v6.18, `net/netfilter/nf_conntrack_standalone.c`: `ct_seq_show`;
//! `nf_conntrack_expect.c`: `exp_seq_show`.

use core::fmt::Write as _;
use std::net::IpAddr;

use packetwalk_netfilter::Conntrack;
use packetwalk_netfilter::conntrack::{Conn, Dir, Status, Tuple, ZoneDir};
use packetwalk_wire::{CtRef, Family, Instant, proto};

use super::{MOMENT, protocol_name};

const fn family(tuple: &Tuple) -> (&'static str, u8) {
    match tuple.family() {
        Family::V4 => ("ipv4", 2),
        Family::V6 => ("ipv6", 10),
    }
}

/// The connections, one a line.
pub fn proc_table(table: &Conntrack, now: Instant) -> String {
    let mut out = String::new();
    for (r, conn) in table.iter(now) {
        row(table, r, conn, now, &mut out);
    }
    out
}

/// A protocol's name (`l4proto_name`): the kernel knows DCCP no longer.
const fn kernel_name(protocol: u8) -> &'static str {
    if protocol == proto::DCCP { "unknown" } else { protocol_name(protocol) }
}

fn row(table: &Conntrack, r: CtRef, conn: &Conn, now: Instant, out: &mut String) {
    let (name, number) = family(&conn.tuple(Dir::Original));
    let protocol = conn.protocol();
    let left = conn.expires_in(now + MOMENT);
    let _ = write!(out, "{name:<8} {number} {:<8} {protocol} {left} ", kernel_name(protocol));
    if let Some(state) = conn.state_name() {
        let _ = write!(out, "{state} ");
    }
    if let Some((timeout, stream)) = conn.gre_timeouts() {
        let _ = write!(out, "timeout={timeout}, stream_timeout={stream} ");
    }
    let zone = conn.zone();
    for dir in [Dir::Original, Dir::Reply] {
        tuple(&conn.tuple(dir), out);
        let _ = match (zone.dir, dir) {
            (ZoneDir::Original, Dir::Original) => write!(out, "zone-orig={} ", zone.id),
            (ZoneDir::Reply, Dir::Reply) => write!(out, "zone-reply={} ", zone.id),
            _ => Ok(()),
        };
        if let Some(counter) = table.counter(r, dir) {
            let _ = write!(out, "packets={} bytes={} ", counter.packets, counter.bytes);
        }
        if dir == Dir::Original && !conn.seen_reply() {
            out.push_str("[UNREPLIED] ");
        }
    }
    if conn.status().has(Status::ASSURED) {
        out.push_str("[ASSURED] ");
    }
    let _ = write!(out, "mark={} ", conn.mark);
    if zone.dir == ZoneDir::Both {
        let _ = write!(out, "zone={} ", zone.id);
    }
    if let Some(started) = table.started(r) {
        let _ = write!(out, "delta-time={} ", now.since(started).as_secs());
    }
    let _ = writeln!(out, "use={}", table.uses(r) + 1);
}

/// Addresses in full, and ports.
fn tuple(tuple: &Tuple, out: &mut String) {
    let full = |addr: IpAddr| match addr {
        IpAddr::V4(addr) => addr.to_string(),
        IpAddr::V6(addr) => addr.segments().map(|word| format!("{word:04x}")).join(":"),
    };
    let _ = write!(out, "src={} dst={} ", full(tuple.src), full(tuple.dst));
    let _ = match tuple.protocol {
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => {
            write!(out, "sport={} dport={} ", tuple.sport, tuple.dport)
        }
        proto::GRE => write!(out, "srckey=0x{:x} dstkey=0x{:x} ", tuple.sport, tuple.dport),
        proto::ICMP | proto::ICMPV6 => {
            write!(out, "type={} code={} id={} ", tuple.icmp_type(), tuple.icmp_code(), tuple.icmp_id())
        }
        _ => Ok(()),
    };
}

/// The expectations, one a line.
pub fn proc_expects(table: &mut Conntrack, now: Instant) -> String {
    let mut out = String::new();
    for expect in table.expects(now) {
        let (_, number) = family(&expect.tuple);
        let left = expect.expires_in(now + MOMENT);
        let _ = write!(out, "{left} l3proto = {number} proto={} ", expect.tuple.protocol);
        tuple(&expect.tuple, &mut out);
        let _ = writeln!(out, "{}", expect.helper.name());
    }
    out
}
