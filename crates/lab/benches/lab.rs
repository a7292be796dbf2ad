//! Packets between two namespaces on a bridge, and a snapshot. `cargo bench -p packetwalk-lab`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use std::net::IpAddr;
use std::time::Duration;

use divan::{Bencher, black_box};
use packetwalk_lab::{Lab, Load, SockId, SocketKind, VethEnd};
use packetwalk_link::{Bridge, Kind, NewDevice};
use packetwalk_route::Address;
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, Icmp, IfName, Transport, icmp, proto};

const HOST: NsId = NsId(0);
const C2: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(172, 17, 0, 2));

fn main() {
    divan::main();
}

/// c1 and c2 on br0, with neighbours known.
fn lab() -> (Lab, NsId, NsId) {
    let mut lab = Lab::new(1);
    let name = |name: &str| IfName::new(name).unwrap();
    let stack = lab.stack_mut(HOST).unwrap();
    let (kind, mac) = (Kind::Bridge(Box::<Bridge>::default()), stack.random_mac());
    let br0 = NewDevice { name: name("br0"), kind, mac, mac_set: false, mtu: None, index: None };
    let br0 = stack.add_link(br0).unwrap();
    lab.set_up(HOST, br0, true).unwrap();
    let spaces = ["1", "2"].map(|n| {
        let ns = lab.add_ns(&format!("c{n}")).unwrap();
        let end = |ns, dev: &str| VethEnd { ns, name: name(dev), mac: None, mtu: None, index: None };
        lab.add_veth(&end(HOST, &format!("veth{n}")), &end(ns, "eth0")).unwrap();
        let stack = lab.stack_mut(HOST).unwrap();
        let port = stack.links.by_name(&format!("veth{n}")).unwrap().index;
        let changes = stack.links.set_master(port, Some(br0)).unwrap();
        stack.follow(&changes);
        let eth0 = lab.stack(ns).unwrap().links.by_name("eth0").unwrap().index;
        lab.set_up(HOST, port, true).unwrap();
        lab.set_up(ns, eth0, true).unwrap();
        let address = Address::new(format!("172.17.0.{n}").parse().unwrap(), 16);
        lab.stack_mut(ns).unwrap().routing.add_address(eth0, address).unwrap();
        ns
    });
    let socket = socket(&mut lab, spaces[0]);
    assert!(ping(&mut lab, spaces[0], socket));
    (lab, spaces[0], spaces[1])
}

fn socket(lab: &mut Lab, ns: NsId) -> SockId {
    lab.stack_mut(ns).unwrap().sock_open(Family::V4, SocketKind::Raw { protocol: proto::ICMP })
}

/// Whether an answer came.
fn ping(lab: &mut Lab, from: NsId, socket: SockId) -> bool {
    let echo = Transport::Icmp(Icmp::Query { ty: icmp::v4::ECHO, code: 0, id: 7, seq: 1 });
    lab.raw_send(from, socket, echo, &[0; 56], C2).unwrap();
    while lab.has_flights() {
        lab.step(lab.now() + Duration::from_millis(1));
    }
    lab.sock_recv(from, socket).is_some()
}

/// Of a flow that is known.
#[divan::bench]
fn udp_datagram(bencher: Bencher) {
    let (mut lab, c1, c2) = lab();
    let load = Load::new(&mut lab, c1, c2, (C2, 80)).unwrap();
    assert_eq!(load.run(&mut lab, 16), Ok(16));
    bencher.bench_local(|| load.run(&mut lab, 1));
}

/// The same with every step kept.
#[divan::bench]
fn udp_datagram_traced(bencher: Bencher) {
    let (mut lab, c1, c2) = lab();
    let load = Load::new(&mut lab, c1, c2, (C2, 80)).unwrap();
    let mut send = || {
        lab.start_trace();
        (load.run(&mut lab, 1), lab.stop_trace())
    };
    let (arrived, events) = send();
    assert_eq!(arrived, Ok(1));
    assert!(!events.is_empty());
    bencher.bench_local(send);
}

#[divan::bench]
fn ping_answered(bencher: Bencher) {
    let (mut lab, c1, _) = lab();
    let socket = socket(&mut lab, c1);
    bencher.bench_local(|| ping(&mut lab, c1, socket));
}

/// A clone and its end.
#[divan::bench]
fn snapshot(bencher: Bencher) {
    let (lab, c1, _) = lab();
    assert!(lab.clone().shares(&lab, c1));
    bencher.bench_local(|| drop(black_box(lab.clone())));
}
