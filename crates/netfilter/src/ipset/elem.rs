//! An element of a set.

use packetwalk_wire::Family;

use super::kind::{Kind, Part};

/// An element of a hash or bitmap; what its type does not have is zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Elem {
    /// First address: IPv4 in the low 32 bits.
    pub ip: u128,
    /// Second address.
    pub ip2: u128,
    /// Prefix length of the first address.
    pub cidr: u8,
    /// Prefix length of the second address.
    pub cidr2: u8,
    /// Port, or type and code of an ICMP message.
    pub port: u16,
    /// Protocol of the port.
    pub proto: u8,
    /// Ethernet address.
    pub mac: [u8; 6],
    /// Mark.
    pub mark: u32,
    /// Interface, NUL-padded.
    pub iface: [u8; 16],
    /// The interface is a bridge's port.
    pub physdev: bool,
    /// The interface is the beginning of a name; no part of an element's identity.
    pub wildcard: bool,
}

/// The bits that a prefix of this length keeps.
pub const fn mask(prefix: u8, family: Family) -> u128 {
    let bits = family.bits();
    if prefix == 0 {
        return 0;
    }
    let prefix = if prefix > bits { bits } else { prefix };
    let all = u128::MAX >> (128 - bits as u32);
    all & (all << (bits - prefix) as u32)
}

/// An interface's name up to its NUL.
pub fn text(name: &[u8; 16]) -> &[u8] {
    name.split(|c| *c == 0).next().unwrap_or_default()
}

impl Elem {
    /// Whether this element of a set is the one that is looked for; `alike` counts those that differ in
    /// the interface alone.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_netiface.c`: `hash_netiface4_data_equal`.
    pub(super) fn is(&self, kind: Kind, other: &Self, alike: &mut u32) -> bool {
        if !kind.has_iface() {
            return self == other;
        }
        if self.ip != other.ip || self.cidr != other.cidr {
            return false;
        }
        *alike += 1;
        let name = if self.wildcard {
            other.iface.starts_with(text(&self.iface))
        } else {
            self.iface == other.iface
        };
        self.physdev == other.physdev && name
    }

    /// The words of the kernel's structure that the hash is made of, and how many; little-endian.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_*.c`: `struct hash_*4_elem`, `struct hash_*6_elem`.
    pub(super) const fn words(&self, kind: Kind, family: Family) -> ([u32; 10], usize) {
        let mut out = Words { words: [0; 10], len: 0 };
        if !matches!(kind.first(), Part::None) {
            out.addr(self.ip, family);
        }
        if !matches!(kind.second(), Part::None) {
            out.addr(self.ip2, family);
        }
        let port = self.port.swap_bytes() as u32;
        let (cidr, cidr2, proto) = (self.cidr as u32, self.cidr2 as u32, (self.proto as u32) << 16);
        let v4 = matches!(family, Family::V4);
        match kind {
            Kind::HashIp => {}
            Kind::HashIpPort | Kind::HashIpPortIp => out.push(port | proto),
            Kind::HashIpPortNet => out.push(port | (cidr2.wrapping_sub(1) & 0x7f) << 16 | proto << 8),
            Kind::HashNet => out.push(cidr << 24),
            Kind::HashNetPort => out.push(port | proto | (cidr.wrapping_sub(1) & 0x7f) << 24),
            Kind::HashNetIface => out.push(self.physdev as u32 | cidr << 8 | 1 << 24),
            Kind::HashNetNet => {
                out.push(cidr << 16 | cidr2 << 24);
                if v4 {
                    out.push(0);
                }
            }
            Kind::HashNetPortNet => {
                out.push(port | cidr << 16 | cidr2 << 24);
                out.push(proto << 8);
            }
            Kind::HashIpMark => out.push(self.mark),
            Kind::HashIpMac | Kind::HashMac => {
                let m = &self.mac;
                out.push(u32::from_le_bytes([m[0], m[1], m[2], m[3]]));
                out.push(u32::from_le_bytes([m[4], m[5], 0, 0]));
            }
            Kind::BitmapIp | Kind::BitmapIpMac | Kind::BitmapPort | Kind::ListSet => {}
        }
        (out.words, out.len)
    }
}

/// Words in the making; ten is the most that a type has.
struct Words {
    words: [u32; 10],
    len: usize,
}

impl Words {
    const fn push(&mut self, word: u32) {
        if self.len < self.words.len() {
            self.words[self.len] = word;
            self.len += 1;
        }
    }

    const fn addr(&mut self, addr: u128, family: Family) {
        if matches!(family, Family::V6) {
            self.push(((addr >> 96) as u32).swap_bytes());
            self.push(((addr >> 64) as u32).swap_bytes());
            self.push(((addr >> 32) as u32).swap_bytes());
        }
        self.push((addr as u32).swap_bytes());
    }
}
