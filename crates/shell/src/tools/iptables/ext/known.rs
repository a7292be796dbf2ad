//! Extensions of iptables 1.8.9 that are not simulated.

use packetwalk_wire::Family;

const MATCHES: &[&str] = &[
    "ah",
    "bpf",
    "cgroup",
    "cluster",
    "connbytes",
    "connlabel",
    "connlimit",
    "cpu",
    "dccp",
    "devgroup",
    "ecn",
    "esp",
    "hashlimit",
    "helper",
    "ipcomp",
    "ipvs",
    "limit",
    "nfacct",
    "osf",
    "owner",
    "policy",
    "quota",
    "rateest",
    "recent",
    "rpfilter",
    "sctp",
    "socket",
    "string",
    "tcpmss",
    "time",
    "u32",
];
const MATCHES4: &[&str] = &["realm"];
const MATCHES6: &[&str] = &["dst", "eui64", "frag", "hbh", "ipv6header", "mh", "rt", "srh"];
const TARGETS: &[&str] = &[
    "AUDIT",
    "CHECKSUM",
    "CLASSIFY",
    "CONNSECMARK",
    "HMARK",
    "IDLETIMER",
    "LED",
    "NFLOG",
    "NFQUEUE",
    "QUEUE",
    "RATEEST",
    "SECMARK",
    "SYNPROXY",
    "TCPOPTSTRIP",
    "TEE",
    "TPROXY",
    "TRACE",
];
const TARGETS4: &[&str] = &["CLUSTERIP", "ECN", "ULOG"];
const TARGETS6: &[&str] = &["DNPT", "SNPT"];

fn either(name: &str, family: Family, all: &[&str], v4: &[&str], v6: &[&str]) -> bool {
    let own = if family == Family::V4 { v4 } else { v6 };
    all.contains(&name) || own.contains(&name)
}

/// Whether the real tool has a match of this name.
pub(super) fn is_match(name: &str, family: Family) -> bool {
    either(name, family, MATCHES, MATCHES4, MATCHES6)
}

/// Whether the real tool has a target of this name.
pub(super) fn is_target(name: &str, family: Family) -> bool {
    either(name, family, TARGETS, TARGETS4, TARGETS6)
}
