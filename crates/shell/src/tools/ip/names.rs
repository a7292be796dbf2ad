//! Names of numbers, as `/etc/iproute2` of Debian 12 has them.

use packetwalk_route::Scope;
use packetwalk_trace::RouteKind;

use super::args::number;

const PROTOCOLS: &[(u8, &str)] = &[
    (0, "unspec"),
    (1, "redirect"),
    (2, "kernel"),
    (3, "boot"),
    (4, "static"),
    (8, "gated"),
    (9, "ra"),
    (10, "mrt"),
    (11, "zebra"),
    (12, "bird"),
    (13, "dnrouted"),
    (14, "xorp"),
    (15, "ntk"),
    (16, "dhcp"),
    (18, "keepalived"),
    (42, "babel"),
    (99, "openr"),
    (186, "bgp"),
    (187, "isis"),
    (188, "ospf"),
    (189, "rip"),
    (192, "eigrp"),
];

const SCOPES: &[(u8, &str)] = &[(0, "global"), (255, "nowhere"), (254, "host"), (253, "link"), (200, "site")];

const TABLES: &[(u32, &str)] = &[(255, "local"), (254, "main"), (253, "default"), (0, "unspec")];

const DSFIELDS: &[(u8, &str)] = &[
    (0x00, "default"),
    (0x28, "AF11"),
    (0x30, "AF12"),
    (0x38, "AF13"),
    (0x48, "AF21"),
    (0x50, "AF22"),
    (0x58, "AF23"),
    (0x68, "AF31"),
    (0x70, "AF32"),
    (0x78, "AF33"),
    (0x88, "AF41"),
    (0x90, "AF42"),
    (0x98, "AF43"),
    (0x20, "CS1"),
    (0x40, "CS2"),
    (0x60, "CS3"),
    (0x80, "CS4"),
    (0xa0, "CS5"),
    (0xc0, "CS6"),
    (0xe0, "CS7"),
    (0xb8, "EF"),
];

const KINDS: &[(RouteKind, &str)] = &[
    (RouteKind::Local, "local"),
    (RouteKind::Nat, "nat"),
    (RouteKind::Broadcast, "broadcast"),
    (RouteKind::Anycast, "anycast"),
    (RouteKind::Multicast, "multicast"),
    (RouteKind::Prohibit, "prohibit"),
    (RouteKind::Unreachable, "unreachable"),
    (RouteKind::Blackhole, "blackhole"),
    (RouteKind::Throw, "throw"),
    (RouteKind::Unicast, "unicast"),
];

/// IP protocols of Debian's `/etc/protocols` that a rule is likely to name.
const IPPROTOS: &[(u8, &str)] = &[
    (1, "icmp"),
    (2, "igmp"),
    (4, "ipencap"),
    (6, "tcp"),
    (17, "udp"),
    (33, "dccp"),
    (41, "ipv6"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (89, "ospf"),
    (103, "pim"),
    (112, "vrrp"),
    (132, "sctp"),
    (136, "udplite"),
];

fn name_of<K: PartialEq + Copy>(table: &[(K, &'static str)], key: K) -> Option<&'static str> {
    table.iter().find(|(k, _)| *k == key).map(|(_, name)| *name)
}

fn key_of<K: Copy>(table: &[(K, &'static str)], name: &str) -> Option<K> {
    table.iter().find(|(_, n)| *n == name).map(|(k, _)| *k)
}

fn byte(word: &str) -> Option<u8> {
    number(word).and_then(|n| u8::try_from(n).ok())
}

pub(crate) fn protocol(id: u8) -> String {
    name_of(PROTOCOLS, id).map_or_else(|| id.to_string(), str::to_owned)
}

pub(crate) fn parse_protocol(word: &str) -> Option<u8> {
    key_of(PROTOCOLS, word).or_else(|| byte(word))
}

pub(crate) fn scope(scope: Scope) -> String {
    name_of(SCOPES, scope.0).map_or_else(|| scope.0.to_string(), str::to_owned)
}

pub(crate) fn parse_scope(word: &str) -> Option<Scope> {
    key_of(SCOPES, word).or_else(|| byte(word)).map(Scope)
}

pub(crate) fn table(id: u32) -> String {
    name_of(TABLES, id).map_or_else(|| id.to_string(), str::to_owned)
}

pub(crate) fn parse_table(word: &str) -> Option<u32> {
    key_of(TABLES, word).or_else(|| number(word))
}

pub(crate) fn dsfield(tos: u8) -> String {
    name_of(DSFIELDS, tos).map_or_else(|| format!("{tos:#04x}"), str::to_owned)
}

pub(crate) fn parse_dsfield(word: &str) -> Option<u8> {
    let hex = || u8::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    key_of(DSFIELDS, word).or_else(hex)
}

pub(crate) fn kind(kind: RouteKind) -> &'static str {
    name_of(KINDS, kind).unwrap_or("unicast")
}

/// `local`, `nat` and `throw` are written out; the others may be abbreviated.
pub(crate) fn parse_kind(word: &str) -> Option<RouteKind> {
    match word {
        "brd" => return Some(RouteKind::Broadcast),
        "local" => return Some(RouteKind::Local),
        "nat" => return Some(RouteKind::Nat),
        "throw" => return Some(RouteKind::Throw),
        _ => {}
    }
    let short = |(_, name): &&(RouteKind, &str)| super::args::matches(word, name);
    let full = |(kind, _): &&(RouteKind, &str)| {
        !matches!(kind, RouteKind::Local | RouteKind::Nat | RouteKind::Throw)
    };
    KINDS.iter().filter(full).find(short).map(|(kind, _)| *kind)
}

pub(crate) fn ipproto(id: u8) -> String {
    name_of(IPPROTOS, id).map_or_else(|| format!("ipproto-{id}"), str::to_owned)
}

pub(crate) fn parse_ipproto(word: &str) -> Option<u8> {
    byte(word).or_else(|| key_of(IPPROTOS, word))
}

/// `ip link set group`: only `default` has a name.
pub(crate) fn group(id: u32) -> String {
    if id == 0 { "default".to_owned() } else { id.to_string() }
}

pub(crate) fn parse_group(word: &str) -> Option<u32> {
    if word == "default" { Some(0) } else { number(word) }
}
