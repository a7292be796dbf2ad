//! A published port: packets come in by the host's eth0 and go to a socket of the container, as
//! `crates/xtask/src/bench/xdp.c` has it on the real kernel with the same script.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::time::Duration;

use packetwalk_lab::{Lab, SockId, SocketKind};
use packetwalk_netfilter::conntrack::Tuple;
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_trace::NsId;
use packetwalk_wire::{Body, Family, Frame, IfIndex, IpHeader, Mac, Packet, Payload, Transport, Udp};

use crate::rounds::rounds;

const SCRIPT: &str = include_str!("published.sh");
const HOST: NsId = NsId(0);
const HOST_ADDR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 0, 128));
/// The first service's address.
pub const SERVICES_AT: u32 = u32::from_be_bytes([10, 96, 0, 0]);
const WEB: IpAddr = IpAddr::V4(Ipv4Addr::new(172, 17, 0, 2));

/// All flows that a load has; of a client there may be 16 times as many.
pub const FLOWS: u32 = 1 << 16;
const ROUND: u32 = 8192;
/// So many packets come in at once, as a driver hands them over (`NAPI_POLL_WEIGHT`).
const BUDGET: u32 = 64;
/// The flows' order in a load is not that in which they were begun.
const TIMES: u32 = 40503;

/// The lab with the container's socket.
pub struct Published {
    pub shell: Shell,
    c1: NsId,
    server: SockId,
    eth0: IfIndex,
    veth1: IfIndex,
    payload: Payload,
    next: u32,
    /// Packets go to so many services by turns; none: to the host's published port.
    pub services: u32,
}

impl Published {
    /// The lab with rules in this face of iptables.
    pub fn new(face: &str) -> Result<Self, String> {
        let mut shell = Shell::new(Lab::new(0));
        let mut out = Apart::default();
        let status =
            shell.run_script("published.sh", format!("IPTABLES={face}\n{SCRIPT}").as_bytes(), &mut out);
        if status != 0 || !out.stderr.is_empty() {
            return Err(format!("published.sh: {status}: {}", String::from_utf8_lossy(&out.stderr)));
        }
        let c1 = shell.lab.ns("c1").ok_or("no c1")?;
        let payload = shell.lab.payloads.intern(&[0; 18]);
        let stack = shell.lab.stack_mut(c1).ok_or("no c1")?;
        let server = stack.sock_open(Family::V4, SocketKind::Udp);
        stack.sock_bind(server, None, 80).map_err(|error| format!("port 80: {error:?}"))?;
        let host = shell.lab.stack(HOST).ok_or("no host")?;
        let dev = |name| host.links.by_name(name).map(|dev| dev.index).ok_or("no interface");
        let (eth0, veth1) = (dev("eth0")?, dev("veth1")?);
        Ok(Self { shell, c1, server, eth0, veth1, payload, next: 0, services: 0 })
    }

    fn client(flow: u32) -> (IpAddr, u16) {
        let [.., high, low] = (flow & 0x3fff | 0x4000).to_be_bytes();
        let last = 64 + (flow >> 14) as u8;
        (IpAddr::V4(Ipv4Addr::new(192, 168, 0, last)), u16::from_be_bytes([high, low]))
    }

    /// What connection tracking knows a flow by.
    pub fn tuple(flow: u32) -> Tuple {
        let (src, sport) = Self::client(flow);
        Tuple { src, dst: HOST_ADDR, sport, dport: 8080, protocol: 17 }
    }

    /// The next packet of a flow comes in, and is carried to its end.
    fn send(&mut self, flow: u32) {
        self.send_all([flow].into_iter());
    }

    /// The same of several that come in at once.
    fn send_all(&mut self, flows: impl Iterator<Item = u32>) {
        let (payload, services) = (self.payload, self.services);
        let frames = flows.map(|flow| {
            let to = match services {
                0 => (HOST_ADDR, 8080),
                services => (IpAddr::V4(Ipv4Addr::from(SERVICES_AT + flow % services)), 53),
            };
            let (src, dst) = ([2, 0x42, 0xc0, 0xa8, 0, 0x40], [2, 0x42, 0xc0, 0xa8, 0, 0x80]);
            frame(payload, Self::client(flow), to, src, dst)
        });
        self.shell.lab.receive(HOST, self.eth0, frames);
        self.carry();
    }

