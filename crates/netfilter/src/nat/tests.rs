//! Connections led through the hooks as a router does.

use std::net::IpAddr;

use packetwalk_trace::{CtStep, Hook, Manip, Recorder, RouteKind, Step};
use packetwalk_wire::{
    CtInfo, Family, Icmp, IfIndex, IfName, Instant, IpHeader, Nfct, Packet, Payload, Payloads, Quoted, Skb,
    Tcp, TcpFlags, TcpOptions, Transport, Udp, icmp,
};

use super::*;
use crate::conntrack::{Conn, TcpState, Tuple};
use crate::env::Dev;

struct TestHost;

impl Host for TestHost {
    fn addr_type(&self, _: IpAddr, _: Option<IfIndex>) -> RouteKind {
        RouteKind::Unicast
    }
    fn masquerade_source(&self, oif: IfIndex, _: IpAddr) -> Option<IpAddr> {
        (oif == IfIndex(2)).then(|| ip("192.168.0.128"))
    }
    fn first_addr(&self, dev: IfIndex, _: Family) -> Option<IpAddr> {
        (dev == IfIndex(3)).then(|| ip("172.17.42.1"))
    }
    fn dev(&self, _: IfIndex) -> Dev {
        Dev::default()
    }
    fn is_bridge_port(&self, _: IfIndex) -> bool {
        false
    }
}

struct Counting(u32);

impl crate::env::Random for Counting {
    fn next_u32(&mut self) -> u32 {
        self.0 += 7;
        self.0
    }
}

pub(super) fn ip(s: &str) -> IpAddr {
    s.parse().unwrap()
}

#[derive(Default)]
pub(super) struct Router {
    pub(super) ct: Conntrack,
    pub(super) payloads: Payloads,
    drawn: u32,
    pub(super) now: Instant,
    pub(super) obs: Recorder,
    lookups: u32,
}

/// What the nat table's chains say: the mapping, if any, at a hook.
pub(super) type Rules<'a> = &'a dyn Fn(Hook) -> Option<Rule>;

#[derive(Clone, Copy)]
pub(super) enum Rule {
    Map(NatRange),
    Masquerade(NatRange),
    Redirect(NatRange),
}

const NO_RULES: Rules<'static> = &|_| None;

impl Router {
    pub(super) fn nat(&mut self, hook: Hook, skb: &mut Skb, rules: Rules<'_>) -> Verdict {
        let dev = |index: u32| Dev { index: IfIndex(index), name: IfName::EMPTY, group: 0 };
        let state = HookState {
            hook,
            family: skb.packet.family(),
            iif: if matches!(hook, Hook::Prerouting | Hook::Input) { dev(3) } else { Dev::default() },
            oif: if hook == Hook::Postrouting { dev(2) } else { Dev::default() },
            next_hop: None,
        };
        let mut random = Counting(self.drawn);
        let mut env =
            Env { now: self.now, host: &TestHost, payloads: &mut self.payloads, random: &mut random };
        let lookups = &mut self.lookups;
        let verdict = inet_fn(&mut self.ct, skb, &state, &mut env, &mut self.obs, |ct, skb, env, obs| {
            *lookups += 1;
            match rules(hook) {
                None => Verdict::Accept,
                Some(Rule::Map(range)) => setup_info(ct, skb, &range, manip_of(hook), env, obs),
                Some(Rule::Masquerade(range)) => masquerade(ct, skb, &range, &state, env, obs),
                Some(Rule::Redirect(range)) => redirect(ct, skb, &range, &state, env, obs),
            }
        });
        self.drawn = random.0;
        verdict
    }

    /// Forwards a packet: PREROUTING and POSTROUTING.
    fn forward(&mut self, packet: Packet, rules: Rules<'_>) -> Option<Packet> {
        self.through([Hook::Prerouting, Hook::Postrouting], packet, rules).map(|skb| skb.packet)
    }

    fn through(&mut self, hooks: [Hook; 2], packet: Packet, rules: Rules<'_>) -> Option<Skb> {
        let mut skb = Skb::new(1, packet);
        let all = [
            |r: &mut Self, h, s: &mut Skb, _: Rules<'_>| r.ct.packet_in(h, s, &r.payloads, r.now, &mut r.obs),
            |r: &mut Self, h, s: &mut Skb, rules: Rules<'_>| r.nat(h, s, rules),
        ];
        for step in all {
            if step(self, hooks[0], &mut skb, rules) != Verdict::Accept {
                self.ct.release(&skb);
                return None;
            }
        }
        let out = self.nat(hooks[1], &mut skb, rules);
        if out != Verdict::Accept || self.ct.confirm(&mut skb, self.now, &mut self.obs) != Verdict::Accept {
            self.ct.release(&skb);
            return None;
        }
        Some(skb)
    }

