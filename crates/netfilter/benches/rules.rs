//! Long chains: time of a packet by the index and from rule to rule, and time to compile. `cargo bench -p packetwalk-netfilter`.
//!
//! Both walks take the same packets by turns; the kernel's figures stand in the README's table.
#![allow(clippy::disallowed_methods, reason = "a measurement is of real time")]
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use packetwalk_netfilter::context::Cx;
use packetwalk_netfilter::matches::{Match, comment, range::Range, statistic, tcp, udp};
use packetwalk_netfilter::shared::Shared;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::traverse::{Frame, traverse};
use packetwalk_netfilter::xtables::{Base, Cond, Counters, Face, IfPattern, Net, Rule, Table};
use packetwalk_netfilter::{Conntrack, Dev, Env, HookState, Host};
use packetwalk_trace::{ChainId, Hook, NsId, Observer, RouteKind, Silent, Step, Table as TableId};
use packetwalk_wire::{
    Body, Family, IfIndex, IfName, IpHeader, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions,
    Transport, Udp,
};

/// Somebody who wants every step, so that each rule is asked.
struct Each;

impl Observer for Each {
    const ON: bool = true;
    fn at(&mut self, _: NsId, _: packetwalk_wire::Instant) {}
    fn body(&mut self, _: u32, _: Body, step: Step) {
        black_box(step);
    }
}

struct NoHost;

impl Host for NoHost {
    fn addr_type(&self, _: IpAddr, _: Option<IfIndex>) -> RouteKind {
        RouteKind::Unicast
    }
    fn masquerade_source(&self, _: IfIndex, _: IpAddr) -> Option<IpAddr> {
        None
    }
    fn first_addr(&self, _: IfIndex, _: Family) -> Option<IpAddr> {
        None
    }
    fn dev(&self, _: IfIndex) -> Dev {
        Dev::default()
    }
    fn is_bridge_port(&self, _: IfIndex) -> bool {
        false
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(n)) >> 32) as u32
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }
}

impl packetwalk_netfilter::Random for Random {
    fn next_u32(&mut self) -> u32 {
        self.next()
    }
}

/// A rule with a packet that it takes.
type Pair = (Rule, Packet);

fn packet(src: u32, dst: u32, sport: u16, dport: u16, udp: bool) -> Packet {
    let transport = if udp {
        Transport::Udp(Udp { sport, dport })
    } else {
        let options = TcpOptions::default();
        Transport::Tcp(Tcp { sport, dport, seq: 0, ack: 0, flags: TcpFlags::SYN, window: 1000, options })
    };
    let ip = IpHeader::new(Ipv4Addr::from_bits(src).into(), Ipv4Addr::from_bits(dst).into());
    Packet { ip, transport, payload: Payload::EMPTY }
}

fn rule(base: Base, sport: Option<Range<u16>>, dport: Option<Range<u16>>, udp: bool) -> Rule {
    let (sport, dport) = (sport.map(Cond::new), dport.map(Cond::new));
    let ports = if udp {
        Match::Udp(udp::Udp { sport, dport, ..udp::Udp::default() })
    } else {
        Match::Tcp(tcp::Tcp { sport, dport, ..tcp::Tcp::default() })
    };
    let base = Base { proto: Some(Cond::new(if udp { 17 } else { 6 })), ..base };
    Rule { base, matches: vec![ports], target: Target::Accept, counters: Counters::ZERO, handle: 0 }
}

fn net(addr: u32, len: u8) -> Option<Cond<Net>> {
    (len != 0).then(|| Cond::new(Net::prefix(Ipv4Addr::from_bits(addr).into(), len)))
}

