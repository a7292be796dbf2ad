//! What the rules of a namespace share by name, whatever their table, face or family.

use crate::ipset::Sets;

/// Lists and tables that outlive a packet and are no one rule's own.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Sets of `ipset`.
    pub sets: Sets,
}
