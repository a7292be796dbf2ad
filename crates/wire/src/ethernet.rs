//! Ethernet II frames (IEEE 802.3 clause 3).

use core::fmt;

use crate::{Arp, Packet};

/// A 48-bit MAC address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// `00:00:00:00:00:00`, the address of `lo`.
    pub const ZERO: Self = Self([0; 6]);

    /// The group bit: broadcast or multicast.
    pub const fn is_group(self) -> bool {
        self.0[0] & 1 != 0
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// A text that is not a MAC address of six hex octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MacError;

impl core::str::FromStr for Mac {
    type Err = MacError;
    fn from_str(s: &str) -> Result<Self, MacError> {
        let mut mac = [0; 6];
        let mut parts = s.split(':');
        for octet in &mut mac {
            let part = parts.next().filter(|p| matches!(p.len(), 1 | 2)).ok_or(MacError)?;
            *octet = u8::from_str_radix(part, 16).map_err(|_| MacError)?;
        }
        if parts.next().is_some() { Err(MacError) } else { Ok(Self(mac)) }
    }
}

/// What a frame carries; the EtherType follows from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// 0x0806.
    Arp(Arp),
    /// 0x0800 or 0x86dd, by the packet's family.
    Ip(Packet),
}

/// An Ethernet frame without its FCS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Destination MAC.
    pub dst: Mac,
    /// Source MAC.
    pub src: Mac,
    /// What it carries.
    pub body: Body,
}
