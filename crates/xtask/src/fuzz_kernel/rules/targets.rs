//! Targets, a function each.

use super::{Kind, Place};
use crate::kernel_case::topology::six;

/// Every target.
pub const ALL: &[Kind] = &[
    ("jump", 14, jump),
    ("goto", 4, goto),
    ("RETURN", 7, return_),
    ("none", 4, none),
    ("ACCEPT", 16, accept),
    ("DROP", 9, drop),
    ("REJECT", 9, reject),
    ("LOG", 2, log),
    ("DNAT", 20, dnat),
    ("REDIRECT", 7, redirect),
    ("SNAT", 14, snat),
    ("MASQUERADE", 16, masquerade),
    ("NETMAP", 4, netmap),
    ("MARK", 12, mark),
    ("CONNMARK", 8, connmark),
    ("TTL", 7, ttl),
    ("TOS", 4, tos),
    ("DSCP", 3, dscp),
    ("TCPMSS", 6, tcpmss),
    ("CT", 8, ct),
    ("NOTRACK", 4, notrack),
    ("NFLOG", 1, nflog),
    ("CLASSIFY", 1, classify),
    ("CHECKSUM", 1, checksum),
    ("ECN", 1, ecn),
    ("TCPOPTSTRIP", 2, tcpoptstrip),
    ("TRACE", 1, trace),
    ("SNPT", 1, npt),
    ("HMARK", 1, hmark),
    ("AUDIT", 1, audit),
    ("SET", 5, set),
    ("TEE", 2, tee),
    ("TPROXY", 2, tproxy),
    ("NFQUEUE", 1, nfqueue),
];

fn jump(p: &mut Place<'_>) -> Option<String> {
    (!p.users.is_empty()).then(|| format!("-j {}", p.random.pick(p.users)))
}

fn goto(p: &mut Place<'_>) -> Option<String> {
    (!p.users.is_empty()).then(|| format!("-g {}", p.random.pick(p.users)))
}

fn return_(p: &mut Place<'_>) -> Option<String> {
    (p.in_user || p.random.chance(20)).then(|| "-j RETURN".to_owned())
}

fn none(_: &mut Place<'_>) -> Option<String> {
    Some(String::new())
}

fn accept(p: &mut Place<'_>) -> Option<String> {
    (p.table == "filter" || p.random.chance(30)).then(|| "-j ACCEPT".to_owned())
}

fn drop(p: &mut Place<'_>) -> Option<String> {
    (p.table == "filter" || (p.table != "nat" && p.random.chance(25))).then(|| "-j DROP".to_owned())
}

fn reject(p: &mut Place<'_>) -> Option<String> {
    if p.table != "filter" {
        return None;
    }
    if p.protocol.is_some_and(|(_, n)| n == 6) && p.random.chance(40) {
        return Some("-j REJECT --reject-with tcp-reset".to_owned());
    }
    let how = if p.six {
        p.random.text(&[
            "",
            " --reject-with icmp6-adm-prohibited",
            " --reject-with icmp6-no-route",
            " --reject-with icmp6-addr-unreachable",
        ])
    } else {
        p.random.text(&[
            "",
            " --reject-with icmp-host-prohibited",
            " --reject-with icmp-admin-prohibited",
            " --reject-with icmp-proto-unreachable",
            " --reject-with icmp-net-unreachable",
        ])
    };
    Some(format!("-j REJECT{how}"))
}

fn log(p: &mut Place<'_>) -> Option<String> {
    Some(format!(
        "-j LOG{}",
        p.random.text(&[" --log-prefix \"x: \"", "", " --log-level 7 --log-tcp-sequence"])
    ))
}

/// An address with brackets where a port follows.
fn with_port(p: &mut Place<'_>, addr: &str, port: &str) -> String {
    if p.six { format!("[{addr}]:{port}") } else { format!("{addr}:{port}") }
}