    /// The container answers.
    fn answer(&mut self, flow: u32) {
        let frame = frame(
            self.payload,
            (WEB, 80),
            Self::client(flow),
            [2, 0x42, 0xac, 0x11, 0, 2],
            [2, 0x42, 0xac, 0x11, 0, 1],
        );
        self.shell.lab.receive(HOST, self.veth1, [frame]);
        self.carry();
    }

    /// What came in is carried to its end.
    fn carry(&mut self) {
        let lab = &mut self.shell.lab;
        lab.run_until(lab.now() + Duration::from_micros(20));
    }

    /// Packets that arrived at the socket since it was asked last.
    fn arrived(&mut self) -> u32 {
        let mut arrived = 0;
        let lab = &mut self.shell.lab;
        while lab.sock_recv(self.c1, self.server).is_some_and(|data| data.packet.payload.len() == 18) {
            arrived += 1;
        }
        arrived
    }

    /// The next `count` packets of so many flows, a power of two.
    pub fn load(&mut self, flows: u32, count: u32) -> Result<(), String> {
        let from = self.next;
        self.next = from.wrapping_add(TIMES.wrapping_mul(count));
        self.send_by(count, |n| from.wrapping_add(TIMES.wrapping_mul(n + 1)) & (flows - 1))
    }

    /// So many packets, [`BUDGET`] of them at once; which flow's each is, by its number.
    fn send_by(&mut self, count: u32, flow: impl Fn(u32) -> u32) -> Result<(), String> {
        let mut arrived = 0;
        for first in (0..count).step_by(BUDGET as usize) {
            self.send_all((first..count.min(first + BUDGET)).map(&flow));
            arrived += self.arrived();
        }
        if arrived == count { Ok(()) } else { Err(format!("{arrived} of {count} packets arrived")) }
    }

    /// Begins flows, in order.
    pub fn begin(&mut self, flows: Range<u32>) -> Result<(), String> {
        self.send_by(flows.len() as u32, |n| flows.start + n)
    }

    /// The same; each is answered once.
    pub fn establish(&mut self, flows: u32) -> Result<(), String> {
        for flow in 0..flows {
            self.send(flow);
            self.answer(flow);
        }
        if self.arrived() == flows { Ok(()) } else { Err("not all flows were begun".to_owned()) }
    }

    /// Forgets every flow.
    pub fn forget(&mut self) -> Result<(), String> {
        self.command("conntrack -F")
    }

    /// Runs a command on the host.
    pub fn command(&mut self, line: &str) -> Result<(), String> {
        let mut out = Apart::default();
        match self.shell.run_line(HOST, line.as_bytes(), &mut out) {
            Line::Done(0) => Ok(()),
            _ => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
        }
    }
}

fn frame(payload: Payload, from: (IpAddr, u16), to: (IpAddr, u16), src: [u8; 6], dst: [u8; 6]) -> Frame {
    let ip = IpHeader { df: true, ..IpHeader::new(from.0, to.0) };
    let transport = Transport::Udp(Udp { sport: from.1, dport: to.1 });
    Frame { dst: Mac(dst), src: Mac(src), body: Body::Ip(Packet { ip, transport, payload }) }
}

/// Prints a line for each load: its name, packets, nanoseconds a packet of the quickest tenth of the rounds and of the
/// middle one.
pub fn measure(face: &str) -> Result<(), String> {
    let mut lab = Published::new(face)?;
    let tell = |name: &str, packets: u32, count: u32, (tenth, middle): (f64, f64)| {
        println!("{name} {packets} {:.1} {:.1}", tenth / f64::from(count), middle / f64::from(count));
    };
    for (name, flows) in [("established", 1), ("64k flows", FLOWS)] {
        lab.establish(flows)?;
        let times = rounds(80, &mut lab, |_| Ok(()), |lab| lab.load(flows, ROUND))?;
        tell(name, 80 * ROUND, ROUND, times);
    }
    let times = rounds(5, &mut lab, Published::forget, |lab| lab.load(FLOWS, FLOWS))?;
    tell("new flows", 5 * FLOWS, FLOWS, times);
    Ok(())
}
