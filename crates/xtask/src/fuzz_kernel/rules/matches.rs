//! Matches, a function each.

use super::{Kind, Place};

/// Every match.
pub const ALL: &[Kind] = &[
    ("tcp", 14, tcp),
    ("udp", 10, udp),
    ("icmp", 8, icmp),
    ("multiport", 7, multiport),
    ("conntrack", 14, conntrack),
    ("state", 4, state),
    ("connmark", 3, connmark),
    ("mark", 4, mark),
    ("addrtype", 5, addrtype),
    ("iprange", 3, iprange),
    ("length", 3, length),
    ("mac", 2, mac),
    ("physdev", 3, physdev),
    ("pkttype", 2, pkttype),
    ("statistic", 4, statistic),
    ("ttl", 3, ttl),
    ("tos", 2, tos),
    ("dscp", 2, dscp),
    ("comment", 2, comment),
    ("limit", 4, limit),
    ("hashlimit", 3, hashlimit),
    ("recent", 3, recent),
    ("connlimit", 3, connlimit),
    ("connbytes", 2, connbytes),
    ("quota", 2, quota),
    ("owner", 2, owner),
    ("string", 2, string),
    ("u32", 2, u32_),
    ("sctp", 12, sctp),
    ("ah", 4, ah),
    ("esp", 4, esp),
    ("ecn", 2, ecn),
    ("tcpmss", 2, tcpmss),
    ("rpfilter", 2, rpfilter),
    ("socket", 1, socket),
    ("cpu", 1, cpu),
    ("devgroup", 1, devgroup),
    ("helper", 1, helper),
    ("realm", 1, realm),
    ("policy", 1, policy),
    ("time", 1, time),
    ("frag", 2, frag),
    ("ipv6header", 1, ipv6header),
    ("connlabel", 1, connlabel),
    ("bpf", 3, bpf),
    ("cluster", 1, cluster),
    ("options", 1, options),
    ("set", 7, set),
];

fn is(p: &Place<'_>, number: u8) -> bool {
    p.protocol.is_some_and(|(_, n)| n == number)
}

fn tcp(p: &mut Place<'_>) -> Option<String> {
    if !is(p, 6) {
        return None;
    }
    let not = p.random.not();
    Some(match p.random.below(7) {
        0 | 1 => format!("-m tcp {not}--dport {}", p.port()),
        2 => format!("-m tcp {not}--sport {}", p.port()),
        3 => format!("-m tcp {not}--syn"),
        4 => format!("-m tcp {not}--tcp-option {}", p.random.text(&["2", "8", "3"])),
        _ => format!(
            "-m tcp {not}--tcp-flags {}",
            p.random.text(&[
                "SYN,ACK,RST,FIN SYN",
                "ACK ACK",
                "ALL SYN,ACK",
                "SYN,RST SYN",
                "FIN,ACK FIN",
                "ALL NONE",
                "ALL FIN,PSH,URG",
                "PSH PSH",
                "SYN,FIN SYN,FIN"
            ])
        ),
    })
}

fn udp(p: &mut Place<'_>) -> Option<String> {
    let which = p.random.text(&["--dport", "--dport", "--sport"]);
    is(p, 17).then(|| format!("-m udp {}{which} {}", p.random.not(), p.port()))
}

fn icmp(p: &mut Place<'_>) -> Option<String> {
    let not = p.random.not();
    if is(p, 1) {
        let ty = p.random.text(&[
            "8",
            "0",
            "3",
            "3/1",
            "3/3",
            "11",
            "11/0",
            "echo-request",
            "any",
            "port-unreachable",
            "13",
            "time-exceeded",
        ]);
        return Some(format!("-m icmp {not}--icmp-type {ty}"));
    }
    let ty = p.random.text(&["128", "129", "1", "1/4", "3", "3/0", "echo-request", "packet-too-big"]);
    is(p, 58).then(|| format!("-m icmp6 {not}--icmpv6-type {ty}"))
}

fn multiport(p: &mut Place<'_>) -> Option<String> {
    if !p.has_ports() {
        return None;
    }
    let which = p.random.text(&["--dports", "--sports", "--ports"]);
    let list = p.random.text(&["22,53,80", "53,5000", "1024:65535", "80,443,8000:9000", "40000,1:1023"]);
    Some(format!("-m multiport {}{which} {list}", p.random.not()))
}