    fn only_entry(&self) -> Conn {
        let all: Vec<Conn> = self.ct.iter(self.now).map(|(_, c)| c.clone()).collect();
        assert_eq!(all.len(), 1);
        all[0].clone()
    }
}

fn udp(src: &str, sport: u16, dst: &str, dport: u16) -> Packet {
    Packet {
        ip: IpHeader::new(ip(src), ip(dst)),
        transport: Transport::Udp(Udp { sport, dport }),
        payload: Payload::EMPTY,
    }
}

fn tcp(src: &str, sport: u16, dst: &str, dport: u16, flags: TcpFlags, ack: u32) -> Packet {
    let tcp = Tcp { sport, dport, seq: 0, ack, flags, window: 1000, options: TcpOptions::default() };
    Packet { ip: IpHeader::new(ip(src), ip(dst)), transport: Transport::Tcp(tcp), payload: Payload::EMPTY }
}

fn ends(packet: &Packet) -> String {
    let (sport, dport) = packet.ports().unwrap();
    format!("{}:{sport} > {}:{dport}", packet.ip.src, packet.ip.dst)
}

#[track_caller]
fn check(packet: Option<Packet>, expect: &str) {
    assert_eq!(packet.as_ref().map(ends).as_deref(), Some(expect));
}

fn masq(hook: Hook) -> Option<Rule> {
    (hook == Hook::Postrouting).then_some(Rule::Masquerade(NatRange::empty(Family::V4)))
}

fn dnat(hook: Hook) -> Option<Rule> {
    let mut range = NatRange::address(ip("172.17.0.2"));
    range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED);
    (range.min_proto, range.max_proto) = (80, 80);
    (hook == Hook::Prerouting).then_some(Rule::Map(range))
}

/// Linux 6.18, `iptables -t nat -A POSTROUTING -j SNAT --to-source RANGE [--persistent]`, read back with
/// `conntrack -L`.
#[test]
fn a_range_of_addresses_is_chosen_from_as_the_kernel_does() {
    #[rustfmt::skip]
    let cases = [
        ("198.51.100.1", "198.51.100.9", false, "10.0.0.1", "203.0.113.5", "198.51.100.6"),
        ("198.51.100.1", "198.51.100.9", false, "10.0.0.2", "203.0.113.5", "198.51.100.3"),
        ("198.51.100.1", "198.51.100.9", false, "10.0.0.3", "203.0.113.5", "198.51.100.7"),
        ("198.51.100.1", "198.51.100.9", false, "10.0.0.19", "8.8.8.8", "198.51.100.2"),
        ("198.51.100.250", "198.51.101.10", false, "10.0.0.1", "203.0.113.5", "198.51.101.4"),
        ("198.51.100.250", "198.51.101.10", false, "10.0.0.2", "203.0.113.5", "198.51.100.255"),
        ("198.51.100.250", "198.51.101.10", false, "10.0.0.19", "8.8.8.8", "198.51.100.253"),
        ("198.51.100.1", "198.51.100.9", true, "10.0.0.1", "203.0.113.5", "198.51.100.3"),
        ("198.51.100.1", "198.51.100.9", true, "10.0.0.1", "203.0.113.6", "198.51.100.3"),
        ("198.51.100.1", "198.51.100.9", true, "10.0.0.2", "203.0.113.5", "198.51.100.9"),
        ("198.51.100.250", "198.51.101.10", true, "10.0.0.19", "8.8.8.8", "198.51.100.250"),
        ("2001:db8::1", "2001:db8::ff", false, "fd00::1", "2001:4860::8888", "2001:db8::e7"),
        ("2001:db8::1", "2001:db8::ff", false, "fd00::4:1", "fd01::77", "2001:db8::f6"),
        ("2001:db8:1::5", "2001:db8:2::7", false, "fd00::1", "2001:4860::8888", "2001:db8:1:e742:e741:7419:e741:7419"),
        ("2001:db8:1::5", "2001:db8:2::7", false, "fd00::4:1", "fd01::77", "2001:db8:1:f5fd:f5fc:2754:f5fc:2754"),
        ("2001:db8:1::5", "2001:db8:2::7", true, "fd00::2", "2001:4860::8888", "2001:db8:1:16ec:16ec:da2c:16ec:da2c"),
    ];
    for (min, max, persistent, src, dst, expect) in cases {
        let mut range = NatRange::address(ip(min));
        range.max_addr = ip(max);
        if persistent {
            range.flags = range.flags.with(RangeFlags::PERSISTENT);
        }
        let rules = |hook| (hook == Hook::Postrouting).then_some(Rule::Map(range));
        let got = Router::default().forward(udp(src, 4000, dst, 53), &rules).unwrap();
        assert_eq!(got.ip.src, ip(expect), "{min}-{max} {src} {dst}");
    }
}

