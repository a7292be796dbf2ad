//! Frames to bytes and back, and the internet checksum. `cargo bench -p packetwalk-wire`.

use std::net::Ipv4Addr;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use packetwalk_wire::checksum::Sum;
use packetwalk_wire::{
    Body, Frame, Icmp, IpHeader, Mac, Packet, Payloads, Tcp, TcpFlags, TcpOptions, Transport, Udp, emit,
    icmp, parse,
};

const NAMES: [&str; 3] = ["udp", "tcp", "icmp"];

fn main() {
    divan::main();
}

/// A frame with 56 bytes of payload.
fn frame(name: &str) -> (Frame, Payloads) {
    let mut payloads = Payloads::default();
    let transport = match name {
        "udp" => Transport::Udp(Udp { sport: 40000, dport: 53 }),
        "tcp" => {
            let options = TcpOptions { timestamp: Some((1, 2)), ..TcpOptions::default() };
            let flags = TcpFlags::ACK;
            Transport::Tcp(Tcp { sport: 40000, dport: 80, seq: 1, ack: 2, flags, window: 1000, options })
        }
        _ => Transport::Icmp(Icmp::Query { ty: icmp::v4::ECHO, code: 0, id: 1, seq: 1 }),
    };
    let ip = IpHeader::new(Ipv4Addr::new(172, 17, 0, 2).into(), Ipv4Addr::new(203, 0, 113, 10).into());
    let packet = Packet { ip, transport, payload: payloads.intern(&[7; 56]) };
    let frame = Frame { dst: Mac([2, 0, 0, 0, 0, 1]), src: Mac([2, 0, 0, 0, 0, 2]), body: Body::Ip(packet) };
    (frame, payloads)
}

#[divan::bench(args = NAMES)]
fn emit_frame(bencher: Bencher, name: &str) {
    let (frame, payloads) = frame(name);
    let mut bytes = Vec::with_capacity(256);
    bencher.bench_local(|| {
        bytes.clear();
        emit::frame(black_box(&frame), &payloads, &mut bytes);
    });
    let mut again = Payloads::default();
    let back = parse::frame(&bytes, &mut again).map(|frame| frame.body.ethertype());
    assert_eq!(back.ok(), Some(emit::ethertype::IPV4), "{name}");
}

#[divan::bench(args = NAMES)]
fn parse_frame(bencher: Bencher, name: &str) {
    let (frame, payloads) = frame(name);
    let mut bytes = Vec::new();
    emit::frame(&frame, &payloads, &mut bytes);
    // A payload that is there already is not kept again.
    let mut known = payloads.clone();
    assert_eq!(parse::frame(&bytes, &mut known), Ok(frame));
    bencher.bench_local(|| parse::frame(black_box(&bytes), &mut known));
}

#[divan::bench(args = [20, 1500])]
fn checksum(bencher: Bencher, len: usize) {
    let bytes = vec![0xff; len];
    assert_eq!(Sum::default().bytes(&bytes).finish(), 0, "ones add up to minus zero");
    bencher.counter(BytesCount::new(len)).bench(|| Sum::default().bytes(black_box(&bytes)).finish());
}