fn conntrack(p: &mut Place<'_>) -> Option<String> {
    let not = p.random.not();
    Some(match p.random.below(14) {
        0..=6 => {
            let states = [
                "RELATED,ESTABLISHED",
                "NEW",
                "INVALID",
                "ESTABLISHED",
                "RELATED",
                "NEW,ESTABLISHED",
                "UNTRACKED",
                "DNAT",
                "SNAT",
                "NEW,DNAT",
            ];
            format!("-m conntrack {not}--ctstate {}", p.random.text(&states))
        }
        7 => {
            let statuses = ["ASSURED", "SEEN_REPLY", "CONFIRMED", "NONE", "EXPECTED", "SEEN_REPLY,ASSURED"];
            format!("-m conntrack {not}--ctstatus {}", p.random.text(&statuses))
        }
        8 => format!("-m conntrack --ctdir {}", p.random.text(&["ORIGINAL", "REPLY"])),
        9 => format!("-m conntrack {not}--ctorigdst {}", p.network()),
        10 => format!("-m conntrack {not}--ctreplsrc {}", p.network()),
        11 if p.has_ports() => {
            let which =
                p.random.text(&["--ctorigdstport", "--ctorigsrcport", "--ctrepldstport", "--ctreplsrcport"]);
            format!("-m conntrack {not}{which} {}", p.port())
        }
        12 => format!("-m conntrack {not}--ctorigsrc {}", p.network()),
        _ => format!("-m conntrack {not}--ctproto {}", p.random.text(&["tcp", "udp", "1", "58", "47"])),
    })
}

fn state(p: &mut Place<'_>) -> Option<String> {
    let states = ["RELATED,ESTABLISHED", "NEW", "INVALID", "UNTRACKED", "ESTABLISHED"];
    Some(format!("-m state {}--state {}", p.random.not(), p.random.text(&states)))
}

fn connmark(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-m connmark {}--mark {}",
        p.random.not(),
        p.random.text(&["0x1", "0", "0x2/0x3", "0x10/0xf0"])
    ))
}

fn mark(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m mark {}--mark {}", p.random.not(), p.random.text(&["0x1", "0", "0x2/0x3", "0x10/0xf0"])))
}

fn addrtype(p: &mut Place<'_>) -> Option<String> {
    let types = ["LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "UNREACHABLE", "LOCAL,UNICAST"];
    let which = p.random.text(&["--dst-type", "--dst-type", "--src-type"]);
    let not = p.random.not();
    let ty = p.random.text(&types);
    let limit = match p.hook {
        "PREROUTING" | "INPUT" if p.random.chance(15) => " --limit-iface-in",
        "POSTROUTING" | "OUTPUT" if p.random.chance(15) => " --limit-iface-out",
        _ => "",
    };
    Some(format!("-m addrtype {not}{which} {ty}{limit}"))
}

fn iprange(p: &mut Place<'_>) -> Option<String> {
    let which = p.random.text(&["--src-range", "--dst-range"]);
    let range = if p.six {
        p.random.text(&["fd00:10:1::1-fd00:10:1::9", "fd00:10:2::1-fd00:10:2::ff"])
    } else {
        p.random.text(&["10.1.0.1-10.1.0.9", "10.2.0.1-10.2.0.200", "172.17.0.2-172.17.0.2"])
    };
    Some(format!("-m iprange {}{which} {range}", p.random.not()))
}

fn length(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-m length {}--length {}",
        p.random.not(),
        p.random.text(&["0:60", "36", "44", "61:65535", "28:48"])
    ))
}

fn mac(p: &mut Place<'_>) -> Option<String> {
    let mac = p.random.text(&["02:00:00:00:00:00", "02:00:00:00:01:00", "02:00:00:00:02:00"]);
    p.at(&["PREROUTING", "INPUT", "FORWARD"]).then(|| format!("-m mac {}--mac-source {mac}", p.random.not()))
}

fn physdev(p: &mut Place<'_>) -> Option<String> {
    if p.topology.bridges.iter().all(|b| b.0 != p.host) {
        return None;
    }
    let texts: &[&'static str] = if p.hook == "FORWARD" {
        &[
            "--physdev-is-bridged",
            "! --physdev-is-bridged",
            "--physdev-is-in",
            "--physdev-in vx",
            "--physdev-out vy --physdev-is-bridged",
            "! --physdev-in vy",
        ]
    } else if p.at(&["PREROUTING", "INPUT"]) {
        &["--physdev-in vx", "--physdev-is-in", "! --physdev-in v+"]
    } else {
        &["--physdev-is-bridged --physdev-out vx", "--physdev-is-bridged"]
    };
    (p.hook != "OUTPUT").then(|| format!("-m physdev {}", p.random.text(texts)))
}

