//! Random packets: new flows, later packets of a flow, answers to what came.

use std::net::IpAddr;

use super::random::Random;
use crate::kernel_case::bytes::{GRE, Ip, SCTP, TCP, Tcp, UDP, UDPLITE, chunk, flags, hex, sctp};
use crate::kernel_case::case::Step;
use crate::kernel_case::told::OUR_IDS;
use crate::kernel_case::topology::Topology;

/// Ports that rules and packets have in common.
pub const PORTS: [u16; 12] = [22, 53, 80, 123, 443, 1023, 1024, 5000, 8080, 33333, 40000, 65535];

/// Less common protocols: GRE, ESP, AH, SCTP, UDP-Lite, DCCP, one for experiments.
const OTHERS: [u8; 7] = [GRE, 50, 51, SCTP, UDPLITE, 33, 253];

#[derive(Clone, Debug)]
struct Flow {
    from: &'static str,
    src: IpAddr,
    dst: IpAddr,
    /// The host that has `dst`.
    to: Option<&'static str>,
    protocol: u8,
    ports: (u16, u16),
    seq: u32,
    scale: bool,
}

/// The packets of one case.
pub struct Packets<'a> {
    topology: &'static Topology,
    random: &'a mut Random,
    six: bool,
    flows: Vec<Flow>,
    steps: Vec<Step>,
    id: u16,
}

impl<'a> Packets<'a> {
    /// Of one family.
    pub const fn new(topology: &'static Topology, random: &'a mut Random, six: bool) -> Self {
        Self { topology, random, six, flows: Vec::new(), steps: Vec::new(), id: 0 }
    }

    /// About so many steps.
    pub fn make(mut self, count: usize) -> Vec<Step> {
        while self.steps.len() < count {
            match self.random.below(100) {
                0..=44 => self.begin(),
                45..=62 => self.go_on(),
                63..=87 => self.answer(),
                88..=93 => self.socket(),
                94..=97 => self.connect(),
                98 => self.steps.push(Step::Wait(30)),
                _ if self.random.chance(50) => {
                    // Both ends of a half-open connection send again after a second: who is first is chance.
                    let connects = self.steps.iter().any(|step| matches!(step, Step::Tcp { .. }));
                    self.steps.push(Step::Wait(if connects { 400 } else { 1100 }));
                }
                _ => self.begin(),
            }
        }
        self.steps
    }

