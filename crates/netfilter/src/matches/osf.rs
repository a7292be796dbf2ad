//! `-m osf`.

use packetwalk_trace::Hook;
use packetwalk_wire::{Skb, proto};

use crate::context::Scope;

/// Which system sent a SYN, told by its fingerprint.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Osf {
    /// `!` stands before it.
    pub not: bool,
    /// `--genre`.
    pub genre: Box<str>,
    /// `--ttl`.
    pub ttl: Option<u32>,
    /// `--log`.
    pub log: Option<u32>,
}

/// Where it may be used.
pub(crate) const SCOPE: Scope =
    Scope::proto(&[proto::TCP]).hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward]);

impl Osf {
    /// Never: no fingerprints were loaded.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nfnetlink_osf.c`: `nf_osf_match`.
    pub const fn met(&self, _: &Skb) -> bool {
        false
    }
}
