//! What a user asks of sets.

use packetwalk_wire::Family;

use super::SetError;
use super::ext::{NewExt, SkbInfo, With};
use super::kind::Kind;

/// What is done with an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// `add`.
    Add,
    /// `del`.
    Del,
    /// `test`.
    Test,
}

/// An element, or a range of them, with its extensions: what stands after `ipset add SET`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Adt {
    /// First address, and the last of a range.
    pub ip: Option<u128>,
    /// End of a range.
    pub ip_to: Option<u128>,
    /// Prefix length of the first address.
    pub cidr: Option<u8>,
    /// Second address.
    pub ip2: Option<u128>,
    /// End of a range of second addresses.
    pub ip2_to: Option<u128>,
    /// Prefix length of the second address.
    pub cidr2: Option<u8>,
    /// Port, or type and code of an ICMP message.
    pub port: Option<u16>,
    /// End of a range of ports.
    pub port_to: Option<u16>,
    /// Protocol of the port.
    pub proto: Option<u8>,
    /// Ethernet address.
    pub mac: Option<[u8; 6]>,
    /// Mark.
    pub mark: Option<u32>,
    /// Interface, NUL-padded.
    pub iface: Option<[u8; 16]>,
    /// The interface is a bridge's port.
    pub physdev: bool,
    /// The interface is the beginning of a name.
    pub wildcard: bool,
    /// An exception.
    pub nomatch: bool,
    /// Member of a list.
    pub name: Option<Box<str>>,
    /// `before` or `after` this member.
    pub nameref: Option<Box<str>>,
    /// `before`, not `after`.
    pub before: bool,
    /// Seconds; 0 for ever.
    pub timeout: Option<u32>,
    /// Packets counted.
    pub packets: Option<u64>,
    /// Bytes counted.
    pub bytes: Option<u64>,
    /// Comment.
    pub comment: Option<Box<str>>,
    /// Mark and its mask for `--map-mark`.
    pub skbmark: Option<(u32, u32)>,
    /// For `--map-prio`.
    pub skbprio: Option<u32>,
    /// For `--map-queue`.
    pub skbqueue: Option<u16>,
}

impl Adt {
    /// Its extensions, if the set has them.
    ///
    /// # Errors
    /// An extension that the set was not made with.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_get_extensions`.
    pub(super) fn extensions(&self, with: &With) -> Result<NewExt<'_>, SetError> {
        if self.timeout.is_some() && with.timeout.is_none() {
            return Err(SetError::NoTimeout);
        }
        if (self.packets.is_some() || self.bytes.is_some()) && !with.counters {
            return Err(SetError::NoCounter);
        }
        if self.comment.is_some() && !with.comment {
            return Err(SetError::NoComment);
        }
        let skb = self.skbmark.is_some() || self.skbprio.is_some() || self.skbqueue.is_some();
        if skb && !with.skbinfo {
            return Err(SetError::NoSkbinfo);
        }
        let (mark, mask) = self.skbmark.unwrap_or_default();
        Ok(NewExt {
            timeout: self.timeout.or(with.timeout).unwrap_or_default(),
            packets: self.packets,
            bytes: self.bytes,
            comment: self.comment.as_deref(),
            skb: SkbInfo {
                mark,
                mask,
                prio: self.skbprio.unwrap_or_default(),
                queue: self.skbqueue.unwrap_or_default(),
            },
        })
    }
}

/// What stands after `ipset create NAME TYPE`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spec {
    /// Type.
    pub kind: Kind,
    /// Family; `None` for types without.
    pub family: Option<Family>,
    /// Extensions.
    pub with: With,
    /// Buckets of a hash.
    pub hashsize: Option<u32>,
    /// Most elements of a hash.
    pub maxelem: Option<u32>,
    /// Elements of a bucket.
    pub bucketsize: Option<u8>,
    /// Beginning of the hash function.
    pub initval: u32,
    /// Prefix length kept of addresses.
    pub netmask: Option<u8>,
    /// Bits kept of addresses.
    pub bitmask: Option<u128>,
    /// Bits kept of marks.
    pub markmask: Option<u32>,
    /// Range of a bitmap of addresses: from, and to or prefix length.
    pub range: Option<(u32, Result<u32, u8>)>,
    /// Range of a bitmap of ports.
    pub ports: Option<(u16, u16)>,
    /// Size of a list.
    pub size: Option<u32>,
}

impl Spec {
    /// A set of a type, without any option.
    pub const fn new(kind: Kind, family: Option<Family>, initval: u32) -> Self {
        Self {
            kind,
            family,
            with: With::NONE,
            hashsize: None,
            maxelem: None,
            bucketsize: None,
            initval,
            netmask: None,
            bitmask: None,
            markmask: None,
            range: None,
            ports: None,
            size: None,
        }
    }
}