/// Linux 6.18: a source that has a mapping keeps it for another destination, whatever the hash says.
#[test]
fn a_source_keeps_its_mapping() {
    let mut range = NatRange::address(ip("198.51.100.1"));
    range.max_addr = ip("198.51.100.9");
    let rules = |hook| (hook == Hook::Postrouting).then_some(Rule::Map(range));
    let mut r = Router::default();
    check(r.forward(udp("10.0.0.1", 4000, "203.0.113.5", 53), &rules), "198.51.100.6:4000 > 203.0.113.5:53");
    check(r.forward(udp("10.0.0.1", 4000, "203.0.113.6", 53), &rules), "198.51.100.6:4000 > 203.0.113.6:53");
}

#[test]
fn masquerade_there_and_back() {
    let mut r = Router::default();
    let there = r.forward(tcp("172.17.0.2", 40000, "203.0.113.10", 80, TcpFlags::SYN, 0), &masq);
    check(there, "192.168.0.128:40000 > 203.0.113.10:80");
    let syn_ack = TcpFlags::SYN.with(TcpFlags::ACK);
    let back = r.forward(tcp("203.0.113.10", 80, "192.168.0.128", 40000, syn_ack, 1), &masq);
    check(back, "203.0.113.10:80 > 172.17.0.2:40000");
    // Once a half and connection, null binding or not.
    assert_eq!(r.lookups, 2);
    assert_eq!(r.only_entry().tcp().unwrap().state, TcpState::SynRecv);
    let setups: Vec<Step> =
        r.obs.events.iter().map(|e| e.step).filter(|s| matches!(s, Step::NatSetup { .. })).collect();
    assert_eq!(
        setups,
        [
            Step::NatSetup { manip: Manip::Dst, by_rule: false },
            Step::NatSetup { manip: Manip::Src, by_rule: true }
        ]
    );
}

#[test]
fn a_taken_port_is_changed_within_its_class() {
    for (sport, low, high) in [(40000, 1024, 65535), (600, 600, 1023), (300, 1, 511)] {
        let mut r = Router::default();
        let first = r.forward(udp("172.17.0.2", sport, "203.0.113.10", 53), &masq).unwrap();
        assert_eq!(first.ports().unwrap().0, sport);
        let second = r.forward(udp("172.17.0.3", sport, "203.0.113.10", 53), &masq).unwrap();
        let changed = second.ports().unwrap().0;
        assert!(changed != sport && (low..=high).contains(&changed), "{sport} became {changed}");
        // The same source to somewhere else has the changed port too.
        let third = r.forward(udp("172.17.0.3", sport, "203.0.113.11", 53), &masq).unwrap();
        assert_eq!(third.ports().unwrap().0, changed);
    }
}

/// Every port of the only range taken: the last one tried clashes, and the packet is dropped.
#[test]
fn no_port_left() {
    let mut range = NatRange::address(ip("192.168.0.128"));
    range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED);
    (range.min_proto, range.max_proto) = (5000, 5001);
    let rules = |hook| (hook == Hook::Postrouting).then_some(Rule::Map(range));
    let mut r = Router::default();
    let mut syn = |host: &str| r.forward(tcp(host, 40000, "203.0.113.10", 80, TcpFlags::SYN, 0), &rules);
    let ports: Vec<_> = ["10.0.0.1", "10.0.0.2"].iter().map(|h| syn(h).unwrap().ports().unwrap().0).collect();
    assert!(ports == [5000, 5001] || ports == [5001, 5000], "{ports:?}");
    assert_eq!(syn("10.0.0.3"), None);
    assert_eq!(r.ct.count(Instant::ZERO), 2);
}

