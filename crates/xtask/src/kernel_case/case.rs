//! A case and its text.

use std::fmt;
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::bytes::{hex, unhex};

/// Which of the two tools gives the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Face {
    /// `iptables-nft`.
    Nft,
    /// `iptables-legacy`.
    Legacy,
}

impl Face {
    /// `nft` or `legacy`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nft => "nft",
            Self::Legacy => "legacy",
        }
    }
}

/// One host's rules of one family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// The host.
    pub host: String,
    /// `ip6tables`.
    pub six: bool,
    /// Lines of `iptables-restore`.
    pub lines: Vec<String>,
}

impl Rules {
    /// A rule names a set.
    pub fn name_sets(&self) -> bool {
        let names =
            |line: &String| ["--match-set ", "--add-set ", "--del-set "].iter().any(|o| line.contains(o));
        self.lines.iter().any(names)
    }

    /// The tool, with `what` (`restore`, `save`) after its name.
    pub fn tool(&self, face: Face, what: &str) -> String {
        format!("ip{}tables-{}-{what}", if self.six { "6" } else { "" }, face.name())
    }
}

/// Something that happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A host sends these bytes through a raw socket, with a mark.
    Send {
        /// The host.
        host: String,
        /// `SO_MARK`.
        mark: u32,
        /// From the IP header on.
        bytes: Vec<u8>,
    },
    /// A host answers the last packet that came to it; see [`super::reply`].
    Reply {
        /// The host.
        host: String,
        /// How.
        how: String,
    },
    /// A UDP socket, bound to its source, sends; it stays open.
    Udp {
        /// The host.
        host: String,
        /// Its address and port.
        from: (IpAddr, u16),
        /// Where to.
        to: (IpAddr, u16),
        /// Bytes of the payload, the first of which is `Q`.
        size: u16,
    },
    /// A TCP socket connects.
    Tcp {
        /// The host.
        host: String,
        /// Its address and port.
        from: (IpAddr, u16),
        /// Where to.
        to: (IpAddr, u16),
    },
    /// Milliseconds pass.
    Wait(u64),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { host, mark, bytes } => write!(f, "{host} send {mark} {}", hex(bytes)),
            Self::Reply { host, how } => write!(f, "{host} reply {how}"),
            Self::Udp { host, from, to, size } => {
                write!(f, "{host} udp {} {} {} {} {size}", from.0, from.1, to.0, to.1)
            }
            Self::Tcp { host, from, to } => write!(f, "{host} tcp {} {} {} {}", from.0, from.1, to.0, to.1),
            Self::Wait(ms) => write!(f, "- wait {ms}"),
        }
    }
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let host = words.next()?.to_owned();
        let verb = words.next()?;
        let words: Vec<&str> = words.collect();
        let end = |at: usize| Some((words.get(at)?.parse().ok()?, words.get(at + 1)?.parse().ok()?));
        Some(match verb {
            "send" => Self::Send { host, mark: words.first()?.parse().ok()?, bytes: unhex(words.get(1)?)? },
            "reply" => Self::Reply { host, how: (*words.first()?).to_owned() },
            "udp" => Self::Udp { host, from: end(0)?, to: end(2)?, size: words.get(4)?.parse().ok()? },
            "tcp" => Self::Tcp { host, from: end(0)?, to: end(2)? },
            "wait" => Self::Wait(words.first()?.parse().ok()?),
            _ => return None,
        })
    }
}

/// All that both sides are given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its number: the seed it was made from.
    pub seed: u64,
    /// Name of a [`super::topology::Topology`].
    pub topology: String,
    /// Which tool.
    pub face: Face,
    /// Host, key, value.
    pub settings: Vec<(String, String, String)>,
    /// Rules, a host and family each.
    pub rules: Vec<Rules>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Case {
    /// As JSON.
    pub fn json(&self) -> Value {
        let rules: Map<String, Value> = self
            .rules
            .iter()
            .map(|r| (format!("{} {}", r.host, if r.six { 6 } else { 4 }), r.lines.join("\n").into()))
            .collect();
        let settings: Vec<String> = self.settings.iter().map(|(h, k, v)| format!("{h} {k} {v}")).collect();
        let steps: Vec<String> = self.steps.iter().map(ToString::to_string).collect();
        json!({
            "seed": self.seed, "topology": self.topology, "face": self.face.name(), "set": settings,
            "rules": rules, "steps": steps,
        })
    }

    /// From JSON; `None` if it is no case.
    pub fn parse(value: &Value) -> Option<Self> {
        let strings = |key: &str| -> Option<Vec<&str>> {
            value.get(key)?.as_array()?.iter().map(Value::as_str).collect()
        };
        let setting = |text: &str| {
            let (host, rest) = text.split_once(' ')?;
            let (key, value) = rest.split_once(' ')?;
            Some((host.to_owned(), key.to_owned(), value.to_owned()))
        };
        let rules = |(place, text): (&String, &Value)| {
            let (host, family) = place.split_once(' ')?;
            let lines = text.as_str()?.lines().map(str::to_owned).collect();
            Some(Rules { host: host.to_owned(), six: family == "6", lines })
        };
        Some(Self {
            seed: value.get("seed")?.as_u64()?,
            topology: value.get("topology")?.as_str()?.to_owned(),
            face: if value.get("face")? == "legacy" { Face::Legacy } else { Face::Nft },
            settings: strings("set")?.into_iter().map(setting).collect::<Option<_>>()?,
            rules: value.get("rules")?.as_object()?.iter().map(rules).collect::<Option<_>>()?,
            steps: strings("steps")?.into_iter().map(Step::parse).collect::<Option<_>>()?,
        })
    }
}
