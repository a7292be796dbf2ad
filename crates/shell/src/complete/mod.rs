//! What could come next on a line that is typed: words of the tools, and names of what there is.

pub(crate) mod words;

use packetwalk_lab::Lab;
use packetwalk_netfilter::extension::Info;
use packetwalk_netfilter::xtables::Face;
use packetwalk_netfilter::{matches, targets};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, Order};

use crate::sys::Sys;
use crate::tools::{self, docker, iptables};

/// Words that could stand at the end of a line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// How many bytes of the line come before the word.
    pub from: usize,
    /// Each as a whole, sorted.
    pub words: Vec<String>,
}

/// Words of bash's language after which a command begins.
const OPENERS: &[&str] = &["!", "{", "do", "elif", "else", "if", "then", "time", "until", "while"];

/// One look at the lab.
struct Look<'a> {
    lab: &'a Lab,
    sys: &'a Sys,
    ns: NsId,
}

/// What could stand at the end of `line`, typed in `ns`.
pub(crate) fn complete(lab: &Lab, sys: &Sys, ns: NsId, line: &str) -> Completion {
    let start = line.rfind(['|', ';', '&', '(', '\n', '`']).map_or(0, |at| at + 1);
    let command = line.get(start..).unwrap_or_default();
    let from = line.rfind([' ', '\t', '|', ';', '&', '(', '\n', '`']).map_or(0, |at| at + 1);
    let word = line.get(from..).unwrap_or_default();
    let mut before: Vec<&str> = command.split_whitespace().collect();
    if !word.is_empty() {
        before.pop();
    }
    let begins = before.iter().take_while(|w| OPENERS.contains(w) || is_assignment(w)).count();
    let mut look = Look { lab, sys, ns };
    let mut words = look.after(before.get(begins..).unwrap_or_default());
    words.retain(|w| w.starts_with(word) && w != word && (!w.starts_with('-') || word.starts_with('-')));
    words.order();
    words.dedup();
    Completion { from, words }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() < word.len()
        && !name.is_empty()
        && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

/// The name under which the table has a tool.
pub(crate) fn known_as(tool: &str) -> &str {
    match tool {
        "ping4" | "ping6" => "ping",
        "netcat" | "nc.openbsd" => "nc",
        "traceroute6" => "traceroute",
        _ if tool.contains("tables") && tool.ends_with("-save") => "iptables-save",
        _ if tool.contains("tables") && tool.ends_with("-restore") => "iptables-restore",
        _ if tool.starts_with("iptables") || tool.starts_with("ip6tables") => "iptables",
        _ => tool,
    }
}

impl Look<'_> {
    /// What could follow these words of a command.
    fn after(&mut self, before: &[&str]) -> Vec<String> {
        let mut before = before;
        while let Some(rest) = self.inner(before) {
            before = rest;
        }
        let Some((&tool, rest)) = before.split_first() else {
            return tools::names().map(str::to_owned).collect();
        };
        let tool = known_as(tool);
        if matches!(tool, "man" | "help" | "which" | "type") {
            return tools::names().map(str::to_owned).collect();
        }
        if let Some(&last) = rest.last()
            && let Some(found) = words::of(&[tool, last])
            && last.starts_with('-')
        {
            return self.fill(found.words, rest);
        }
        let mut path = vec![tool];
        for given in rest.iter().filter(|w| !w.starts_with('-')) {
            let Some(next) = words::below(&path, given) else { continue };
            path.push(next);
        }
        let mut found = match words::of(&path) {
            Some(found) => self.fill(found.words, rest),
            None => Vec::new(),
        };
        let value = rest.last().and_then(|last| words::of(&["*", last]));
        if let Some(value) = value.filter(|_| matches!(tool, "ip" | "bridge")) {
            return self.fill(value.words, rest);
        }
        if tool == "docker" {
            found.extend(docker::words(rest));
        }
        found
    }

    /// The words of the command that a command runs.
    fn inner<'w, 's>(&mut self, before: &'w [&'s str]) -> Option<&'w [&'s str]> {
        match before {
            ["ip", "netns", "exec", ns, rest @ ..] => {
                self.ns = self.lab.ns(ns).unwrap_or(self.ns);
                Some(rest)
            }
            ["docker", "exec", rest @ ..] => {
                let flags = rest.iter().take_while(|w| w.starts_with('-')).count();
                rest.get(flags + 1..)
            }
            ["sudo" | "nohup" | "setsid" | "time" | "exec" | "command", rest @ ..] => Some(rest),
            ["timeout", _, rest @ ..] => Some(rest),
            _ => None,
        }
    }

    /// Words, with what the names in `<>` stand for.
    fn fill(&self, words: &str, rest: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        for word in words.split_whitespace() {
            match word {
                "<dev>" => out.extend(self.devices()),
                "<ns>" => {
                    let listed =
                        self.lab.spaces().filter(|(_, space)| space.listed && !space.name.is_empty());
                    out.extend(listed.map(|(_, space)| space.name.clone()));
                }
                "<table>" => out.extend(["filter", "mangle", "nat", "raw", "security"].map(str::to_owned)),
                "<chain>" => out.extend(self.chains(rest)),
                "<match>" => out.extend(names(matches::LIST)),
                "<target>" => {
                    out.extend(["ACCEPT", "DROP", "RETURN"].map(str::to_owned));
                    out.extend(names(targets::LIST));
                    out.extend(self.chains(rest));
                }
                "<extension>" => out.extend(options(rest)),
                "<sysctl>" => {
                    let all = self.lab.stack(self.ns).map(|stack| stack.sysctl.list()).unwrap_or_default();
                    out.extend(all.into_iter().map(|(name, _)| name));
                }
                "<container>" => {
                    out.extend(self.engine(|e| e.containers().iter().map(|c| c.name.clone()).collect()));
                }
                "<network>" => {
                    out.extend(self.engine(|e| e.networks().iter().map(|n| n.name().to_owned()).collect()));
                }
                _ => out.push(word.to_owned()),
            }
        }
        out
    }

    fn devices(&self) -> Vec<String> {
        let stack = self.lab.stack(self.ns);
        stack.map(|s| s.links.iter().map(|d| d.name.to_string()).collect()).unwrap_or_default()
    }

    fn engine(&self, ask: impl Fn(&packetwalk_docker::Engine) -> Vec<String>) -> Vec<String> {
        self.sys.docker.engine.as_ref().map(ask).unwrap_or_default()
    }

    /// Chains of the table that `-t` chose.
    fn chains(&self, rest: &[&str]) -> Vec<String> {
        let chosen = rest.iter().position(|w| *w == "-t").and_then(|at| rest.get(at + 1));
        let table = chosen.copied().unwrap_or("filter");
        let builtin: &[&str] = match table {
            "filter" | "security" => &["INPUT", "FORWARD", "OUTPUT"],
            "raw" => &["PREROUTING", "OUTPUT"],
            "nat" => &["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
            _ => &["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
        };
        let mut found: Vec<String> = builtin.iter().map(|&name| name.to_owned()).collect();
        let Some(stack) = self.lab.stack(self.ns) else { return found };
        for (face, family) in [
            (Face::Nft, Family::V4),
            (Face::Legacy, Family::V4),
            (Face::Nft, Family::V6),
            (Face::Legacy, Family::V6),
        ] {
            let tables = stack.nf.rules(face, family).created().filter(|t| t.id().name() == table);
            for chains in tables.map(|t| t.user_chains()) {
                found.extend(chains.iter().map(|(_, chain)| chain.name.to_string()));
            }
        }
        found
    }
}

fn names(list: &'static [Info]) -> impl Iterator<Item = String> {
    list.iter().map(|info| info.name.to_owned())
}

/// Options of the matches and the target that were named, and of the protocol's match.
fn options(rest: &[&str]) -> Vec<String> {
    let pairs = rest.iter().zip(rest.iter().skip(1));
    let all = pairs.flat_map(|(option, name)| match *option {
        "-m" | "--match" | "-p" | "--protocol" => iptables::match_options(name),
        "-j" | "--jump" => iptables::target_options(name),
        _ => Vec::new(),
    });
    all.map(|name| format!("--{name}")).collect()
}
