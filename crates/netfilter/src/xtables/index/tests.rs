//! The walk by the index against the walk from rule to rule.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_trace::{ChainId, Hook, Observer, Recorder, RouteKind, Silent, Table as TableId};
use packetwalk_wire::{
    Family, IfIndex, IfName, Instant, IpHeader, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions,
    Transport, Udp,
};
use proptest::prelude::*;

use crate::Conntrack;
use crate::context::Cx;
use crate::env::{Dev, Env, HookState, Host, Random, Verdict};
use crate::matches::{Match, comment, mark, multiport, range, statistic, tcp, udp};
use crate::shared::Shared;
use crate::targets::{Target, mark as set_mark};
use crate::xtables::condition::IfPattern;
use crate::xtables::traverse::traverse;
use crate::xtables::{Base, Cond, Counters, Face, Net, Policy, Rule, Table};

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

struct Always(u32);

impl Random for Always {
    fn next_u32(&mut self) -> u32 {
        self.0
    }
}

/// An address of few, so that rules meet packets.
fn address(family: Family, b: u8) -> IpAddr {
    let b = u32::from(b);
    match family {
        Family::V4 => Ipv4Addr::from_bits(0x0a00_0000 | (b & 0xc0) << 10 | (b & 0x30) << 4 | b & 7).into(),
        Family::V6 => {
            Ipv6Addr::from_bits(0xfd00 << 112 | u128::from(b & 0xf0) << 56 | u128::from(b & 7)).into()
        }
    }
}

fn net(family: Family, b: u8, len: u8) -> Option<Cond<Net>> {
    let lens = match family {
        Family::V4 => [8, 14, 16, 22, 24, 30, 32],
        Family::V6 => [7, 16, 60, 64, 120, 127, 128],
    };
    let len = *lens.get(usize::from(len & 15))?;
    Some(Cond { not: len & 0x80 != 0, is: Net::prefix(address(family, b), len) })
}

const NAMES: [&str; 5] = ["eth0", "docker0", "veth+", "veth1", "+"];

fn name(b: u8) -> Option<Cond<IfPattern>> {
    let pattern = IfPattern::new(NAMES.get(usize::from(b & 15))?)?;
    Some(Cond { not: b & 0x80 != 0, is: pattern })
}

const PORTS: [u16; 8] = [0, 22, 80, 443, 1023, 1024, 8080, 65535];

fn port(b: u8) -> Option<Cond<range::Range<u16>>> {
    let [low, high] = [b & 7, b >> 3 & 7].map(|n| PORTS[usize::from(n)]);
    (b < 0xc0).then_some(Cond { not: b & 0x40 != 0 && b & 1 != 0, is: range::Range::new(low, high.max(low)) })
}

fn rule(family: Family, b: [u8; 10]) -> Rule {
    let proto = [None, Some(6), Some(17), Some(6)][usize::from(b[4] & 3)];
    let mut matches = Vec::new();
    let either = |kind: u8| match kind & 7 {
        0 => Some(Match::Mark(mark::Mark { not: kind & 8 != 0, mark: 1, mask: 1 })),
        1 => Some(Match::Comment(comment::Comment { text: "all".into() })),
        2 => Some(Match::Statistic(statistic::Statistic::new(
            kind & 8 != 0,
            statistic::Mode::Nth { every: 2, packet: 0 },
        ))),
        _ => None,
    };
    matches.extend(either(b[7]));
    match proto {
        Some(_) if b[8].is_multiple_of(4) => matches.push(Match::Multiport(multiport::Multiport {
            not: b[8] & 4 != 0,
            which: [
                multiport::Which::Source,
                multiport::Which::Destination,
                multiport::Which::Either,
                multiport::Which::Destination,
            ][usize::from(b[8] >> 3 & 3)],
            ports: [b[5], b[6]].into_iter().filter_map(|b| port(b & 0x3f)).map(|c| c.is).collect(),
        })),
        Some(6) => matches.push(Match::Tcp(tcp::Tcp {
            sport: port(b[5]),
            dport: port(b[6]),
            option: (b[8] >> 2 & 3 == 3).then_some(Cond::new(8)),
            ..tcp::Tcp::default()
        })),
        Some(_) => {
            matches.push(Match::Udp(udp::Udp {
                sport: port(b[5]),
                dport: port(b[6]),
                ..udp::Udp::default()
            }));
        }
        None => {}
    }
    matches.extend(either(b[7] >> 4));
    let target = match b[9] & 15 {
        0 => Target::Accept,
        1 => Target::Drop,
        2 => Target::Return,
        3 => Target::Mark(set_mark::Mark { mark: 1, mask: 0 }),
        4 => Target::Jump(ChainId(3)),
        5 => Target::Goto(ChainId(3)),
        _ => Target::None,
    };
    let base = Base {
        src: net(family, b[0], b[1]),
        dst: net(family, b[2], b[1] >> 4),
        iif: name(b[3]),
        oif: name(b[3].rotate_left(4)),
        proto: proto.map(|is| Cond { not: b[4] & 0xfc == 0xfc && b[8] & 3 != 0 && matches.is_empty(), is }),
        fragment: None,
    };
    Rule { base, matches, target, counters: Counters::ZERO, handle: 0 }
}

