//! Against recordings of iptables 1.8.9 on Linux 6.18, each made in a namespace of its own.
//!
//! `testdata/{nft,legacy,targets,options,edges}.txt`: commands (`$`, words separated by tabs), input (`<`), standard output
//! (`>`), standard error (`!`), exit status (`=`) unless 0; `@ new` begins without tables.
//! `testdata/loopback-*.txt`: `iptables-save -c` after `ping -c1 127.0.0.2` and `ping -c2 127.0.0.1`
//! over `loopback.rules`.
//! `testdata/{packet,header}-*.txt`: as the first two, for extensions that read the packet.
//! `testdata/labs/*.txt`: what `iptables-save -c` prints in the lab next to it.

use std::net::{IpAddr, Ipv4Addr};

use packetwalk_lab::Lab;
use packetwalk_netfilter::xtables::Face;
use packetwalk_netfilter::{Dev, Env, HookState, Host, Netfilter, Outcome, Random, Verdict};
use packetwalk_trace::{DropReason, Hook, RouteKind, Silent, Table};
use packetwalk_wire::{
    Family, Icmp, IfIndex, IfName, Instant, IpHeader, Mac, Packet, Payloads, Skb, Transport, emit, icmp,
    parse,
};

use super::{Input, OnlyLocalhost, Output, input, run};
use crate::{Collect, Shell};

fn call(nf: &mut Netfilter, words: &[&str], stdin: &str) -> Output {
    let args: Vec<String> = words[1..].iter().map(|w| (*w).to_owned()).collect();
    let bytes = match input(words[0], &args) {
        Input::File(_) => Err("No such file or directory"),
        Input::None | Input::Stdin => Ok(stdin.as_bytes()),
    };
    let mut output = run(words[0], args, bytes, nf, &OnlyLocalhost).expect(words[0]);
    output.stdout = output.stdout.replace("Thu Jan  1 00:00:00 1970", "DATE");
    output
}

/// What a command prints and returns, where that is not what was recorded.
fn check(nf: &mut Netfilter, command: &str, stdin: &str, expect: &Output) -> Option<String> {
    let words: Vec<&str> = command.split('\t').collect();
    let got = call(nf, &words, stdin);
    if got == *expect {
        return None;
    }
    let mut text = format!("{command}\n{stdin}  status {}, recorded {}\n", got.status, expect.status);
    for (ours, want) in [(&got.stdout, &expect.stdout), (&got.stderr, &expect.stderr)] {
        let mut ours = ours.lines();
        let mut want = want.lines();
        loop {
            match (ours.next(), want.next()) {
                (None, None) => break,
                (a, b) if a == b => {}
                (a, b) => text += &format!("  - {}\n  + {}\n", b.unwrap_or("(end)"), a.unwrap_or("(end)")),
            }
        }
    }
    Some(text)
}

/// Replays a recording; how many commands it has.
#[track_caller]
fn replay(recording: &str) -> usize {
    let mut nf = Netfilter::new();
    let (mut count, mut wrong) = (0, Vec::new());
    let mut lines = recording.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "@ new" {
            nf = Netfilter::new();
            continue;
        }
        let command = line.strip_prefix("$ ").expect(line).replace("\\\\", "\\");
        let (mut stdin, mut expect) = (String::new(), Output::default());
        while let Some(line) = lines.next_if(|l| !l.starts_with(['$', '@'])) {
            let (to, text) = match line.split_at(2) {
                ("< ", text) => (&mut stdin, text),
                ("> ", text) => (&mut expect.stdout, text),
                ("! ", text) => (&mut expect.stderr, text),
                (_, text) => {
                    match text.parse() {
                        Ok(status) => expect.status = status,
                        Err(_) => drop(stdin.pop()),
                    }
                    continue;
                }
            };
            to.push_str(text);
            to.push('\n');
        }
        wrong.extend(check(&mut nf, &command, &stdin, &expect));
        count += 1;
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    count
}

#[test]
fn the_nft_face_as_recorded() {
    assert!(replay(include_str!("testdata/nft.txt")) > 440);
}

#[test]
fn the_legacy_face_as_recorded() {
    assert!(replay(include_str!("testdata/legacy.txt")) > 440);
}

