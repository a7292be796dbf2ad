//! Packets across namespaces: a LAN bridge, a router, masquerading. What is expected was seen on Linux 6.18.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::default_trait_access)]

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_lab::{Lab, SockId, SocketKind, VethEnd, socket::tcp::State};
use packetwalk_link::{Bridge, Kind, NewDevice};
use packetwalk_netfilter::nat::NatRange;
use packetwalk_netfilter::targets::{Target, masquerade::Masquerade};
use packetwalk_netfilter::xtables::{Face, Rule};
use packetwalk_route::{Address, NextHop, NlFlags, Route};
use packetwalk_trace::{DropReason, Event, NsId, SendError, Step, Table};
use packetwalk_wire::{
    Body, Family, Frame, Icmp, IfName, IpHeader, Mac, Packet, TcpFlags, Transport, Udp, icmp, proto,
};

fn name(n: &str) -> IfName {
    IfName::new(n).unwrap()
}

fn ip(a: &str) -> IpAddr {
    a.parse().unwrap()
}

fn veth(lab: &mut Lab, a: (NsId, &str), b: (NsId, &str)) {
    let end = |(ns, n): (NsId, &str)| VethEnd { ns, name: name(n), mac: None, mtu: None, index: None };
    lab.add_veth(&end(a), &end(b)).unwrap();
}

fn up(lab: &mut Lab, ns: NsId, dev: &str) {
    let index = lab.stack(ns).unwrap().links.by_name(dev).unwrap().index;
    lab.set_up(ns, index, true).unwrap();
}

fn addr(lab: &mut Lab, ns: NsId, dev: &str, net: &str) {
    let net: ipnet::IpNet = net.parse().unwrap();
    let stack = lab.stack_mut(ns).unwrap();
    let index = stack.links.by_name(dev).unwrap().index;
    stack.routing.add_address(index, Address::new(net.addr(), net.prefix_len())).unwrap();
}

fn default_via(lab: &mut Lab, ns: NsId, via: &str) {
    let mut route = Route::new("0.0.0.0/0".parse().unwrap());
    route.nexthops.push(NextHop { via: Some(ip(via)), ..NextHop::default() });
    lab.stack_mut(ns).unwrap().routing.change_route(route, NlFlags::Add).unwrap();
}

/// container — docker0 (host) eth0 — internet.
fn docker() -> (Lab, NsId, NsId, NsId) {
    let mut lab = Lab::new(1);
    let host = NsId(0);
    let c1 = lab.add_ns("c1").unwrap();
    let net = lab.add_ns("internet").unwrap();
    let stack = lab.stack_mut(host).unwrap();
    let mac = stack.random_mac();
    stack
        .add_link(NewDevice {
            name: name("docker0"),
            kind: Kind::Bridge(Box::<Bridge>::default()),
            mac,
            mac_set: false,
            mtu: None,
            index: None,
        })
        .unwrap();
    veth(&mut lab, (host, "veth1"), (c1, "eth0"));
    veth(&mut lab, (host, "eth0"), (net, "eth0"));
    let stack = lab.stack_mut(host).unwrap();
    let (port, bridge) =
        (stack.links.by_name("veth1").unwrap().index, stack.links.by_name("docker0").unwrap().index);
    let changes = stack.links.set_master(port, Some(bridge)).unwrap();
    stack.follow(&changes);
    for (ns, dev) in
        [(host, "lo"), (host, "docker0"), (host, "veth1"), (host, "eth0"), (c1, "eth0"), (net, "eth0")]
    {
        up(&mut lab, ns, dev);
    }
    addr(&mut lab, host, "docker0", "172.17.42.1/16");
    addr(&mut lab, host, "eth0", "198.51.100.1/24");
    addr(&mut lab, c1, "eth0", "172.17.0.2/16");
    addr(&mut lab, net, "eth0", "198.51.100.2/24");
    default_via(&mut lab, c1, "172.17.42.1");
    let stack = lab.stack_mut(host).unwrap();
    stack.sysctl_write("net.ipv4.ip_forward", "1").unwrap();
    stack.nf.change(Face::Nft, Family::V4, |rules| {
        let table = rules.table(Table::Nat);
        let chain = table.find("POSTROUTING").unwrap();
        table.materialize(chain);
        let target = Target::Masquerade(Masquerade { range: NatRange::empty(Family::V4) });
        table
            .append(
                chain,
                Rule {
                    base: Default::default(),
                    matches: Vec::new(),
                    target,
                    counters: Default::default(),
                    handle: 0,
                },
            )
            .unwrap();
    });
    (lab, host, c1, net)
}

