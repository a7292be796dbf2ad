//! Interface flags.

/// A set of `IFF_*` flags (`include/uapi/linux/if.h`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// `IFF_UP`: set by the administrator.
    pub const UP: Self = Self(0x1);
    /// `IFF_BROADCAST`.
    pub const BROADCAST: Self = Self(0x2);
    /// `IFF_LOOPBACK`.
    pub const LOOPBACK: Self = Self(0x8);
    /// `IFF_POINTOPOINT`.
    pub const POINTOPOINT: Self = Self(0x10);
    /// `IFF_RUNNING`: operational.
    pub const RUNNING: Self = Self(0x40);
    /// `IFF_NOARP`.
    pub const NOARP: Self = Self(0x80);
    /// `IFF_PROMISC`.
    pub const PROMISC: Self = Self(0x100);
    /// `IFF_ALLMULTI`.
    pub const ALLMULTI: Self = Self(0x200);
    /// `IFF_MULTICAST`.
    pub const MULTICAST: Self = Self(0x1000);
    /// `IFF_LOWER_UP`: carrier.
    pub const LOWER_UP: Self = Self(0x1_0000);

    /// Whether every flag of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the flags of `other` too.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Sets or clears the flags of `other`.
    pub const fn set(&mut self, other: Self, on: bool) {
        if on {
            self.0 |= other.0;
        } else {
            self.0 &= !other.0;
        }
    }
}