/// As of a firewall between networks: nested prefixes on both sides, ranges of ports. Lengths and ports are drawn
/// from made-up distributions.
fn firewall(r: &mut Random) -> Pair {
    let place =
        |r: &mut Random| r.of(&[0x0a00_0000, 0xac10_0000, 0xc0a8_0000, 0x5000_0000]) | r.next() & 0x00ff_ffff;
    let (src, dst) = (place(r), place(r));
    let (from, to) = (r.of(&[0, 8, 16, 20, 24, 24, 28, 32, 32]), r.of(&[16, 24, 24, 27, 30, 32, 32, 32, 32]));
    let udp = r.below(4) == 0;
    let port = r.of(&[22, 25, 53, 80, 123, 443, 3306, 5432, 8080, 9000]);
    let dport = match r.below(5) {
        0 => None,
        1 => Some(Range::new(1024, 65535)),
        2 => Some(Range::new(port, port + 8)),
        _ => Some(Range::one(port + r.below(40) as u16)),
    };
    let sport = (r.below(8) == 0).then_some(Range::new(1024, 65535));
    let base = Base { src: net(src, from), dst: net(dst, to), ..Base::default() };
    (rule(base, sport, dport, udp), packet(src, dst, 2048, dport.map_or(port, |d| d.min), udp))
}

fn docker0(not: bool) -> Option<Cond<IfPattern>> {
    Some(Cond { not, is: IfPattern::new("docker0").unwrap() })
}

/// As Docker's for a published port: `! -i docker0 -o docker0 -d C -p tcp --dport P`.
fn docker(r: &mut Random) -> Pair {
    let (dst, port) = (0xac11_0000 | r.next() & 0xffff, r.of(&[80, 443, 5432, 6379, 8080]));
    let base = Base { dst: net(dst, 32), iif: docker0(true), oif: docker0(false), ..Base::default() };
    (rule(base, None, Some(Range::one(port)), false), packet(0xcb00_7109, dst, 40000, port, false))
}

/// As of its DNAT: a port alone.
fn published(r: &mut Random) -> Pair {
    let port = 1024 + r.below(64000) as u16;
    let base = Base { iif: docker0(true), ..Base::default() };
    (rule(base, None, Some(Range::one(port)), false), packet(0xcb00_7109, 0xc0a8_0080, 40000, port, false))
}

struct Walk {
    ct: Conntrack,
    shared: Shared,
    payloads: Payloads,
    state: HookState,
    base: ChainId,
    stack: Vec<Frame>,
}

impl Walk {
    fn all<O: Observer>(&mut self, table: &mut Table, packets: &[Packet], obs: &mut O) -> f64 {
        let mut random = Random(1);
        let begin = Instant::now();
        for packet in packets {
            let mut skb = Skb::new(1, *packet);
            let mut env = Env {
                now: packetwalk_wire::Instant::default(),
                host: &NoHost,
                payloads: &mut self.payloads,
                random: &mut random,
            };
            let mut cx = Cx {
                skb: &mut skb,
                state: &self.state,
                ct: &mut self.ct,
                face: Face::Legacy,
                shared: &mut self.shared,
                env: &mut env,
            };
            black_box(traverse(table, self.base, &mut self.stack, &mut cx, obs));
        }
        begin.elapsed().as_nanos() as f64 / packets.len() as f64
    }
}

fn row(name: &str, count: usize, pair: fn(&mut Random) -> Pair) {
    let mut r = Random(7);
    let mut table = Table::new(Face::Legacy, Family::V4, TableId::Filter);
    let forward = table.base_of(Hook::Forward).unwrap();
    let mut packets = Vec::new();
    for _ in 0..count {
        let (rule, packet) = pair(&mut r);
        table.append(forward, rule).unwrap();
        packets.push(packet);
    }
    measure(name, count, table, &packets);
}

