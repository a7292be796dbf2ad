//! What the rules of the lab tell apart.

use packetwalk_lab::Lab;
use packetwalk_netfilter::xtables::Face;
use packetwalk_shell::iptables::rule_text;
use packetwalk_trace::{ChainId, NsId, Table as TableId};
use packetwalk_wire::{Family, Order};

use crate::facts::Facts;
use crate::mention::{Piece, Ports, numbers, pieces};

/// Matches whose answer is the packet's, its connection's and the tables' alone: not chance's, and not that of what
/// other packets did before.
const PLAIN: [&str; 24] = [
    "addrtype",
    "comment",
    "connmark",
    "conntrack",
    "cpu",
    "devgroup",
    "dscp",
    "ecn",
    "hl",
    "icmp",
    "icmp6",
    "iprange",
    "length",
    "mac",
    "mark",
    "multiport",
    "physdev",
    "pkttype",
    "policy",
    "realm",
    "rpfilter",
    "state",
    "tcp",
    "tcpmss",
];

/// The same that are longer than a line.
const PLAIN_TOO: [&str; 3] = ["tos", "ttl", "udp"];

/// Targets that do the same to packets that are alike.
const TARGETS: [&str; 16] = [
    "ACCEPT",
    "CHECKSUM",
    "CONNMARK",
    "CT",
    "DNAT",
    "DROP",
    "LOG",
    "MARK",
    "MASQUERADE",
    "NFLOG",
    "NOTRACK",
    "REDIRECT",
    "REJECT",
    "RETURN",
    "SNAT",
    "TCPMSS",
];

/// Options whose value is an address that a packet gets, not one that it is compared with.
fn is_given(option: &str) -> bool {
    option.starts_with("--to") || option.starts_with("--on-") || option == "--gateway"
}

/// A rule, as `iptables -S` has it.
pub struct Line {
    pub ns: NsId,
    pub face: Face,
    pub family: Family,
    pub table: TableId,
    pub chain: ChainId,
    pub name: Box<str>,
    /// From 1.
    pub number: u32,
    pub text: String,
    /// What it does is not known from what the packet looks like.
    pub chancy: bool,
}

impl Line {
    fn chain_key(&self) -> (NsId, Face, Family, TableId, ChainId) {
        (self.ns, self.face, self.family, self.table, self.chain)
    }

    /// Each word with the option that it belongs to, and whether that is negated.
    fn words(&self) -> Vec<(&str, bool, &str)> {
        let (mut option, mut not, mut last) = ("", false, "");
        let mut all = Vec::new();
        for word in words(&self.text) {
            if word.starts_with('-') && word.len() > 1 {
                (option, not) = (word, last == "!");
            } else if option != "--comment" {
                all.push((option, not, word));
            }
            last = word;
        }
        all
    }

    /// Every port that it speaks of.
    pub fn tell_ports(&self, ports: &mut Ports) {
        for (option, _, word) in self.words() {
            let is_number = word.bytes().all(|b| b.is_ascii_digit());
            match option {
                _ if is_given(option) => ports.word(word.rsplit_once(':').map_or(word, |(_, port)| port)),
                _ if option.contains("port") || is_number => ports.word(word),
                _ => {}
            }
        }
    }

    /// No packet of a probe has a port that it wants.
    fn is_dead(&self, live: &[u16]) -> bool {
        self.words().iter().any(|&(option, not, word)| {
            let wanted = matches!(option, "--dport" | "--dports")
                && !not
                && word.split(',').all(|p| p.parse::<u16>().is_ok());
            wanted && !numbers(word).iter().any(|port| live.contains(port))
        })
    }
}

