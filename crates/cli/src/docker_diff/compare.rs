//! Two runs of a lab beside each other.

use std::collections::BTreeSet;

use packetwalk_shell::print::walk::alike;

use super::lab::{Command, Run};
use super::seen::Space;
use super::walks::Step;

/// Lines that only one has, and those that both have in another order.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Lines {
    pub removed: Vec<String>,
    pub added: Vec<String>,
    pub moved: Vec<String>,
}

impl Lines {
    pub fn is_none(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty() && self.moved.is_empty()
    }
}

/// A chain that differs: tool, table and chain.
pub struct Chain {
    pub tool: &'static str,
    pub table: String,
    pub chain: String,
    pub lines: Lines,
}

/// A namespace that differs.
pub struct Namespace {
    pub name: String,
    /// Whether the first run alone has it, or the second.
    pub only: Option<Only>,
    pub rules: Vec<Chain>,
    pub settings: Lines,
    pub routes: Lines,
    pub addresses: Lines,
}

/// The one run that has something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Only {
    From,
    To,
}

/// How a command ended.
pub struct Ended {
    pub status: u8,
    /// The verdict on its packets, or what it complained of.
    pub verdict: String,
    pub sentence: String,
    /// The step at which the ways part.
    pub step: Option<Step>,
}

/// A walk with both engines, or another command that ended otherwise.
pub struct Both {
    pub line: usize,
    pub text: String,
    pub same: bool,
    /// Which step of the way, from 1, is the first that is not the same.
    pub parts_at: Option<usize>,
    pub from: Ended,
    pub to: Ended,
}

/// What differs, and all walks.
pub struct Difference {
    pub namespaces: Vec<Namespace>,
    pub commands: Vec<Both>,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        self.namespaces.is_empty() && self.commands.iter().all(|c| c.same && c.parts_at.is_none())
    }
}

