//! `-o xml`.
//!
//! # Source
//! libnetfilter_conntrack 1.0.9 (Debian 12), `src/conntrack/snprintf_xml.c`.

use core::fmt::Write as _;
use std::net::IpAddr;

use packetwalk_netfilter::conntrack::{Dir, Status, Tuple, ZoneDir};
use packetwalk_wire::{Family, Instant, proto};

use super::{Entry, Style, calendar, clock, protocol_name};

/// Appends the entry, without line end; `kind` is an event's.
pub fn xml(entry: &Entry<'_>, kind: Option<&str>, now: Instant, style: Style, out: &mut String) {
    let conn = entry.conn;
    out.push_str("<flow");
    if let Some(kind) = kind {
        let _ = write!(out, " type=\"{kind}\"");
    }
    out.push('>');
    direction(entry, Dir::Original, out);
    direction(entry, Dir::Reply, out);
    out.push_str("<meta direction=\"independent\">");
    // SCTP's states are told by TCP's names of the same numbers.
    let sctp = conn.sctp().map(|sctp| sctp.state.tcp_name());
    if let Some(state) = sctp.or(conn.state_name()).filter(|_| entry.proto) {
        let _ = write!(out, "<state>{state}</state>");
    }
    if let Some(left) = entry.seconds_left(now) {
        let _ = write!(out, "<timeout>{left}</timeout>");
    }
    if entry.mark {
        let _ = write!(out, "<mark>{}</mark>", conn.mark);
    }
    if conn.zone().dir == ZoneDir::Both && conn.zone().id != 0 {
        let _ = write!(out, "<zone>{}</zone>", conn.zone().id);
    }
    if let Some(uses) = entry.uses {
        let _ = write!(out, "<use>{uses}</use>");
    }
    let _ = write!(out, "<id>{}</id>", conn.id());
    if conn.status().has(Status::ASSURED) {
        out.push_str("<assured/>");
    }
    if !conn.seen_reply() {
        out.push_str("<unreplied/>");
    }
    if let Some(started) = entry.started.filter(|_| style.ktimestamp) {
        let nanos = |at| {
            let (secs, nanos) = clock(at);
            secs * 1_000_000_000 + nanos
        };
        let _ = write!(out, "<timestamp><start>{}</start>", nanos(started));
        if let Some(ended) = entry.ended {
            let _ = write!(out, "<stop>{}</stop>", nanos(ended));
        }
        out.push_str("</timestamp>");
    }
    if let Some(age) = entry.age(now) {
        let _ = write!(out, "<deltatime>{age}</deltatime>");
    }
    out.push_str("</meta>");
    if let Some(helper) = entry.helper {
        let _ = write!(out, "<helper>{}</helper>", helper.name());
    }
    if style.timestamp && kind.is_some() {
        when(now, out);
    }
    out.push_str("</flow>");
}

/// The time of day at which an event came.
pub(super) fn when(now: Instant, out: &mut String) {
    let ([weekday, month, day, hour, minute, second, year], _, _) = calendar(now);
    let _ = write!(
        out,
        "<when><hour>{hour}</hour><min>{minute:02}</min><sec>{second:02}</sec><wday>{}</wday>\
         <day>{day}</day><month>{month}</month><year>{year}</year></when>",
        weekday + 1
    );
}

/// Number and name of an address's family.
pub(super) const fn layer3(addr: IpAddr) -> (u8, &'static str) {
    match Family::of(addr) {
        Family::V4 => (2, "ipv4"),
        Family::V6 => (10, "ipv6"),
    }
}

fn direction(entry: &Entry<'_>, dir: Dir, out: &mut String) {
    let tuple = entry.conn.tuple(dir);
    let name = if dir == Dir::Original { "original" } else { "reply" };
    let (number, family) = layer3(tuple.src);
    let _ = write!(
        out,
        "<meta direction=\"{name}\"><layer3 protonum=\"{number}\" protoname=\"{family}\"><src>{}</src>\
         <dst>{}</dst></layer3><layer4 protonum=\"{}\" protoname=\"{}\">",
        tuple.src,
        tuple.dst,
        tuple.protocol,
        protocol_name(tuple.protocol)
    );
    ports(&tuple, out);
    out.push_str("</layer4>");
    let zone = entry.conn.zone();
    if matches!((zone.dir, dir), (ZoneDir::Original, Dir::Original) | (ZoneDir::Reply, Dir::Reply)) {
        let _ = write!(out, "<zone>{}</zone>", zone.id);
    }
    if let Some([original, reply]) = entry.counters {
        let counter = if dir == Dir::Original { original } else { reply };
        let _ = write!(
            out,
            "<counters><packets>{}</packets><bytes>{}</bytes></counters>",
            counter.packets, counter.bytes
        );
    }
    out.push_str("</meta>");
}

pub(super) fn ports(tuple: &Tuple, out: &mut String) {
    let _ = match tuple.protocol {
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP | proto::DCCP => {
            write!(out, "<sport>{}</sport><dport>{}</dport>", tuple.sport, tuple.dport)
        }
        proto::GRE => {
            write!(out, "<srckey>0x{:x}</srckey><dstkey>0x{:x}</dstkey>", tuple.sport, tuple.dport)
        }
        _ => Ok(()),
    };
}