/// Extensions that read the packet itself, with every kind of option and of mistake.
#[test]
fn packet_extensions_as_recorded() {
    assert!(replay(include_str!("testdata/packet-nft.txt")) > 400);
    assert!(replay(include_str!("testdata/packet-legacy.txt")) > 400);
}

/// The same for those that read the fields of every header.
#[test]
fn header_extensions_as_recorded() {
    assert!(replay(include_str!("testdata/header-nft.txt")) > 200);
    assert!(replay(include_str!("testdata/header-legacy.txt")) > 200);
}

/// Rules of the extensions with a state, in both faces and families: taken or refused, listed, saved,
/// deleted.
#[test]
fn extensions_with_a_state_as_recorded() {
    macro_rules! recordings {
        ($($name:literal)*) => { [$(($name, include_str!(concat!("testdata/", $name, ".txt")))),*] };
    }
    for (name, recording) in recordings!["limit" "hashlimit" "recent" "conn" "quota-owner" "time" "rateest"
        "policy-bpf"]
    {
        assert!(replay(recording) > 20, "{name}");
    }
}

/// Numbers that only `strtoul` or `inet_aton` take, names that nobody can resolve, and counters that get lost.
#[test]
fn edges_as_recorded() {
    assert!(replay(include_str!("testdata/edges.txt")) > 100);
}

/// Targets about logs, marks, zones, queues and copies, and the NAT targets' options, in both faces.
#[test]
fn more_targets_as_recorded() {
    assert!(replay(include_str!("testdata/targets.txt")) > 400);
    assert!(replay(include_str!("testdata/options.txt")) > 400);
}

/// As the count of connections told after a ping over `lo` with this rule alone, in both faces.
#[test]
fn conntrack_is_on_only_for_a_rule_that_needs_it() {
    let cases = [
        ("-A INPUT -m state --state NEW", true),
        ("-A INPUT -m conntrack --ctstate NEW", true),
        ("-A INPUT -m connmark --mark 1", true),
        ("-t mangle -A INPUT -j CONNMARK --save-mark", true),
        ("-t nat -A OUTPUT -j DNAT --to 1.1.1.1 -d 9.9.9.9", true),
        ("-t nat -A OUTPUT -j REDIRECT -d 9.9.9.9", true),
        ("-t nat -A POSTROUTING -j SNAT --to 1.1.1.1 -d 9.9.9.9", true),
        ("-t nat -A POSTROUTING -j MASQUERADE -d 9.9.9.9", true),
        ("-t nat -A POSTROUTING -j NETMAP --to 1.1.1.1 -d 9.9.9.9", true),
        ("-t raw -A OUTPUT -j CT --notrack -d 9.9.9.9", false),
        ("-t raw -A OUTPUT -j NOTRACK -d 9.9.9.9", false),
        ("-t nat -A OUTPUT -d 9.9.9.9", false),
        ("-t nat -A POSTROUTING -j ACCEPT", false),
        ("-A INPUT -p tcp -m tcp", false),
        ("-A INPUT -j REJECT -d 9.9.9.9", false),
        ("-A INPUT -j LOG", false),
    ];
    for name in ["iptables", "iptables-legacy"] {
        for (rule, expect) in cases {
            let mut nf = Netfilter::new();
            let words: Vec<&str> = [name].into_iter().chain(rule.split(' ')).collect();
            assert_eq!(call(&mut nf, &words, ""), Output::default(), "{name} {rule}");
            assert_eq!(nf.tracks(Family::V4), expect, "{name} {rule}");
            assert!(!nf.tracks(Family::V6), "{name} {rule}");
            let words = words.iter().map(|w| if *w == "-A" { "-D" } else { w }).collect::<Vec<_>>();
            assert_eq!(call(&mut nf, &words, ""), Output::default(), "{name} {rule}");
            assert!(!nf.tracks(Family::V4), "{name} {rule}, deleted");
        }
    }
}

const LO: IfIndex = IfIndex::LO;

struct Loopback;

