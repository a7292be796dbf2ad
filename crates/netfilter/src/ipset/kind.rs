//! The types of sets.

use packetwalk_wire::Family;

/// What one address of an element is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// There is none.
    None,
    /// A single address.
    Ip,
    /// A network.
    Net,
}

/// A type of sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `bitmap:ip`.
    BitmapIp,
    /// `bitmap:ip,mac`.
    BitmapIpMac,
    /// `bitmap:port`.
    BitmapPort,
    /// `hash:ip`.
    HashIp,
    /// `hash:ip,mac`.
    HashIpMac,
    /// `hash:ip,mark`.
    HashIpMark,
    /// `hash:ip,port`.
    HashIpPort,
    /// `hash:ip,port,ip`.
    HashIpPortIp,
    /// `hash:ip,port,net`.
    HashIpPortNet,
    /// `hash:mac`.
    HashMac,
    /// `hash:net`.
    HashNet,
    /// `hash:net,iface`.
    HashNetIface,
    /// `hash:net,net`.
    HashNetNet,
    /// `hash:net,port`.
    HashNetPort,
    /// `hash:net,port,net`.
    HashNetPortNet,
    /// `list:set`.
    ListSet,
}

/// What an element has (`IPSET_TYPE_*`); sets that are to be swapped must agree in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Features(u8);

const IP: u8 = 1;
const PORT: u8 = 1 << 1;
const MAC: u8 = 1 << 2;
const IP2: u8 = 1 << 3;
const NAME: u8 = 1 << 4;
const IFACE: u8 = 1 << 5;
const NOMATCH: u8 = 1 << 6;
const MARK: u8 = 1 << 7;

