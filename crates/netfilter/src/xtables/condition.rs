//! The conditions every rule has of itself: `-s -d -i -o -p -f`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{Family, Skb};

use crate::env::HookState;

/// A condition that may be negated with `!`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cond<T> {
    /// `!` stands before it.
    pub not: bool,
    /// What is asked.
    pub is: T,
}

impl<T> Cond<T> {
    /// The condition as it stands, without `!`.
    pub const fn new(is: T) -> Self {
        Self { not: false, is }
    }
}

/// An address as a number: IPv4 in the low 32 bits.
#[inline]
pub const fn addr_bits(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => a.to_bits() as u128,
        IpAddr::V6(a) => a.to_bits(),
    }
}

/// The reverse of [`addr_bits`]; surplus high bits are cut off for IPv4.
pub const fn bits_addr(family: Family, bits: u128) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// An address under a mask; the mask need not be a prefix (`-s 10.0.0.1/255.0.0.255`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Net {
    /// The address; see [`addr_bits`]. `-m conntrack` keeps it unmasked, as it was given.
    pub addr: u128,
    /// The mask.
    pub mask: u128,
}

impl Net {
    /// `addr` under a mask of `len` leading ones, at most the family's width.
    pub const fn prefix(addr: IpAddr, len: u8) -> Self {
        let family = Family::of(addr);
        let bits = family.bits();
        let len = if len < bits { len } else { bits };
        let all = u128::MAX >> (128 - bits as u32);
        let mask = if len == 0 { 0 } else { all & (all << (bits - len)) };
        Self { addr: addr_bits(addr) & mask, mask }
    }

    /// Whether `addr` lies in it.
    #[inline]
    pub const fn has(self, addr: u128) -> bool {
        (addr ^ self.addr) & self.mask == 0
    }

    /// Number of leading ones when the mask is a prefix of `family`'s width.
    pub const fn prefix_len(self, family: Family) -> Option<u8> {
        let shift = 128 - family.bits() as u32;
        let m = self.mask << shift;
        let n = m.leading_ones();
        if n == m.count_ones() { Some(n as u8) } else { None }
    }
}

/// An interface name, or its beginning when it ends in `+`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IfPattern {
    name: [u8; 16],
    /// Bytes that must agree: the name's and its NUL, or all before the `+`.
    compared: u8,
    len: u8,
}

impl IfPattern {
    /// `None` when `text` is empty or longer than 15 bytes.
    ///
    /// # Source
    /// iptables 1.8.9, `libxtables/xtables.c`: `xtables_parse_interface`.
    pub fn new(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        if b.is_empty() || b.len() > 15 || b.contains(&0) {
            return None;
        }
        let mut name = [0; 16];
        name[..b.len()].copy_from_slice(b);
        let len = b.len() as u8;
        let compared = if b.last() == Some(&b'+') { len - 1 } else { len + 1 };
        Some(Self { name, compared, len })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.name[..usize::from(self.len)]).unwrap_or_default()
    }

    /// Whether any name satisfies it (`+`).
    pub const fn is_any(&self) -> bool {
        self.compared == 0
    }

    /// The NUL-padded name that alone satisfies it; `None` for the beginning of names.
    pub fn whole(&self) -> Option<[u8; 16]> {
        (self.compared > self.len).then_some(self.name)
    }

    /// The name as a number, and which of its bits must agree with those of an interface's NUL-padded name.
    #[inline]
    pub(super) fn bits(&self) -> (u128, u128) {
        let all = u128::MAX;
        let mask = if self.compared < 16 { !(all << (8 * u32::from(self.compared))) } else { all };
        (u128::from_le_bytes(self.name), mask)
    }

    /// Whether an interface of this NUL-padded name satisfies it.
    ///
    /// # Source
    /// Linux v6.18, `include/linux/netfilter/x_tables.h`: `ifname_compare_aligned`.
    #[inline]
    pub fn has(&self, raw: &[u8; 16]) -> bool {
        let (name, mask) = self.bits();
        (name ^ u128::from_le_bytes(*raw)) & mask == 0
    }
}

