//! A packet through a chain of 10,000 rules as Docker's, by the chain's index.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use packetwalk_netfilter::context::Cx;
use packetwalk_netfilter::matches::{Match, range::Range, tcp};
use packetwalk_netfilter::shared::Shared;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::traverse::{Frame, traverse};
use packetwalk_netfilter::xtables::{Base, Cond, Counters, Face, IfPattern, Net, Rule, Table};
use packetwalk_netfilter::{Conntrack, Dev, Env, HookState, Host};
use packetwalk_trace::{Hook, RouteKind, Silent, Table as TableId};
use packetwalk_wire::{
    Family, IfIndex, IfName, Instant, IpHeader, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions,
    Transport,
};

use crate::counts::{Random, work};

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

impl packetwalk_netfilter::Random for Random {
    fn next_u32(&mut self) -> u32 {
        self.next() as u32
    }
}

/// `! -i docker0 -o docker0 -d C -p tcp --dport P -j ACCEPT`, and a packet that it takes.
fn pair(random: &mut Random) -> (Rule, Packet) {
    let dst: IpAddr = Ipv4Addr::from_bits(0xac11_0000 | random.next() as u32 & 0xffff).into();
    let port = [80, 443, 5432, 6379, 8080][random.next() as usize % 5];
    let docker0 = |not| IfPattern::new("docker0").map(|is| Cond { not, is });
    let base = Base {
        dst: Some(Cond::new(Net::prefix(dst, 32))),
        iif: docker0(true),
        oif: docker0(false),
        proto: Some(Cond::new(6)),
        ..Base::default()
    };
    let matches =
        vec![Match::Tcp(tcp::Tcp { dport: Some(Cond::new(Range::one(port))), ..tcp::Tcp::default() })];
    let rule = Rule { base, matches, target: Target::Accept, counters: Counters::ZERO, handle: 0 };
    let options = TcpOptions::default();
    let tcp = Tcp { sport: 40000, dport: port, seq: 0, ack: 0, flags: TcpFlags::SYN, window: 1000, options };
    let ip = IpHeader::new(Ipv4Addr::new(203, 0, 113, 9).into(), dst);
    (rule, Packet { ip, transport: Transport::Tcp(tcp), payload: Payload::EMPTY })
}

/// Packets that some rule takes, after one that has the chain compiled.
pub fn indexed() -> Result<u32, String> {
    let mut random = Random(7);
    let mut table = Table::new(Face::Legacy, Family::V4, TableId::Filter);
    let forward = table.base_of(Hook::Forward).ok_or("no FORWARD")?;
    let mut packets = Vec::new();
    for n in 0..10_000 {
        let (rule, packet) = pair(&mut random);
        table.append(forward, rule).map_err(|error| format!("{error:?}"))?;
        if n % 5 == 0 {
            packets.push(packet);
        }
    }
    let dev = |n, name| Dev { index: IfIndex(n), name: IfName::new(name).unwrap_or_default(), group: 0 };
    let state = HookState {
        hook: Hook::Forward,
        family: Family::V4,
        iif: dev(1, "eth0"),
        oif: dev(2, "docker0"),
        next_hop: None,
    };
    let (mut ct, mut shared, mut payloads) = (Conntrack::default(), Shared::default(), Payloads::default());
    let mut stack: Vec<Frame> = Vec::new();
    let mut walk = |packet: &Packet| {
        let mut skb = Skb::new(1, *packet);
        let mut env =
            Env { now: Instant::default(), host: &NoHost, payloads: &mut payloads, random: &mut Random(0) };
        let mut cx = Cx {
            skb: &mut skb,
            state: &state,
            ct: &mut ct,
            face: Face::Legacy,
            shared: &mut shared,
            env: &mut env,
        };
        black_box(traverse(&mut table, forward, &mut stack, &mut cx, &mut Silent));
    };
    packets.first().into_iter().for_each(&mut walk);
    work(&mut || {
        packets.iter().for_each(&mut walk);
        Ok(())
    })?;
    Ok(packets.len() as u32)
}