#[test]
fn a_rst_to_a_syn_is_translated_and_ends_the_connection() {
    let mut r = Router::default();
    r.forward(tcp("203.0.113.9", 40000, "192.168.0.128", 8080, TcpFlags::SYN, 0), &dnat).unwrap();
    let rst = TcpFlags::RST.with(TcpFlags::ACK);
    let back = r.forward(tcp("172.17.0.2", 80, "203.0.113.9", 40000, rst, 1), &dnat);
    check(back, "192.168.0.128:8080 > 203.0.113.9:40000");
    assert_eq!(r.ct.iter(r.now).count(), 0);
    assert!(r.obs.events.iter().any(|e| matches!(e.step, Step::Conntrack(CtStep::Destroyed(_)))));
}

#[test]
fn a_dropped_packet_leaves_no_entry() {
    let mut r = Router::default();
    let mut skb = Skb::new(1, udp("172.17.0.2", 4000, "203.0.113.10", 53));
    r.ct.packet_in(Hook::Prerouting, &mut skb, &r.payloads, r.now, &mut r.obs);
    assert_eq!(r.ct.count(r.now), 1);
    let mut error = Skb::new(2, udp("172.17.0.1", 1, "172.17.0.2", 2));
    r.ct.attach(&skb, &mut error);
    r.ct.release(&skb);
    assert_eq!((r.ct.count(r.now), r.ct.iter(r.now).count()), (0, 0));
    // What answers it still finds its connection.
    assert_eq!(r.ct.of(&error).map(|(_, info)| info), Some(CtInfo::RelatedReply));
    assert_eq!(r.ct.confirm(&mut error, r.now, &mut r.obs), Verdict::Accept);
    assert_eq!(r.ct.count(r.now), 0);
}

fn unreachable(src: &str, about: Packet, to: &str) -> Packet {
    let (quoted, payload) = about.quote(548);
    let icmp = Icmp::Error { ty: icmp::v4::DEST_UNREACH, code: 3, rest: 0, quoted };
    Packet { ip: IpHeader::new(ip(src), ip(to)), transport: Transport::Icmp(icmp), payload }
}

fn inside(packet: &Packet) -> String {
    let Some(Icmp::Error { quoted: Quoted { ip, transport, .. }, .. }) = packet.icmp() else { panic!() };
    let icmp::QuotedTransport::Udp(udp) = transport else { panic!() };
    format!("{}:{} > {}:{}", ip.src, udp.sport, ip.dst, udp.dport)
}

/// kernel-facts 11: errors are translated inside as well as outside, both ways.
#[test]
fn icmp_errors_are_translated_inside_and_outside() {
    // The container's packet was masqueraded; the error comes back to the host.
    let mut r = Router::default();
    let sent = r.forward(udp("172.17.0.2", 4000, "203.0.113.10", 53), &masq).unwrap();
    let got = r.forward(unreachable("203.0.113.1", sent, "192.168.0.128"), &masq).unwrap();
    assert_eq!((got.ip.src, got.ip.dst), (ip("203.0.113.1"), ip("172.17.0.2")));
    assert_eq!(inside(&got), "172.17.0.2:4000 > 203.0.113.10:53");
    // The client's packet was DNATed; the container's error goes out.
    let mut r = Router::default();
    let sent = r.forward(udp("203.0.113.9", 4000, "192.168.0.128", 8080), &dnat).unwrap();
    assert_eq!(ends(&sent), "203.0.113.9:4000 > 172.17.0.2:80");
    let got = r.forward(unreachable("172.17.0.2", sent, "203.0.113.9"), &dnat).unwrap();
    assert_eq!((got.ip.src, got.ip.dst), (ip("192.168.0.128"), ip("203.0.113.9")));
    assert_eq!(inside(&got), "203.0.113.9:4000 > 192.168.0.128:8080");
    // An error for somebody else than the quoted packet's sender is INVALID.
    let mut skb = Skb::new(9, unreachable("203.0.113.1", sent, "10.9.9.9"));
    r.ct.packet_in(Hook::Prerouting, &mut skb, &r.payloads, r.now, &mut r.obs);
    assert_eq!(skb.nfct, Nfct::None);
}

