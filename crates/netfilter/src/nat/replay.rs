//! Packets that a real router translated, translated again.
//!
//! A line is `ms direction packet | packet ctstate` (`-`: nothing came out). `U src sport dst dport` is
//! UDP, `I src dst type code id` an ICMP query, `E src dst type code PACKET` an error about a packet. The
//! kernel (6.18) had, beside 10.0.0.0/24 on `ra` and 10.0.1.0/24 on `rb` with itself at 10.0.1.1:
//!
//! ```text
//! -A POSTROUTING -o rb -s 10.0.0.0/24 -j SNAT --to-source 10.0.1.1
//! -A PREROUTING -i rb -d 10.0.1.1 -p udp --dport 8000:8100 -j DNAT --to-destination 10.0.0.2:80
//! -A PREROUTING -i rb -d 10.0.1.1 -p icmp -j DNAT --to-destination 10.0.0.2
//! ```

use packetwalk_trace::Hook;
use packetwalk_wire::{
    CtInfo, Icmp, Instant, IpHeader, Nfct, Packet, Payload, Skb, Transport, Udp, icmp::QuotedTransport,
};

use super::tests::{Router, Rule, ip};
use super::{NatRange, RangeFlags};
use crate::env::Verdict;

fn parse(words: &[&str]) -> Packet {
    let number = |s: &str| s.parse::<u16>().unwrap();
    let (ip, transport) = match words {
        ["U", src, sport, dst, dport] => (
            IpHeader::new(ip(src), ip(dst)),
            Transport::Udp(Udp { sport: number(sport), dport: number(dport) }),
        ),
        ["I", src, dst, ty, code, id] => {
            let (ty, code) = (number(ty) as u8, number(code) as u8);
            let query = Icmp::Query { ty, code, id: number(id), seq: 0 };
            (IpHeader::new(ip(src), ip(dst)), Transport::Icmp(query))
        }
        ["E", src, dst, ty, code, about @ ..] => {
            let (ty, code) = (number(ty) as u8, number(code) as u8);
            let (quoted, _) = parse(about).quote(548);
            (IpHeader::new(ip(src), ip(dst)), Transport::Icmp(Icmp::Error { ty, code, rest: 0, quoted }))
        }
        _ => panic!("{words:?}"),
    };
    Packet { ip, transport, payload: Payload::EMPTY }
}

fn print(packet: &Packet) -> String {
    let (src, dst) = (packet.ip.src, packet.ip.dst);
    match packet.transport {
        Transport::Udp(udp) => format!("U {src} {} {dst} {}", udp.sport, udp.dport),
        Transport::Icmp(Icmp::Query { ty, code, id, .. }) => format!("I {src} {dst} {ty} {code} {id}"),
        Transport::Icmp(Icmp::Error { ty, code, quoted, .. }) => {
            let transport = match quoted.transport {
                QuotedTransport::Udp(udp) => Transport::Udp(udp),
                QuotedTransport::Icmp { ty, code, id, seq } => {
                    Transport::Icmp(Icmp::Query { ty, code, id, seq })
                }
                _ => panic!(),
            };
            let inner = Packet { ip: quoted.ip, transport, payload: Payload::EMPTY };
            format!("E {src} {dst} {ty} {code} {}", print(&inner))
        }
        _ => panic!(),
    }
}

fn rules(from_ra: bool, packet: &Packet, hook: Hook) -> Option<Rule> {
    match hook {
        Hook::Postrouting if from_ra => Some(Rule::Map(NatRange::address(ip("10.0.1.1")))),
        Hook::Prerouting if !from_ra && packet.ip.dst == ip("10.0.1.1") => {
            let mut range = NatRange::address(ip("10.0.0.2"));
            if let Transport::Udp(udp) = packet.transport {
                if !(8000..=8100).contains(&udp.dport) {
                    return None;
                }
                range.flags = range.flags.with(RangeFlags::PROTO_SPECIFIED);
                (range.min_proto, range.max_proto) = (80, 80);
            }
            Some(Rule::Map(range))
        }
        _ => None,
    }
}

fn translate(router: &mut Router, from_ra: bool, packet: Packet) -> Option<String> {
    let rules = |hook| rules(from_ra, &packet, hook);
    let mut skb = Skb::new(1, packet);
    let tracked =
        router.ct.packet_in(Hook::Prerouting, &mut skb, &router.payloads, router.now, &mut router.obs);
    assert_eq!(tracked, Verdict::Accept);
    let accepted = router.nat(Hook::Prerouting, &mut skb, &rules) == Verdict::Accept
        && skb.packet.ip.dst != ip("10.0.1.1")
        && router.nat(Hook::Postrouting, &mut skb, &rules) == Verdict::Accept;
    if !accepted {
        router.ct.release(&skb);
        return None;
    }
    let state = match skb.nfct {
        Nfct::Tracked(r) => match r.info {
            CtInfo::New => "NEW",
            CtInfo::Established | CtInfo::EstablishedReply => "ESTABLISHED",
            CtInfo::Related | CtInfo::RelatedReply => "RELATED",
        },
        _ => "INVALID",
    };
    let confirmed = router.ct.confirm(&mut skb, router.now, &mut router.obs);
    (confirmed == Verdict::Accept).then(|| format!("{} {state}", print(&skb.packet)))
}

fn check(record: &str) {
    let mut router = Router::default();
    for (number, line) in record.lines().enumerate().skip(1) {
        let (sent, expect) = line.split_once(" | ").unwrap();
        let words: Vec<&str> = sent.split(' ').collect();
        router.now = Instant(words[0].parse::<u64>().unwrap() * 1_000_000);
        let got = translate(&mut router, words[1] == "o", parse(&words[2..]));
        assert_eq!(got.as_deref().unwrap_or("-"), expect, "line {}: {sent}", number + 1);
        router.obs.events.clear();
    }
}

#[test]
fn as_the_kernel_translates() {
    check(include_str!("testdata/nat.txt"));
}
