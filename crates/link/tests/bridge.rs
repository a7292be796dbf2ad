//! A bridge of three ports. Expectations: Linux 6.18, `bridge fdb show` and captures on the ports.
#![allow(clippy::unwrap_used)]

use packetwalk_link::{Change, Devices, Egress, Kind, NewDevice, OperState};
use packetwalk_trace::DropReason;
use packetwalk_wire::{IfIndex, IfName, Instant, Mac};

const fn mac(n: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, n])
}

fn add(devices: &mut Devices, name: &str, kind: Kind, n: u8) -> IfIndex {
    let name = IfName::new(name).unwrap();
    devices.add(NewDevice { name, kind, mac: mac(n), mac_set: false, mtu: None, index: None }).unwrap()
}

/// br0 (2) with the ports 3, 4, 5, all up.
fn bridge() -> Devices {
    let mut devices = Devices::new();
    let br = add(&mut devices, "br0", Kind::Bridge(Box::default()), 99);
    devices.set_up(br, true).unwrap();
    for n in 3..=5 {
        let port = add(&mut devices, &format!("p{n}"), Kind::Veth { peer: None }, n);
        devices.set_master(port, Some(br)).unwrap();
        devices.set_up(port, true).unwrap();
        devices.set_carrier(port, true).unwrap();
    }
    devices
}

fn flow(devices: &mut Devices, from: u32, src: u8, dst: Mac) -> (Vec<u32>, bool, Option<DropReason>) {
    let decision = devices.bridge_input(IfIndex(from), mac(src), dst, Instant(1)).unwrap();
    (devices.egress(&decision).map(|i| i.0).collect(), decision.local, decision.drop)
}

#[test]
fn floods_learns_and_forwards() {
    let mut d = bridge();
    assert_eq!(flow(&mut d, 3, 33, mac(44)), (vec![5, 4], false, None), "unknown: last joined first");
    assert_eq!(flow(&mut d, 4, 44, mac(33)), (vec![3], false, None), "learnt");
    assert_eq!(flow(&mut d, 3, 33, Mac::BROADCAST), (vec![5, 4], true, None));
    assert_eq!(flow(&mut d, 4, 44, mac(3)), (vec![], true, None), "the bridge's MAC is its first port's");
    assert_eq!(flow(&mut d, 5, 33, mac(77)), (vec![4, 3], false, None));
    assert_eq!(flow(&mut d, 4, 44, mac(33)), (vec![5], false, None), "33 has moved");
}

#[test]
fn port_flags() {
    let mut d = bridge();
    flow(&mut d, 3, 33, mac(1));
    assert_eq!(flow(&mut d, 3, 34, mac(33)), (vec![], false, Some(DropReason::BridgeNoEgressPort)));
    d.get_mut(IfIndex(3)).unwrap().port.as_mut().unwrap().hairpin = true;
    assert_eq!(flow(&mut d, 3, 34, mac(33)), (vec![3], false, None));
    assert_eq!(flow(&mut d, 3, 34, Mac::BROADCAST), (vec![5, 4, 3], true, None));
    for n in [3, 4] {
        d.get_mut(IfIndex(n)).unwrap().port.as_mut().unwrap().isolated = true;
    }
    assert_eq!(flow(&mut d, 4, 44, Mac::BROADCAST), (vec![5], true, None), "isolated");
    d.get_mut(IfIndex(5)).unwrap().port.as_mut().unwrap().bcast_flood = false;
    assert_eq!(flow(&mut d, 4, 44, Mac::BROADCAST), (vec![], true, None));
    let lldp = Mac([1, 0x80, 0xc2, 0, 0, 0xe]);
    assert!(d.bridge_input(IfIndex(3), mac(33), lldp, Instant(1)).unwrap().pass);
    let pause = Mac([1, 0x80, 0xc2, 0, 0, 1]);
    assert_eq!(flow(&mut d, 3, 33, pause).2, Some(DropReason::BridgeLinkLocal));
}

#[test]
fn entries_age_after_300_seconds() {
    let mut d = bridge();
    flow(&mut d, 3, 33, mac(1));
    let at = |d: &mut Devices, now| d.bridge_output(IfIndex(2), mac(33), Instant(now)).unwrap().egress;
    assert_eq!(at(&mut d, 300_000_000_000), Egress::Port(IfIndex(3)));
    assert_eq!(at(&mut d, 300_000_000_001), Egress::Unicast);
    d.age_fdb(Instant(300_000_000_000));
    let entry = |d: &Devices| d.get(IfIndex(2)).unwrap().bridge().unwrap().fdb.get(mac(33)).copied();
    assert!(entry(&d).is_some());
    d.age_fdb(Instant(300_000_000_001));
    assert_eq!(entry(&d), None);
}

#[test]
fn carrier_mac_and_mtu_follow_the_ports() {
    let mut d = Devices::new();
    let br = add(&mut d, "br0", Kind::Bridge(Box::default()), 99);
    d.set_up(br, true).unwrap();
    assert_eq!(d.get(br).unwrap().operstate(), OperState::Unknown, "a bridge that never had a port");
    let port = add(&mut d, "p", Kind::Veth { peer: None }, 1);
    let changes = d.set_master(port, Some(br)).unwrap();
    assert_eq!(changes, [Change::Mac(br), Change::Carrier(br, false)]);
    d.set_up(port, true).unwrap();
    assert_eq!(d.set_carrier(port, true).unwrap(), [Change::Carrier(port, true), Change::Carrier(br, true)]);
    assert_eq!(d.set_mtu(port, 1400).unwrap(), [Change::Mtu(port), Change::Mtu(br)]);
    assert_eq!((d.get(br).unwrap().mac, d.get(br).unwrap().mtu), (mac(1), 1400));
    d.set_master(port, None).unwrap();
    let bridge = d.get(br).unwrap();
    assert_eq!((bridge.mac, bridge.mtu, bridge.operstate()), (Mac::ZERO, 1500, OperState::Down));
}

#[test]
fn the_host_sends_by_the_bridge() {
    let mut d = bridge();
    flow(&mut d, 4, 44, mac(1));
    let to = |d: &mut Devices, dst| {
        let decision = d.bridge_output(IfIndex(2), dst, Instant(2)).unwrap();
        (decision.egress, d.egress(&decision).map(|i| i.0).collect::<Vec<_>>())
    };
    assert_eq!(to(&mut d, mac(44)), (Egress::Port(IfIndex(4)), vec![4]));
    assert_eq!(to(&mut d, mac(45)), (Egress::Unicast, vec![5, 4, 3]));
    assert_eq!(to(&mut d, Mac::BROADCAST), (Egress::Broadcast, vec![5, 4, 3]));
}
