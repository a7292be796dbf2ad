//! Where a packet met what is not modelled.

use packetwalk_trace::{ChainId, Table as TableId};
use packetwalk_wire::Family;

use super::Face;

/// A part of a rule that a packet met and that is not modelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Whose rule it is.
    pub face: Face,
    /// Of which family.
    pub family: Family,
    /// Table.
    pub table: TableId,
    /// Chain.
    pub chain: ChainId,
    /// The rule's place in its chain, from 0.
    pub rule: usize,
    /// `-m` or `-j`.
    pub option: &'static str,
    /// What follows that.
    pub name: &'static str,
}
