//! emit and parse are each other's inverse, and parse takes any bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::arp::ArpOp;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{
    Arp, Body, Extensions, Fragment, Frame, Icmp, IpHeader, Mac, Packet, Payloads, Quoted, Tcp, TcpFlags,
    TcpOptions, Transport, Udp, emit, parse,
};
use proptest::prelude::*;

fn mac() -> impl Strategy<Value = Mac> {
    any::<[u8; 6]>().prop_map(Mac)
}

fn arp() -> impl Strategy<Value = Arp> {
    (any::<bool>(), mac(), any::<Ipv4Addr>(), mac(), any::<Ipv4Addr>()).prop_map(
        |(request, sender_mac, sender_ip, target_mac, target_ip)| Arp {
            op: if request { ArpOp::Request } else { ArpOp::Reply },
            sender_mac,
            sender_ip,
            target_mac,
            target_ip,
        },
    )
}

fn ip(v6: bool) -> impl Strategy<Value = IpHeader> {
    let addrs = if v6 {
        (any::<Ipv6Addr>(), any::<Ipv6Addr>()).prop_map(|(a, b)| (IpAddr::V6(a), IpAddr::V6(b))).boxed()
    } else {
        (any::<Ipv4Addr>(), any::<Ipv4Addr>()).prop_map(|(a, b)| (IpAddr::V4(a), IpAddr::V4(b))).boxed()
    };
    let frag = prop_oneof![
        4 => Just(None),
        1 => (0u16..8192, any::<bool>())
            .prop_map(|(o, more)| (o != 0 || more).then_some(Fragment { offset: o * 8, more }))
    ];
    (addrs, any::<u8>(), any::<u8>(), any::<u16>(), any::<bool>(), frag).prop_map(
        move |((src, dst), ttl, tos, id, df, frag)| IpHeader {
            src,
            dst,
            ttl,
            tos,
            id: if v6 && frag.is_none() { 0 } else { id.into() },
            df: df && !v6,
            frag,
            bad_csum: false,
            ext: Extensions::NONE,
        },
    )
}

fn tcp() -> impl Strategy<Value = Tcp> {
    let options = (any::<Option<u16>>(), any::<bool>(), any::<Option<(u32, u32)>>(), any::<Option<u8>>())
        .prop_map(|(mss, sack_permitted, timestamp, wscale)| TcpOptions {
            mss,
            sack_permitted,
            timestamp,
            wscale,
            ..TcpOptions::default()
        });
    (any::<[u16; 3]>(), any::<[u32; 2]>(), any::<u8>(), options).prop_map(
        |([sport, dport, window], [seq, ack], flags, options)| Tcp {
            sport,
            dport,
            seq,
            ack,
            flags: TcpFlags(flags),
            window,
            options,
        },
    )
}

fn udp() -> impl Strategy<Value = Udp> {
    (any::<u16>(), any::<u16>()).prop_map(|(sport, dport)| Udp { sport, dport })
}

/// A protocol without a header of its own here, in either family.
fn other_protocol() -> impl Strategy<Value = u8> {
    prop_oneof![Just(2), Just(47), Just(132), Just(136), Just(255)]
}

/// The whole quoted packet's payload length, at least `cut`, is told by `total_len`.
fn quoted(v6: bool) -> impl Strategy<Value = (Quoted, u16)> {
    let transport = prop_oneof![
        tcp().prop_map(QuotedTransport::Tcp),
        udp().prop_map(QuotedTransport::Udp),
        any::<(u8, u8, u16, u16)>().prop_map(|(ty, code, id, seq)| QuotedTransport::Icmp {
            ty,
            code,
            id,
            seq
        }),
        other_protocol().prop_map(|protocol| QuotedTransport::Opaque { protocol }),
    ];
    (ip(v6), transport, 0u16..600, 0u16..600).prop_map(|(ip, transport, len, cut)| {
        let transport = match transport {
            _ if ip.frag.is_some_and(|f| f.offset != 0) => QuotedTransport::Opaque { protocol: 17 },
            t => t,
        };
        let quoted = Quoted { ip, transport, total_len: 0 };
        (Quoted { total_len: quoted.header_len() + len, ..quoted }, cut.min(len))
    })
}

