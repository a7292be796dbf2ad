//! Packet sequences that a real kernel tracked, tracked again.
//!
//! A record is text: `flow N` begins a connection; a packet's line is
//! `ms direction packet | ctstate | ms entry`, with `entry` as `/proc/net/nf_conntrack` showed it: TCP state,
//! seconds left, `U`nreplied or `R`eplied and `A`ssured, who began (a or b), packets and bytes each way.
//! a is 10.0.0.2, b 10.0.1.2; the kernel forwarded between them (6.18, CONFIG_HZ=250).

use std::net::IpAddr;

use packetwalk_trace::{Hook, Silent};
use packetwalk_wire::{
    CtInfo, Icmp, Instant, IpHeader, Nfct, Packet, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions,
    Transport, Udp, proto,
};

use super::{Conntrack, Dir, Status};
use crate::env::Verdict;

fn payload(payloads: &mut Payloads, len: usize) -> Payload {
    payloads.intern(&vec![b'x'; len])
}

fn addresses(dir: &str) -> IpHeader {
    let (a, b): (IpAddr, IpAddr) = ("10.0.0.2".parse().unwrap(), "10.0.1.2".parse().unwrap());
    if dir == "o" { IpHeader::new(a, b) } else { IpHeader::new(b, a) }
}

fn tcp_flags(text: &str) -> TcpFlags {
    let bit = |c| match c {
        'F' => TcpFlags::FIN,
        'S' => TcpFlags::SYN,
        'R' => TcpFlags::RST,
        'P' => TcpFlags::PSH,
        'A' => TcpFlags::ACK,
        'U' => TcpFlags::URG,
        _ => TcpFlags(0),
    };
    text.chars().fold(TcpFlags(0), |all, c| all.with(bit(c)))
}

fn tcp_options(text: &str) -> TcpOptions {
    let mut options = TcpOptions::default();
    for word in text.split(',') {
        match word.split_at(1) {
            ("m", mss) => options.mss = Some(mss.parse().unwrap()),
            ("s", _) => options.sack_permitted = true,
            ("w", shift) => options.wscale = Some(shift.parse().unwrap()),
            ("t", _) => options.timestamp = Some((0, 0)),
            _ => {}
        }
    }
    options
}

fn packet(flow: u16, words: &[&str], payloads: &mut Payloads) -> Packet {
    let ip = addresses(words[0]);
    let ports = |service| if words[0] == "o" { (flow, service) } else { (service, flow) };
    match words[1..] {
        ["U", len] => {
            let (sport, dport) = ports(53);
            let payload = payload(payloads, len.parse().unwrap());
            Packet { ip, transport: Transport::Udp(Udp { sport, dport }), payload }
        }
        [ty, code] => {
            let (ty, code): (u8, u8) = (ty.parse().unwrap(), code.parse().unwrap());
            let icmp = match ty {
                8 | 0 | 13..=18 => Icmp::Query { ty, code, id: flow, seq: 0 },
                _ => Icmp::Other { ty, code, rest: u32::from(flow) << 16 },
            };
            Packet { ip, transport: Transport::Icmp(icmp), payload: Payload::EMPTY }
        }
        [flags, seq, ack, window, len, options] => {
            let (sport, dport) = ports(80);
            let tcp = Tcp {
                sport,
                dport,
                seq: seq.parse().unwrap(),
                ack: ack.parse().unwrap(),
                flags: tcp_flags(flags),
                window: window.parse().unwrap(),
                options: tcp_options(options),
            };
            Packet { ip, transport: Transport::Tcp(tcp), payload: payload(payloads, len.parse().unwrap()) }
        }
        _ => panic!("not a packet: {words:?}"),
    }
}

fn ctstate(nfct: Nfct) -> &'static str {
    match nfct {
        Nfct::None | Nfct::Nothing => "INVALID",
        Nfct::Untracked => "UNTRACKED",
        Nfct::Tracked(r) => match r.info {
            CtInfo::New => "NEW",
            CtInfo::Established | CtInfo::EstablishedReply => "ESTABLISHED",
            CtInfo::Related | CtInfo::RelatedReply => "RELATED",
        },
    }
}

