//! Disagreements that are known: counted by what they are about, and no failure. An entry goes when the simulator is
//! mended.

use crate::kernel_case::case::{Case, Step};

/// What a disagreement is about, and how one sees it.
type Known = (&'static str, fn(&Case, &[String]) -> bool);

const ALL: &[Known] = &[
    ("an IPv6 redirect after DNAT back out of the interface in", |_, found| has(found, " icmp6 137/")),
    (
        "a large datagram of a socket, DNATed to a smaller interface: Linux cuts it in spite of DF",
        |_, found| has(found, "EMSGSIZE"),
    ),
    ("bridge-nf puts an IPv6 datagram together, and routing finds it too big", |case, found| {
        has(found, " icmp6 2/0 ") && case.settings.iter().any(|(_, key, _)| key.ends_with("call-ip6tables"))
    }),
    ("addrtype UNREACHABLE with --limit-iface-in in IPv6", |case, _| {
        rule(case, |line| line.contains("UNREACHABLE") && line.contains("--limit-iface"))
    }),
    ("ports of a later fragment: iptables-nft reads them in its payload", |case, _| {
        fragments(case) && rule(case, |line| line.contains("port") || line.contains("--tcp-flags"))
    }),
    ("a packet socket's sight of a fragment that was cut again but never left", |case, found| {
        fragments(case) && found.iter().all(|line| line.starts_with("carried") || line.contains(" frag "))
    }),
];

fn has(found: &[String], part: &str) -> bool {
    found.iter().any(|line| line.contains(part))
}

fn rule(case: &Case, is: fn(&str) -> bool) -> bool {
    case.rules.iter().flat_map(|rules| &rules.lines).any(|line| is(line))
}

/// Fragments of a raw socket.
fn fragments(case: &Case) -> bool {
    case.steps.iter().any(|step| match step {
        Step::Send { bytes, .. } => match bytes.first().map(|b| b >> 4) {
            Some(4) => bytes.get(6..8).is_some_and(|word| word[0] & 0x3f != 0 || word[1] != 0),
            _ => bytes.get(6) == Some(&44),
        },
        _ => false,
    })
}

/// What the disagreement is about, if it is known.
pub fn known(case: &Case, found: &[String]) -> Option<&'static str> {
    ALL.iter().find(|(_, is)| is(case, found)).map(|(why, _)| *why)
}
