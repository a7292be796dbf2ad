//! Which engine it is, and the facts in which engines differ outside their rules.

/// An engine's version, by the name that `dockerd --version-profile` takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Version {
    /// 1.5.0 of February 2015: one bridge, links, no networks of one's own.
    V1_5,
    /// 20.10.24.
    V20_10,
    /// 29, with its iptables backend.
    #[default]
    V29,
}

impl Version {
    /// Every profile with its name, oldest first.
    pub const ALL: [(&'static str, Self); 3] =
        [("1.5", Self::V1_5), ("20.10", Self::V20_10), ("29", Self::V29)];

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, version)| *version)
    }

    /// What `docker version` says.
    pub const fn full(self) -> &'static str {
        match self {
            Self::V1_5 => "1.5.0",
            Self::V20_10 => "20.10.24+dfsg1",
            Self::V29 => "29.0.0",
        }
    }

    /// Whether a container's MAC is made of its IPv4 address. Later engines draw it.
    ///
    /// # Source
    /// moby v20.10.24, `libnetwork/drivers/bridge/bridge.go`: `electMacAddress`; moby b985e231,
    /// `bridge_linux.go`: `CreateEndpoint`.
    pub const fn mac_of_address(self) -> bool {
        !matches!(self, Self::V29)
    }

    /// Whether there are networks beside the default bridge.
    pub const fn has_networks(self) -> bool {
        !matches!(self, Self::V1_5)
    }
}