/// The entry of a flow; its seconds apart.
fn entry(ct: &mut Conntrack, protocol: u8, flow: u16, now: Instant) -> (String, i64) {
    let key = |c: &super::Conn| match protocol {
        proto::ICMP => c.tuple(Dir::Original).sport == flow,
        _ => c.tuple(Dir::Original).sport == flow || c.tuple(Dir::Original).dport == flow,
    };
    let Some((r, conn)) = ct.iter(now).find(|(_, c)| c.protocol() == protocol && key(c)) else {
        return ("-".to_owned(), 0);
    };
    let state = conn.tcp().map_or(".", |tcp| tcp.state.name());
    let replied = if conn.seen_reply() { "R" } else { "U" };
    let assured = if conn.status().has(Status::ASSURED) { "A" } else { "" };
    let who = if conn.tuple(Dir::Original).src == addresses("o").src { "a" } else { "b" };
    let [o, p] = [Dir::Original, Dir::Reply].map(|d| ct.counter(r, d).unwrap_or_default());
    let text =
        format!("{state} {replied}{assured} {who} {} {} {} {}", o.packets, o.bytes, p.packets, p.bytes);
    (text, i64::from(conn.expires_in(now)))
}

/// Tracks a record again; the first difference fails. Seconds may differ by one, for the kernel's clock
/// ticks between the packet and the reading.
fn check(name: &str, record: &str, sysctls: &[(&str, &str)]) {
    let mut payloads = Payloads::default();
    let mut ct = Conntrack::new();
    ct.set_sysctl("nf_conntrack_acct", "1").unwrap();
    for (key, value) in sysctls {
        ct.set_sysctl(key, value).unwrap();
    }
    let mut flow = 0;
    let mut so_far = String::new();
    for (number, line) in record.lines().enumerate() {
        if let Some(id) = line.strip_prefix("flow ") {
            flow = id.parse().unwrap();
            so_far.clear();
            continue;
        }
        so_far += line;
        so_far.push('\n');
        let parts: Vec<&str> = line.split(" | ").collect();
        let [sent, state, read] = parts[..] else { panic!("{name}:{}: {line}", number + 1) };
        let words: Vec<&str> = sent.split(' ').collect();
        let at = |ms: &str| Instant(ms.parse::<u64>().unwrap() * 1_000_000);
        let now = at(words[0]);
        let packet = packet(flow, &words[1..], &mut payloads);
        let mut skb = Skb::new(1, packet);
        let verdict = ct.packet_in(Hook::Prerouting, &mut skb, &payloads, now, &mut Silent);
        assert_eq!(verdict, Verdict::Accept);
        let got_state = ctstate(skb.nfct);
        assert_eq!(ct.confirm(&mut skb, now, &mut Silent), Verdict::Accept);
        let read: Vec<&str> = read.split(' ').collect();
        let (got, seconds) = entry(&mut ct, packet.protocol(), flow, at(read[0]));
        let (expect, expect_seconds): (String, i64) = match read[1..] {
            ["-"] => ("-".to_owned(), 0),
            [state, secs, ref rest @ ..] => (format!("{state} {}", rest.join(" ")), secs.parse().unwrap()),
            _ => panic!("{name}:{}: {line}", number + 1),
        };
        assert!(
            (got_state, &got) == (state, &expect) && (seconds - expect_seconds).abs() <= 1,
            "{name}:{}\n{so_far}kernel: {state} {expect} {expect_seconds}\nours:   {got_state} {got} {seconds}",
            number + 1
        );
    }
}

#[test]
fn tcp_as_the_kernel_tracks_it() {
    check("tcp.txt", include_str!("testdata/tcp.txt"), &[]);
}

/// A RST from the side whose SYN came last ends nothing.
#[test]
fn rst_after_own_syn_as_the_kernel_tracks_it() {
    check("tcp_rst.txt", include_str!("testdata/tcp_rst.txt"), &[]);
}

#[test]
fn liberal_tcp_as_the_kernel_tracks_it() {
    let liberal = [("nf_conntrack_tcp_be_liberal", "1")];
    check("tcp_liberal.txt", include_str!("testdata/tcp_liberal.txt"), &liberal);
}

#[test]
fn strict_tcp_as_the_kernel_tracks_it() {
    let strict = [("nf_conntrack_tcp_loose", "0"), ("nf_conntrack_tcp_ignore_invalid_rst", "1")];
    check("tcp_strict.txt", include_str!("testdata/tcp_strict.txt"), &strict);
}

#[test]
fn udp_as_the_kernel_tracks_it() {
    check("udp.txt", include_str!("testdata/udp.txt"), &[]);
}

#[test]
fn icmp_as_the_kernel_tracks_it() {
    check("icmp.txt", include_str!("testdata/icmp.txt"), &[]);
}