/// kernel-facts 12: redirects vanish when NAT is loaded.
#[test]
fn redirects_about_translated_connections_are_dropped() {
    let mut r = Router::default();
    let sent = r.forward(udp("172.17.0.2", 4000, "203.0.113.10", 53), &masq).unwrap();
    let mut packet = unreachable("192.168.0.1", sent, "192.168.0.128");
    if let Transport::Icmp(Icmp::Error { ty, .. }) = &mut packet.transport {
        *ty = icmp::v4::REDIRECT;
    }
    assert_eq!(r.forward(packet, &masq), None);
}

#[test]
fn redirect_goes_to_this_host() {
    let mut range = NatRange::empty(Family::V4);
    range.flags = RangeFlags::PROTO_SPECIFIED;
    (range.min_proto, range.max_proto) = (8080, 8080);
    let rules = |hook| matches!(hook, Hook::Prerouting | Hook::Output).then_some(Rule::Redirect(range));
    let mut r = Router::default();
    let hooks = [Hook::Prerouting, Hook::Input];
    let got = r.through(hooks, udp("172.17.0.2", 4000, "203.0.113.10", 80), &rules).unwrap();
    assert_eq!(ends(&got.packet), "172.17.0.2:4000 > 172.17.42.1:8080");
    let hooks = [Hook::Output, Hook::Postrouting];
    let got = r.through(hooks, udp("192.168.0.128", 4000, "203.0.113.10", 80), &rules).unwrap();
    assert_eq!(ends(&got.packet), "192.168.0.128:4000 > 127.0.0.1:8080");
    assert!(output_reroutes(&r.ct, &got));
}

/// iptables-extensions(8), DNAT: `--to-destination 172.17.0.2:2000-2010/1000` shifts the port.
#[test]
fn a_shifted_port() {
    let mut range = NatRange::address(ip("172.17.0.2"));
    range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED).with(RangeFlags::PROTO_OFFSET);
    (range.min_proto, range.max_proto, range.base_proto) = (2000, 2010, 1000);
    let rules = |hook| (hook == Hook::Prerouting).then_some(Rule::Map(range));
    let mut r = Router::default();
    for (from, to) in [(1000, 2000), (1007, 2007), (1012, 2001)] {
        let got = r.forward(udp("203.0.113.9", 4000 + from, "192.168.0.128", from), &rules).unwrap();
        assert_eq!(got.ports().unwrap().1, to, "{from}");
    }
}

#[test]
fn masqueraded_connections_go_with_their_interface_or_address() {
    let mut r = Router::default();
    r.forward(udp("172.17.0.2", 4000, "203.0.113.10", 53), &masq).unwrap();
    r.ct.masq_dev_down(IfIndex(3));
    r.ct.masq_addr_gone(IfIndex(2), ip("192.168.0.129"));
    assert_eq!(r.ct.count(r.now), 1);
    r.ct.masq_addr_gone(IfIndex(2), ip("192.168.0.128"));
    assert_eq!(r.ct.count(r.now), 0);
    r.forward(udp("172.17.0.2", 4000, "203.0.113.10", 53), &masq).unwrap();
    r.ct.masq_dev_down(IfIndex(2));
    assert_eq!(r.ct.count(r.now), 0);
}

/// Linux v6.18, `nf_nat_used_tuple_harder`: in the last quarter of the search a closed connection makes
/// way for a SYN with a later sequence number.
#[test]
fn a_closed_connection_gives_its_port() {
    let mut range = NatRange::address(ip("192.168.0.128"));
    range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED);
    (range.min_proto, range.max_proto) = (5000, 5001);
    let rules = |hook| (hook == Hook::Postrouting).then_some(Rule::Map(range));
    let mut r = Router::default();
    let mut ports = Vec::new();
    for host in ["10.0.0.1", "10.0.0.2"] {
        let sent = r.forward(tcp(host, 40000, "203.0.113.10", 80, TcpFlags::SYN, 0), &rules).unwrap();
        ports.push(sent.ports().unwrap().0);
    }
    let (syn_ack, rst) = (TcpFlags::SYN.with(TcpFlags::ACK), TcpFlags::RST);
    r.forward(tcp("203.0.113.10", 80, "192.168.0.128", ports[0], syn_ack, 1), &rules).unwrap();
    let mut close = tcp("203.0.113.10", 80, "192.168.0.128", ports[0], rst, 0);
    if let Transport::Tcp(tcp) = &mut close.transport {
        tcp.seq = 1;
    }
    r.forward(close, &rules).unwrap();
    let mut syn = tcp("10.0.0.3", 40000, "203.0.113.10", 80, TcpFlags::SYN, 0);
    assert_eq!(r.forward(syn, &rules), None, "not later");
    if let Transport::Tcp(tcp) = &mut syn.transport {
        tcp.seq = 100;
    }
    let got = r.forward(syn, &rules).unwrap();
    assert_eq!(got.ports().unwrap().0, ports[0]);
    assert_eq!(r.ct.count(r.now), 2);
}