fn packet(family: Family, b: [u8; 6]) -> Packet {
    let port = |b: u8| PORTS[usize::from(b & 7)].saturating_add(u16::from(b >> 6));
    let (sport, dport) = (port(b[3]), port(b[4]));
    let transport = match b[5] & 3 {
        0 => Transport::Udp(Udp { sport, dport }),
        1 => Transport::Opaque { protocol: 6 },
        _ => Transport::Tcp(Tcp {
            sport,
            dport,
            seq: 0,
            ack: 0,
            flags: TcpFlags::SYN,
            window: 1000,
            options: TcpOptions::default(),
        }),
    };
    let ip = IpHeader::new(address(family, b[0]), address(family, b[1]));
    Packet { ip, transport, payload: Payload::EMPTY }
}

/// The verdict, after the packet went through the table.
fn walk<O: Observer>(table: &mut Table, packet: Packet, names: u8, obs: &mut O) -> Verdict {
    let family = packet.family();
    let dev = |at: u8, n| Dev {
        index: IfIndex(n),
        name: IfName::new(["eth0", "docker0", "veth1", "veth2"][usize::from(at & 3)])
            .unwrap_or(IfName::EMPTY),
        group: 0,
    };
    let (iif, oif) = (dev(names, 1), dev(names >> 2, 2));
    let state = HookState { hook: Hook::Forward, family, iif, oif, next_hop: None };
    let (mut payloads, mut skb) = (Payloads::default(), Skb::new(1, packet));
    let mut env =
        Env { now: Instant::default(), host: &NoHost, payloads: &mut payloads, random: &mut Always(0) };
    let (mut ct, mut shared) = (Conntrack::default(), Shared::default());
    let cx =
        Cx { skb: &mut skb, state: &state, ct: &mut ct, face: Face::Nft, shared: &mut shared, env: &mut env };
    let Some(base) = table.base_of(state.hook) else { return Verdict::Accept };
    traverse(table, base, &mut Vec::new(), &mut { cx }, obs)
}

fn counters(table: &Table) -> Vec<Counters> {
    let chains = table.listed();
    chains.iter().flat_map(|(_, c)| (0..c.rules.len()).map(|at| c.counters(at))).collect()
}

/// What is done between packets: a rule is put in, or one is taken out; some places stand for counters that are set to
/// zero instead, of one rule or of all.
type Change = (u16, Option<[u8; 10]>);

fn same(
    face: Face,
    family: Family,
    rules: &[[u8; 10]],
    packets: &[([u8; 6], Vec<Change>)],
) -> Result<(), TestCaseError> {
    let rules = rules.iter().map(|b| rule(family, *b));
    let packets = packets.iter().map(|(b, changes)| (packet(family, *b), b[2], changes.as_slice()));
    same_of(face, family, rules, packets)
}

