//! A packet's header fields.

use serde::Serialize;
use tsify::Tsify;

/// One header field as it is after a step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Name as tcpdump's readers know it: `src`, `dst`, `ttl`, `sport`, `flags`, …
    pub name: String,
    /// Value now.
    pub value: String,
    /// Value before this step, where it changed.
    pub before: Option<String>,
}