fn pkttype(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-m pkttype {}--pkt-type {}",
        p.random.not(),
        p.random.text(&["unicast", "broadcast", "multicast"])
    ))
}

fn statistic(p: &mut Place<'_>) -> Option<String> {
    if p.random.chance(15) {
        let chance = p.random.text(&["0", "1"]);
        return Some(format!("-m statistic --mode random {}--probability {chance}", p.random.not()));
    }
    let text = p.random.text(&["2 --packet 0", "2 --packet 1", "3 --packet 2", "3", "1", "4 --packet 1"]);
    Some(format!("-m statistic --mode nth {}--every {text}", p.random.not()))
}

fn ttl(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&["-eq 64", "-lt 64", "-gt 62", "-eq 63", "-lt 3"]);
    Some(if p.six { format!("-m hl --hl{how}") } else { format!("-m ttl --ttl{how}") })
}

fn tos(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-m tos {}--tos {}",
        p.random.not(),
        p.random.text(&["0x10/0x3f", "0x08", "0x00/0xff", "0x03/0x03"])
    ))
}

fn dscp(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-m dscp {}",
        p.random.text(&["--dscp 0x0a", "! --dscp 0x00", "--dscp-class EF", "--dscp 0x04"])
    ))
}

fn comment(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m comment --comment {}", p.random.text(&["plain", "\"two words\""])))
}

fn limit(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--limit 1/hour",
        "--limit 2/hour",
        "--limit 1/day",
        "--limit 1/sec",
        "--limit 30/min",
    ]);
    Some(format!("-m limit {how} --limit-burst {}", p.random.text(&["1", "2", "3", "5"])))
}

fn hashlimit(p: &mut Place<'_>) -> Option<String> {
    let mode = p.random.text(&["srcip", "dstip", "srcip,dstip", "srcip,dstport", "dstport"]);
    let name = format!("h{}", p.random.below(100_000));
    let which = p.random.text(&["--hashlimit-upto", "--hashlimit-above"]);
    let burst = p.random.text(&["1", "2", "3"]);
    let rate = p.random.text(&["1/hour", "2/hour", "1/day", "1/sec", "30/min"]);
    let more = p.random.text(&[
        "",
        "",
        " --hashlimit-srcmask 24",
        " --hashlimit-dstmask 16",
        " --hashlimit-htable-size 16 --hashlimit-htable-expire 5000",
        " --hashlimit-htable-max 2",
    ]);
    Some(format!(
        "-m hashlimit {which} {rate} --hashlimit-burst {burst} --hashlimit-mode {mode}{more} --hashlimit-name {name}"
    ))
}

fn recent(p: &mut Place<'_>) -> Option<String> {
    let name = p.random.text(&["one", "two"]);
    let which = p.random.text(&["--rsource", "--rdest"]);
    let verb = p.random.text(&[
        "--set",
        "--rcheck",
        "--update",
        "--rcheck --hitcount 2",
        "--update --hitcount 3",
        "--remove",
        "--rcheck --seconds 3600",
        "--rcheck --rttl",
        "--rcheck --seconds 1 --reap",
        "--update --seconds 1 --hitcount 2",
        "--rcheck --hitcount 1 --rttl",
    ]);
    let mask = match (p.random.chance(15), p.six) {
        (false, _) => "",
        (_, false) => " --mask 255.255.255.0",
        (_, true) => " --mask ffff:ffff:ffff:ffff::",
    };
    Some(format!("-m recent {}{verb} --name {name}{mask} {which}", p.random.not()))
}

fn connlimit(p: &mut Place<'_>) -> Option<String> {
    let which = p.random.text(&["--connlimit-above", "--connlimit-upto"]);
    let who = p.random.text(&["", " --connlimit-saddr", " --connlimit-daddr", " --connlimit-mask 0"]);
    Some(format!("-m connlimit {which} {}{who}", p.random.text(&["0", "1", "2"])))
}

fn connbytes(p: &mut Place<'_>) -> Option<String> {
    let dir = p.random.text(&["original", "reply", "both"]);
    let mode = p.random.text(&["packets", "bytes", "avgpkt"]);
    let range = p.random.text(&["1", "2:4", "0:100", "60:"]);
    Some(format!(
        "-m connbytes {}--connbytes {range} --connbytes-dir {dir} --connbytes-mode {mode}",
        p.random.not()
    ))
}

fn quota(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m quota {}--quota {}", p.random.not(), p.random.text(&["100", "50", "1000", "0"])))
}

