//! Which commands of a lab are walks, and what becomes of their packets.

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::{self, Language, Mark, Verdict, explain};
use packetwalk_trace::{Event, NsId};

/// Commands that ask something of the network.
const WALKERS: [&str; 10] =
    ["ping", "ping4", "ping6", "nc", "netcat", "curl", "wget", "traceroute", "traceroute6", "nslookup"];

/// Tells a lab's walks; learns functions that are some.
#[derive(Default)]
pub struct Walkers(Vec<String>);

impl Walkers {
    /// Whether a command is a walk: not one in the background, nor one that listens.
    pub fn is_walk(&mut self, text: &str) -> bool {
        let words: Vec<&str> = text
            .split(|c: char| {
                c.is_whitespace() || matches!(c, ';' | '|' | '(' | ')' | '{' | '}' | '`' | '"' | '\'')
            })
            .filter(|word| !word.is_empty())
            .collect();
        let listens = words.iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains('l'));
        let is = |word: &str| {
            let base = word.rsplit('/').next().unwrap_or(word);
            let nc = matches!(base, "nc" | "netcat") && listens;
            WALKERS.contains(&base) && !nc || self.0.iter().any(|known| known == word)
        };
        let walks = words.iter().any(|word| is(word));
        if let Some((name, _)) = text.split_once("()").filter(|(name, _)| !name.trim().contains(' ')) {
            if walks {
                self.0.push(name.trim().to_owned());
            }
            return false;
        }
        walks && !text.trim_end().ends_with('&')
    }
}

/// A step of a packet's way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its namespace.
    pub ns: String,
    pub title: String,
    pub text: String,
    /// What decided it, if something did: what two ways are compared by.
    key: String,
}

/// The packets of a command.
pub struct Walk {
    pub verdict: String,
    pub sentence: String,
    pub steps: Vec<Step>,
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Answered => "answered",
        Verdict::Delivered => "delivered",
        Verdict::Dropped => "dropped",
        Verdict::Refused => "refused",
        Verdict::ReplyLost => "reply lost",
        Verdict::NotSent => "not sent",
    }
}

/// A sentence without how long it took.
fn timeless(sentence: &str) -> String {
    match sentence.split_once(" after ") {
        Some((head, tail)) if tail.ends_with("s.") => format!("{head}."),
        _ => sentence.to_owned(),
    }
}

impl Walk {
    /// The walk of a trace; `None` if nothing was sent.
    pub fn of(events: &[Event], lab: &Lab, from: NsId) -> Option<Self> {
        events.first()?;
        let walk = explain(events, lab, from, Language::En);
        let steps = walk.steps.iter().filter(|step| !step.detail).map(|step| Step {
            ns: lab.label(step.ns).to_owned(),
            title: step.title.clone(),
            text: step.line.clone(),
            key: step.decided.as_ref().map_or_else(String::new, |d| d.text.clone()),
        });
        Some(Self {
            verdict: verdict(walk.outcome.verdict).to_owned(),
            sentence: timeless(&walk.outcome.sentence),
            steps: steps.collect(),
        })
    }

    /// Calls things by other names.
    pub fn rename(&mut self, name: &dyn Fn(&str) -> String) {
        self.sentence = name(&self.sentence);
        for step in &mut self.steps {
            for text in [&mut step.title, &mut step.text, &mut step.key] {
                *text = name(text);
            }
        }
    }

    /// The first step at which two ways part; `None` if they are one.
    pub fn part(&self, other: &Self) -> Option<usize> {
        walk::part(&self.marks(), &other.marks(), &walk::alike)
    }

    fn marks(&self) -> Vec<Mark> {
        let mark = |s: &Step| Mark { ns: s.ns.clone(), title: s.title.clone(), row: s.key.clone() };
        self.steps.iter().map(mark).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_are_told_from_other_commands() {
        #[rustfmt::skip]
        let cases = [
            ("docker exec c1 ping -c1 172.17.0.3",           true),
            ("ip netns exec lan curl -s 192.168.0.128:8080", true),
            ("nc -z -v -n 127.0.0.1 80",                     true),
            ("nc -l -k -n 80 &",                             false),
            ("docker run -d busybox nc -lk 80",              false),
            ("ping -c9 10.0.0.1 &",                          false),
            ("iptables -L",                                  false),
            ("probe() { ping -c1 \"$1\"; }",                 false),
            ("probe 10.0.0.1",                               true),
            ("docker run --rm busybox wget -qO- web",        true),
        ];
        let mut walkers = Walkers::default();
        for (text, want) in cases {
            assert_eq!(walkers.is_walk(text), want, "{text}");
        }
    }
}