impl Host for Loopback {
    fn addr_type(&self, addr: IpAddr, _: Option<IfIndex>) -> RouteKind {
        if addr.is_loopback() { RouteKind::Local } else { RouteKind::Unicast }
    }
    fn masquerade_source(&self, _: IfIndex, _: IpAddr) -> Option<IpAddr> {
        None
    }
    fn first_addr(&self, _: IfIndex, _: Family) -> Option<IpAddr> {
        Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
    fn dev(&self, index: IfIndex) -> Dev {
        Dev { index, name: IfName::new("lo").expect("lo"), group: 0 }
    }
    fn is_bridge_port(&self, _: IfIndex) -> bool {
        false
    }
}

struct Zero;

impl Random for Zero {
    fn next_u32(&mut self) -> u32 {
        0
    }
}

/// Carries a packet from OUTPUT over `lo` to INPUT.
fn over_loopback(nf: &mut Netfilter, skb: &mut Skb, payloads: &mut Payloads) {
    for hook in [Hook::Output, Hook::Postrouting, Hook::Prerouting, Hook::Input] {
        let out = matches!(hook, Hook::Output | Hook::Postrouting);
        let (lo, none) = (Loopback.dev(LO), Dev::default());
        let (iif, oif) = if out { (none, lo) } else { (lo, none) };
        let state = HookState { hook, family: Family::V4, iif, oif, next_hop: None };
        let mut random = Zero;
        let mut env = Env { now: Instant::ZERO, host: &Loopback, payloads, random: &mut random };
        let mut outcome = nf.run(&state, skb, &mut env, &mut Silent);
        while let Outcome::Reroute(resume) = outcome {
            outcome = nf.resume(resume, &state, skb, &mut env, &mut Silent);
        }
        assert_eq!(outcome, Outcome::Done(Verdict::Accept), "{hook:?}");
    }
}

/// Chains, jumps, RETURN, goto, counters, marks, conntrack and DNAT, in the order of the hooks.
#[test]
fn a_ping_over_loopback_counts_as_on_linux() {
    let cases = [
        ("iptables", include_str!("testdata/loopback-nft.txt")),
        ("iptables-legacy", include_str!("testdata/loopback-legacy.txt")),
    ];
    for (name, expect) in cases {
        let mut nf = Netfilter::new();
        let restore = format!("{name}-restore");
        let loaded = call(&mut nf, &[&restore], include_str!("testdata/loopback.rules"));
        assert_eq!(loaded, Output::default());
        let mut payloads = Payloads::default();
        let payload = payloads.intern(&[0; 56]);
        let addr = |last| IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        for (id, to, seq) in [(1, 2, 1), (2, 1, 1), (2, 1, 2)] {
            let echo = |ty, src, dst| Packet {
                ip: IpHeader { df: true, ..IpHeader::new(src, dst) },
                transport: Transport::Icmp(Icmp::Query { ty, code: 0, id, seq }),
                payload,
            };
            let mut request = Skb::new(1, echo(icmp::v4::ECHO, addr(1), addr(to)));
            over_loopback(&mut nf, &mut request, &mut payloads);
            let ip = request.packet.ip;
            assert_eq!(ip.dst, addr(1), "the destination is 127.0.0.1, or mapped to it");
            let mut reply = Skb::new(2, echo(icmp::v4::ECHO_REPLY, ip.dst, ip.src));
            over_loopback(&mut nf, &mut reply, &mut payloads);
            assert_eq!(reply.packet.ip.src, addr(to), "the reply comes from where the ping went");
        }
        let saved = call(&mut nf, &[&format!("{name}-save"), "-c"], "");
        assert_eq!(saved.stdout, expect, "{name}");
    }
}

/// What a lab saves, without the counters of neighbour discovery's rules.
fn saved(lab: &str) -> String {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    shell.run_script("lab.sh", lab.as_bytes(), &mut out);
    let text = out.text();
    let rules = text.lines().filter(|l| l.starts_with(['*', ':', '[', '-']) || *l == "COMMIT");
    let plain = |line: &str| match line.split_once("] ") {
        Some((_, rule)) if rule.contains("--comment nd ") => format!("{rule}\n"),
        _ => format!("{line}\n"),
    };
    rules.filter(|l| !l.starts_with("---")).map(plain).collect()
}

/// Every match and target that counts, with pings and connections through three namespaces.
#[test]
fn the_labs_count_as_on_linux() {
    macro_rules! labs {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("testdata/labs/", $name, ".sh")),
                include_str!(concat!("testdata/labs/", $name, ".txt")))),*]
        };
    }
    for (name, lab, expect) in labs!["nft-1" "nft-2" "legacy-1" "legacy-2" "v6-1" "v6-2"] {
        assert_eq!(saved(lab), expect, "{name}");
    }
}

