//! An address of an interface.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::{Family, IfIndex};

use crate::bits;
use crate::route::Scope;

/// Flags of an address (`IFA_F_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AddressFlags {
    /// Another address of its subnet came first (IPv4).
    pub secondary: bool,
    /// Not deleted by the kernel: the user set it, or it came with the link.
    pub permanent: bool,
    /// No route to its subnet is made.
    pub noprefixroute: bool,
    /// Duplicate address detection is under way (IPv6).
    pub tentative: bool,
    /// Somebody else has it (IPv6).
    pub dadfailed: bool,
    /// No duplicate address detection (IPv6).
    pub nodad: bool,
    /// Not to be chosen as a source (IPv6, preferred lifetime 0).
    pub deprecated: bool,
    /// `home` (IPv6).
    pub home: bool,
}

/// A label of an IPv4 address (`ifa_label`): the interface's name, perhaps with `:something`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Label([u8; 16]);

impl Label {
    /// `None` for more than 15 bytes.
    pub fn new(text: &str) -> Option<Self> {
        let mut raw = [0; 16];
        raw.get_mut(..text.len()).filter(|b| b.len() < 16)?.copy_from_slice(text.as_bytes());
        Some(Self(raw))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&c| c == 0).unwrap_or(16);
        core::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }

    /// No label was given.
    pub const fn is_empty(&self) -> bool {
        self.0[0] == 0
    }
}

/// An address of an interface (`struct in_ifaddr`, `struct inet6_ifaddr`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address {
    /// The host's own address.
    pub local: IpAddr,
    /// The other end of a point-to-point link.
    pub peer: Option<IpAddr>,
    /// Prefix length of the subnet, counted on the peer if there is one.
    pub prefix_len: u8,
    /// Broadcast address (IPv4), when set.
    pub broadcast: Option<IpAddr>,
    /// Scope.
    pub scope: Scope,
    /// Label (IPv4); empty becomes the interface's name when it is added.
    pub label: Label,
    /// Flags.
    pub flags: AddressFlags,
    /// Seconds that it stays valid; `None` is forever.
    pub valid_lft: Option<u32>,
    /// Seconds that it stays preferred; `None` is forever.
    pub preferred_lft: Option<u32>,
    /// Metric of its subnet's route; 0 is the default.
    pub metric: u32,
    /// When it was added, counted over the namespace; set by [`crate::Routing::add_address`].
    pub added: u64,
    /// `proto` (`IFAPROT_*`): 1 lo, 2 ra, 3 ll; 0 when the user set it.
    pub proto: u8,
}

impl Address {
    /// An address as `ip addr add LOCAL/LEN` sets it: scope global, or host for loopback addresses and
    /// link for link-local ones as iproute2 and the kernel choose.
    pub fn new(local: IpAddr, prefix_len: u8) -> Self {
        let scope = match local {
            IpAddr::V4(a) if a.is_loopback() => Scope::HOST,
            IpAddr::V6(a) if a.is_loopback() => Scope::HOST,
            IpAddr::V6(_) if bits::is_link_local6(local) => Scope::LINK,
            IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfec0 => Scope::SITE,
            _ => Scope::UNIVERSE,
        };
        Self {
            local,
            peer: None,
            prefix_len: prefix_len.min(Family::of(local).bits()),
            broadcast: None,
            scope,
            label: Label::default(),
            flags: AddressFlags { permanent: true, ..AddressFlags::default() },
            valid_lft: None,
            preferred_lft: None,
            metric: 0,
            added: 0,
            proto: 0,
        }
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        Family::of(self.local)
    }

    /// The address that its subnet is counted on (`ifa_address`): the peer's, or its own.
    pub const fn subnet_addr(&self) -> IpAddr {
        match self.peer {
            Some(peer) => peer,
            None => self.local,
        }
    }

    /// Its subnet.
    pub fn subnet(&self) -> IpNet {
        bits::net(self.subnet_addr(), self.prefix_len)
    }

    /// Whether `addr` is in its subnet (`inet_ifa_match`).
    pub const fn on_link(&self, addr: IpAddr) -> bool {
        bits::same_net(self.subnet_addr(), addr, self.prefix_len)
    }

    /// Both are of one subnet with one prefix length.
    pub(crate) fn same_subnet(&self, other: &Self) -> bool {
        self.prefix_len == other.prefix_len && self.on_link(other.subnet_addr())
    }
}

/// An address with the interface it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owned {
    /// Interface.
    pub dev: IfIndex,
    /// Address.
    pub address: Address,
}