fn owner(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&[
        "--uid-owner 0",
        "! --uid-owner 0",
        "--socket-exists",
        "! --socket-exists",
        "--gid-owner 0",
    ]);
    p.at(&["OUTPUT", "POSTROUTING"]).then(|| format!("-m owner {text}"))
}

fn string(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&["GET", "packetwalk", "xyz", "lmnop"]);
    let algo = p.random.text(&["bm", "kmp"]);
    let range = p.random.text(&["", " --from 28", " --to 40", " --from 20 --to 60"]);
    Some(format!("-m string {}--string {text} --algo {algo}{range}", p.random.not()))
}

fn u32_(p: &mut Place<'_>) -> Option<String> {
    let test = p.random.text(&[
        "6&0xFF=17",
        "0&0xFFFF=0x28:0x50",
        "8>>24=64",
        "0>>22&0x3C@0>>16=53,40000",
        "6&0xFF=6&&0>>22&0x3C@12&0xFFFF=8192",
        "16=0x0a010002",
    ]);
    Some(format!("-m u32 {}--u32 \"{test}\"", p.random.not()))
}

fn sctp(p: &mut Place<'_>) -> Option<String> {
    if !is(p, 132) {
        return None;
    }
    let not = p.random.not();
    Some(match p.random.below(5) {
        0 => format!("-m sctp {not}--dport {}", p.port()),
        1 => format!("-m sctp {not}--sport {}", p.port()),
        _ => {
            let which = p.random.text(&["any", "all", "only"]);
            let types = p.random.text(&[
                "INIT",
                "INIT,INIT_ACK",
                "DATA,SACK",
                "DATA:Be",
                "ABORT:T,SHUTDOWN_COMPLETE:t",
                "HEARTBEAT,HEARTBEAT_ACK",
                "COOKIE_ECHO,COOKIE_ACK,ERROR",
                "SHUTDOWN,SHUTDOWN_ACK,SHUTDOWN_COMPLETE",
                "ALL",
                "NONE",
            ]);
            format!("-m sctp {not}--chunk-types {which} {types}")
        }
    })
}

fn ah(p: &mut Place<'_>) -> Option<String> {
    is(p, 51).then(|| {
        format!("-m ah {}--ahspi {}", p.random.not(), p.random.text(&["0:100", "0x11111111", "500"]))
    })
}

fn esp(p: &mut Place<'_>) -> Option<String> {
    is(p, 50).then(|| {
        format!("-m esp {}--espspi {}", p.random.not(), p.random.text(&["0:100", "0x11111111", "500"]))
    })
}

fn ecn(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&[
        "--ecn-ip-ect 0",
        "--ecn-ip-ect 3",
        "! --ecn-ip-ect 1",
        "--ecn-tcp-ece",
        "! --ecn-tcp-cwr",
    ]);
    (is(p, 6) || !text.contains("tcp")).then(|| format!("-m ecn {text}"))
}

fn tcpmss(p: &mut Place<'_>) -> Option<String> {
    is(p, 6).then(|| {
        format!("-m tcpmss {}--mss {}", p.random.not(), p.random.text(&["1460", "1:1400", "1461:65535"]))
    })
}

fn rpfilter(p: &mut Place<'_>) -> Option<String> {
    let text =
        p.random.text(&["", " --invert", " --loose", " --loose --invert", " --validmark", " --accept-local"]);
    (p.at(&["PREROUTING"]) && matches!(p.table, "raw" | "mangle")).then(|| format!("-m rpfilter{text}"))
}

fn socket(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&["", " --nowildcard", " --transparent"]);
    p.at(&["PREROUTING", "INPUT"]).then(|| format!("-m socket{text}"))
}

fn cpu(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m cpu {}--cpu 99", p.random.not()))
}

fn devgroup(p: &mut Place<'_>) -> Option<String> {
    let which = if p.at(&["PREROUTING", "INPUT", "FORWARD"]) { "--src-group" } else { "--dst-group" };
    Some(format!("-m devgroup {}{which} {}", p.random.not(), p.random.text(&["0", "1", "0x2/0x3"])))
}

fn helper(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m helper {}--helper ftp", p.random.not()))
}

fn realm(p: &mut Place<'_>) -> Option<String> {
    (!p.six).then(|| format!("-m realm {}--realm {}", p.random.not(), p.random.text(&["0", "1", "0/0xff"])))
}

fn policy(p: &mut Place<'_>) -> Option<String> {
    let dir = if p.at(&["PREROUTING", "INPUT", "FORWARD"]) { "in" } else { "out" };
    Some(format!("-m policy --dir {dir} --pol {}", p.random.text(&["none", "ipsec"])))
}

