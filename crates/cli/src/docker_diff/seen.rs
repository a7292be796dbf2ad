//! What a lab left, as the machine's own tools tell it.

use std::collections::BTreeMap;

use packetwalk_shell::{Collect, Shell};
use packetwalk_trace::NsId;

/// Rules: by tool, table and chain, its head and its rules as `-S` prints them.
pub type Rules = BTreeMap<(&'static str, String, String), Vec<String>>;

/// What one namespace has.
#[derive(Default)]
pub struct Space {
    pub rules: Rules,
    pub settings: Vec<String>,
    pub routes: Vec<String>,
    pub addresses: Vec<String>,
}

/// All namespaces by name, the machine's own being `host`.
pub type Seen = BTreeMap<String, Space>;

/// Names of bridges made of networks' ids, with names made of networks' names.
pub struct Bridges(Vec<(String, String)>);

impl Bridges {
    /// Asks the engine, if there is one.
    pub fn of(shell: &mut Shell) -> Self {
        let mut out = Collect::default();
        shell.run_line(NsId(0), b"docker network ls --format '{{.ID}} {{.Name}}' 2>/dev/null", &mut out);
        let of = |line: &str| {
            let (id, name) = line.split_once(' ')?;
            Some((format!("br-{}", id.get(..12)?), format!("br-[{name}]")))
        };
        Self(out.text().lines().filter_map(of).collect())
    }

    /// A text with each bridge called after its network.
    pub fn named(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id, name))
    }
}

/// What is drawn at random and means nothing: the host's ends of containers' links.
fn is_drawn(word: &str) -> bool {
    word.strip_prefix("veth").is_some_and(|id| id.len() == 7 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Looks at everything.
pub fn all(shell: &mut Shell) -> (Seen, Bridges) {
    let spaces: Vec<(String, NsId)> =
        shell.lab.spaces().map(|(id, _)| (shell.lab.label(id).to_owned(), id)).collect();
    let mut texts = Vec::new();
    for (name, ns) in spaces {
        let mut ask = |line: &str| {
            let mut out = Collect::default();
            shell.run_line(ns, line.as_bytes(), &mut out);
            out.text()
        };
        let rules = ["iptables", "ip6tables"].map(|tool| (tool, ask(&format!("{tool}-save 2>/dev/null"))));
        let [settings, routes, addresses] =
            ["sysctl -a 2>/dev/null", "ip route; ip -6 route", "ip -o addr"].map(&mut ask);
        texts.push((name, rules, settings, routes, addresses));
    }
    // The last of all: a first command starts an engine that was not there.
    let bridges = Bridges::of(shell);
    let named = |text: &str| bridges.named(text);
    let mut seen = Seen::default();
    for (name, rules, settings, routes, addresses) in texts {
        let lines =
            |text: &str| -> Vec<String> { named(text).lines().map(|l| l.trim_end().to_owned()).collect() };
        let mut space = Space {
            settings: lines(&settings),
            routes: lines(&routes),
            addresses: named(&addresses).lines().filter_map(address).collect(),
            rules: Rules::new(),
        };
        for lines in [&mut space.settings, &mut space.routes] {
            lines.retain(|line| !line.split(['.', ' ', '/']).any(is_drawn));
        }
        for (tool, text) in rules {
            read_rules(&mut space.rules, tool, &named(&text));
        }
        seen.insert(name, space);
    }
    (seen, bridges)
}

/// `2: eth0    inet 10.0.0.1/24 …`, without what the kernel gave itself.
fn address(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip(1);
    let (dev, _, addr) = (words.next()?, words.next()?, words.next()?);
    (!is_drawn(dev) && !addr.starts_with("fe80:")).then(|| format!("{addr} dev {dev}"))
}

/// Reads what `iptables-save` prints.
fn read_rules(rules: &mut Rules, tool: &'static str, text: &str) {
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('*') {
            name.clone_into(&mut table);
        } else if let Some((chain, rest)) = line.strip_prefix(':').and_then(|l| l.split_once(' ')) {
            let head = match rest.split(' ').next() {
                Some("-") | None => format!("-N {chain}"),
                Some(policy) => format!("-P {chain} {policy}"),
            };
            rules.insert((tool, table.clone(), chain.to_owned()), vec![head]);
        } else if let Some(chain) = line.strip_prefix("-A ").and_then(|l| l.split(' ').next()) {
            rules.entry((tool, table.clone(), chain.to_owned())).or_default().push(line.to_owned());
        }
    }
}
