//! What differs between two outcomes.

use std::collections::BTreeMap;

use super::outcome::Outcome;

/// Seconds by which a connection's timeout may differ: both clocks go on between the steps.
const SLACK: u64 = 3;

/// A line of `conntrack -L` with a mark in place of its timeout, and the timeout. How many hold the entry at the
/// moment (`use=`) is left out: a packet that waits in a socket does; so is its age (`delta-time=`).
pub fn without_timeout(line: &str) -> (String, Option<u64>) {
    let mut timeout = None;
    let words: Vec<&str> = line
        .split(' ')
        .filter(|word| !word.starts_with("use=") && !word.starts_with("delta-time="))
        .enumerate()
        .map(|(at, word)| match word.parse() {
            Ok(seconds) if at == 2 => {
                timeout = Some(seconds);
                "T"
            }
            _ => word,
        })
        .collect();
    (words.join(" "), timeout)
}

fn same_connection(linux: &str, ours: &str) -> bool {
    let ((a, s), (b, t)) = (without_timeout(linux), without_timeout(ours));
    a == b && s.unwrap_or(0).abs_diff(t.unwrap_or(0)) <= SLACK
}

fn lines(
    out: &mut Vec<String>,
    what: &str,
    linux: &BTreeMap<String, Vec<String>>,
    ours: &BTreeMap<String, Vec<String>>,
    same: impl Fn(&str, &str) -> bool,
) {
    let places: std::collections::BTreeSet<&String> = linux.keys().chain(ours.keys()).collect();
    for place in places {
        let empty = Vec::new();
        let (a, b) = (linux.get(place).unwrap_or(&empty), ours.get(place).unwrap_or(&empty));
        if a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)) {
            continue;
        }
        out.push(format!("{what} {place}"));
        for line in a.iter().filter(|x| !b.iter().any(|y| same(x, y))) {
            out.push(format!("  - {line}"));
        }
        for line in b.iter().filter(|y| !a.iter().any(|x| same(x, y))) {
            out.push(format!("  + {line}"));
        }
        if out.last().is_some_and(|line| !line.starts_with("  ")) {
            out.push("  the same lines in another order or number".to_owned());
        }
    }
}

/// What differs, a line each: `-` is Linux, `+` the simulator.
pub fn differences(linux: &Outcome, ours: &Outcome) -> Vec<String> {
    let mut out = Vec::new();
    let equal = |a: &str, b: &str| a == b;
    lines(&mut out, "carried", &linux.carried, &ours.carried, equal);
    let one = |errors: &[String]| BTreeMap::from([("of steps".to_owned(), errors.to_vec())]);
    lines(&mut out, "errors", &one(&linux.errors), &one(&ours.errors), equal);
    lines(&mut out, "saved", &linux.saved, &ours.saved, equal);
    lines(&mut out, "connections", &linux.connections, &ours.connections, same_connection);
    out
}
