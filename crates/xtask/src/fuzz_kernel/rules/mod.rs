//! Random rule sets. To add a match or target: a function in `matches.rs` or `targets.rs`, and its line in the table.
//! What the simulator does not know yet is left out of a case by name, and counted.

mod matches;
mod targets;

use super::random::Random;
use crate::kernel_case::topology::{Topology, six};

/// Where a rule stands, and what it may name.
pub struct Place<'a> {
    /// Chance.
    pub random: &'a mut Random,
    /// Where the addresses are.
    pub topology: &'static Topology,
    /// The host that has the rule.
    pub host: &'a str,
    /// IPv6.
    pub six: bool,
    /// `filter`, `nat`, `mangle`, `raw`.
    pub table: &'static str,
    /// The built-in chain by which packets come here.
    pub hook: &'static str,
    /// `-p`: name and number.
    pub protocol: Option<(&'static str, u8)>,
    /// User chains that may be called from here.
    pub users: &'a [String],
    /// In a user chain.
    pub in_user: bool,
}

/// A kind of match or target: its name, how often, and its text. `None` where it does not fit.
pub type Kind = (&'static str, usize, fn(&mut Place<'_>) -> Option<String>);

/// One of a table, by its weight.
fn choose(all: &[Kind], place: &mut Place<'_>) -> Option<String> {
    let total: usize = all.iter().map(|kind| kind.1).sum();
    for _ in 0..8 {
        let mut at = place.random.below(total);
        for (_, weight, text) in all {
            if at < *weight {
                if let Some(text) = text(place) {
                    return Some(text);
                }
                break;
            }
            at -= weight;
        }
    }
    None
}

impl Place<'_> {
    /// Whether packets come here by one of these built-in chains.
    pub fn at(&self, hooks: &[&str]) -> bool {
        hooks.contains(&self.hook)
    }

    /// A protocol with ports.
    pub fn has_ports(&self) -> bool {
        self.protocol.is_some_and(|(_, number)| matches!(number, 6 | 17 | 132))
    }

    /// Some address of the topology.
    pub fn address(&mut self) -> String {
        let (_, _, addr) = self.random.pick(self.topology.addrs);
        let addr = if self.six { six(addr) } else { (*addr).to_owned() };
        addr.split('/').next().unwrap_or_default().to_owned()
    }

    /// An address or network.
    pub fn network(&mut self) -> String {
        let addr = self.address();
        match (self.random.below(10), self.six) {
            (0..=4, _) => addr,
            (5..=7, false) => format!("{addr}/24"),
            (8, false) => format!("{addr}/{}", self.random.text(&["8", "16", "30", "25", "255.255.0.255"])),
            (5..=7, true) => format!("{addr}/64"),
            (8, true) => format!("{addr}/{}", self.random.text(&["32", "48", "126", "127"])),
            (_, false) => self.random.text(&["0.0.0.0/0", "127.0.0.0/8", "10.0.0.0/8"]).to_owned(),
            (_, true) => self.random.text(&["::/0", "fd00::/8", "::1"]).to_owned(),
        }
    }

    fn interface(&mut self) -> String {
        let own = self.topology.interfaces(self.host);
        if self.random.chance(80) {
            (*self.random.pick(&own)).to_owned()
        } else {
            self.random.text(&["eth+", "v+", "br+", "eth9", "lo"]).to_owned()
        }
    }

    /// A port, a list's element or a range.
    pub fn port(&mut self) -> String {
        let port = *self.random.pick(&super::packets::PORTS);
        match self.random.below(6) {
            0 => format!("{}:{port}", port.saturating_sub(400)),
            1 => self.random.text(&[":1023", "1024:", "0:65535"]).to_owned(),
            _ => port.to_string(),
        }
    }
}

fn choose_protocol(random: &mut Random, six: bool) -> Option<(&'static str, u8)> {
    let icmp = if six { ("ipv6-icmp", 58) } else { ("icmp", 1) };
    match random.below(100) {
        0..=22 => Some(("tcp", 6)),
        23..=44 => Some(("udp", 17)),
        45..=55 => Some(icmp),
        56..=63 => Some(("sctp", 132)),
        64 => Some(("udplite", 136)),
        65 => Some(("ah", 51)),
        66 => Some(("esp", 50)),
        67 => Some(("gre", 47)),
        68 => Some(("253", 253)),
        _ => None,
    }
}

