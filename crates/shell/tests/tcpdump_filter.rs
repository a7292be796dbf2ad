//! Filter expressions, beside the real tool.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it")]

#[path = "tcpdump/frames.rs"]
mod frames;
#[path = "tcpdump/real.rs"]
mod real;

use std::net::{IpAddr, Ipv4Addr};

use frames::Chance;
use packetwalk_shell::print::tcpdump::filter::{Filter, Link, Names};
use packetwalk_shell::print::tcpdump::{Printer, Style};
use packetwalk_wire::{Payloads, emit};

struct Few;

impl Names for Few {
    fn host(&self, name: &str) -> Vec<IpAddr> {
        if name == "localhost" { vec![Ipv4Addr::LOCALHOST.into()] } else { Vec::new() }
    }
    fn service(&self, name: &str, protocol: &str) -> Option<u16> {
        match (name, protocol) {
            ("http", "tcp") => Some(80),
            ("domain", _) => Some(53),
            ("tftp", "udp") => Some(69),
            _ => None,
        }
    }
    fn protocol(&self, name: &str) -> Option<u8> {
        [("icmp", 1), ("tcp", 6), ("udp", 17)].iter().find(|(n, _)| *n == name).map(|(_, number)| *number)
    }
}

fn filter(expression: &str, link: Link) -> Result<Filter, String> {
    Filter::new(expression, link, None, &Few).map_err(|error| error.to_string())
}

#[rustfmt::skip]
const EXPRESSIONS: [&str; 96] = [
    "", "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "igmp", "esp", "not arp", "!!icmp", "tcp or udp",
    "host 172.17.0.2", "src host 172.17.0.2", "dst 172.17.0.2", "src or dst host 172.17.0.2",
    "src and dst host 172.17.0.2", "host 172.17.0.2 or 172.17.0.3", "src 172.17.0.1 and dst 172.17.0.2 or 172.17.0.3",
    "host 172.17.0.2 and not (port 80 or 443)", "ip host 172.17.0.2", "arp host 172.17.0.2", "host fd00::1",
    "ip6 host fd00::1", "net 172.17", "net 172.17.0.0/16", "net 172.17.0.0 mask 255.255.0.0", "net 10", "dst net 224",
    "net fd00::/16", "net fd00::/64", "src net fd00::/127", "net 172.17.0.2", "host 172.17", "not net 172.16.0.0/12",
    "port 53", "tcp port 53", "udp port 53", "src port 53", "dst port 53", "src and dst port 53",
    "tcp src port 80 or 8080", "portrange 20-60", "udp portrange 1-100", "portrange 60-20", "tcp dst portrange 80-8080",
    "port http", "tcp port http", "port domain", "udp port tftp", "port 22 or port 80 or 443", "not port 53",
    "not (port 53 or 5353)", "ip proto 6", "ip proto \\tcp", "proto 17", "proto 59", "ip6 proto 58", "ether proto 0x0806",
    "ether proto \\ip6", "ip proto \\udp or arp", "ip multicast", "ip6 multicast", "tcp[13] = 2", "tcp[tcpflags] = tcp-syn",
    "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn", "tcp[tcpflags] & tcp-rst != 0", "(tcp[13] & 0x10) != 0",
    "tcp[0:2] = 80 or tcp[2:2] > 8000", "tcp[4:4] > 0xffffff00", "icmp[icmptype] == icmp-echo", "icmp[icmptype] != 8",
    "icmp[0] = 3 and icmp[1] = 3", "icmp6[icmp6type] == icmp6-echo", "icmp6[0] >= 133 and icmp6[0] <= 137", "ip[8] < 64",
    "ip[1] & 3 = 0", "ip[6:2] & 0x1fff != 0", "ip[6] & 0x20 != 0 or ip[6:2] & 0x1fff > 0", "ip[2:2] > 100",
    "ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0", "udp[4:2] * 2 > 100", "udp[4:2] / 2 > 20 and udp[8] = 0x68",
    "udp[4:2] % 2 = 1", "(-1) = 4294967295", "arp[7] = 1", "arp[6:2] = 2", "ip6[6] = 58", "ip6[7] = 255", "udp[8:4] = 0x68656c6c",
    "udp[60] = 0", "not udp[60] = 0", "1 = 1", "udp[udp[4:2] - 1] = 0x0a", "ip[1] + ip[8] = 64",
];