/// The words of a rule, of which one in quotes may have spaces.
///
/// # Source
/// iptables 1.8.11, `libxtables/xtables.c`: `xtables_save_string`.
fn words(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        let (mut quoted, mut escaped) = (false, false);
        let end = rest.find(|c: char| {
            let is_end = c.is_ascii_whitespace() && !quoted;
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            is_end
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        all.push(word);
        rest = after.trim_ascii_start();
    }
    all
}

/// Every rule of the lab.
pub fn lines(lab: &Lab) -> Vec<Line> {
    let mut all = Vec::new();
    for (ns, space) in lab.spaces() {
        for (face, family) in
            [Face::Nft, Face::Legacy].into_iter().flat_map(|f| [(f, Family::V4), (f, Family::V6)])
        {
            for table in space.stack.nf.rules(face, family).created() {
                for (chain, c) in table.listed() {
                    for (at, rule) in c.rules.iter().enumerate() {
                        let text = rule_text(rule, &c.name, table);
                        let plain = |name: &str| PLAIN.contains(&name) || PLAIN_TOO.contains(&name);
                        let target =
                            words(&text).into_iter().skip_while(|w| !matches!(*w, "-j" | "-g")).nth(1);
                        let known = target.is_none_or(|t| TARGETS.contains(&t) || table.find(t).is_some());
                        let chancy =
                            !known || is_spread(&text) || !rule.matches.iter().all(|m| plain(m.name()));
                        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
                        let (name, table) = (c.name.clone(), table.id());
                        all.push(Line { ns, face, family, table, chain, name, number, text, chancy });
                    }
                }
            }
        }
    }
    all
}

/// NAT that chooses one of several addresses or ports.
fn is_spread(text: &str) -> bool {
    let mut option = "";
    text.split_ascii_whitespace().any(|word| {
        if word.starts_with("--") {
            option = word;
        }
        word.starts_with("--random") || !word.starts_with('-') && is_given(option) && word.contains('-')
    })
}

/// Ports that packets of the probes may have.
pub fn live(lines: &[Line], probes: &[u16], own: u16) -> Option<Vec<u16>> {
    let mut ports: Vec<u16> = probes.iter().copied().chain([own]).collect();
    for line in lines {
        if is_spread(&line.text) {
            return None;
        }
        let given = line.words().into_iter().filter(|(option, ..)| is_given(option));
        for (_, _, word) in given {
            ports.extend(numbers(word.rsplit_once(':').map_or(word, |(_, port)| port)));
        }
    }
    ports.order();
    ports.dedup();
    Some(ports)
}

/// A rule that speaks of one namespace's addresses.
struct Own {
    place: usize,
    gap: u32,
    src: bool,
    dst: bool,
    number: u32,
    text: String,
}

/// Reads all rules into the facts.
pub fn read(facts: &mut Facts<'_>, lines: &[Line], live: Option<&[u16]>) {
    let lines: Vec<&Line> = lines.iter().filter(|l| live.is_none_or(|live| !l.is_dead(live))).collect();
    for chain in lines.chunk_by(|a, b| a.chain_key() == b.chain_key()) {
        let (mut gap, mut owns) = (0, Vec::new());
        for line in chain {
            line.tell_ports(&mut facts.ports);
            if line.chancy {
                facts.chancy.push((line.ns, line.table, line.chain, line.number));
            }
            match own(facts, line) {
                Some((place, src, dst)) => {
                    let text = facts.renamed(place, &line.text);
                    owns.push(Own { place, gap, src, dst, number: line.number, text });
                }
                None => gap += 1,
            }
        }
        file(facts, chain, &owns);
    }
}

/// Tells each namespace its rules. Their order counts only between the rules that speak of nobody, unless some ask for
/// a source and others for a destination: one packet may meet both.
fn file(facts: &mut Facts<'_>, chain: &[&Line], owns: &[Own]) {
    let Some(line) = chain.first() else { return };
    for gap in owns.chunk_by(|a, b| a.gap == b.gap) {
        let mixed = gap.iter().any(|o| o.src && !o.dst) && gap.iter().any(|o| o.dst && !o.src);
        for own in gap {
            let Line { ns, face, family, table, name, .. } = line;
            let at = if mixed { own.number } else { 0 };
            let text = format!("{ns:?} {face:?} {family:?} {table:?} {name} {} {at} {}\n", own.gap, own.text);
            facts.tell(own.place, &text);
        }
    }
}

/// Whose rule it is alone; what else it tells apart is noted.
fn own(facts: &mut Facts<'_>, line: &Line) -> Option<(usize, bool, bool)> {
    let mut owner: Option<(usize, bool, bool)> = None;
    let mut several = false;
    let home = facts.leaf_of(line.ns);
    for (option, not, word) in line.words() {
        if matches!(option, "-i" | "-o" | "--physdev-in" | "--physdev-out") {
            facts.pattern(word);
            continue;
        }
        for piece in pieces(word) {
            let span = match piece {
                Piece::Span(span) => span,
                Piece::Mac(mac) => {
                    facts.lone_mac(mac, home);
                    continue;
                }
                Piece::Odd => {
                    facts.whole = true;
                    continue;
                }
            };
            let inside = facts.inside(span);
            let Some(&first) = inside.first() else { continue };
            if home.is_some() && inside.iter().all(|place| Some(*place) == home) {
                continue;
            }
            let compared = matches!(option, "-s" | "-d") && !not;
            if compared && span.first == span.last && inside.len() == 1 && home.is_none() {
                let (src, dst) = (option == "-s", option == "-d");
                match &mut owner {
                    Some((place, s, d)) if *place == first => (*s, *d) = (*s || src, *d || dst),
                    Some((place, ..)) => {
                        several = true;
                        let place = *place;
                        facts.lone(place);
                        facts.lone(first);
                    }
                    None => owner = Some((first, src, dst)),
                }
                continue;
            }
            if is_given(option) {
                for place in inside {
                    facts.lone(place);
                }
            }
            facts.cuts.span(span);
        }
    }
    if several {
        return None;
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        for (text, expect) in [
            ("-A IN -j DROP", &["-A", "IN", "-j", "DROP"][..]),
            ("  --comment \"no --dport 9\" -j  DROP ", &["--comment", "\"no --dport 9\"", "-j", "DROP"]),
            (r#"--comment "a \" -s b" -g X"#, &["--comment", r#""a \" -s b""#, "-g", "X"]),
            (r#"--comment "a\\" -s b"#, &["--comment", r#""a\\""#, "-s", "b"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expect, "{text}");
        }
    }
}