fn rule(place: &mut Place<'_>) -> String {
    let mut words = Vec::new();
    if place.random.chance(22) {
        words.push(format!("{}-s {}", place.random.not(), place.network()));
    }
    if place.random.chance(22) {
        words.push(format!("{}-d {}", place.random.not(), place.network()));
    }
    if (place.in_user || place.at(&["PREROUTING", "INPUT", "FORWARD"])) && place.random.chance(18) {
        words.push(format!("{}-i {}", place.random.not(), place.interface()));
    }
    if (place.in_user || place.at(&["FORWARD", "OUTPUT", "POSTROUTING"])) && place.random.chance(18) {
        words.push(format!("{}-o {}", place.random.not(), place.interface()));
    }
    if !place.six && place.random.chance(4) {
        words.push(format!("{}-f", place.random.not()));
    }
    place.protocol = choose_protocol(place.random, place.six);
    if let Some((name, _)) = place.protocol {
        if place.random.chance(6) {
            place.protocol = None;
            words.push(format!("! -p {name}"));
        } else {
            words.push(format!("-p {name}"));
        }
    }
    let mut seen = Vec::new();
    for _ in 0..*place.random.pick(&[0, 0, 1, 1, 1, 1, 2, 3]) {
        if let Some(text) = choose(matches::ALL, place) {
            let name = text.split(' ').nth(1).unwrap_or_default().to_owned();
            if !seen.contains(&name) {
                seen.push(name);
                words.push(text);
            }
        }
    }
    if let Some(target) = choose(targets::ALL, place) {
        // A target may bring the match that it needs.
        words.retain(|word| !(word.starts_with("-m tcp ") && target.starts_with("-m tcp ")));
        words.push(target);
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

fn hooks(table: &str) -> &'static [&'static str] {
    match table {
        "raw" => &["PREROUTING", "OUTPUT"],
        "mangle" => &["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
        "nat" => &["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
        _ => &["INPUT", "FORWARD", "OUTPUT"],
    }
}

/// Lines of `iptables-restore` of one table; `keep` says of each rule whether it stays, given the lines with it alone.
fn table(
    random: &mut Random,
    topology: &'static Topology,
    host: &str,
    six: bool,
    name: &'static str,
    keep: &mut dyn FnMut(&str, &[String]) -> bool,
) -> Vec<String> {
    let mut heads = vec![format!("*{name}")];
    let mut rules = Vec::new();
    for hook in hooks(name) {
        let drops = random.chance(if name == "filter" { 12 } else { 1 }) && name != "nat";
        heads.push(format!(":{hook} {} [0:0]", if drops { "DROP" } else { "ACCEPT" }));
    }
    let count: &[usize] = match name {
        "filter" => &[1, 2, 3, 4],
        "nat" => &[0, 1, 2, 3],
        "mangle" => &[0, 1, 2, 3],
        _ => &[0, 1, 2],
    };
    let mut all_users = Vec::new();
    for hook in hooks(name) {
        if *hook == "INPUT" && name == "nat" && random.chance(80) {
            continue;
        }
        let users: Vec<String> =
            (0..*random.pick(&[0, 0, 0, 1, 2, 3])).map(|n| format!("{hook}-{n}")).collect();
        let chains = std::iter::once((*hook).to_owned()).chain(users.iter().cloned());
        for (at, chain) in chains.enumerate() {
            for _ in 0..*random.pick(count) {
                let later = users.get(at..).unwrap_or_default();
                let mut place = Place {
                    random,
                    topology,
                    host,
                    six,
                    table: name,
                    hook,
                    protocol: None,
                    users: later,
                    in_user: at > 0,
                };
                let text = rule(&mut place);
                let mut alone = vec![format!("*{name}")];
                alone.extend(users.iter().map(|u| format!(":{u} - [0:0]")));
                alone.extend([format!("-A {chain} {text}"), "COMMIT".to_owned()]);
                if keep(&text, &alone) {
                    rules.push(format!("-A {chain} {text}"));
                }
            }
        }
        all_users.extend(users);
    }
    heads.extend(all_users.iter().map(|u| format!(":{u} - [0:0]")));
    heads.extend(rules);
    heads.push("COMMIT".to_owned());
    heads
}

/// A rule set.
pub fn rules(
    random: &mut Random,
    topology: &'static Topology,
    host: &str,
    six: bool,
    keep: &mut dyn FnMut(&str, &[String]) -> bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, percent) in [("raw", 20), ("mangle", 35), ("nat", 60), ("filter", 75)] {
        if random.chance(percent) {
            lines.extend(table(random, topology, host, six, name, keep));
        }
    }
    lines
}
