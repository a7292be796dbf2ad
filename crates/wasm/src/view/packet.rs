//! A packet's header fields.

use serde::Serialize;
use tsify::Tsify;

use super::Text;

/// One header field as it is after a step.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Name as tcpdump's readers know it: `src`, `dst`, `ttl`, `sport`, `flags`, …
    #[tsify(type = "string")]
    pub name: Text,
    /// Value now.
    #[tsify(type = "string")]
    pub value: Text,
    /// Value before this step, where it changed.
    #[tsify(type = "string | undefined")]
    pub before: Option<Text>,
}

impl Field {
    /// Whether it is like another of the same walk.
    pub(super) fn is(&self, other: &Self) -> bool {
        let numbers =
            |of: &Self| (of.name.number, of.value.number, of.before.as_ref().map(|text| text.number));
        numbers(self) == numbers(other)
    }
}