/// Services as kube-proxy writes them, each with two endpoints; a packet ends at one of these.
fn kube(services: usize) {
    let mut table = Table::new(Face::Legacy, Family::V4, TableId::Filter);
    let forward = table.base_of(Hook::Forward).unwrap();
    let [all, mark] = ["KUBE-SERVICES", "KUBE-MARK-MASQ"].map(|name| table.new_chain(name).unwrap());
    let chains: Vec<[ChainId; 3]> = (0..services)
        .map(|n| ["SVC", "SEP-A", "SEP-B"].map(|kind| table.new_chain(&format!("{kind}-{n}")).unwrap()))
        .collect();
    let plain = |target| Rule { target, ..rule(Base::default(), None, None, true) };
    let jump = |to, base: Base, mut matches: Vec<Match>| {
        matches.insert(0, Match::Comment(comment::Comment { text: "default/service".into() }));
        Rule { base, matches, ..plain(Target::Jump(to)) }
    };
    let mut packets = Vec::new();
    table.append(forward, jump(all, Base::default(), Vec::new())).unwrap();
    table.append(mark, Rule { base: Base::default(), matches: Vec::new(), ..plain(Target::None) }).unwrap();
    for (n, [svc, one, two]) in chains.into_iter().enumerate() {
        let ip = 0x0a60_0000 + n as u32;
        let to = |base| rule(base, None, Some(Range::one(53)), true);
        let service = to(Base { dst: net(ip, 32), ..Base::default() });
        table.append(all, jump(svc, service.base, service.matches)).unwrap();
        let from = net(0xc0a8_0000, 16).map(|c| Cond { not: true, ..c });
        let service = to(Base { src: from, dst: net(ip, 32), ..Base::default() });
        table.append(svc, jump(mark, service.base, service.matches)).unwrap();
        let half = statistic::Statistic::new(false, statistic::Mode::Random { probability: 1 << 30 });
        table.append(svc, jump(one, Base::default(), vec![Match::Statistic(half)])).unwrap();
        table.append(svc, jump(two, Base::default(), Vec::new())).unwrap();
        for end in [one, two] {
            let own = Base { src: net(0xac11_0002, 32), ..Base::default() };
            table.append(end, jump(mark, own, Vec::new())).unwrap();
            let last = rule(Base::default(), None, None, true);
            table
                .append(end, Rule { target: Target::Accept, ..jump(mark, last.base, last.matches) })
                .unwrap();
        }
        packets.push(packet(0xcb00_7109, ip, 40000, 53, true));
    }
    measure("kube", services, table, &packets);
}

fn measure(name: &str, count: usize, mut table: Table, packets: &[Packet]) {
    let mut r = Random(8);
    let forward = table.base_of(Hook::Forward).unwrap();
    let packets: Vec<Packet> = (0..1 << 14).map(|_| r.of(packets)).collect();
    let dev = |n, name| Dev { index: IfIndex(n), name: IfName::new(name).unwrap(), group: 0 };
    let state = HookState {
        hook: Hook::Forward,
        family: Family::V4,
        iif: dev(1, "eth0"),
        oif: dev(2, "docker0"),
        next_hop: None,
    };
    let mut walk = Walk {
        ct: Conntrack::default(),
        shared: Shared::default(),
        payloads: Payloads::default(),
        state,
        base: forward,
        stack: Vec::new(),
    };
    let mut each = table.clone();
    let begin = Instant::now();
    walk.all(&mut table, &packets[..1], &mut Silent);
    let compile = begin.elapsed().as_secs_f64() * 1000.0;
    let few = &packets[..(4_000_000 / count).clamp(16, packets.len())];
    let (mut indexed, mut linear) = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        // The second time it does not find the caches full of the other walk's rules.
        for _ in 0..2 {
            indexed = indexed.min(walk.all(&mut table, &packets, &mut Silent));
        }
        linear = linear.min(walk.all(&mut each, few, &mut Each));
    }
    println!("{name:<20} {count:>7} {indexed:>9.0} {linear:>12.0} {:>8.0} {compile:>11.1}", linear / indexed);
}

fn main() {
    // Sets of so many rules alone, or all.
    let only: Option<usize> = std::env::args().find_map(|arg| arg.parse().ok());
    let asked = |count| only.is_none_or(|only| only == count);
    println!("rules                  count  index, ns  each rule, ns    ratio  compiled, ms");
    for count in [1, 8, 16, 100, 1000, 10_000, 100_000].into_iter().filter(|count| asked(*count)) {
        row("firewall", count, firewall);
        row("docker, filter", count, docker);
        if count <= 10_000 {
            row("docker, nat", count, published);
        }
    }
    for services in [1000, 20_000].into_iter().filter(|count| asked(*count)) {
        kube(services);
    }
}