/// What the conditions ask of a packet, read once per table.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Source address; see [`addr_bits`].
    pub src: u128,
    /// Destination address.
    pub dst: u128,
    /// IP protocol number.
    pub proto: u8,
    /// A fragment that is not the first.
    pub fragment: bool,
    /// Total length in bytes.
    pub len: u16,
}

impl Look {
    /// Reads them from the packet.
    #[inline]
    pub const fn at(skb: &Skb) -> Self {
        let p = &skb.packet;
        Self {
            src: addr_bits(p.ip.src),
            dst: addr_bits(p.ip.dst),
            proto: p.protocol(),
            fragment: matches!(p.ip.frag, Some(f) if f.offset != 0),
            len: p.len(),
        }
    }
}

/// Which of the base conditions; in the order of printing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    /// `-s`.
    Src,
    /// `-d`.
    Dst,
    /// `-i`.
    In,
    /// `-o`.
    Out,
    /// `-p`.
    Proto,
    /// `-f`.
    Fragment,
}

/// The base conditions of a rule; what is `None` is not asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Base {
    /// `-s`.
    pub src: Option<Cond<Net>>,
    /// `-d`.
    pub dst: Option<Cond<Net>>,
    /// `-i`.
    pub iif: Option<Cond<IfPattern>>,
    /// `-o`.
    pub oif: Option<Cond<IfPattern>>,
    /// `-p`; 0 is never here, it asks nothing.
    pub proto: Option<Cond<u8>>,
    /// `-f`, `! -f` (IPv4 only).
    pub fragment: Option<Cond<()>>,
}

impl Base {
    /// A number that is the same of equal ones, and seldom of others.
    pub fn print(&self) -> u32 {
        let mut sum = 0u64;
        let mut mix = |part: u64| sum = (sum.rotate_left(23) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for cond in [self.src, self.dst].into_iter().flatten() {
            mix((cond.is.addr >> 64) as u64);
            mix(cond.is.addr as u64);
        }
        for cond in [self.iif, self.oif].into_iter().flatten() {
            let name = u128::from_le_bytes(cond.is.name);
            mix((name >> 64) as u64);
            mix(name as u64);
        }
        (sum >> 32) as u32
    }

    /// The first condition that the packet does not meet.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `ip_packet_match`;
    /// `net/ipv6/netfilter/ip6_tables.c`: `ip6_packet_match`. The order is that of printing: the
    /// conditions have no side effect.
    #[inline]
    pub fn miss(&self, look: &Look, state: &HookState) -> Option<Field> {
        if let Some(c) = self.src
            && c.is.has(look.src) == c.not
        {
            return Some(Field::Src);
        }
        if let Some(c) = self.dst
            && c.is.has(look.dst) == c.not
        {
            return Some(Field::Dst);
        }
        if let Some(c) = &self.iif
            && c.is.has(state.iif.name.raw()) == c.not
        {
            return Some(Field::In);
        }
        if let Some(c) = &self.oif
            && c.is.has(state.oif.name.raw()) == c.not
        {
            return Some(Field::Out);
        }
        if let Some(c) = self.proto
            && (c.is == look.proto) == c.not
        {
            return Some(Field::Proto);
        }
        if let Some(c) = self.fragment
            && look.fragment == c.not
        {
            return Some(Field::Fragment);
        }
        None
    }

    /// Which conditions are asked, in the order of printing.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        [
            (Field::Src, self.src.is_some()),
            (Field::Dst, self.dst.is_some()),
            (Field::In, self.iif.is_some()),
            (Field::Out, self.oif.is_some()),
            (Field::Proto, self.proto.is_some()),
            (Field::Fragment, self.fragment.is_some()),
        ]
        .into_iter()
        .filter_map(|(f, there)| there.then_some(f))
    }

    /// The place of a field among those asked, from 0.
    pub fn place(&self, field: Field) -> u8 {
        self.fields().take_while(|f| *f < field).count() as u8
    }

    /// How many conditions are asked.
    pub fn count(&self) -> u8 {
        self.fields().count() as u8
    }
}