/// Some addresses in a row.
fn address_range(p: &mut Place<'_>) -> &'static str {
    if p.six {
        p.random.text(&["fd00:10:1::20-fd00:10:1::23", "fd00:10:2::a-fd00:10:2::c"])
    } else {
        p.random.text(&[
            "10.1.0.20-10.1.0.23",
            "10.2.0.10-10.2.0.12",
            "172.17.0.2-172.17.0.3",
            "10.66.0.0-10.66.1.255",
        ])
    }
}

fn dnat(p: &mut Place<'_>) -> Option<String> {
    if p.table != "nat" || !p.at(&["PREROUTING", "OUTPUT"]) {
        return None;
    }
    let addr = p.address();
    if !p.has_ports() {
        return Some(format!("-j DNAT --to-destination {addr}"));
    }
    Some(match p.random.below(8) {
        0..=3 => {
            let port = p.random.text(&["80", "53", "5000", "22", "8080", "1023"]);
            format!("-j DNAT --to-destination {}", with_port(p, &addr, port))
        }
        4 => format!("-j DNAT --to-destination :{}", p.random.text(&["80", "53"])),
        5 => {
            let port = p.random.text(&["5000-5001", "80-90", "1000-2000/900", "8000-8100/8080"]);
            let how = p.random.text(&["", "", " --random", " --persistent"]);
            format!("-j DNAT --to-destination {}{how}", with_port(p, &addr, port))
        }
        6 => {
            let range = address_range(p);
            format!("-j DNAT --to-destination {range}{}", p.random.text(&["", " --persistent"]))
        }
        _ => format!("-j DNAT --to-destination {addr}"),
    })
}

fn redirect(p: &mut Place<'_>) -> Option<String> {
    if p.table != "nat" || !p.at(&["PREROUTING", "OUTPUT"]) {
        return None;
    }
    let ports = if p.has_ports() {
        p.random.text(&[
            "",
            " --to-ports 80",
            " --to-ports 53",
            " --to-ports 5000",
            " --to-ports 5000-5003",
            " --to-ports 53 --random",
        ])
    } else {
        ""
    };
    Some(format!("-j REDIRECT{ports}"))
}

fn snat(p: &mut Place<'_>) -> Option<String> {
    if p.table != "nat" || !p.at(&["POSTROUTING", "INPUT"]) {
        return None;
    }
    let addr = p.address();
    if p.random.chance(15) {
        let range = address_range(p);
        return Some(format!("-j SNAT --to-source {range}{}", p.random.text(&["", " --persistent"])));
    }
    if p.random.chance(10) {
        return Some(format!(
            "-j SNAT --to-source {addr}{}",
            p.random.text(&[" --random", " --random-fully"])
        ));
    }
    if p.has_ports() && p.random.chance(30) {
        let port = p.random.text(&["5555", "6666", "600", "1024-65535", "40000-40010"]);
        return Some(format!("-j SNAT --to-source {}", with_port(p, &addr, port)));
    }
    Some(format!("-j SNAT --to-source {addr}"))
}

fn masquerade(p: &mut Place<'_>) -> Option<String> {
    if p.table != "nat" || !p.at(&["POSTROUTING"]) {
        return None;
    }
    let ports = if p.has_ports() && p.random.chance(15) {
        p.random.text(&[
            " --to-ports 33333",
            " --to-ports 44444",
            " --to-ports 44444-44450",
            " --to-ports 1024-65535 --random",
        ])
    } else if p.random.chance(8) {
        p.random.text(&[" --random", " --random-fully"])
    } else {
        ""
    };
    Some(format!("-j MASQUERADE{ports}"))
}

fn netmap(p: &mut Place<'_>) -> Option<String> {
    let to = match (p.six, p.random.chance(70)) {
        (false, true) => p.random.text(&["10.1.0.0/24", "10.2.0.0/24", "172.17.0.0/24", "192.168.0.0/24"]),
        (false, false) => p.random.text(&["10.60.0.0/16", "10.2.0.8/30"]),
        (true, _) => p.random.text(&["fd00:10:1::/64", "fd00:10:2::/64", "fd00:172:17::/64"]),
    };
    (p.table == "nat").then(|| format!("-j NETMAP --to {to}"))
}

fn mark(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--set-mark 0x1",
        "--set-mark 0x2",
        "--set-xmark 0x10/0xf0",
        "--or-mark 0x4",
        "--and-mark 0xfffffffe",
        "--xor-mark 0x3",
    ]);
    (p.table == "mangle").then(|| format!("-j MARK {how}"))
}

fn connmark(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--save-mark",
        "--restore-mark",
        "--set-mark 0x1",
        "--set-xmark 0x2/0x3",
        "--restore-mark --nfmask 0xff --ctmask 0xff",
        "--or-mark 0x8",
    ]);
    (p.table == "mangle").then(|| format!("-j CONNMARK {how}"))
}

/// Conntrack sums up a whole IPv6 packet, header and all; UDP finds that sum wrong once a target changed the header
/// on the way in. Only packets of raw sockets go that way: the simulator knows of no such sums.
fn header_may_change(p: &Place<'_>) -> bool {
    !p.six || !p.at(&["PREROUTING", "INPUT"])
}

fn ttl(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&["-set 5", "-inc 1", "-dec 1", "-dec 10", "-set 1", "-set 255", "-inc 200"]);
    if !header_may_change(p) {
        return None;
    }
    let (target, option) = if p.six { ("HL", "--hl") } else { ("TTL", "--ttl") };
    (p.table == "mangle").then(|| format!("-j {target} {option}{how}"))
}

fn tos(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--set-tos 0x10/0x3f",
        "--set-tos 0x08",
        "--or-tos 0x04",
        "--and-tos 0xf0",
        "--xor-tos 0x02",
    ]);
    (p.table == "mangle" && header_may_change(p)).then(|| format!("-j TOS {how}"))
}

fn dscp(p: &mut Place<'_>) -> Option<String> {
    (p.table == "mangle" && header_may_change(p)).then(|| {
        format!("-j DSCP {}", p.random.text(&["--set-dscp 0x0a", "--set-dscp-class EF", "--set-dscp 0x00"]))
    })
}

