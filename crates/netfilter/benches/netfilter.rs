//! Connections: new ones, packets of known ones, lookups. `cargo bench -p packetwalk-netfilter --bench netfilter`.
//!
//! `rules` has chains of 16 rules and more, `conntrack` a million flows.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use std::net::{IpAddr, Ipv4Addr};

use divan::{Bencher, black_box};
use packetwalk_netfilter::Conntrack;
use packetwalk_netfilter::conntrack::{Tuple, Zone};
use packetwalk_trace::{Hook, Silent};
use packetwalk_wire::{Instant, IpHeader, Nfct, Packet, Payload, Payloads, Skb, Transport, Udp};

const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn main() {
    divan::main();
}

fn client(flow: u32) -> (IpAddr, u16) {
    (Ipv4Addr::from_bits(0x0a00_0000 | flow >> 6 & 0xffff).into(), 1024 + (flow & 63) as u16)
}

/// A packet of a flow comes in and goes out: how it is tracked.
fn send(ct: &mut Conntrack, payloads: &Payloads, flow: u32, now: Instant) -> Nfct {
    let (src, sport) = client(flow);
    let transport = Transport::Udp(Udp { sport, dport: 53 });
    let mut skb = Skb::new(1, Packet { ip: IpHeader::new(src, SERVER), transport, payload: Payload::EMPTY });
    ct.packet_in(Hook::Prerouting, &mut skb, payloads, now, &mut Silent);
    ct.confirm(&mut skb, now, &mut Silent);
    skb.nfct
}

/// So many flows.
fn table(flows: u32) -> Conntrack {
    let (mut ct, payloads) = (Conntrack::new(), Payloads::default());
    ct.sysctls.max = 1 << 20;
    for flow in 0..flows {
        send(&mut ct, &payloads, flow, Instant::ZERO);
    }
    assert_eq!(ct.count(Instant::ZERO), flows);
    ct
}

/// First packets, 10 ms apart: some 3,000 flows live at a time.
#[divan::bench]
fn conntrack_new(bencher: Bencher) {
    let (mut ct, payloads) = (table(0), Payloads::default());
    let mut flow = 0;
    let mut begin = || {
        flow += 1;
        send(&mut ct, &payloads, black_box(flow), Instant(u64::from(flow) * 10_000_000))
    };
    for _ in 0..6000 {
        assert!(matches!(begin(), Nfct::Tracked(_)));
    }
    bencher.bench_local(begin);
}

/// Packets of a flow that is known, among so many.
#[divan::bench(args = [1, 1000, 65536])]
fn conntrack_known(bencher: Bencher, flows: u32) {
    let (mut ct, payloads) = (table(flows), Payloads::default());
    send(&mut ct, &payloads, flows / 2, Instant::ZERO);
    assert_eq!(ct.count(Instant::ZERO), flows, "nothing new");
    bencher.bench_local(|| send(&mut ct, &payloads, black_box(flows / 2), Instant::ZERO));
}

/// The lookup alone.
#[divan::bench(args = [1000, 65536])]
fn conntrack_find(bencher: Bencher, flows: u32) {
    let mut ct = table(flows);
    let (src, sport) = client(flows / 2);
    let tuple = Tuple { src, dst: SERVER, sport, dport: 53, protocol: 17 };
    assert!(ct.find(&tuple, Zone::default(), Instant::ZERO).is_some());
    bencher.bench_local(|| ct.find(black_box(&tuple), Zone::default(), Instant::ZERO));
}
