//! Frames of every kind, from a seed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::arp::ArpOp;
use packetwalk_wire::{
    Arp, Body, Fragment, Frame, Icmp, IpHeader, Mac, Packet, Payload, Payloads, Tcp, TcpFlags, TcpOptions,
    Transport, Udp, proto,
};

/// Small and repeatable (xorshift64).
pub struct Chance {
    pub state: u64,
    /// No packets of NTP, of which only the first line is known.
    pub no_ntp: bool,
}

impl Chance {
    pub fn below(&mut self, n: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn u8(&mut self) -> u8 {
        self.below(256) as u8
    }

    fn u16(&mut self) -> u16 {
        self.below(65536) as u16
    }

    fn u32(&mut self) -> u32 {
        self.below(1 << 32) as u32
    }

    fn mac(&mut self) -> Mac {
        let last = self.below(4) as u8;
        if self.one_in(8) { Mac::BROADCAST } else { Mac([2, 0x42, 0xac, 0x11, 0, last]) }
    }

    fn v4(&mut self) -> Ipv4Addr {
        let last = self.below(5) as u8;
        match self.below(6) {
            0 => Ipv4Addr::new(10, 0, 0, last),
            1 => Ipv4Addr::new(224, 0, 0, 251),
            2 => Ipv4Addr::from(self.u32()),
            _ => Ipv4Addr::new(172, 17, 0, last),
        }
    }

    fn v6(&mut self) -> Ipv6Addr {
        let last = self.below(5) as u16;
        match self.below(6) {
            0 => Ipv6Addr::from(u128::from(self.u32()) << 96 | u128::from(self.u32())),
            1 => Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00, last),
            2 => Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x0a00, last),
            _ => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, last),
        }
    }

    fn ports(&mut self) -> (u16, u16) {
        const PORTS: [u16; 24] = [
            22, 21, 25, 43, 53, 53, 80, 80, 8080, 443, 554, 6379, 5353, 123, 514, 69, 5060, 1, 9, 9999,
            40000, 40001, 8000, 23,
        ];
        let ports = (self.of(&PORTS), self.of(&PORTS));
        if self.no_ntp && (ports.0 == 123 || ports.1 == 123) { self.ports() } else { ports }
    }

    fn payload(&mut self) -> Vec<u8> {
        const TEXTS: [&[u8]; 26] = [
            b"hello\n",
            b"hello",
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"get /x",
            b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<html>\x00",
            b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
            b"SSH-2.0-x",
            b"+OK\r\n",
            b"PING\r\n",
            b"*2\r\n$4\r\nINCR\r\n$1\r\nz\r\n",
            b"$-1\r\n$0\r\n\r\n*0\r\n",
            b"*3\r\n:1\r\n-ERR no\r\n$3\r\nab",
            b"\r\n\r\n",
            b"220 mail ESMTP\r\n250 ok\r\n",
            b"<34>su: failed\n",
            b"<191>x\xff\x01",
            b"34",
            b"\x00\x01file\0octet\0",
            b"\x00\x03\x00\x01data",
            b"\x00\x05\x00\x01not found\0",
            b"\x23\x02\x03\x04",
            b"INVITE sip:a@b SIP/2.0\r\nVia: x\r\n",
            b"OPTIONS * RTSP/1.0\r\n",
            b"a\tb\rc\r\n",
            b"\x00\x17abc",
            b"$99999999999\r\n",
        ];
        match self.below(8) {
            0 => Vec::new(),
            1 => (0..self.below(64)).map(|_| self.u8()).collect(),
            2 | 3 => self.dns(),
            4 => {
                let dns = self.dns();
                let mut bytes = (dns.len() as u16).to_be_bytes().to_vec();
                bytes.extend(dns);
                bytes
            }
            _ => self.of(&TEXTS).to_vec(),
        }
    }

    fn name(&mut self, out: &mut Vec<u8>) {
        if self.one_in(3) && out.len() > 12 {
            out.extend([0xc0, 12]);
            return;
        }
        for _ in 0..self.below(4) {
            let label = self.of(&[b"www".as_slice(), b"example", b"com", b"a", b"x\x01y"]);
            out.push(label.len() as u8);
            out.extend(label);
        }
        match self.below(40) {
            0 => out.extend([0xc0, 200]),
            1 => out.push(0x42),
            2 => out.push(0x90),
            _ => out.push(0),
        }
    }

    fn record(&mut self, out: &mut Vec<u8>) {
        self.name(out);
        let ty = self.of(&[1_u16, 28, 5, 2, 6, 12, 15, 16, 33, 41, 99, 13, 65]);
        out.extend(ty.to_be_bytes());
        out.extend(if self.one_in(10) { self.u16() } else { 1 }.to_be_bytes());
        out.extend(self.u32().to_be_bytes());
        let at = out.len();
        out.extend([0, 0]);
        match ty {
            1 => out.extend(self.v4().octets()),
            28 => out.extend(self.v6().octets()),
            5 | 2 | 12 => self.name(out),
            6 => {
                self.name(out);
                self.name(out);
                out.extend([7; 20]);
            }
            15 => {
                out.extend([0, 10]);
                self.name(out);
            }
            16 => out.extend(b"\x03abc\x02de"),
            33 => {
                out.extend([0, 1, 0, 2, 0, 80]);
                self.name(out);
            }
            41 => {}
            _ => out.extend(b"abcd"),
        }
        let len = (out.len() - at - 2) as u16;
        out[at..at + 2].copy_from_slice(&len.to_be_bytes());
    }

    fn dns(&mut self) -> Vec<u8> {
        let flags = self.of(&[0x0100, 0x0120, 0x8180, 0x8183, 0x8580, 0x8005, 0x8400, 0x2800, 0x8380]);
        let counts = [
            self.below(5).min(1) as u16,
            self.below(3) as u16,
            self.below(8) as u16 / 6,
            self.below(2) as u16,
        ];
        let counts = if flags & 0x8000 == 0 && !self.one_in(8) { [1, 0, 0, counts[3]] } else { counts };
        let mut out = self.u16().to_be_bytes().to_vec();
        out.extend((flags as u16).to_be_bytes());
        for count in counts {
            out.extend(count.to_be_bytes());
        }
        for _ in 0..counts[0] {
            self.name(&mut out);
            let ty = self.of(&[1_u16, 28, 12, 255, 300]);
            out.extend(ty.to_be_bytes());
            out.extend([if self.one_in(9) { 0x80 } else { 0 }, self.of(&[1, 1, 1, 3, 7])]);
        }
        for _ in 0..counts[1] + counts[2] + counts[3] {
            self.record(&mut out);
        }
        if self.one_in(10) {
            let cut = self.below(out.len() as u64 + 1) as usize;
            out.truncate(cut);
        }
        out
    }

    fn tcp(&mut self) -> Tcp {
        let (sport, dport) = self.ports();
        let flags = self.of(&[0x02, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04, 0x00, 0x29, 0xc2, 0x19]);
        let syn = flags & 2 != 0;
        let options = TcpOptions {
            mss: (syn && !self.one_in(4)).then(|| self.u16()),
            sack_permitted: syn && self.one_in(2),
            timestamp: self.one_in(2).then(|| (self.u32(), self.u32())),
            wscale: (syn && self.one_in(2)).then(|| self.u8()),
            ..TcpOptions::default()
        };
        let near = |base: u32, c: &mut Self| base.wrapping_add(c.below(3000) as u32);
        let seq = if self.one_in(4) { self.u32() } else { near(0xffff_ff00, self) };
        let ack = if self.one_in(4) { self.u32() } else { near(1_000_000, self) };
        Tcp { sport, dport, seq, ack, flags: TcpFlags(flags), window: self.u16(), options }
    }

    fn transport(&mut self, v6: bool) -> Transport {
        match self.below(10) {
            0..4 => Transport::Tcp(self.tcp()),
            4..8 => {
                let (sport, dport) = self.ports();
                Transport::Udp(Udp { sport, dport })
            }
            8 => {
                let ty = if v6 { self.of(&[128, 129]) } else { self.of(&[0, 8, 8, 13, 14, 15, 17, 18]) };
                Transport::Icmp(Icmp::Query { ty, code: 0, id: self.u16(), seq: self.u16() })
            }
            _ => Transport::Opaque { protocol: self.of(&[2, 50, 59, 99, 255]) },
        }
    }

    fn header(&mut self, v6: bool) -> IpHeader {
        let (src, dst) = if v6 {
            (IpAddr::V6(self.v6()), IpAddr::V6(self.v6()))
        } else {
            (IpAddr::V4(self.v4()), IpAddr::V4(self.v4()))
        };
        let mut ip = IpHeader::new(src, dst);
        ip.ttl = self.of(&[64, 1, 0, 255]);
        ip.tos = if self.one_in(3) { self.u8() } else { 0 };
        ip.id = self.u16().into();
        ip.df = !v6 && self.one_in(2);
        if self.one_in(12) {
            let offset = self.of(&[0, 0, 1480, 2960]);
            ip.frag = Some(Fragment { offset, more: offset == 0 || self.one_in(2) });
        }
        ip
    }

    fn packet(&mut self, payloads: &mut Payloads) -> Packet {
        let v6 = self.one_in(3);
        let ip = self.header(v6);
        let mut packet = Packet { ip, transport: self.transport(v6), payload: Payload::EMPTY };
        let mut bytes = self.payload();
        match packet.transport {
            Transport::Icmp(Icmp::Query { ty: 13..=18, .. }) if !v6 => {
                bytes = vec![1, 2, 3, 4, 0, 0, 1, 7, 3, 0, 8, 9];
            }
            Transport::Opaque { .. } => bytes = [vec![0x16, 0, 9, 9, 224, 0, 0, 5, 1], bytes].concat(),
            _ => {}
        }
        if ip.frag.is_some_and(|frag| frag.offset != 0) {
            packet.transport =
                Transport::Opaque { protocol: self.of(&[proto::UDP, proto::TCP, proto::ICMP]) };
        }
        // Commands of telnet are not decoded.
        if bytes.first() == Some(&0xff) {
            bytes[0] = 0xfe;
        }
        packet.payload = payloads.intern(&bytes);
        packet
    }

    fn error(&mut self, payloads: &mut Payloads) -> Packet {
        let about = loop {
            let packet = self.packet(payloads);
            let quotable =
                !matches!(packet.transport, Transport::Icmp(Icmp::Other { .. } | Icmp::Error { .. }));
            if quotable {
                break packet;
            }
        };
        let v6 = about.ip.dst.is_ipv6();
        let (ty, code) = if v6 {
            let ty = self.of(&[1, 1, 1, 2, 3, 4]);
            (ty, if ty == 1 { self.below(8) as u8 } else { self.below(4) as u8 })
        } else {
            let ty = self.of(&[3, 3, 3, 4, 5, 11, 12]);
            (ty, if ty == 3 { self.below(18) as u8 } else { self.below(4) as u8 })
        };
        let room = self.of(&[548_u16, 548, 548, 48]);
        let (quoted, payload) = about.quote(room);
        // Without RFC 4884's length of a quote.
        let rest = if self.one_in(2) { self.u32() & 0xff00_ffff } else { 1400 };
        let mut ip = self.header(v6);
        ip.frag = None;
        Packet { ip, transport: Transport::Icmp(Icmp::Error { ty, code, rest, quoted }), payload }
    }

    fn neighbour(&mut self, payloads: &mut Payloads) -> Packet {
        let mut ip = self.header(true);
        ip.frag = None;
        let ty = self.of(&[133, 134, 135, 136, 137, 141, 199]);
        let rest = if ty == 134 { 0x40c8_0708 } else { self.of(&[0, 0x4000_0000, 0x6000_0000, 0xe000_0000]) };
        let mut bytes = Vec::new();
        match ty {
            134 => bytes.extend([0, 0, 0, 9, 0, 0, 1, 0]),
            135 | 136 => bytes.extend(self.v6().octets()),
            137 => {
                bytes.extend(self.v6().octets());
                bytes.extend(self.v6().octets());
            }
            _ => {}
        }
        for _ in 0..self.below(3) {
            match self.below(4) {
                0 => bytes.extend([5, 1, 0, 0, 0, 0, 5, 0xdc]),
                1 if ty == 134 => {
                    bytes.extend([3, 4, 64, 0xc0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
                    bytes.extend(self.v6().octets());
                }
                2 if ty == 134 => {
                    bytes.extend([25, 3, 0, 0, 0, 0, 1, 44]);
                    bytes.extend(self.v6().octets());
                }
                _ => bytes.extend([self.of(&[1, 2, 77]), 1, 2, 0x42, 0xac, 0x11, 0, 2]),
            }
        }
        let payload = payloads.intern(&bytes);
        Packet { ip, transport: Transport::Icmp(Icmp::Other { ty, code: 0, rest }), payload }
    }

    pub fn frame(&mut self, payloads: &mut Payloads) -> Frame {
        let body = match self.below(12) {
            0 => Body::Arp(Arp {
                op: if self.one_in(2) { ArpOp::Request } else { ArpOp::Reply },
                sender_mac: self.mac(),
                sender_ip: self.v4(),
                target_mac: if self.one_in(2) { Mac::ZERO } else { self.mac() },
                target_ip: self.v4(),
            }),
            1 | 2 => Body::Ip(self.error(payloads)),
            3 => Body::Ip(self.neighbour(payloads)),
            _ => Body::Ip(self.packet(payloads)),
        };
        Frame { dst: self.mac(), src: self.mac(), body }
    }
}