fn time(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m time {}", p.random.text(&["--datestop 2030-01-01", "--datestart 2040-01-01"])))
}

fn frag(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&["--fragfirst", "--fragmore", "--fraglast", "--fragid 0:100000"]);
    p.six.then(|| format!("-m frag {text}"))
}

fn ipv6header(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&[
        "--header frag --soft",
        "--header prot",
        "! --header frag --soft",
        "--header dst --soft",
        "--header hop,prot",
    ]);
    p.six.then(|| format!("-m ipv6header {text}"))
}

fn connlabel(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-m connlabel {}--label {}", p.random.not(), p.random.text(&["1", "40 --set"])))
}

/// A classic program of random instructions, which jumps a few onwards at most.
fn bpf(p: &mut Place<'_>) -> Option<String> {
    const CODES: [u16; 44] = [
        0x00, 0x01, 0x20, 0x28, 0x30, 0x30, 0x28, 0x40, 0x48, 0x50, 0x80, 0x81, 0xb1, 0x60, 0x61, 0x02, 0x03,
        0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x94, 0x9c, 0x44, 0x4c, 0x54, 0x5c, 0xa4, 0xac, 0x64,
        0x6c, 0x74, 0x7c, 0x84, 0x07, 0x87, 0x15, 0x25, 0x35, 0x45,
    ];
    let r = &mut *p.random;
    let len = 2 + r.below(9);
    // Memory must be written before it is read.
    let mut program = vec!["0 0 0 3".to_owned(), "2 0 0 1".to_owned(), "3 0 0 2".to_owned()];
    for at in 0..len {
        let code = *r.pick(&CODES);
        let k: u32 = match code {
            0x60 | 0x61 | 0x02 | 0x03 => *r.pick(&[1, 2]),
            0x20 | 0x28 | 0x30 | 0x40 | 0x48 | 0x50 | 0xb1 => {
                *r.pick(&[0, 2, 4, 8, 9, 12, 16, 20, 22, 33, 0xffff_f014, 0xfff0_0009, 90])
            }
            0x34 | 0x94 | 0x64 | 0x74 => *r.pick(&[1, 2, 3, 7, 16]),
            _ => *r.pick(&[0, 1, 6, 17, 0x40, 0xff, 0x0a01, 0x8000_0000, 40]),
        };
        let room = len - at - 1;
        let (jt, jf) = if code & 7 == 5 { (r.below(room + 1), r.below(room + 1)) } else { (0, 0) };
        program.push(format!("{code} {jt} {jf} {k}"));
    }
    program.push(r.text(&["22 0 0 0", "22 0 0 0", "6 0 0 1", "6 0 0 0"]).to_owned());
    Some(format!("-m bpf --bytecode \"{},{}\"", program.len(), program.join(",")))
}

fn cluster(p: &mut Place<'_>) -> Option<String> {
    let node = p.random.text(&["1", "2", "3"]);
    Some(format!(
        "-m cluster --cluster-total-nodes 3 {}--cluster-local-node {node} --cluster-hash-seed 0xdeadbeef",
        p.random.not()
    ))
}

/// IPv6's extension headers.
fn options(p: &mut Place<'_>) -> Option<String> {
    let text = p.random.text(&[
        "-m dst --dst-len 8",
        "-m dst ! --dst-len 8",
        "-m hbh --hbh-len 8",
        "-m dst --dst-opts 1:4",
        "-m hbh --hbh-opts 1",
    ]);
    p.six.then(|| text.to_owned())
}

fn set(p: &mut Place<'_>) -> Option<String> {
    let which = p.random.text(&[
        "hosts src",
        "hosts dst",
        "nets src",
        "nets dst",
        "pairs src,src",
        "pairs dst,dst",
        "pairs src,dst",
        "links src,src",
        "links dst,dst",
        "ports src",
        "ports dst",
        "all src",
        "all dst",
        "empty src",
        "empty dst",
        "nets src --return-nomatch",
        "hosts src ! --update-counters",
        "hosts dst --packets-gt 1",
        "hosts src --bytes-lt 100",
        "trips src,dst,dst",
        "trips dst,dst,src",
        "netports src,src",
        "netports dst,dst",
        "portnets src,dst,dst",
        "timed src",
        "timed dst",
    ]);
    if !p.six && p.random.chance(15) {
        let which = p.random.text(&["some src", "some dst", "somemacs src,src"]);
        return Some(format!("-m set {}--match-set {which}", p.random.not()));
    }
    Some(format!("-m set {}--match-set {which}", p.random.not()))
}
