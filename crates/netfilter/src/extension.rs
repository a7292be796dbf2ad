//! What is known of each match and target, for a reader.

use packetwalk_wire::Family;

/// A match or target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// After `-m` or `-j`.
    pub name: &'static str,
    /// The only family that has it.
    pub family: Option<Family>,
    /// What it does, a sentence.
    pub summary: &'static str,
    /// The kernel's file (Linux v6.18).
    pub source: &'static str,
    /// How it is simulated.
    pub model: Model,
}

/// How far a match or target is simulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// As Linux has it.
    Exact,
    /// But for what is said here.
    Differs(&'static str),
    /// Read, checked and printed; a packet that reaches it stops as not modelled.
    Parsed,
}

/// One [`Info`] of a line of `each_match!` or `each_target!`.
macro_rules! info {
    (@family both) => { None };
    (@family v4) => { Some(packetwalk_wire::Family::V4) };
    (@family v6) => { Some(packetwalk_wire::Family::V6) };
    (@model unmodelled) => { $crate::extension::Model::Parsed };
    (@model $looks:ident) => { $crate::extension::Model::Exact };
    (@model $looks:ident, $differs:literal) => { $crate::extension::Model::Differs($differs) };
    ($name:literal, $family:ident, $summary:expr, $looks:ident, $source:literal $(, $differs:literal)?) => {
        $crate::extension::Info {
            name: $name,
            family: info!(@family $family),
            summary: $summary.trim_ascii(),
            source: $source,
            model: info!(@model $looks $(, $differs)?),
        }
    };
}
pub(crate) use info;
