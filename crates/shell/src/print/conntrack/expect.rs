//! Expectations as `conntrack -L expect` prints them.
//!
//! # Source
//! libnetfilter_conntrack 1.0.9 (Debian 12), `src/expect/snprintf_default.c`, `snprintf_xml.c`.

use core::fmt::Write as _;
use std::net::IpAddr;

use packetwalk_netfilter::conntrack::{EventKind, Expect, Tuple};
use packetwalk_wire::Instant;

use super::xml::{layer3, ports, when};
use super::{Style, clock, protocol_name};

/// Appends an expectation, without line end; `seen` is an event's.
pub fn expect(
    expect: &Expect,
    master: &Tuple,
    timeout: u32,
    seen: Option<EventKind>,
    now: Instant,
    style: Style,
    out: &mut String,
) {
    if style.xml {
        return xml(expect, master, timeout, seen, now, style, out);
    }
    if style.timestamp {
        let (secs, nanos) = clock(now);
        let _ = write!(out, "[{secs:<8}.{:<6}]\t", nanos / 1000);
    }
    out.push_str(match seen {
        None => "",
        Some(EventKind::New) => "    [NEW] ",
        Some(EventKind::Update) => " [UPDATE] ",
        Some(EventKind::Destroy) => "[DESTROY] ",
    });
    let Tuple { src, dst, sport, dport, protocol } = expect.tuple;
    let mask = expect.mask();
    let _ = write!(
        out,
        "{timeout} proto={protocol} src={src} dst={dst} sport={sport} dport={dport} mask-src={mask} \
         mask-dst={mask} sport=0 dport=65535 master-src={} master-dst={} sport={} dport={} class=0 helper={}",
        master.src,
        master.dst,
        master.sport,
        master.dport,
        expect.helper.name()
    );
}

fn xml(
    expect: &Expect,
    master: &Tuple,
    timeout: u32,
    seen: Option<EventKind>,
    now: Instant,
    style: Style,
    out: &mut String,
) {
    out.push_str(match seen {
        None => "<flow>",
        Some(EventKind::New) => "<flow type=\"new\">",
        Some(EventKind::Update) => "<flow type=\"update\">",
        Some(EventKind::Destroy) => "<flow type=\"destroy\">",
    });
    let tuple = &expect.tuple;
    let (number, family) = layer3(tuple.src);
    let addrs =
        |name: &str, src: IpAddr, dst: IpAddr| format!("<{name}><src>{src}</src><dst>{dst}</dst></{name}>");
    let _ = write!(
        out,
        "<layer3 protonum=\"{number}\" protoname=\"{family}\">{}{}{}</layer3>",
        addrs("expected", tuple.src, tuple.dst),
        addrs("mask", expect.mask(), expect.mask()),
        addrs("master", master.src, master.dst)
    );
    let _ = write!(
        out,
        "<layer4 protonum=\"{}\" protoname=\"{}\">",
        tuple.protocol,
        protocol_name(tuple.protocol)
    );
    let mask = Tuple { sport: 0, dport: u16::MAX, ..*tuple };
    for (name, tuple) in [("expected", tuple), ("mask", &mask), ("master", master)] {
        let _ = write!(out, "<{name}>");
        ports(tuple, out);
        let _ = write!(out, "</{name}>");
    }
    let _ = write!(
        out,
        "</layer4><meta><helper-name>{}</helper-name><timeout>{timeout}</timeout><class>0</class></meta>",
        expect.helper.name()
    );
    if style.timestamp {
        when(now, out);
    }
    out.push_str("</flow>");
}
