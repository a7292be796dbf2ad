//! What a NAT rule allows.

use std::net::IpAddr;

use packetwalk_wire::Family;

/// `NF_NAT_RANGE_*`, with the kernel's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct RangeFlags(pub u32);

impl RangeFlags {
    /// The address is mapped.
    pub const MAP_IPS: Self = Self(1 << 0);
    /// Ports (ICMP: identifiers) are given.
    pub const PROTO_SPECIFIED: Self = Self(1 << 1);
    /// `--random`.
    pub const PROTO_RANDOM: Self = Self(1 << 2);
    /// `--persistent`.
    pub const PERSISTENT: Self = Self(1 << 3);
    /// `--random-fully`.
    pub const PROTO_RANDOM_FULLY: Self = Self(1 << 4);
    /// The port is shifted by `base_proto` (`--to-destination a:1000-1010/80`).
    pub const PROTO_OFFSET: Self = Self(1 << 5);
    /// NETMAP.
    pub const NETMAP: Self = Self(1 << 6);
    /// Either kind of random.
    pub const PROTO_RANDOM_ALL: Self = Self(Self::PROTO_RANDOM.0 | Self::PROTO_RANDOM_FULLY.0);

    /// All of `bits` are set.
    pub const fn has(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// One of `bits` is set.
    pub const fn any(self, bits: Self) -> bool {
        self.0 & bits.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, bits: Self) -> Self {
        Self(self.0 | bits.0)
    }
}

/// Addresses and ports to map to (`struct nf_nat_range2`). Both addresses are of the packet's family;
/// where `MAP_IPS` or `PROTO_SPECIFIED` is not set, addresses or ports mean nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NatRange {
    /// Flags.
    pub flags: RangeFlags,
    /// Lowest address.
    pub min_addr: IpAddr,
    /// Highest address.
    pub max_addr: IpAddr,
    /// Lowest port or identifier.
    pub min_proto: u16,
    /// Highest port or identifier.
    pub max_proto: u16,
    /// Port that `min_proto` stands for, with `PROTO_OFFSET`.
    pub base_proto: u16,
}

impl NatRange {
    /// Neither address nor ports.
    pub const fn empty(family: Family) -> Self {
        let addr = family.unspecified();
        Self {
            flags: RangeFlags(0),
            min_addr: addr,
            max_addr: addr,
            min_proto: 0,
            max_proto: 0,
            base_proto: 0,
        }
    }

    /// Whether it leaves no choice of address and port.
    pub fn is_one(&self) -> bool {
        let Self { flags, min_addr, max_addr, min_proto, max_proto, .. } = *self;
        let free = RangeFlags::PROTO_RANDOM_ALL.with(RangeFlags::PROTO_OFFSET).with(RangeFlags::NETMAP);
        !flags.any(free) && min_addr == max_addr && min_proto == max_proto
    }

    /// Exactly one address.
    pub const fn address(addr: IpAddr) -> Self {
        Self { flags: RangeFlags::MAP_IPS, min_addr: addr, max_addr: addr, ..Self::empty(Family::of(addr)) }
    }

    /// The same ports and flags, with exactly this address.
    #[must_use]
    pub const fn at(self, addr: IpAddr) -> Self {
        Self { flags: self.flags.with(RangeFlags::MAP_IPS), min_addr: addr, max_addr: addr, ..self }
    }
}