    fn foreign(&mut self) -> IpAddr {
        let v4 = ["198.51.100.7", "10.7.0.9", "10.8.0.9", "10.2.0.77", "172.17.0.99", "10.9.0.1", "8.8.8.8"];
        let v6 = ["2001:db8::7", "fd00:10:7::9", "fd00:10:8::9", "fd00:10:9::1", "2001:db8:1::8"];
        let text = if self.six { self.random.text(&v6) } else { self.random.text(&v4) };
        text.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))
    }

    fn special(&mut self) -> IpAddr {
        let v4 = ["127.0.0.1", "10.1.0.255", "10.2.0.255", "172.17.0.255", "255.255.255.255"];
        let text = if self.six { "::1" } else { self.random.text(&v4) };
        text.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))
    }

    fn own(&mut self, host: &str) -> IpAddr {
        let own = self.topology.addresses(host, self.six);
        *self.random.pick(&own)
    }

    fn choose(&mut self) -> Flow {
        let from = *self.random.pick(self.topology.hosts);
        let to = *self.random.pick(self.topology.hosts);
        let (dst, to) = match self.random.below(100) {
            0..=84 => (self.own(to), Some(to)),
            85..=94 => (self.foreign(), None),
            _ => (self.special(), None),
        };
        let src = match self.random.below(100) {
            0..=91 => self.own(from),
            92..=95 => self.own(to.unwrap_or(from)),
            _ => self.foreign(),
        };
        let protocol = match self.random.below(100) {
            0..=33 => TCP,
            34..=66 => UDP,
            67..=83 => SCTP,
            84..=87 => GRE,
            88..=93 => Ip::new(src, dst, 0).icmp_protocol(),
            _ if self.six => *self.random.pick(&[GRE, SCTP, UDPLITE, 253]),
            _ => *self.random.pick(&OTHERS),
        };
        let ports = (*self.random.pick(&[1500, 40000, 41000, 33333, 1024, 53]), *self.random.pick(&PORTS));
        let seq = *self.random.pick(&[1000, 0, 5000, u32::MAX - 2]);
        Flow { from, src, dst, to, protocol, ports, seq, scale: self.random.chance(25) }
    }

    fn begin(&mut self) {
        let flow = self.choose();
        let flags = match self.random.below(10) {
            0..=6 => "S",
            7 => "A",
            _ => self.random.text(&["SA", "R", "FA", "PA", "", "FPU", "RA", "F", "SF"]),
        };
        self.emit(&flow, flags);
        self.flows.push(flow);
    }

    fn go_on(&mut self) {
        if self.flows.is_empty() {
            return self.begin();
        }
        let at = self.random.below(self.flows.len());
        let mut flow = self.flows[at].clone();
        let jump = *self.random.pick(&[1, 1, 1, 0, 9, 100, 70_000]);
        flow.seq = flow.seq.wrapping_add(jump);
        self.flows[at] = flow.clone();
        let flags = self.random.text(&["A", "A", "PA", "FA", "R", "S", "RA", "A"]);
        self.emit(&flow, flags);
    }

    fn emit(&mut self, flow: &Flow, letters: &str) {
        self.id += 1;
        let mut ip = Ip::new(flow.src, flow.dst, OUR_IDS | self.id & 0x7f | 0x80);
        if self.random.chance(12) {
            ip.ttl = *self.random.pick(&[1, 2, 3, 5, 255]);
        }
        if self.random.chance(10) {
            ip.tos = *self.random.pick(&[0x10, 0x28, 0xb8, 0x03, 0x01, 0x08]);
        }
        ip.df = self.random.chance(20);
        if self.six && self.random.chance(6) {
            ip.options = Some(*self.random.pick(&[0, 60]));
        }
        let size = *self.random.pick(&[0, 0, 1, 8, 8, 40, 100, 900]);
        let data: Vec<u8> = (0..size).map(|n| b"GET /packetwalk abcdefghijklmnop"[n % 32]).collect();
        let (protocol, body) = match flow.protocol {
            TCP => {
                let ack =
                    if letters.contains('A') { *self.random.pick(&[1, 5001, 5002, 0, 90_000]) } else { 0 };
                let (sport, dport) = flow.ports;
                let window = *self.random.pick(&[8192, 8192, 8192, 0, 100, 65535]);
                let tcp = Tcp {
                    sport,
                    dport,
                    seq: flow.seq,
                    ack,
                    flags: flags(letters),
                    window,
                    scale: flow.scale,
                };
                let carries = letters.contains('P') || self.random.chance(10);
                (TCP, ip.tcp(&tcp, if carries { &data } else { &[] }))
            }
            UDP => (UDP, ip.udp(flow.ports.0, flow.ports.1, &data)),
            1 | 58 => {
                let echo = if self.six { 128 } else { 8 };
                let others: &[(u8, u8)] = if self.six {
                    &[(129, 0), (128, 1), (200, 0)]
                } else {
                    &[(0, 0), (13, 0), (17, 0), (8, 3), (30, 0), (10, 0)]
                };
                let (ty, code) = if self.random.chance(85) { (echo, 0) } else { *self.random.pick(others) };
                let rest = u32::from(flow.ports.0) << 16 | flow.seq & 0xff;
                (ip.icmp_protocol(), ip.icmp(ty, code, rest, &data))
            }
            SCTP => (SCTP, self.sctp(flow.ports, letters == "back", &data)),
            GRE => (GRE, self.gre(&data)),
            UDPLITE => {
                let covers = *self.random.pick(&[0, 8, 8, 12, 7, 2000]);
                (UDPLITE, ip.udplite(flow.ports.0, flow.ports.1, covers, &data))
            }
            other => (other, vec![0x11; size.max(24)]),
        };
        let mark = if self.random.chance(8) { *self.random.pick(&[1, 2, 0x10]) } else { 0 };
        let host = flow.from.to_owned();
        if body.len() > 48 && self.random.chance(15) {
            return self.fragments(host, mark, ip, protocol, &body);
        }
        self.steps.push(Step::Send { host, mark, bytes: ip.around(protocol, &body) });
    }

    /// An SCTP packet: mostly one that goes on as an association does, from either side.
    fn sctp(&mut self, ports: (u16, u16), back: bool, data: &[u8]) -> Vec<u8> {
        let tag = |n: u32| [n.to_be_bytes().as_slice(), &[0, 0, 0x80, 0, 0, 10, 0, 10, 0, 0, 0, 1]].concat();
        // Each side's own tag, which the other's packets carry.
        let (own, other): (u32, u32) = if back { (0x2000, 0x1000) } else { (0x1000, 0x2000) };
        let r = &mut *self.random;
        let all: [(u8, u32, Vec<u8>); 14] = [
            (1, 0, tag(own)),
            (2, other, tag(own)),
            (10, other, b"cookie".to_vec()),
            (11, other, Vec::new()),
            (0, other, [&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], data].concat()),
            (3, other, vec![0, 0, 0, 1, 0, 0, 0x80, 0, 0, 0, 0, 0]),
            (4, other, vec![0, 1, 0, 8, 1, 2, 3, 4]),
            (5, other, vec![0, 1, 0, 8, 1, 2, 3, 4]),
            (6, other, Vec::new()),
            (7, other, vec![0, 0, 0, 1]),
            (8, other, Vec::new()),
            (9, other, vec![0, 1, 0, 4]),
            (14, other, Vec::new()),
            (200, other, Vec::new()),
        ];
        let usual: &[usize] =
            if back { &[1, 1, 3, 4, 5, 7, 9, 10, 12] } else { &[0, 0, 2, 2, 4, 6, 9, 10, 12] };
        let at = if r.chance(70) { *r.pick(usual) } else { r.below(all.len()) };
        let Some((ty, right, body)) = all.get(at).cloned() else { return Vec::new() };
        let vtag = if r.chance(88) { right } else { *r.pick(&[0, own, other, 77]) };
        let flags = u8::from(r.chance(12));
        let mut chunks = Vec::new();
        chunk(&mut chunks, ty, flags, &body);
        if r.chance(18)
            && let Some((ty, _, body)) = all.get(r.below(all.len())).cloned()
        {
            chunk(&mut chunks, ty, 0, &body);
        }
        let mut out = sctp(ports.0, ports.1, vtag, &chunks);
        match r.below(60) {
            0 => out.truncate(r.below(out.len())),
            1 => out[8] ^= 1,
            2 => out[14..16].copy_from_slice(&[0, r.below(9) as u8]),
            _ => {}
        }
        out
    }

    /// A GRE packet: plain, with a checksum's or a key's bit, or PPTP's.
    fn gre(&mut self, data: &[u8]) -> Vec<u8> {
        let r = &mut *self.random;
        let call = *r.pick(&[0u8, 1, 7]);
        let head: [u8; 8] = match r.below(10) {
            0..=5 => [0, 0, 0x08, 0, 0, 0, 0, 0],
            6 => [0x80, 0, 0x08, 0, 0x12, 0x34, 0, 0],
            7 => [0x20, 0, 0x65, 0x58, 0, 0, 0, 9],
            8 => [0x20, 1, 0x88, 0x0b, 0, 0, 0, call],
            _ => [0x20, 1, 0x08, 0, 0, 0, 0, call],
        };
        let mut out = [head.as_slice(), data].concat();
        if r.chance(4) {
            out.truncate(r.below(8));
        }
        out
    }

    /// Two or three fragments: in order, the other way round, or one alone.
    fn fragments(&mut self, host: String, mark: u32, mut ip: Ip, protocol: u8, body: &[u8]) {
        ip.df = self.random.chance(20);
        ip.options = None;
        let half = body.len().div_ceil(16) * 8;
        let cuts: &[usize] = match self.random.below(5) {
            0 => &[32],
            1 if body.len() > 80 => &[32, 64],
            2 if body.len() > 80 => &[40, 64],
            _ => &[half],
        };
        let mut parts = Vec::new();
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([body.len()]);
        for (start, end) in starts.zip(ends) {
            ip.frag = Some((start as u16, end != body.len()));
            if end != body.len() && self.random.chance(10) {
                ip.df = !ip.df;
            }
            parts.push(ip.around(protocol, body.get(start..end).unwrap_or_default()));
        }
        if let [first, middle, last] = parts.as_slice() {
            let all = match self.random.below(4) {
                0 => vec![last.clone(), middle.clone(), first.clone()],
                1 => vec![middle.clone(), first.clone(), last.clone()],
                _ => parts,
            };
            let steps = all.into_iter().map(|bytes| Step::Send { host: host.clone(), mark, bytes });
            return self.steps.extend(steps);
        }
        let [first, second] = <[Vec<u8>; 2]>::try_from(parts).unwrap_or_default();
        let order = match self.random.below(6) {
            0 => vec![second, first],
            1 => vec![first],
            2 => vec![second],
            _ => vec![first, second],
        };
        let steps = order.into_iter().map(|bytes| Step::Send { host: host.clone(), mark, bytes });
        self.steps.extend(steps);
    }

    fn answer(&mut self) {
        let with_host: Vec<Flow> = self.flows.iter().filter(|f| f.to.is_some()).cloned().collect();
        let Some(flow) = with_host.last().filter(|_| self.random.chance(70)).or_else(|| with_host.first())
        else {
            return self.begin();
        };
        let Some(host) = flow.to else { return };
        let r = &mut *self.random;
        let mut how = match flow.protocol {
            TCP => {
                let flags = r.text(&["SA", "SA", "SA", "A", "FA", "RA", "R", "PA"]);
                let seq = if flags.contains('S') { "5000" } else { r.text(&["5001", "+", "5000", "0"]) };
                format!("tcp:{flags}:{seq}:{}", if flags.contains('P') { 9 } else { 0 })
            }
            UDP => format!("udp:{}", r.pick(&[0, 8, 100])),
            1 | 58 => "echo".to_owned(),
            _ if r.chance(30) => return self.answer_otherwise(flow, host),
            SCTP => String::new(),
            _ => "back".to_owned(),
        };
        if how.is_empty() {
            // From the verification tag on, without the checksum.
            let bytes = self.sctp((0, 0), true, b"answer");
            let parts = [bytes.get(4..8), bytes.get(12..)];
            how = format!("sctp:{}", parts.into_iter().flatten().map(hex).collect::<String>());
        }
        let r = &mut *self.random;
        if r.chance(22) {
            how = if self.six {
                r.text(&["err:1:0:0", "err:1:4:0", "err:3:0:0", "err:2:0:1300", "err:4:1:6", "err:1:1:0"])
                    .to_owned()
            } else {
                r.text(&[
                    "err:3:1:0",
                    "err:3:3:0",
                    "err:11:0:0",
                    "err:3:4:1300",
                    "err:12:0:0",
                    "err:3:13:0",
                    "err:4:0:0",
                    "err:11:1:0",
                ])
                .to_owned()
            };
        }
        if r.chance(8) {
            how += r.text(&[":ttl=1", ":ttl=2", ":ttl=255"]);
        }
        // Mostly the host that has the address; at times another on the way, with what came to it.
        let host = if r.chance(88) { host } else { r.pick(self.topology.hosts) };
        self.steps.push(Step::Reply { host: host.to_owned(), how });
    }

    /// The other side of a flow of a less common protocol sends, to where the flow came from: what was mapped it
    /// does not know. Or it tells that it does not know the protocol.
    fn answer_otherwise(&mut self, flow: &Flow, host: &'static str) {
        if self.random.chance(20) {
            let how = if self.six { "err:4:1:6" } else { "err:3:2:0" };
            return self.steps.push(Step::Reply { host: host.to_owned(), how: how.to_owned() });
        }
        let back = Flow {
            from: host,
            src: flow.dst,
            dst: flow.src,
            to: Some(flow.from),
            ports: (flow.ports.1, flow.ports.0),
            ..flow.clone()
        };
        self.emit(&back, "back");
    }

    fn ends(&mut self) -> (&'static str, IpAddr, IpAddr) {
        let from = *self.random.pick(self.topology.hosts);
        let to = *self.random.pick(self.topology.hosts);
        (from, self.own(from), self.own(to))
    }

    fn socket(&mut self) {
        let (host, src, dst) = self.ends();
        let size = *self.random.pick(&[8, 8, 100, 1600, 3000]);
        let from = (src, *self.random.pick(&[40000, 41000, 1500]));
        let to = (dst, *self.random.pick(&[53, 5000, 53, 5000, 123, 8080]));
        self.steps.push(Step::Udp { host: host.to_owned(), from, to, size });
    }

    fn connect(&mut self) {
        let (host, src, dst) = self.ends();
        let from = (src, 42000 + self.steps.len() as u16);
        let to = (dst, *self.random.pick(&[80, 22, 80, 8080]));
        self.steps.push(Step::Tcp { host: host.to_owned(), from, to });
    }
}