/// The lines by which `to` differs from `from`.
pub fn lines(from: &[String], to: &[String]) -> Lines {
    let begin = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (a, b) = (from.get(begin..).unwrap_or_default(), to.get(begin..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let a = a.get(..a.len() - end).unwrap_or_default();
    let b = b.get(..b.len() - end).unwrap_or_default();
    // The longest common subsequence, row by row from the end.
    let mut common = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    let at =
        |common: &[Vec<u32>], i: usize, j: usize| common.get(i).and_then(|r| r.get(j)).copied().unwrap_or(0);
    for (i, left) in a.iter().enumerate().rev() {
        for (j, right) in b.iter().enumerate().rev() {
            let best = if left == right {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Lines::default());
    loop {
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => (i, j) = (i + 1, j + 1),
            (Some(left), right) if right.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                out.removed.push(left.clone());
                i += 1;
            }
            (_, Some(right)) => {
                out.added.push(right.clone());
                j += 1;
            }
            (_, None) => break,
        }
    }
    let moved: Vec<String> = out.removed.iter().filter(|line| out.added.contains(line)).cloned().collect();
    out.removed.retain(|line| !moved.contains(line));
    out.added.retain(|line| !moved.contains(line));
    out.moved = moved;
    out
}

/// What an untouched chain is.
fn untouched(chain: &str) -> Vec<String> {
    match chain {
        "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING" => vec![format!("-P {chain} ACCEPT")],
        _ => Vec::new(),
    }
}

/// Settings that the other has too: those of an interface that is not there say nothing.
fn shared(of: &Space, other: &Space) -> Vec<String> {
    let key = |line: &str| line.split(" = ").next().unwrap_or_default().to_owned();
    let known: BTreeSet<String> = other.settings.iter().map(|line| key(line)).collect();
    of.settings.iter().filter(|line| known.contains(&key(line))).cloned().collect()
}

fn namespace(name: &str, from: &Space, to: &Space) -> Option<Namespace> {
    let chains: BTreeSet<_> = from.rules.keys().chain(to.rules.keys()).collect();
    let rules = chains
        .into_iter()
        .filter_map(|key| {
            let of = |space: &Space| space.rules.get(key).cloned().unwrap_or_else(|| untouched(&key.2));
            let lines = lines(&of(from), &of(to));
            let (tool, table, chain) = key.clone();
            (!lines.is_none()).then_some(Chain { tool, table, chain, lines })
        })
        .collect();
    let sorted = |of: &[String]| {
        let mut all = of.to_vec();
        all.sort();
        all
    };
    let found = Namespace {
        name: name.to_owned(),
        only: None,
        rules,
        settings: lines(&sorted(&shared(from, to)), &sorted(&shared(to, from))),
        routes: lines(&from.routes, &to.routes),
        addresses: lines(&sorted(&from.addresses), &sorted(&to.addresses)),
    };
    let parts = [&found.settings, &found.routes, &found.addresses];
    (!found.rules.is_empty() || parts.iter().any(|lines| !lines.is_none())).then_some(found)
}

/// What a command printed, without times and ids.
fn printed(command: &Command) -> String {
    let plain = |line: &str| {
        let words: Vec<&str> = line.split(' ').filter(|w| !w.starts_with("time=")).collect();
        words.join(" ")
    };
    let lines = command.said.lines().chain(command.complained.lines());
    let lines = lines.filter(|l| !l.starts_with("rtt ") && !l.contains(" packets transmitted"));
    lines.map(plain).collect::<Vec<_>>().join("\n")
}

fn ended(command: &Command, at: Option<usize>) -> Ended {
    let last = |text: &str| text.lines().rfind(|l| !l.trim().is_empty()).unwrap_or_default().to_owned();
    match &command.walk {
        Some(walk) => Ended {
            status: command.status,
            verdict: walk.verdict.clone(),
            sentence: walk.sentence.clone(),
            step: at.and_then(|at| walk.steps.get(at).cloned()),
        },
        None => Ended {
            status: command.status,
            verdict: if command.status == 0 { "done" } else { "failed" }.to_owned(),
            sentence: last(&command.complained),
            step: None,
        },
    }
}

/// Both runs of a command; `None` for one that is no walk and ended alike.
fn both(from: &Command, to: &Command) -> Option<Both> {
    let parts_at = match (&from.walk, &to.walk) {
        (Some(a), Some(b)) => a.part(b),
        _ => None,
    };
    let is_walk = from.walk.is_some() || to.walk.is_some();
    let verdict = |c: &Command| c.walk.as_ref().map(|walk| (walk.verdict.clone(), walk.sentence.clone()));
    let same = from.status == to.status
        && verdict(from) == verdict(to)
        && (!is_walk || alike(&printed(from), &printed(to)));
    (is_walk || !same).then(|| Both {
        line: from.line,
        text: from.text.clone(),
        same,
        parts_at: parts_at.map(|at| at + 1),
        from: ended(from, parts_at),
        to: ended(to, parts_at),
    })
}

/// A command that the other run did not come to.
fn lonely(command: &Command, only: Only) -> Both {
    let none = Ended { status: 0, verdict: "not run".to_owned(), sentence: String::new(), step: None };
    let (from, to) = match only {
        Only::From => (ended(command, None), none),
        Only::To => (none, ended(command, None)),
    };
    Both { line: command.line, text: command.text.clone(), same: false, parts_at: None, from, to }
}

/// Compares two runs of one lab.
pub fn compare(from: &Run, to: &Run) -> Difference {
    let names: BTreeSet<&String> = from.seen.keys().chain(to.seen.keys()).collect();
    let lonely_space = |name: &str, only| Namespace {
        name: name.to_owned(),
        only: Some(only),
        rules: Vec::new(),
        settings: Lines::default(),
        routes: Lines::default(),
        addresses: Lines::default(),
    };
    let namespaces = names.into_iter().filter_map(|name| match (from.seen.get(name), to.seen.get(name)) {
        (Some(a), Some(b)) => namespace(name, a, b),
        (Some(_), None) => Some(lonely_space(name, Only::From)),
        (None, _) => Some(lonely_space(name, Only::To)),
    });
    // A lab may end early with one engine. Walks of one's own have no line.
    let key = |c: &Command| (c.line == 0, c.line, if c.line == 0 { c.text.clone() } else { String::new() });
    let all = |run: &'_ Run| run.commands.iter().map(key).collect::<Vec<_>>();
    let keys: BTreeSet<_> = all(from).into_iter().chain(all(to)).collect();
    let find = |run: &'_ Run, wanted: &_| run.commands.iter().position(|c| key(c) == *wanted);
    let commands = keys.iter().filter_map(|wanted| {
        let a = find(from, wanted).and_then(|at| from.commands.get(at));
        let b = find(to, wanted).and_then(|at| to.commands.get(at));
        match (a, b) {
            (Some(a), Some(b)) => both(a, b),
            (Some(a), None) => a.walk.as_ref().map(|_| lonely(a, Only::From)),
            (None, b) => b.filter(|b| b.walk.is_some()).map(|b| lonely(b, Only::To)),
        }
    });
    Difference { namespaces: namespaces.collect(), commands: commands.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ() {
        #[rustfmt::skip]
        let cases = [
            // from,     to,         removed, added,  moved
            ("a b c",    "a b c",    "",      "",     ""),
            ("a b c",    "a c",      "b",     "",     ""),
            ("a c",      "a b c d",  "",      "b d",  ""),
            ("a b c",    "b c a",    "",      "",     "a"),
            ("a b",      "c d",      "a b",   "c d",  ""),
            ("a b c d",  "d a x c",  "b",     "x",    "d"),
        ];
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (from, to, removed, added, moved) in cases {
            let want = Lines { removed: words(removed), added: words(added), moved: words(moved) };
            assert_eq!(lines(&words(from), &words(to)), want, "{from} → {to}");
        }
    }
}