fn same_of<'a>(
    face: Face,
    family: Family,
    rules: impl Iterator<Item = Rule>,
    packets: impl Iterator<Item = (Packet, u8, &'a [Change])>,
) -> Result<(), TestCaseError> {
    let mut told = Table::new(face, family, TableId::Filter);
    let forward = told.base_of(Hook::Forward).unwrap();
    let user = told.new_chain("USER").unwrap();
    assert_eq!(user, ChainId(3));
    told.set_policy(forward, Policy::Drop, Some(Counters::ZERO)).unwrap();
    for (n, rule) in rules.enumerate() {
        // Jumps within the called chain would be loops.
        let _ = told.append(if n % 4 == 3 { user } else { forward }, rule);
    }
    let mut silent = told.clone();
    for (packet, names, changes) in packets {
        let (snapshot, before) = (silent.clone(), counters(&silent));
        let expected = walk(&mut told, packet, names, &mut Recorder::default());
        prop_assert_eq!(walk(&mut silent, packet, names, &mut Silent), expected);
        prop_assert_eq!(counters(&silent), counters(&told));
        prop_assert_eq!(counters(&snapshot), before);
        for (at, new) in changes {
            for table in [&mut told, &mut silent] {
                let len = table.chain(forward).map_or(0, |c| c.rules.len());
                let (part, at) = (*at >> 12, usize::from(*at) % (len + 1));
                match new {
                    None if part == 0 => drop(table.zero(forward, Some(at))),
                    None if part == 1 => drop(table.zero(forward, None)),
                    Some(b) => drop(table.insert(forward, at, rule(family, *b))),
                    None => drop(table.delete(forward, at)),
                }
            }
        }
    }
    // With what rules keep, and what is said of the chains.
    prop_assert_eq!(format!("{silent:?}"), format!("{told:?}"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn counters_and_verdicts_are_those_of_the_walk_from_rule_to_rule(
        legacy: bool,
        six: bool,
        rules in prop::collection::vec(any::<[u8; 10]>(), 0..300),
        packets in prop::collection::vec(
            (any::<[u8; 6]>(), prop::collection::vec((any::<u16>(), any::<Option<[u8; 10]>>()), 0..4)),
            1..60,
        ),
    ) {
        let face = if legacy { Face::Legacy } else { Face::Nft };
        let family = if six { Family::V6 } else { Family::V4 };
        same(face, family, &rules, &packets)?;
    }

    /// Which grow and shrink across the lengths from which they have an index, and from which that has sets.
    #[test]
    fn so_they_are_in_short_chains(
        legacy: bool,
        six: bool,
        rules in prop::collection::vec(any::<[u8; 10]>(), 0..28),
        packets in prop::collection::vec(
            (any::<[u8; 6]>(), prop::collection::vec((any::<u16>(), any::<Option<[u8; 10]>>()), 0..4)),
            1..40,
        ),
    ) {
        let face = if legacy { Face::Legacy } else { Face::Nft };
        let family = if six { Family::V6 } else { Family::V4 };
        same(face, family, &rules, &packets)?;
    }
}

/// Numbers without end.
fn random() -> impl FnMut() -> u8 {
    let mut seed = 1_u64;
    move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u8
    }
}

/// A rule with few verdicts, so that packets come far.
fn seldom(mut bytes: impl FnMut() -> u8) -> [u8; 10] {
    let mut b = [(); 10].map(|()| bytes());
    b[9] |= if bytes() < 250 { 8 } else { 0 };
    b
}

/// More than one part of 4,096, with sets that lie above others.
#[test]
fn long_chains_too() {
    let mut bytes = random();
    let rules: Vec<[u8; 10]> = (0..9000).map(|_| seldom(&mut bytes)).collect();
    let packets: Vec<_> = (0..300).map(|_| ([(); 6].map(|()| bytes()), Vec::new())).collect();
    same(Face::Legacy, Family::V4, &rules, &packets).unwrap();
}

/// Thousands of addresses and networks, which are found by several lines, and lists that lie above others.
#[test]
fn chains_of_many_addresses_too() {
    for family in [Family::V4, Family::V6] {
        let mut bytes = random();
        let mut address = |near: u8| {
            // Networks that hold few, or many.
            let b = [bytes() & 1, if near == 0 { bytes() } else { near }, bytes(), bytes()];
            match family {
                Family::V4 => IpAddr::from([10 + b[0], b[1], b[2], b[3]]),
                Family::V6 => {
                    Ipv6Addr::from([0xfd, 0, b[0], b[1], b[2], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b[3]]).into()
                }
            }
        };
        let addresses: Vec<IpAddr> = (0..4000).map(|n| address(n as u8 & 7)).collect();
        let mut bytes = random();
        let rules: Vec<Rule> = addresses
            .iter()
            .map(|dst| {
                let mut rule = rule(family, seldom(&mut bytes));
                let lens = if family == Family::V4 { [15, 16, 22, 28] } else { [24, 32, 40, 127] };
                let len = lens.get(usize::from(bytes() & 7)).copied().unwrap_or(128);
                rule.base.dst = Some(Cond { not: false, is: Net::prefix(*dst, len) });
                if bytes() < 64 {
                    rule.base.src = None;
                }
                rule
            })
            .collect();
        let packets: Vec<Packet> = (0..400)
            .map(|_| {
                let mut packet = packet(family, [(); 6].map(|()| bytes()));
                packet.ip.dst =
                    addresses[(usize::from(bytes()) << 4 | usize::from(bytes() & 15)) % addresses.len()];
                packet
            })
            .collect();
        let packets = packets.iter().map(|packet| (*packet, 0, [].as_slice()));
        same_of(Face::Nft, family, rules.into_iter(), packets).unwrap();
    }
}

/// What a packet does that goes to the address of rule number `n` of [`verdicts`].
fn to(n: u8) -> Packet {
    let mut packet = packet(Family::V4, [0, 0, 0, 1, 2, 2]);
    packet.ip.dst = Ipv4Addr::new(10, 9, 0, n).into();
    packet
}

/// Many rules with an address each, and a verdict or a mark by turns.
fn verdicts() -> (Table, ChainId) {
    let mut table = Table::new(Face::Legacy, Family::V4, TableId::Filter);
    let forward = table.base_of(Hook::Forward).unwrap();
    for n in 0..100 {
        let dst = Some(Cond::new(Net::prefix(Ipv4Addr::new(10, 9, 0, n).into(), 32)));
        let target = match n % 4 {
            0 => Target::Accept,
            1 => Target::Drop,
            2 => Target::Return,
            _ => Target::Mark(set_mark::Mark { mark: 1, mask: 0 }),
        };
        let base = Base { dst, ..Base::default() };
        table
            .append(forward, Rule { base, matches: Vec::new(), target, counters: Counters::ZERO, handle: 0 })
            .unwrap();
    }
    (table, forward)
}

/// How many packets a rule counted in all, and in itself; and whether a snapshot shares its page.
fn counted(table: &Table, at: usize) -> (u64, u64, bool) {
    let chain = table.chain(table.base_of(Hook::Forward).unwrap()).unwrap();
    (chain.counters(at).packets, chain.rules.get(at).unwrap().counters.packets, !chain.rules.is_own(at))
}

#[test]
fn a_rule_with_a_verdict_alone_is_not_looked_at_nor_copied() {
    let (mut table, _) = verdicts();
    walk(&mut table, to(0), 0, &mut Silent);
    let snapshot = table.clone();
    for (n, in_itself) in [(20, 0), (37, 0), (54, 0), (71, 1)] {
        walk(&mut table, to(n), 0, &mut Silent);
        assert_eq!(counted(&table, usize::from(n)), (1, in_itself, in_itself == 0), "{n}");
        assert_eq!(counted(&snapshot, usize::from(n)), (0, 0, in_itself == 0), "{n}");
    }
}

#[test]
fn what_it_counted_goes_with_it() {
    let (mut table, forward) = verdicts();
    let (new, moved) = (table.chain(forward).unwrap().rules.get(1).unwrap().clone(), 21);
    walk(&mut table, to(20), 0, &mut Silent);
    // One that every rule tells of, and one more after a change.
    walk(&mut table, to(20), 0, &mut Recorder::default());
    table.insert(forward, 0, new.clone()).unwrap();
    walk(&mut table, to(20), 0, &mut Silent);
    assert_eq!(counted(&table, moved), (3, 1, false));
    // The index is worn out.
    for _ in 0..64 {
        table.insert(forward, moved, new.clone()).unwrap();
        table.delete(forward, moved).unwrap();
    }
    assert_eq!(counted(&table, moved), (3, 3, false));
    walk(&mut table, to(20), 0, &mut Silent);
    assert_eq!(counted(&table, moved), (4, 3, false));
    table.zero(forward, Some(moved)).unwrap();
    assert_eq!(counted(&table, moved), (0, 0, false));
    walk(&mut table, to(20), 0, &mut Silent);
    table.replace(forward, moved, new).unwrap();
    assert_eq!(counted(&table, moved), (0, 0, false));
}