fn tcpmss(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&["--set-mss 1000", "--clamp-mss-to-pmtu", "--set-mss 1460"]);
    let fits = p.table == "mangle"
        && p.protocol.is_some_and(|(_, n)| n == 6)
        && p.at(&["FORWARD", "OUTPUT", "POSTROUTING"]);
    fits.then(|| format!("-m tcp --tcp-flags SYN,RST SYN -j TCPMSS {how}"))
}

fn ct(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--notrack",
        "--zone 1",
        "--zone 2",
        "--zone-orig 3",
        "--zone-reply 4",
        "--ctevents new,destroy",
    ]);
    (p.table == "raw").then(|| format!("-j CT {how}"))
}

fn notrack(p: &mut Place<'_>) -> Option<String> {
    (p.table == "raw").then(|| "-j NOTRACK".to_owned())
}

fn nflog(p: &mut Place<'_>) -> Option<String> {
    Some(format!("-j NFLOG --nflog-group {}", p.random.text(&["5", "7 --nflog-prefix y"])))
}

fn classify(p: &mut Place<'_>) -> Option<String> {
    (p.table == "mangle" && p.at(&["FORWARD", "OUTPUT", "POSTROUTING"]))
        .then(|| "-j CLASSIFY --set-class 1:10".to_owned())
}

fn checksum(p: &mut Place<'_>) -> Option<String> {
    (p.table == "mangle").then(|| "-j CHECKSUM --checksum-fill".to_owned())
}

fn ecn(p: &mut Place<'_>) -> Option<String> {
    let fits = p.table == "mangle" && !p.six && p.protocol.is_some_and(|(_, n)| n == 6);
    fits.then(|| "-j ECN --ecn-tcp-remove".to_owned())
}

fn tcpoptstrip(p: &mut Place<'_>) -> Option<String> {
    let fits = p.table == "mangle" && p.protocol.is_some_and(|(_, n)| n == 6);
    fits.then(|| {
        format!("-j TCPOPTSTRIP --strip-options {}", p.random.text(&["mss", "timestamp,wscale", "2,3"]))
    })
}

fn trace(p: &mut Place<'_>) -> Option<String> {
    (p.table == "raw").then(|| "-j TRACE".to_owned())
}

fn npt(p: &mut Place<'_>) -> Option<String> {
    let fits = p.table == "mangle" && p.six && p.at(&["POSTROUTING"]);
    fits.then(|| "-j SNPT --src-pfx fd00:10:1::/64 --dst-pfx fd00:10:66::/64".to_owned())
}

fn hmark(p: &mut Place<'_>) -> Option<String> {
    (p.table == "mangle")
        .then(|| "-j HMARK --hmark-tuple src,dst --hmark-mod 10 --hmark-rnd 0xfeedcafe".to_owned())
}

fn audit(p: &mut Place<'_>) -> Option<String> {
    (p.table == "filter").then(|| "-j AUDIT --type accept".to_owned())
}

fn set(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&[
        "--add-set empty src",
        "--add-set empty dst",
        "--add-set pairs src,dst",
        "--add-set pairs dst,dst",
        "--add-set ports dst",
        "--del-set ports src",
        "--del-set hosts src",
        "--add-set nets dst",
        "--del-set nets dst",
        "--add-set all src",
        "--del-set all dst",
        "--add-set trips src,dst,dst",
        "--add-set netports dst,dst",
        "--add-set portnets src,dst,dst",
        "--add-set timed src",
        "--add-set timed dst --timeout 5000 --exist",
        "--add-set timed src --timeout 0",
        "--map-set hosts src",
    ]);
    Some(format!("-j SET {how}"))
}

fn tee(p: &mut Place<'_>) -> Option<String> {
    // A gateway that forwards could send copies round for ever, two for each one; so could one that is reached by it.
    let net = |a: &str| a.rsplit_once('.').map(|(net, _)| net.to_owned());
    let own: Vec<_> = p.topology.addrs.iter().filter(|a| a.0 == p.host).map(|a| net(a.2)).collect();
    let ends = |a: &&(&str, &str, &str)| {
        let near = a.1 != "lo" && own.contains(&net(a.2));
        a.0 != p.host && !p.topology.routers.contains(&a.0) && near
    };
    let ends: Vec<&str> = p.topology.addrs.iter().filter(ends).map(|a| a.2).collect();
    if p.table != "mangle" || ends.is_empty() {
        return None;
    }
    let gateway = p.random.pick(&ends);
    let gateway = if p.six { six(gateway) } else { (*gateway).to_owned() };
    Some(format!("-j TEE --gateway {}", gateway.split('/').next().unwrap_or_default()))
}

fn tproxy(p: &mut Place<'_>) -> Option<String> {
    let fits = p.table == "mangle" && p.at(&["PREROUTING"]) && p.has_ports();
    let how = p.random.text(&["--on-port 80", "--on-port 53 --tproxy-mark 0x1", "--on-port 5000"]);
    fits.then(|| format!("-j TPROXY {how}"))
}

fn nfqueue(p: &mut Place<'_>) -> Option<String> {
    let how = p.random.text(&["--queue-num 3", "--queue-num 3 --queue-bypass"]);
    Some(format!("-j NFQUEUE {how}"))
}