fn ping(lab: &mut Lab, from: NsId, to: &str) -> (SockId, Result<(), SendError>) {
    let stack = lab.stack_mut(from).unwrap();
    let id = stack.sock_open(Family::V4, SocketKind::Raw { protocol: proto::ICMP });
    let echo = Transport::Icmp(Icmp::Query { ty: icmp::v4::ECHO, code: 0, id: 7, seq: 1 });
    let sent = lab.raw_send(from, id, echo, &[0; 56], ip(to));
    let limit = lab.now() + Duration::from_secs(4);
    lab.run_until(limit);
    (id, sent)
}

fn replies(lab: &mut Lab, ns: NsId, id: SockId) -> Vec<(IpAddr, u8, u8)> {
    let mut got = Vec::new();
    while let Some(d) = lab.stack_mut(ns).unwrap().sock_recv(id) {
        let (ty, _) = d.packet.icmp().unwrap().type_code();
        got.push((d.packet.ip.src, ty, d.packet.ip.ttl));
    }
    got
}

#[test]
fn a_containers_ping_is_masqueraded_and_its_reply_comes_back() {
    let (mut lab, host, c1, net) = docker();
    lab.start_trace();
    let (id, sent) = ping(&mut lab, c1, "198.51.100.2");
    assert_eq!(sent, Ok(()));
    assert_eq!(replies(&mut lab, c1, id), [(ip("198.51.100.2"), 0, 63)]);
    let events = lab.stop_trace();
    let seen =
        |e: &&Event| e.ns == net && matches!(e.step, Step::Receive(_)) && matches!(e.body, Body::Ip(_));
    let Some(Body::Ip(packet)) = events.iter().find(seen).map(|e| e.body) else { panic!("nothing arrived") };
    assert_eq!(packet.ip.src, ip("198.51.100.1"));
    assert!(events.iter().any(|e| e.ns == host && matches!(e.step, Step::Nat { .. })));
    assert!(events.iter().any(|e| e.ns == host && matches!(e.step, Step::RouteInput(_))));
    let now = lab.now();
    assert_eq!(lab.stack(host).unwrap().nf.ct.iter(now).count(), 1);
}

#[test]
fn a_next_hop_that_does_not_answer_is_told_to_the_sender() {
    let (mut lab, _, c1, _) = docker();
    lab.start_trace();
    let (id, sent) = ping(&mut lab, c1, "172.17.0.99");
    assert_eq!(sent, Ok(()));
    // From itself to itself, over lo, which is down here: nothing arrives.
    assert_eq!(replies(&mut lab, c1, id), []);
    let failed = |e: &Event| e.ns == c1 && e.step == Step::Drop(DropReason::NeighFailed);
    assert!(lab.stop_trace().iter().any(failed));
    up(&mut lab, c1, "lo");
    let (id, _) = ping(&mut lab, c1, "172.17.0.98");
    assert_eq!(replies(&mut lab, c1, id), [(ip("172.17.0.2"), 3, 64)]);
}

#[test]
fn without_a_route_nothing_is_sent() {
    let (mut lab, _, _, net) = docker();
    let (_, sent) = ping(&mut lab, net, "203.0.113.1");
    assert_eq!(sent, Err(SendError::NetUnreach));
}

