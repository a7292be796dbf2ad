//! Interfaces that share another with MACs of their own.
//!
//! # Source
//! Linux v6.18, `drivers/net/macvlan.c`.

use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, Mac};

/// Which of the others on the same interface it reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MacvlanMode {
    /// None: what comes back by the wire is not for it either.
    Private,
    /// Those that a switch sends its frames back to.
    #[default]
    Vepa,
    /// All, there and then.
    Bridge,
    /// There are no others: it has the interface for itself.
    Passthru,
}

impl MacvlanMode {
    /// Every mode by its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("private", Self::Private),
        ("vepa", Self::Vepa),
        ("bridge", Self::Bridge),
        ("passthru", Self::Passthru),
    ];

    /// The mode of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, mode)| *mode)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

/// One of those that share an interface, as that interface knows it (`struct macvlan_dev`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Upper {
    /// Its namespace and number.
    pub at: (NsId, IfIndex),
    /// Its MAC.
    pub mac: Mac,
    /// Its mode.
    pub mode: MacvlanMode,
    /// Up: one that is not is as if it were not there.
    pub up: bool,
}