#[rustfmt::skip]
const ETHERNET: [&str; 14] = [
    "ether host 02:42:ac:11:00:02", "ether src 02:42:ac:11:00:02", "ether dst 2:42:ac:11:0:2", "ether broadcast", "broadcast",
    "multicast", "ether multicast", "ether src 0242ac110001", "ether[0] & 1 = 1", "len > 100", "less 60", "greater 100",
    "length = 42", "ether host 02-42-ac-11-00-02 and not ip",
];

fn check_live(expressions: &[&str], link: Link) {
    let mut payloads = Payloads::default();
    let mut chance = Chance { state: 0x5eed_0000_0001, no_ntp: false };
    let frames: Vec<_> = (0..1500).map(|_| chance.frame(&mut payloads)).collect();
    let packets: Vec<(u64, Vec<u8>)> = frames
        .iter()
        .map(|frame| {
            let mut bytes = Vec::new();
            emit::frame(frame, &payloads, &mut bytes);
            if link == Link::Cooked {
                let header =
                    [&bytes[12..14], &[0, 0, 0, 0, 0, 1, 3, 4, 0, 6], &bytes[6..12], &[0, 0]].concat();
                bytes.splice(..14, header);
            }
            (0, bytes)
        })
        .collect();
    let file = real::pcap(if link == Link::Cooked { 276 } else { 1 }, &packets);
    for expression in expressions {
        let Some((theirs, _)) = real::tcpdump(&file, &["-t", "-S"], expression, "filter") else {
            eprintln!("skipped: no tcpdump 4.99.3");
            return;
        };
        let filter = filter(expression, link).unwrap_or_else(|error| panic!("{expression}: {error}"));
        let mut printer = Printer::new(Style { time: 1, absolute: true, ..Style::default() });
        let mut ours = String::new();
        for (_, bytes) in packets.iter().filter(|(_, bytes)| filter.takes(bytes, false)) {
            let start = ours.len();
            if link == Link::Cooked {
                ours.push_str("lo    In  ");
                let mut ethernet = vec![0; 12];
                ethernet.extend([bytes[0], bytes[1]]);
                ethernet.extend(&bytes[20..]);
                printer.bytes(0, &ethernet, None, &mut ours);
            } else {
                printer.bytes(0, bytes, None, &mut ours);
            }
            let line = &ours[start..];
            assert!(theirs[start..].starts_with(line), "{expression:?}: they do not take {line}");
        }
        assert_eq!(
            ours.len(),
            theirs.len(),
            "{expression:?}: they take more: {:.200}",
            &theirs[ours.len()..]
        );
    }
}

#[test]
fn packets_taken_are_those_of_the_real_tool() {
    check_live(&EXPRESSIONS, Link::Ethernet);
    check_live(&ETHERNET, Link::Ethernet);
}

#[test]
fn packets_taken_of_any_interface_are_those_of_the_real_tool() {
    check_live(&EXPRESSIONS, Link::Cooked);
}

