//! `-o save`: the options that would make the entry.
//!
//! # Source
//! conntrack-tools 1.4.7, `src/conntrack.c`: `ct_save_snprintf`.

use core::fmt::Write as _;

use packetwalk_netfilter::conntrack::{Dir, Status, ZoneDir};
use packetwalk_wire::{Instant, proto};

use super::{Entry, protocol_name};

/// Appends the options, without line end; `command` is `-A`, `-U` or `-D`.
pub fn save(entry: &Entry<'_>, command: &str, now: Instant, out: &mut String) {
    let conn = entry.conn;
    let (original, reply) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
    let _ = write!(out, "{command} ");
    if let Some(left) = entry.seconds_left(now) {
        let _ = write!(out, "-t {left} ");
    }
    let known = [
        (Status::EXPECTED, "EXPECTED"),
        (Status::SEEN_REPLY, "SEEN_REPLY"),
        (Status::ASSURED, "ASSURED"),
        (Status::FIXED_TIMEOUT, "FIXED_TIMEOUT"),
    ];
    let set: Vec<&str> =
        known.iter().filter(|(bit, _)| conn.status().has(*bit)).map(|(_, name)| *name).collect();
    let _ = write!(out, "-u {} ", if set.is_empty() { "UNSET".to_owned() } else { set.join(",") });
    let zone = conn.zone();
    if zone.id != 0 {
        let option = match zone.dir {
            ZoneDir::Both => "-w",
            ZoneDir::Original => "--orig-zone",
            ZoneDir::Reply => "--reply-zone",
        };
        let _ = write!(out, "{option} {} ", zone.id);
    }
    let _ = write!(out, "-s {} -d {} ", original.src, original.dst);
    let mapped = |done, changed| conn.status().has(done) && changed;
    let dnat = mapped(Status::DST_NAT_DONE, original.dst != reply.src);
    let snat = mapped(Status::SRC_NAT_DONE, original.src != reply.dst);
    let _ = write!(out, "{} {} ", if dnat { "-g" } else { "-r" }, reply.src);
    let _ = write!(out, "{} {} ", if snat { "-n" } else { "-q" }, reply.dst);
    let protocol = conn.protocol();
    let name = protocol_name(protocol);
    let _ = match protocol {
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => write!(
            out,
            "-p {name} --sport {} --dport {} --reply-port-src {} --reply-port-dst {} ",
            original.sport, original.dport, reply.sport, reply.dport
        ),
        proto::GRE => write!(
            out,
            "-p {name} --srckey {} --dstkey {} --reply-key-src {} --reply-key-dst {} ",
            original.sport, original.dport, reply.sport, reply.dport
        ),
        proto::ICMP | proto::ICMPV6 => write!(
            out,
            "-p {name} --{name}-type {} --{name}-code {} --{name}-id {} ",
            original.icmp_type(),
            original.icmp_code(),
            original.icmp_id()
        ),
        proto::DCCP => write!(out, "-p {name} "),
        _ => write!(out, "-p {protocol} "),
    };
    if let Some(state) = conn.state_name().filter(|_| entry.proto) {
        // The tool has no name for the last of SCTP's states.
        let state = if state == "HEARTBEAT_SENT" { "(null)" } else { state };
        let _ = write!(out, "--state {state} ");
    }
    if let Some(sctp) = conn.sctp().filter(|_| entry.proto) {
        let [original, reply] = sctp.vtag;
        let _ = write!(out, "--orig-vtag {original} --reply-vtag {reply} ");
    }
    out.truncate(out.trim_end_matches(' ').len());
}
