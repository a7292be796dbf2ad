//! A match or target of iptables.

use packetwalk_netfilter::extension::{Info, Model};
use packetwalk_wire::Family;
use serde::Serialize;
use tsify::Tsify;

/// What a reader is told of a match or target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    /// `-m` or `-j`.
    pub option: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The only family that has it: `IPv4`, `IPv6`, or nothing.
    pub family: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// The kernel's file (Linux v6.18).
    pub source: &'static str,
    /// How far it is simulated.
    pub model: Simulated,
    /// Where it differs from Linux.
    pub differs: &'static str,
}

/// How far something is simulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Simulated {
    /// As Linux has it.
    Exact,
    /// But for what is said.
    Differs,
    /// Read and printed only.
    Parsed,
}

impl Extension {
    /// Of `-m` or `-j`.
    pub const fn new(option: &'static str, info: &Info) -> Self {
        let (model, differs) = match info.model {
            Model::Exact => (Simulated::Exact, ""),
            Model::Differs(how) => (Simulated::Differs, how),
            Model::Parsed => (Simulated::Parsed, ""),
        };
        let family = match info.family {
            None => "",
            Some(Family::V4) => "IPv4",
            Some(Family::V6) => "IPv6",
        };
        Self { option, name: info.name, family, summary: info.summary, source: info.source, model, differs }
    }
}
