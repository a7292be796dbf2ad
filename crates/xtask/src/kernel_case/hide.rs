//! Hides what the kernel chooses at random: ports and ICMP identifiers of NAT, and the seconds that elements of sets
//! have left.

use super::case::{Case, Step};
use super::outcome::Outcome;

/// Options by which NAT draws a port.
const DRAWN: [&str; 3] = ["--random", "--to-source", "-j MASQUERADE"];

/// Whether some rule of the case may draw a port: one asks for it, or leaves a choice.
fn draws(case: &Case) -> bool {
    let lines = case.rules.iter().flat_map(|rules| &rules.lines);
    lines.into_iter().any(|line| DRAWN.iter().any(|option| line.contains(option)))
}

/// Every number in a text that could be a port.
fn numbers(text: &str) -> impl Iterator<Item = u16> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
}

/// Ports and identifiers that the case names, or that its hosts use.
fn named(case: &Case) -> Vec<u16> {
    let mut all: Vec<u16> = super::topology::UDP_SERVICES.to_vec();
    all.extend(super::topology::TCP_SERVICES);
    all.extend(case.rules.iter().flat_map(|rules| &rules.lines).flat_map(|line| numbers(line)));
    for step in &case.steps {
        match step {
            Step::Send { bytes, .. } => all.extend(first_words(bytes)),
            Step::Udp { from, to, .. } | Step::Tcp { from, to, .. } => all.extend([from.1, to.1]),
            Step::Reply { .. } | Step::Wait(_) => {}
        }
    }
    all
}

/// The words of a packet in which ports and identifiers stand.
fn first_words(packet: &[u8]) -> Vec<u16> {
    let at = match packet.first().map(|b| b >> 4) {
        Some(4) => usize::from(packet.first().copied().unwrap_or(0) & 15) * 4,
        _ => 40,
    };
    let words = packet.get(at..).unwrap_or_default();
    let words = words.iter().zip(words.iter().skip(1)).take(24).step_by(2);
    words.map(|(a, b)| u16::from_be_bytes([*a, *b])).collect()
}

/// Replaces what was drawn, on either side alike.
pub fn hide(case: &Case, outcome: &mut Outcome) {
    let sets = |place: &String| place.ends_with(" sets");
    for (_, lines) in outcome.saved.iter_mut().filter(|(place, _)| sets(place)) {
        for line in lines.iter_mut().filter(|line| line.starts_with("add ")) {
            *line = rounded(line);
        }
    }
    if !draws(case) {
        return;
    }
    let known = named(case);
    let drawn = |digits: &str| digits.parse().is_ok_and(|port: u16| !known.contains(&port));
    for lines in outcome.carried.values_mut() {
        for line in lines {
            *line = packet(line, &drawn);
        }
    }
    for lines in outcome.connections.values_mut() {
        for line in lines.iter_mut() {
            let words = line.split(' ').map(|word| match word.split_once('=') {
                Some((key @ ("sport" | "dport" | "id"), port)) if drawn(port) => format!("{key}=~"),
                _ => word.to_owned(),
            });
            *line = words.collect::<Vec<_>>().join(" ");
        }
        lines.sort_by_key(|line| super::compare::without_timeout(line).0);
    }
}

/// A packet's line without ports that were drawn.
fn packet(line: &str, drawn: &dyn Fn(&str) -> bool) -> String {
    let mut out: Vec<String> = Vec::new();
    let words: Vec<&str> = line.split(' ').collect();
    for (at, word) in words.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).copied().unwrap_or("");
        let protocol = |word: &str| matches!(word, "udp" | "tcp");
        let port = protocol(before(1)) || (before(1) == ">" && protocol(before(3)));
        let identifier = before(1) == "rest" && word.len() > 4;
        out.push(match word.len().checked_sub(4).and_then(|n| word.split_at_checked(n)) {
            _ if port && drawn(word) => "~".to_owned(),
            Some((id, rest)) if identifier => {
                let number = u16::from_str_radix(id, 16).map(|n| n.to_string()).unwrap_or_default();
                if drawn(&number) { format!("~{rest}") } else { (*word).to_owned() }
            }
            _ => (*word).to_owned(),
        });
    }
    out.join(" ")
}

/// An element's line with its seconds rounded up.
fn rounded(line: &str) -> String {
    let mut after = false;
    let words = line.split(' ').map(|word| {
        let seconds = if after { word.parse::<u32>().ok() } else { None };
        after = word == "timeout";
        seconds.map_or_else(|| word.to_owned(), |n| n.next_multiple_of(100).to_string())
    });
    words.collect::<Vec<_>>().join(" ")
}