/// What a packet does to a rule of mangle PREROUTING that stands alone in front of one that counts all.
fn outcome(nf: &mut Netfilter, family: Family, bytes: &[u8]) -> char {
    let mut payloads = Payloads::default();
    let packet = parse::packet(bytes, &mut payloads).unwrap_or_else(|e| panic!("{bytes:x?}: {e}"));
    let mut again = Vec::new();
    emit::packet(&packet, &payloads, &mut again);
    assert_eq!(again, bytes, "emitted as it was");
    let counts = |nf: &Netfilter, face| {
        let table = nf.rules(face, family).get(Table::Mangle)?;
        let chain = table.chain(table.find("PREROUTING")?)?;
        Some((chain.rules.get(0)?.counters.packets, chain.rules.get(1)?.counters.packets))
    };
    let both =
        |nf: &Netfilter| counts(nf, Face::Nft).or_else(|| counts(nf, Face::Legacy)).expect("two rules");
    let before = both(nf);
    let mac = |last| Mac([2, 0, 0, 0, 0, last]);
    let mut skb = Skb { mac: Some((mac(1), mac(2))), iif: LO, ..Skb::new(1, packet) };
    let (iif, oif) = (Loopback.dev(LO), Dev::default());
    let state = HookState { hook: Hook::Prerouting, family, iif, oif, next_hop: None };
    let mut env = Env { now: Instant::ZERO, host: &Loopback, payloads: &mut payloads, random: &mut Zero };
    let end = nf.run(&state, &mut skb, &mut env, &mut Silent);
    let after = both(nf);
    match (after.0 - before.0, after.1 - before.1, end) {
        (0, 1, Outcome::Done(Verdict::Accept)) => '0',
        (1, 1, Outcome::Done(Verdict::Accept)) => '1',
        (0, 0, Outcome::Done(Verdict::Drop(DropReason::NetfilterDrop))) => 'x',
        (1, 0, Outcome::Done(Verdict::Drop(DropReason::NetfilterDrop))) => 'X',
        other => panic!("{other:?}"),
    }
}

/// Packets of many kinds, some malformed, against rules that read them (`testdata/packets.txt`): `p4 NAME
/// BYTES` is an IPv4 packet; `r4 OUTCOMES RULE` tells of each whether it met the rule (1), did not (0), or
/// was dropped, counted (X) or not (x); `n4` and `l4` are for one face.
#[test]
fn rules_read_packets_as_on_linux() {
    let mut packets: [Vec<(&str, Vec<u8>)>; 2] = Default::default();
    let mut rules = 0;
    for line in include_str!("testdata/packets.txt").lines() {
        let (kind, rest) = line.split_at(3);
        let (first, rest) = rest.split_once(' ').expect(line);
        let family = if kind.contains('4') { Family::V4 } else { Family::V6 };
        let packets = &mut packets[family as usize];
        if kind.starts_with('p') {
            let byte = |i| u8::from_str_radix(&rest[i..i + 2], 16).expect(line);
            packets.push((first, (0..rest.len()).step_by(2).map(byte).collect()));
            continue;
        }
        let faces: &[&str] = match kind.as_bytes()[0] {
            b'n' => &["tables"],
            b'l' => &["tables-legacy"],
            _ => &["tables", "tables-legacy"],
        };
        for face in faces {
            let name = format!("ip{}{face}", if family == Family::V4 { "" } else { "6" });
            let mut nf = Netfilter::new();
            let added = ["-t", "mangle", "-A", "PREROUTING"];
            let words: Vec<&str> = [name.as_str()].into_iter().chain(added).collect();
            let own = split(rest);
            let rule: Vec<&str> = words.iter().copied().chain(own.iter().map(String::as_str)).collect();
            assert_eq!(call(&mut nf, &rule, "").status, 0, "{line}");
            assert_eq!(call(&mut nf, &words, "").status, 0, "{line}");
            for ((packet, bytes), expect) in packets.iter().zip(first.chars()) {
                assert_eq!(outcome(&mut nf, family, bytes), expect, "{name}: {packet}: {rest}");
            }
            rules += 1;
        }
    }
    assert!(rules > 450, "{rules}");
}

/// Words, of which those in double quotes may have spaces.
fn split(text: &str) -> Vec<String> {
    text.split('"')
        .enumerate()
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}