fn icmp(v6: bool) -> impl Strategy<Value = (Icmp, Option<u16>)> {
    let query = if v6 { vec![128, 129] } else { vec![0, 8, 13, 14, 15, 16, 17, 18] };
    let error = if v6 { vec![1, 2, 3, 4] } else { vec![3, 4, 5, 11, 12] };
    let other = if v6 { vec![133, 134, 135, 136, 137, 143] } else { vec![9, 10, 40] };
    prop_oneof![
        (prop::sample::select(query), any::<(u8, u16, u16)>())
            .prop_map(|(ty, (code, id, seq))| (Icmp::Query { ty, code, id, seq }, None)),
        (prop::sample::select(error), any::<(u8, u32)>(), quoted(v6)).prop_map(
            |(ty, (code, rest), (quoted, cut))| (Icmp::Error { ty, code, rest, quoted }, Some(cut))
        ),
        (prop::sample::select(other), any::<(u8, u32)>())
            .prop_map(|(ty, (code, rest))| (Icmp::Other { ty, code, rest }, None)),
    ]
}

/// Headers, the payload's bytes, and how many of them the packet holds.
fn packet(v6: bool) -> impl Strategy<Value = (Packet, Vec<u8>)> {
    let transport = prop_oneof![
        tcp().prop_map(|t| (Transport::Tcp(t), None)),
        udp().prop_map(|u| (Transport::Udp(u), None)),
        icmp(v6).prop_map(|(i, cut)| (Transport::Icmp(i), cut)),
        other_protocol().prop_map(|protocol| (Transport::Opaque { protocol }, None)),
    ];
    (ip(v6), transport, prop::collection::vec(any::<u8>(), 0..700)).prop_map(
        |(ip, (mut transport, cut), mut bytes)| {
            if ip.frag.is_some_and(|f| f.offset != 0) {
                transport = Transport::Opaque { protocol: 17 };
            } else if let Some(cut) = cut {
                bytes.resize(usize::from(cut), 0x5a);
            }
            (Packet { ip, transport, payload: packetwalk_wire::Payload::EMPTY }, bytes)
        },
    )
}

fn frame() -> impl Strategy<Value = (Frame, Vec<u8>)> {
    let body = prop_oneof![
        1 => arp().prop_map(|arp| (Body::Arp(arp), vec![])),
        4 => packet(false).prop_map(|(p, bytes)| (Body::Ip(p), bytes)),
        4 => packet(true).prop_map(|(p, bytes)| (Body::Ip(p), bytes)),
    ];
    (mac(), mac(), body).prop_map(|(dst, src, (body, bytes))| (Frame { dst, src, body }, bytes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parse_undoes_emit((mut frame, bytes) in frame()) {
        let mut payloads = Payloads::default();
        if let Body::Ip(packet) = &mut frame.body {
            packet.payload = payloads.intern(&bytes);
        }
        let mut wire = Vec::new();
        emit::frame(&frame, &payloads, &mut wire);
        prop_assert_eq!(parse::frame(&wire, &mut payloads), Ok(frame));
    }

    #[test]
    fn parse_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut payloads = Payloads::default();
        let _ = parse::frame(&bytes, &mut payloads);
        let _ = parse::packet(&bytes, &mut payloads);
    }

    #[test]
    fn parse_takes_damaged_frames((mut frame, bytes) in frame(), at: prop::sample::Index, with: u8) {
        let mut payloads = Payloads::default();
        if let Body::Ip(packet) = &mut frame.body {
            packet.payload = payloads.intern(&bytes);
        }
        let mut wire = Vec::new();
        emit::frame(&frame, &payloads, &mut wire);
        let at = at.index(wire.len());
        wire[at] = with;
        if let Ok(read) = parse::frame(&wire, &mut payloads) {
            let mut again = Vec::new();
            emit::frame(&read, &payloads, &mut again);
            prop_assert_eq!(again.len(), wire.len());
        }
        wire.truncate(at);
        let _ = parse::frame(&wire, &mut payloads);
    }
}
