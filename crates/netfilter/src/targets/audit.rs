//! `-j AUDIT`.

use packetwalk_wire::Skb;

use super::Flow;

/// `--type`: what the record says became of the packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audit {
    /// `accept`.
    Accept,
    /// `drop`.
    Drop,
    /// `reject`.
    Reject,
}

impl Audit {
    /// Writes a record for the audit daemon; the packet goes on, whatever the type.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_AUDIT.c`: `audit_tg`.
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::Continue
    }
}
