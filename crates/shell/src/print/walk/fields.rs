//! A packet's header as names and values.

use std::rc::Rc;

use packetwalk_wire::{Arp, Body, Icmp, Packet, TcpFlags, Transport};

/// A header field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name: `src`, `dst`, `ttl`, `sport`, `flags` …
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Its value before the step, where that was another.
    pub before: Option<String>,
}

/// The header of a body.
pub(super) fn header(body: &Body) -> Rc<[Field]> {
    of(body).into_iter().map(|(name, value)| Field { name, value, before: None }).collect()
}

/// A header, compared with that of the body before.
pub(super) fn compared(header: &[Field], before: &Body) -> Rc<[Field]> {
    let old = of(before);
    let was = |field: &Field| old.iter().find(|(name, value)| *name == field.name && *value != field.value);
    let compare =
        |field: &Field| Field { before: was(field).map(|(_, value)| value.clone()), ..field.clone() };
    header.iter().map(compare).collect()
}

fn of(body: &Body) -> Vec<(&'static str, String)> {
    match body {
        Body::Arp(arp) => arp_fields(arp),
        Body::Ip(packet) => ip_fields(packet),
    }
}

fn arp_fields(arp: &Arp) -> Vec<(&'static str, String)> {
    vec![
        ("op", if arp.op == packetwalk_wire::arp::ArpOp::Request { "request" } else { "reply" }.to_owned()),
        ("sender", arp.sender_ip.to_string()),
        ("sender mac", arp.sender_mac.to_string()),
        ("target", arp.target_ip.to_string()),
        ("target mac", arp.target_mac.to_string()),
    ]
}

fn ip_fields(packet: &Packet) -> Vec<(&'static str, String)> {
    let ip = &packet.ip;
    let mut all = vec![("src", ip.src.to_string()), ("dst", ip.dst.to_string()), ("ttl", ip.ttl.to_string())];
    if ip.tos != 0 {
        all.push(("tos", format!("0x{:02x}", ip.tos)));
    }
    if let Some(frag) = ip.frag {
        all.push(("fragment", format!("{}{}", frag.offset, if frag.more { "+" } else { "" })));
    }
    match packet.transport {
        Transport::Tcp(tcp) => {
            all.push(("proto", "tcp".to_owned()));
            all.push(("sport", tcp.sport.to_string()));
            all.push(("dport", tcp.dport.to_string()));
            all.push(("flags", flags(tcp.flags)));
            all.push(("seq", tcp.seq.to_string()));
            if tcp.flags.has(TcpFlags::ACK) {
                all.push(("ack", tcp.ack.to_string()));
            }
        }
        Transport::Udp(udp) => {
            all.push(("proto", "udp".to_owned()));
            all.push(("sport", udp.sport.to_string()));
            all.push(("dport", udp.dport.to_string()));
        }
        Transport::Icmp(icmp) => {
            let (ty, code) = icmp.type_code();
            all.push(("proto", if ip.dst.is_ipv6() { "icmpv6" } else { "icmp" }.to_owned()));
            all.push(("type", ty.to_string()));
            all.push(("code", code.to_string()));
            match icmp {
                Icmp::Query { id, seq, .. } => {
                    all.push(("id", id.to_string()));
                    all.push(("seq", seq.to_string()));
                }
                Icmp::Error { quoted, .. } => {
                    all.push(("quoted src", quoted.ip.src.to_string()));
                    all.push(("quoted dst", quoted.ip.dst.to_string()));
                }
                Icmp::Other { .. } => {}
            }
        }
        Transport::Opaque { protocol } => all.push(("proto", protocol.to_string())),
    }
    all.push(("length", packet.len().to_string()));
    all
}

/// Flags by name, as in `SYN ACK`.
pub(super) fn flags(flags: TcpFlags) -> String {
    let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
    let set = names.iter().enumerate().filter(|(bit, _)| flags.0 & (1 << bit) != 0).map(|(_, n)| *n);
    set.collect::<Vec<_>>().join(" ")
}