impl Kind {
    /// As `ipset` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BitmapIp => "bitmap:ip",
            Self::BitmapIpMac => "bitmap:ip,mac",
            Self::BitmapPort => "bitmap:port",
            Self::HashIp => "hash:ip",
            Self::HashIpMac => "hash:ip,mac",
            Self::HashIpMark => "hash:ip,mark",
            Self::HashIpPort => "hash:ip,port",
            Self::HashIpPortIp => "hash:ip,port,ip",
            Self::HashIpPortNet => "hash:ip,port,net",
            Self::HashMac => "hash:mac",
            Self::HashNet => "hash:net",
            Self::HashNetIface => "hash:net,iface",
            Self::HashNetNet => "hash:net,net",
            Self::HashNetPort => "hash:net,port",
            Self::HashNetPortNet => "hash:net,port,net",
            Self::ListSet => "list:set",
        }
    }

    /// The newest revision that Linux v6.18 has.
    pub const fn revision(self) -> u8 {
        match self {
            Self::HashMac | Self::HashIpMac => 1,
            Self::HashIpMark
            | Self::HashNetPortNet
            | Self::ListSet
            | Self::BitmapIp
            | Self::BitmapIpMac
            | Self::BitmapPort => 3,
            Self::HashNetNet => 4,
            Self::HashIp | Self::HashIpPortIp => 6,
            Self::HashIpPort | Self::HashNet => 7,
            Self::HashIpPortNet | Self::HashNetPort | Self::HashNetIface => 8,
        }
    }

    /// What its elements have.
    pub const fn features(self) -> Features {
        Features(match self {
            Self::BitmapIp | Self::HashIp => IP,
            Self::BitmapIpMac | Self::HashIpMac => IP | MAC,
            Self::BitmapPort => PORT,
            Self::HashIpMark => IP | MARK,
            Self::HashIpPort => IP | PORT,
            Self::HashIpPortIp => IP | PORT | IP2,
            Self::HashMac => MAC,
            Self::HashNet => IP | NOMATCH,
            Self::HashNetIface => IP | IFACE | NOMATCH,
            Self::HashNetNet => IP | IP2 | NOMATCH,
            Self::HashNetPort => IP | PORT | NOMATCH,
            Self::HashIpPortNet | Self::HashNetPortNet => IP | PORT | IP2 | NOMATCH,
            Self::ListSet => NAME,
        })
    }

    const fn has(self, feature: u8) -> bool {
        self.features().0 & feature != 0
    }

    /// Its elements have a port with its protocol.
    pub const fn has_port(self) -> bool {
        self.has(PORT)
    }

    /// Its elements have an Ethernet address.
    pub const fn has_mac(self) -> bool {
        self.has(MAC)
    }

    /// Its elements have a mark.
    pub const fn has_mark(self) -> bool {
        self.has(MARK)
    }

    /// Its elements have the name of an interface.
    pub const fn has_iface(self) -> bool {
        self.has(IFACE)
    }

    /// Its elements may be exceptions.
    pub const fn has_nomatch(self) -> bool {
        self.has(NOMATCH)
    }

    /// How many directions a rule must name (`enum ip_set_dim`).
    pub const fn dimension(self) -> u8 {
        match self {
            Self::BitmapIp
            | Self::BitmapPort
            | Self::HashIp
            | Self::HashMac
            | Self::HashNet
            | Self::ListSet => 1,
            Self::BitmapIpMac
            | Self::HashIpMac
            | Self::HashIpMark
            | Self::HashIpPort
            | Self::HashNetIface
            | Self::HashNetNet
            | Self::HashNetPort => 2,
            Self::HashIpPortIp | Self::HashIpPortNet | Self::HashNetPortNet => 3,
        }
    }

    /// Its elements' first address.
    pub const fn first(self) -> Part {
        match self {
            Self::BitmapPort | Self::HashMac | Self::ListSet => Part::None,
            Self::HashNet
            | Self::HashNetIface
            | Self::HashNetNet
            | Self::HashNetPort
            | Self::HashNetPortNet => Part::Net,
            _ => Part::Ip,
        }
    }

    /// Its elements' second address.
    pub const fn second(self) -> Part {
        match self {
            Self::HashIpPortIp => Part::Ip,
            Self::HashIpPortNet | Self::HashNetNet | Self::HashNetPortNet => Part::Net,
            _ => Part::None,
        }
    }

    /// A prefix of length 0 may be stored (`IP_SET_HASH_WITH_NET0`).
    pub const fn takes_zero_prefix(self) -> bool {
        matches!(self, Self::HashNetIface | Self::HashNetNet | Self::HashNetPortNet)
    }

    /// `netmask` or `bitmask` is applied to its addresses.
    pub const fn takes_mask(self) -> bool {
        matches!(self, Self::HashIp | Self::HashIpPort | Self::HashNetNet)
    }

    /// A set of this type has no family of its own.
    pub const fn is_neutral(self) -> bool {
        matches!(self, Self::BitmapPort | Self::HashMac | Self::ListSet)
    }

    /// Kept in a bitmap.
    pub const fn is_bitmap(self) -> bool {
        matches!(self, Self::BitmapIp | Self::BitmapIpMac | Self::BitmapPort)
    }

    /// Kept in a hash table.
    pub const fn is_hash(self) -> bool {
        !self.is_bitmap() && !matches!(self, Self::ListSet)
    }

    /// Size and alignment of an element without its extensions, as the kernel's structures have them.
    pub(super) const fn elem_size(self, family: Family) -> (usize, usize) {
        let v4 = matches!(family, Family::V4);
        match self {
            Self::BitmapIp | Self::BitmapPort => (0, 1),
            Self::BitmapIpMac => (8, 8),
            Self::HashIp => (if v4 { 4 } else { 16 }, 4),
            Self::HashIpMac => (if v4 { 12 } else { 24 }, 4),
            Self::HashIpMark | Self::HashIpPort | Self::HashNet | Self::HashNetPort => {
                (if v4 { 8 } else { 20 }, 4)
            }
            Self::HashIpPortIp | Self::HashIpPortNet => (if v4 { 12 } else { 36 }, 4),
            Self::HashMac => (8, 4),
            Self::HashNetIface => (if v4 { 28 } else { 40 }, 4),
            Self::HashNetNet => (if v4 { 16 } else { 36 }, if v4 { 8 } else { 4 }),
            Self::HashNetPortNet => (if v4 { 16 } else { 40 }, if v4 { 8 } else { 4 }),
            Self::ListSet => (48, 8),
        }
    }
}
