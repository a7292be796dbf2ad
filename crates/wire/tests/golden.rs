//! Frames of a real kernel: read, and made again byte for byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it")]

use packetwalk_wire::{Body, Frame, Icmp, Payload, Payloads, Transport, emit, parse};

/// What tcpdump prints of each frame, and the frame's bytes.
fn frames() -> Vec<(&'static str, Vec<u8>)> {
    let mut name = "";
    let mut frames = Vec::new();
    for line in include_str!("golden/linux-6.18.hex").lines() {
        match line.strip_prefix("# ") {
            Some(text) => name = text,
            None => frames.push((name, hex(line))),
        }
    }
    frames
}

fn hex(line: &str) -> Vec<u8> {
    (0..line.len()).step_by(2).map(|i| u8::from_str_radix(&line[i..i + 2], 16).unwrap()).collect()
}

fn emitted(frame: &Frame, payloads: &Payloads) -> Vec<u8> {
    let mut out = Vec::new();
    emit::frame(frame, payloads, &mut out);
    out
}

/// Whether the frame speaks of bytes that it does not hold.
fn is_part(frame: &Frame) -> bool {
    let Body::Ip(packet) = frame.body else { return false };
    let short = match packet.transport {
        Transport::Icmp(Icmp::Error { quoted, .. }) => {
            quoted.header_len() + packet.payload.len() < quoted.total_len
        }
        _ => false,
    };
    short || packet.ip.frag.is_some_and(|frag| frag.offset == 0)
}

#[test]
fn every_whole_frame_is_made_again() {
    let frames = frames();
    assert!(frames.len() > 30, "{} frames", frames.len());
    let mut whole = 0;
    for (name, bytes) in &frames {
        let mut payloads = Payloads::default();
        let bytes = &narrow_fragment_id(bytes);
        let frame = parse::frame(bytes, &mut payloads).unwrap_or_else(|e| panic!("{name}: {e}"));
        if !is_part(&frame) {
            assert_eq!(emitted(&frame, &payloads), *bytes, "{name}");
            whole += 1;
        }
    }
    assert!(whole > 30, "{whole} of them whole");
}

#[test]
fn parts_are_made_again_when_cut_from_one_payload() {
    // The payload that follows the transport header, of the datagram that was sent.
    let ping: Vec<u8> = {
        // iputils: a time stamp in the first 16 bytes, then counting.
        let start = (0..).map(|i| i as u8).skip(16);
        start.take(3000 - 16).collect()
    };
    let mut parts = 0;
    for (name, bytes) in &frames() {
        let mut payloads = Payloads::default();
        let bytes = &narrow_fragment_id(bytes);
        let mut frame = parse::frame(bytes, &mut payloads).unwrap();
        if !is_part(&frame) {
            continue;
        }
        let Body::Ip(packet) = &mut frame.body else { unreachable!() };
        let here = payloads.bytes(packet.payload).to_vec();
        let whole: Vec<u8> = match packet.transport {
            Transport::Icmp(Icmp::Query { .. }) => here[..16].iter().chain(&ping).copied().collect(),
            _ if here[0] == b'x' => vec![b'x'; 2500],
            _ => b"0123456789abcdef".repeat(60),
        };
        packet.payload = payloads.intern(&whole).truncated(here.len() as u16);
        assert_eq!(emitted(&frame, &payloads), *bytes, "{name}");
        parts += 1;
    }
    assert_eq!(parts, 5);
}

/// The kernel's IPv6 fragment identification has 32 bits, of which this crate keeps 16.
fn narrow_fragment_id(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes[12..14] == [0x86, 0xdd] && bytes[20] == 44 {
        bytes[58..60].fill(0);
    }
    bytes
}

#[test]
fn what_a_frame_cannot_say_is_refused_by_name() {
    use parse::ParseError::{self, *};
    type Change = (&'static str, fn(&mut Vec<u8>), ParseError);
    let find = |what: &str| frames().into_iter().find(|(name, _)| name.contains(what)).unwrap().1;
    #[rustfmt::skip]
    let cases: [Change; 14] = [
        // a frame with,   changed so,                                                  is
        ("ARP, Request",   |b| b.push(0),                                               Trailing),
        ("ARP, Request",   |b| b[21] = 3,                                               Arp(3)),
        ("ARP, Request",   |b| b[12..14].copy_from_slice(&[0x88, 0xcc]),                EtherType(0x88cc)),
        ("ARP, Request",   |b| b[12..14].copy_from_slice(&[0x08, 0x00]),                IpVersion(0)),
        ("Flags [S]",      |b| b.truncate(13),                                          Truncated),
        ("Flags [S]",      |b| b.truncate(50),                                          Truncated),
        ("Flags [S]",      |b| b[14] = 0x46,                                            IpOptions),
        ("Flags [S]",      |b| b[22] -= 1,                                              Checksum),
        ("Flags [S]",      |b| b[40] ^= 1,                                              Checksum),
        ("Flags [S]",      |b| b[46] ^= 1,                                              Reserved),
        ("Flags [S]",      |b| b[54] = 1,                                               TcpOptions),
        ("9999: UDP, length 6", |b| b[39] += 1,                                         UdpLength),
        ("IP6 fd00::1 > fd00::2: ICMP6, echo", |b| b[17] = 1,                           NotModelled),
        ("IP6 fd00::1 > fd00::2: ICMP6, echo", |b| (b[20], b[54], b[56], b[57]) = (44, 60, 0, 1), ExtensionHeader(60)),
    ];
    for (what, change, error) in cases {
        let mut bytes = find(what);
        change(&mut bytes);
        assert_eq!(parse::frame(&bytes, &mut Payloads::default()), Err(error), "{what}");
    }
}

#[test]
fn an_empty_payload_is_no_part_of_another() {
    let mut payloads = Payloads::default();
    let whole = payloads.intern(b"0123456789");
    payloads.intern(b"next");
    assert_eq!(payloads.onwards(Payload::EMPTY), Payload::EMPTY);
    assert_eq!(payloads.onwards(whole.truncated(4)), whole);
    assert_eq!(payloads.bytes(payloads.onwards(whole.skip(4).truncated(2))), b"456789");
}
