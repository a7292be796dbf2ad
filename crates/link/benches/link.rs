//! A bridge's forwarding database and the neighbour table. `cargo bench -p packetwalk-link`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up may panic")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use packetwalk_link::{Devices, Egress, Fdb, Kind, Neighbours, NewDevice, NudState, Outcome};
use packetwalk_wire::{IfIndex, IfName, Instant, IpHeader, Mac, Packet, Payload, Skb, Transport};

const AGEING: Duration = Duration::from_secs(300);
const NOW: Instant = Instant(1_000_000_000);
const PORTS: [IfIndex; 2] = [IfIndex(3), IfIndex(4)];
const HOSTS: u32 = 1000;

fn main() {
    divan::main();
}

fn mac(n: u32) -> Mac {
    let [_, _, high, low] = n.to_be_bytes();
    Mac([2, 0x42, 0, 1, high, low])
}

fn addr(n: u32) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 + n).into()
}

fn add(devices: &mut Devices, name: &str, kind: Kind) -> IfIndex {
    let name = IfName::new(name).unwrap();
    let mac = Mac([2, 0, 0, 0, 0, 1]);
    devices.add(NewDevice { name, kind, mac, mac_set: false, mtu: None, index: None }).unwrap()
}

/// br0 with two ports, all up.
fn bridge() -> Devices {
    let mut devices = Devices::new();
    let br = add(&mut devices, "br0", Kind::Bridge(Box::default()));
    devices.set_up(br, true).unwrap();
    for name in ["veth1", "veth2"] {
        let port = add(&mut devices, name, Kind::Veth { peer: None });
        devices.set_master(port, Some(br)).unwrap();
        devices.set_up(port, true).unwrap();
        devices.set_carrier(port, true).unwrap();
    }
    devices
}

#[divan::bench]
fn fdb_learn(bencher: Bencher) {
    let learn = |fdb: &mut Fdb| (0..HOSTS).all(|n| fdb.learn(black_box(mac(n)), PORTS[0], AGEING, NOW));
    assert!(learn(&mut Fdb::default()), "all are new");
    bencher.counter(ItemsCount::new(HOSTS)).with_inputs(Fdb::default).bench_local_refs(learn);
}

/// A frame between hosts whose ports are known: source renewed, destination found.
#[divan::bench]
fn bridge_input(bencher: Bencher) {
    let mut devices = bridge();
    for n in 0..HOSTS {
        devices.bridge_input(PORTS[n as usize % 2], mac(n), Mac::BROADCAST, NOW).unwrap();
    }
    let mut forward = || devices.bridge_input(PORTS[0], black_box(mac(500)), black_box(mac(501)), NOW);
    assert_eq!(forward().unwrap().egress, Egress::Port(PORTS[1]));
    bencher.bench_local(forward);
}

/// The MAC of a next hop.
#[divan::bench(args = [10, HOSTS])]
fn neighbour_resolve(bencher: Bencher, hosts: u32) {
    let mut table = Neighbours::new(1);
    for n in 0..hosts {
        table.set(PORTS[0], addr(n), Some(mac(n)), NudState::Permanent, false, true, NOW);
    }
    let ip = IpHeader::new(addr(hosts), addr(7));
    let skb =
        Skb::new(1, Packet { ip, transport: Transport::Opaque { protocol: 253 }, payload: Payload::EMPTY });
    let mut resolve = || table.resolve(black_box(addr(7)), PORTS[0], &skb, NOW);
    assert_eq!(resolve(), Outcome::Ready(mac(7)));
    bencher.bench_local(resolve);
}
