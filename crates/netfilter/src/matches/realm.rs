//! `-m realm`.

use packetwalk_trace::Hook;
use packetwalk_wire::Skb;

use crate::context::Scope;

/// `--realm VALUE[/MASK]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Realm {
    /// `!` stands before it.
    pub not: bool,
    /// Realm.
    pub id: u32,
    /// Mask.
    pub mask: u32,
}

/// Only where a packet has its route.
pub(crate) const SCOPE: Scope =
    Scope::ANY.hooks(&[Hook::Input, Hook::Forward, Hook::Output, Hook::Postrouting]);

impl Realm {
    /// Routes here have no realm: theirs is 0.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_realm.c`: `realm_mt`.
    pub const fn met(self, _: &Skb) -> bool {
        (self.id == 0) != self.not
    }
}