/// What the real tool says, recorded; and asked again where it is there.
#[test]
fn errors_are_those_of_the_real_tool() {
    #[rustfmt::skip]
    let cases = [
        ("10.0.0.1",                     "can't parse filter expression: syntax error"),
        ("host",                         "can't parse filter expression: syntax error"),
        ("tcp 80",                       "can't parse filter expression: syntax error"),
        ("foo",                          "can't parse filter expression: syntax error"),
        ("net 10/8",                     "can't parse filter expression: syntax error"),
        ("(",                            "can't parse filter expression: syntax error"),
        ("host 10.0.0.1)",               "can't parse filter expression: syntax error"),
        ("tcp[1",                        "can't parse filter expression: syntax error"),
        ("ip proto tcp",                 "can't parse filter expression: syntax error"),
        ("not",                          "can't parse filter expression: syntax error"),
        ("host 10.0.0.1 10.0.0.2",       "can't parse filter expression: syntax error"),
        ("@",                            "can't parse filter expression: syntax error"),
        ("port 80 = 3",                  "can't parse filter expression: syntax error"),
        ("ip and",                       "can't parse filter expression: syntax error"),
        ("port",                         "can't parse filter expression: syntax error"),
        ("and",                          "can't parse filter expression: syntax error"),
        ("host 10.0.0.1 and (10.0.0.2 or port 80)", "can't parse filter expression: syntax error"),
        ("icmp and 10.0.0.1",            "syntax error in filter expression"),
        ("host foo.invalid",             "unknown host 'foo.invalid'"),
        ("port foo",                     "unknown port 'foo'"),
        ("net foo",                      "unknown network 'foo'"),
        ("proto foo",                    "unknown ip proto 'foo'"),
        ("ether proto foo",              "unknown ether proto 'foo'"),
        ("portrange 80-foo",             "unknown port in range '80-foo'"),
        ("portrange foo",                "unknown port in range 'foo'"),
        ("net 10.0.0.1/24",              "non-network bits set in \"10.0.0.1/24\""),
        ("net 10.0.0.1 mask 255.0.0.0",  "non-network bits set in \"10.0.0.1 mask 255.0.0.0\""),
        ("net fd00::1/64",               "non-network bits set in \"fd00::1/64\""),
        ("net 10.0.0.0/33",              "mask length must be <= 32"),
        ("net fd00::/129",               "mask length must be <= 128"),
        ("host 10.0.0.0/8",              "Mask syntax for networks only"),
        ("host fd00::/8",                "Mask syntax for networks only"),
        ("port 99999",                   "illegal port number 99999 > 65535"),
        ("portrange 1-99999",            "illegal port number 99999 > 65535"),
        ("port 10.0.0.1",                "'port' modifier applied to ip host"),
        ("port fd00::1",                 "invalid qualifier against IPv6 address"),
        ("icmp port 80",                 "illegal qualifier of 'port'"),
        ("icmp host 10.0.0.1",           "'icmp' modifier applied to host"),
        ("tcp net 10.0.0.0/8",           "'tcp' modifier applied to net"),
        ("ip6 host 10.0.0.1",            "'ip6' modifier applied to ip host"),
        ("ip host fd00::1",              "'ip' modifier applied to ip6 host"),
        ("ether host 10.0.0.1",          "illegal link layer address"),
        ("ether host foo",               "unknown ether host 'foo'"),
        ("host 02:00:00:00:00:01",       "ethernet address used in non-ether expression"),
        ("host 1:2:3:4",                 "bogus ethernet address 1:2:3:"),
        ("udp port http",                "port 'http' is tcp"),
        ("tcp port tftp",                "port 'tftp' is udp"),
        ("tcp broadcast",                "only link-layer/IP broadcast filters supported"),
        ("tcp proto 6",                  "'tcp proto' is bogus"),
        ("src proto 6",                  "can't parse filter expression: syntax error"),
        ("gateway foo",                  "'gateway' not supported in this configuration"),
        ("gateway 10.0.0.1",             "'gateway' requires a name"),
        ("net 300.1",                    "invalid IPv4 address '300.1'"),
        ("host 1.2.3.4.5",               "unknown host '1.2.3.4.5'"),
        ("ip[2:3] > 576",                "data size must be 1, 2, or 4"),
        ("(ip[2:3] > 576)",              "data size must be 1, 2, or 4"),
        ("tcp[13] = 4294967296",         "number 4294967296 overflows 32 bits"),
        ("ip[0] / 0 = 1",                "division by zero"),
        ("ip[0] % 0 = 1",                "modulus by zero"),
        ("ip[0] << 32 = 1",              "shift by more than 31 bits"),
        ("ether",                        "link layer applied in wrong context"),
        ("tcp and udp",                  "expression rejects all packets"),
        ("ip and arp",                   "expression rejects all packets"),
        ("tcp and port 53 and icmp",     "expression rejects all packets"),
        ("not ip and tcp and ip",        "expression rejects all packets"),
        ("1 = 2",                        "expression rejects all packets"),
        ("host localhost and not ip and not arp and not rarp", "expression rejects all packets"),
    ];
    let file = real::pcap(1, &[]);
    for (expression, error) in cases {
        assert_eq!(filter(expression, Link::Ethernet).unwrap_err(), error, "{expression:?}");
        if let Some((_, stderr)) = real::tcpdump(&file, &[], expression, "error") {
            let theirs = stderr.lines().find_map(|line| line.strip_prefix("tcpdump: "));
            assert_eq!(theirs, Some(error), "{expression:?}");
        }
    }
}
