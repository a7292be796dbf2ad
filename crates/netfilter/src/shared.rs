//! What the rules of a namespace share by name, whatever their table, face or family.

/// Lists and tables that outlive a packet and are no one rule's own.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Room for a packet's bytes, kept so that a packet allocates nothing.
    pub(crate) bytes: Vec<u8>,
}