#[test]
fn tcp_opens_carries_data_closes_and_refuses() {
    let (mut lab, _, c1, net) = docker();
    let stack = lab.stack_mut(net).unwrap();
    let listener = stack.sock_open(Family::V4, SocketKind::TcpIdle);
    stack.sock_bind(listener, None, 80).unwrap();
    stack.tcp_listen(listener, 5);
    let client = lab.stack_mut(c1).unwrap().sock_open(Family::V4, SocketKind::TcpIdle);
    lab.tcp_connect(c1, client, (ip("198.51.100.2"), 80)).unwrap();
    let settle = |lab: &mut Lab| {
        let limit = lab.now() + Duration::from_millis(100);
        lab.run_until(limit);
    };
    settle(&mut lab);
    let server = lab.stack_mut(net).unwrap().tcp_accept(listener).expect("accepted");
    lab.tcp_write(c1, client, b"hello").unwrap();
    settle(&mut lab);
    assert_eq!(lab.stack_mut(net).unwrap().tcp_read(server), b"hello");
    lab.sock_close(c1, client);
    settle(&mut lab);
    lab.sock_close(net, server);
    settle(&mut lab);
    assert!(lab.stack(net).unwrap().sockets.get(server).is_none(), "the passive closer is done");
    let refused = lab.stack_mut(c1).unwrap().sock_open(Family::V4, SocketKind::TcpIdle);
    lab.tcp_connect(c1, refused, (ip("198.51.100.2"), 81)).unwrap();
    settle(&mut lab);
    let stack = lab.stack_mut(c1).unwrap();
    assert_eq!(stack.sockets.get(refused).unwrap().tcp().unwrap().state, State::Closed);
    assert_eq!(stack.sock_error(refused), Some(SendError::ConnRefused));
}

#[test]
fn a_load_arrives_in_full() {
    let (mut lab, _, c1, net) = docker();
    let load = packetwalk_lab::Load::new(&mut lab, c1, net, (ip("198.51.100.2"), 9)).unwrap();
    // The first waits for ARP on two links and is carried with the second.
    assert_eq!(load.run(&mut lab, 100), Ok(100));
}

/// `close` with SO_LINGER 0: tcpdump showed `Flags [R.], win 64, options [nop,nop,TS val … ecr …]`.
#[test]
fn a_frame_from_outside_goes_its_way_and_only_to_its_mac() {
    let (mut lab, host, c1, _) = docker();
    let id = lab.stack_mut(c1).unwrap().sock_open(Family::V4, SocketKind::Udp);
    lab.stack_mut(c1).unwrap().sock_bind(id, None, 80).unwrap();
    let device = lab.stack(host).unwrap().links.by_name("eth0").unwrap();
    let (eth0, mac) = (device.index, device.mac);
    let header = IpHeader::new(ip("198.51.100.2"), ip("172.17.0.2"));
    let transport = Transport::Udp(Udp { sport: 1024, dport: 80 });
    let body = Body::Ip(Packet { ip: header, transport, payload: lab.payloads.intern(&[7; 18]) });
    for (dst, arrives) in [(mac, true), (Mac([2; 6]), false)] {
        lab.receive(host, eth0, [Frame { dst, src: Mac([4; 6]), body }]);
        lab.run_until(lab.now() + Duration::from_secs(1));
        let got = lab.stack_mut(c1).unwrap().sock_recv(id);
        assert_eq!(
            got.map(|d| (d.packet.ip.src, d.packet.ip.ttl)),
            arrives.then_some((ip("172.17.42.1"), 63)),
            "{dst:?}"
        );
    }
}

#[test]
fn a_reset_of_an_open_connection_has_its_window_and_timestamp() {
    let mut lab = Lab::new(0);
    let ns = NsId(0);
    up(&mut lab, ns, "lo");
    let stack = lab.stack_mut(ns).unwrap();
    let listener = stack.sock_open(Family::V4, SocketKind::TcpIdle);
    stack.sock_bind(listener, None, 5000).unwrap();
    stack.tcp_listen(listener, 1);
    let client = stack.sock_open(Family::V4, SocketKind::TcpIdle);
    lab.tcp_connect(ns, client, (ip("127.0.0.1"), 5000)).unwrap();
    lab.run_until(lab.now() + Duration::from_millis(1));
    lab.captures.on = true;
    lab.tcp_abort(ns, client);
    let Body::Ip(packet) = lab.captures.frames.last().expect("a frame").frame.body else { panic!("not IP") };
    let Transport::Tcp(tcp) = packet.transport else { panic!("not TCP") };
    assert_eq!((tcp.flags, tcp.window, packet.len()), (TcpFlags::RST.with(TcpFlags::ACK), 64, 52));
    assert!(tcp.options.timestamp.is_some());
}

/// The namespaces that are there, and those to come.
#[test]
fn all_of_a_flood_safe_lab_is() {
    let mut lab = Lab::new(7);
    let before = lab.add_ns("before").unwrap();
    lab.set_flood_safe();
    let after = lab.add_ns("after").unwrap();
    for ns in [packetwalk_trace::NsId(0), before, after] {
        assert!(lab.stack(ns).unwrap().nf.ct.is_flood_safe(), "{ns:?}");
    }
}
