//! `-j DNPT` and `-j SNPT`: IPv6 network prefixes, mapped without state (RFC 6296).

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Hook, Table as TableId};
use packetwalk_wire::checksum::Sum;
use packetwalk_wire::{Icmp, IpHeader, Skb, Transport};

use super::Flow;
use crate::context::Scope;
use crate::env::Verdict;
use crate::xtables::RuleError;

/// A prefix: an address and its length.
pub type Prefix = (u128, u8);

/// `--src-pfx`, `--dst-pfx`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Npt {
    /// From.
    pub from: Prefix,
    /// To.
    pub to: Prefix,
}

/// Maps destinations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dnpt(pub Npt);

/// Maps sources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snpt(pub Npt);

const fn mask(len: u8) -> u128 {
    if len == 0 { 0 } else { u128::MAX << (128 - if len < 128 { len } else { 128 }) }
}

impl Npt {
    /// No prefix yet.
    pub const NONE: Self = Self { from: (0, 0), to: (0, 0) };

    /// # Errors
    /// Prefixes longer than 64 bits, or with bits behind their length.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_NPT.c`: `ip6t_npt_checkentry`.
    pub(crate) fn check(self) -> Result<(), RuleError> {
        let bad = |(addr, len): Prefix| len > 64 || addr & !mask(len) != 0;
        if bad(self.from) || bad(self.to) { Err(RuleError::Invalid) } else { Ok(()) }
    }

    /// Another prefix, and one word changed so that the checksum stays; `None` when no word can be.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_NPT.c`: `ip6t_npt_map_pfx`.
    fn map(self, addr: IpAddr) -> Option<IpAddr> {
        let IpAddr::V6(addr) = addr else { return None };
        let len = self.from.1.max(self.to.1);
        let mapped = addr.to_bits() & !mask(len) | self.to.0 & mask(len);
        let shift = |word: u32| 112 - 16 * word;
        let word = |n: u32| (mapped >> shift(n)) as u16;
        let at = if len <= 48 { 3 } else { (4..8).find(|n| word(*n) != 0xffff)? };
        let sum = |bits: u128| Sum::default().bytes(&bits.to_be_bytes()).folded();
        let total = u32::from(word(at)) + u32::from(sum(self.from.0)) + u32::from(!sum(self.to.0));
        let folded = (total & 0xffff) + (total >> 16);
        let new = match ((folded & 0xffff) + (folded >> 16)) as u16 {
            0xffff => 0,
            new => new,
        };
        let mapped = mapped & !(0xffff << shift(at)) | u128::from(new) << shift(at);
        Some(IpAddr::V6(mapped.into()))
    }

    fn is_of(self, addr: IpAddr) -> bool {
        matches!(addr, IpAddr::V6(addr) if (addr.to_bits() ^ self.from.0) & mask(self.from.1) == 0)
    }

    /// Maps an address of the packet; of a quoted packet only one of the first prefix. The checksum stays, and so is
    /// wrong once an address of another prefix was mapped.
    fn both(self, skb: &mut Skb, addrs: fn(&mut IpHeader) -> (&mut IpAddr, bool)) -> Flow {
        let (addr, source) = addrs(&mut skb.packet.ip);
        let (of, Some(mapped)) = (self.is_of(*addr), self.map(*addr)) else {
            return Flow::End(Verdict::Drop(DropReason::NotModelled));
        };
        *addr = mapped;
        skb.packet.ip.bad_csum |= !of && !matches!(skb.packet.transport, Transport::Opaque { .. });
        if let Transport::Icmp(Icmp::Error { quoted, .. }) = &mut skb.packet.transport {
            let quoted = if source { &mut quoted.ip.dst } else { &mut quoted.ip.src };
            if self.is_of(*quoted)
                && let Some(mapped) = self.map(*quoted)
            {
                *quoted = mapped;
            }
        }
        Flow::Continue
    }
}

impl Dnpt {
    /// Before routing.
    pub(crate) const SCOPE: Scope = Scope::table(&[TableId::Mangle]).hooks(&[Hook::Prerouting, Hook::Output]);

    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_NPT.c`: `ip6t_dnpt_tg`.
    pub fn act(self, skb: &mut Skb) -> Flow {
        self.0.both(skb, |ip| (&mut ip.dst, false))
    }
}

impl Snpt {
    /// After routing.
    pub(crate) const SCOPE: Scope = Scope::table(&[TableId::Mangle]).hooks(&[Hook::Input, Hook::Postrouting]);

    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_NPT.c`: `ip6t_snpt_tg`.
    pub fn act(self, skb: &mut Skb) -> Flow {
        self.0.both(skb, |ip| (&mut ip.src, true))
    }
}
