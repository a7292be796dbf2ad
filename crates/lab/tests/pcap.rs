//! Captures, as Wireshark's tools read them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it")]

use std::process::Command;

use packetwalk_lab::Direction;
use packetwalk_lab::pcap::{Captured, pcapng};
use packetwalk_wire::{Body, Fragment, Frame, Instant, IpHeader, Packet, Payloads, Transport, parse, proto};

/// Frames of a real kernel that the crate can make again.
fn kernel_frames(payloads: &mut Payloads) -> Vec<Captured> {
    let text = include_str!("../../wire/tests/golden/linux-6.18.hex");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let frames = lines.filter_map(|line| {
        let byte = |i: usize| u8::from_str_radix(line.get(i..i + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..line.len()).step_by(2).filter_map(byte).collect();
        parse::frame(&bytes, payloads).ok()
    });
    let mut frames: Vec<_> = frames.filter(|frame| !is_fragment(frame)).collect();
    frames.extend(fragments(&frames[2].clone(), payloads));
    let captured = |(i, frame)| {
        let (interface, direction) = if i % 2 == 0 { (0, Direction::Out) } else { (1, Direction::In) };
        Captured { at: Instant(1_000_000_007 * i as u64), interface, direction, frame }
    };
    frames.into_iter().enumerate().map(captured).collect()
}

fn is_fragment(frame: &Frame) -> bool {
    matches!(&frame.body, Body::Ip(packet) if packet.ip.frag.is_some())
}

/// A ping of 3,000 bytes in the three parts of an MTU of 1,500, made of a smaller one.
fn fragments(ping: &Frame, payloads: &mut Payloads) -> Vec<Frame> {
    let Body::Ip(packet) = ping.body else { panic!("not IP: {ping:?}") };
    let payload = payloads.intern(&[0xa5; 3000]);
    let part = |offset: u16, more: bool| Packet {
        ip: IpHeader { frag: Some(Fragment { offset, more }), df: false, ..packet.ip },
        transport: if offset == 0 { packet.transport } else { Transport::Opaque { protocol: proto::ICMP } },
        payload: payload.skip(offset.saturating_sub(8)).truncated(if offset == 0 { 1472 } else { 1480 }),
    };
    let parts = [part(0, true), part(1480, true), part(2960, false)];
    parts.map(|packet| Frame { body: Body::Ip(packet), ..*ping }).to_vec()
}

fn output(tool: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(tool).args(args).output().ok()?;
    let err = String::from_utf8_lossy(&out.stderr);
    let err: String = err.lines().filter(|l| !l.contains("as user \"root\"")).collect();
    assert!(out.status.success() && err.is_empty(), "{tool} {args:?}: {err}");
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn the_file_is_laid_out_in_blocks() {
    let mut payloads = Payloads::default();
    let mut captured = kernel_frames(&mut payloads);
    captured.truncate(3);
    captured[2].interface = 2;
    let file = pcapng(&["host/eth0".into(), "c1/eth0".into()], &captured, &payloads, 0);
    let mut blocks = Vec::new();
    let mut rest = &file[..];
    while !rest.is_empty() {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let len = word(4) as usize;
        assert_eq!(word(len - 4) as usize, len);
        blocks.push(word(0));
        rest = &rest[len..];
    }
    // The third frame's interface has no name.
    assert_eq!(blocks, [0x0a0d_0d0a, 1, 1, 6, 6]);
}

#[test]
fn wireshark_reads_it_without_complaint() {
    let mut payloads = Payloads::default();
    let captured = kernel_frames(&mut payloads);
    let file = pcapng(&["host/eth0".into(), "c1/eth0".into()], &captured, &payloads, 0);
    let path = std::env::temp_dir().join(format!("packetwalk-{}.pcapng", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let file = path.to_str().unwrap();
    let Some(info) = output("capinfos", &["-M", file]) else {
        eprintln!("skipped: no capinfos");
        return;
    };
    for line in [
        "Number of interfaces in file: 2",
        "Name = host/eth0",
        "Name = c1/eth0",
        "Time precision = nanoseconds (9)",
        "Strict time order:   True",
    ] {
        assert!(info.contains(line), "{line} is missing in\n{info}");
    }
    let check = ["ip", "tcp", "udp"].map(|p| format!("{p}.check_checksum:TRUE"));
    let options = check.iter().flat_map(|c| ["-o", c.as_str()]);
    let mut args: Vec<&str> = options.collect();
    args.extend(["-n", "-r", file, "-T", "fields", "-E", "occurrence=a", "-E", "separator=;"]);
    let fields = ["frame.interface_name", "frame.packet_flags_direction", "frame.time_epoch"];
    let status = ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status"];
    for field in fields.iter().chain(&status).chain(&["icmpv6.checksum.status", "_ws.malformed"]) {
        args.extend(["-e", field]);
    }
    let Some(text) = output("tshark", &args) else { return };
    std::fs::remove_file(path).unwrap();
    assert_eq!(text.lines().count(), captured.len());
    for (i, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split(';').collect();
        let (name, direction) = if i % 2 == 0 { ("host/eth0", "2") } else { ("c1/eth0", "1") };
        assert_eq!(fields[0], name, "{line}");
        assert!(fields[1].ends_with(direction), "{line}");
        let at = 1_000_000_007 * i as u64;
        assert_eq!(fields[2], format!("{}.{:09}", at / 1_000_000_000, at % 1_000_000_000), "{line}");
        // 1 is good, 2 is unverified (fragments).
        let bad = fields[3..8].iter().any(|f| f.split(',').any(|s| s == "0"));
        assert!(!bad && fields[8].is_empty(), "frame {}: {line}", i + 1);
    }
}