/// Linux v6.18, `nf_ct_resolve_clash`: two packets of one new UDP flow, both on their way.
#[test]
fn a_udp_clash_is_merged_and_a_tcp_clash_dropped() {
    let pair = |packet| {
        let mut r = Router::default();
        let mut skbs = [Skb::new(1, packet), Skb::new(2, packet)];
        for skb in &mut skbs {
            r.ct.packet_in(Hook::Prerouting, skb, &r.payloads, r.now, &mut r.obs);
        }
        let [a, b] = &mut skbs;
        assert_eq!(r.ct.confirm(a, r.now, &mut r.obs), Verdict::Accept);
        let second = r.ct.confirm(b, r.now, &mut r.obs);
        (second == Verdict::Accept, a.nfct == b.nfct, r.ct.iter(r.now).count())
    };
    assert_eq!(pair(udp("10.0.0.1", 4000, "10.0.0.2", 53)), (true, true, 1));
    assert_eq!(pair(tcp("10.0.0.1", 4000, "10.0.0.2", 80, TcpFlags::SYN, 0)), (false, false, 1));
}

#[test]
fn a_full_table_drops_the_unassured_or_the_packet() {
    let mut r = Router::default();
    r.ct.sysctls.max = 40;
    let mut passed = 0;
    for port in 1..=400 {
        passed += u32::from(r.forward(udp("10.0.0.1", port, "10.0.0.2", 53), NO_RULES).is_some());
    }
    let early = r.ct.stats.early_drop as u32;
    assert_eq!(r.ct.count(r.now), 40);
    assert_eq!(passed, 40 + early);
    assert_eq!(u64::from(400 - passed), r.ct.stats.drop);
    assert!(early > 0);
}

#[test]
fn expired_entries_are_never_found() {
    let mut r = Router::default();
    let packet = udp("10.0.0.1", 4000, "10.0.0.2", 53);
    r.forward(packet, NO_RULES).unwrap();
    r.now = Instant(29_999_000_000);
    assert_eq!(r.ct.iter(r.now).count(), 1);
    r.now = Instant(30_000_000_000);
    assert_eq!(r.ct.iter(r.now).count(), 0);
    let back = udp("10.0.0.2", 53, "10.0.0.1", 4000);
    let mut skb = Skb::new(1, back);
    r.ct.packet_in(Hook::Prerouting, &mut skb, &r.payloads, r.now, &mut r.obs);
    assert!(matches!(skb.nfct, Nfct::Tracked(ct) if ct.info == CtInfo::New));
    let conn = r.ct.of(&skb).unwrap().0;
    assert_eq!(conn.tuple(Dir::Original), Tuple::of_packet(&back, &r.payloads).unwrap());
}

/// The hash grows, entries come and go, and every one is found again.
#[test]
fn many_connections() {
    let mut r = Router::default();
    for i in 0..3000_u16 {
        r.now = Instant(u64::from(i) * 20_000_000);
        r.forward(udp("172.17.0.2", 1024 + i, "203.0.113.10", 53), &masq).unwrap();
    }
    // 20 ms apart, 30 s each.
    assert_eq!(r.ct.iter(r.now).count(), 1500);
    assert_eq!(r.ct.count(r.now), 1500);
    for i in 1500..3000_u16 {
        let back = udp("203.0.113.10", 53, "192.168.0.128", 1024 + i);
        let got = r.forward(back, &masq).unwrap();
        assert_eq!((got.ip.dst, got.ports().unwrap().1), (ip("172.17.0.2"), 1024 + i));
    }
    let serials: Vec<u32> = r.ct.iter(r.now).map(|(_, c)| c.serial()).collect();
    assert!(serials.is_sorted());
    r.ct.flush();
    assert_eq!(r.ct.count(r.now), 0);
}

/// Design goal: at most 160 bytes a flow; the slab's part of it.
#[test]
fn entry_size() {
    assert!(size_of::<Conn>() <= 136, "{}", size_of::<Conn>());
}
