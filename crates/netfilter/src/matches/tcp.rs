//! `-m tcp`.

use packetwalk_wire::{TcpOptions, Transport};

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::xtables::{Cond, Face};

/// Ports, flags and one option of a TCP header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tcp {
    /// `--sport`.
    pub sport: Option<Cond<Range<u16>>>,
    /// `--dport`.
    pub dport: Option<Cond<Range<u16>>>,
    /// Both ports are negated and compared at once: met unless both are as given. The nft face writes two
    /// negated single ports so.
    pub ports_together: bool,
    /// `--tcp-flags MASK COMP`, `--syn`: of the flags in the first, exactly the second are set.
    pub flags: Option<Cond<(u8, u8)>>,
    /// `--tcp-option`, 1 to 255.
    pub option: Option<Cond<u8>>,
    /// Judged, but not shown: a later `-m tcp` of the same rule asks the same again. The nft face has both and
    /// shows the last.
    pub hidden: bool,
    /// Shown as negated, though judged as it says: an earlier `-m tcp` of the same rule negated the same. Source
    /// port, destination port, flags.
    pub shown_not: [bool; 3],
}

/// What the kernel has of ports: all of them are the same as none asked for.
pub(super) fn asked(ports: Option<Cond<Range<u16>>>) -> Option<Cond<Range<u16>>> {
    ports.filter(|c| c.not || c.is != Range::new(0, u16::MAX))
}

impl PartialEq for Tcp {
    fn eq(&self, other: &Self) -> bool {
        let flags = |tcp: &Self| tcp.flags.filter(|c| c.not || c.is != (0, 0));
        asked(self.sport) == asked(other.sport)
            && asked(self.dport) == asked(other.dport)
            && self.ports_together == other.ports_together
            && flags(self) == flags(other)
            && self.option == other.option
    }
}

impl Tcp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpudp.c`: `tcp_mt`.
    ///
    /// The nft face writes ports and flags as its own expressions (iptables 1.8.9, `iptables/nft.c`:
    /// `add_nft_tcp`), which read a later fragment like any packet
    /// (`net/netfilter/nf_tables_core.c`: `nft_payload_fast_eval`).
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let packet = &cx.skb.packet;
        if let Some(frag) = packet.ip.frag
            && frag.offset != 0
        {
            if cx.face == Face::Nft && self.option.is_none() && *self != Self::default() {
                return self.met_raw(raw::fragment(cx)).into();
            }
            return if frag.offset == 8 { Met::Hotdrop } else { Met::No };
        }
        let Transport::Tcp(tcp) = &packet.transport else { return Met::Hotdrop };
        let ports = |c: Option<Cond<Range<u16>>>, port| c.is_none_or(|c| c.is.has(port) != c.not);
        let flags = |c: Cond<(u8, u8)>| (tcp.flags.0 & c.is.0 == c.is.1) != c.not;
        let option = |c: Cond<u8>| has_option(&tcp.options, c.is) != c.not;
        let (source, destination) = (ports(self.sport, tcp.sport), ports(self.dport, tcp.dport));
        let met = (if self.ports_together { source || destination } else { source && destination })
            && self.flags.is_none_or(flags)
            && self.option.is_none_or(option);
        met.into()
    }

    /// Reads what stands where a header should.
    fn met_raw(&self, bytes: &[u8]) -> bool {
        let flags = |c: Cond<(u8, u8)>| bytes.get(13).is_some_and(|f| (f & c.is.0 == c.is.1) != c.not);
        self.flags.is_none_or(flags) && ports_raw(bytes, self.sport, self.dport, self.ports_together)
    }
}

/// Compares ports that stand where a header should; those that are asked must be there.
pub(super) fn ports_raw(
    bytes: &[u8],
    sport: Option<Cond<Range<u16>>>,
    dport: Option<Cond<Range<u16>>>,
    together: bool,
) -> bool {
    let met = |c: Option<Cond<Range<u16>>>, at| {
        c.map(|c| raw::field(bytes, at).is_some_and(|port| c.is.has(u16::from_be_bytes(port)) != c.not))
    };
    match (met(sport, 0), met(dport, 2)) {
        (Some(source), Some(destination)) if together => bytes.len() >= 4 && (source || destination),
        (source, destination) => source.unwrap_or(true) && destination.unwrap_or(true),
    }
}

/// Whether an option of this kind is in the header; NOP (1) pads as [`TcpOptions::len`] says.
fn has_option(options: &TcpOptions, kind: u8) -> bool {
    let sack_alone = options.sack_permitted && options.timestamp.is_none();
    let timestamp_alone = options.timestamp.is_some() && !options.sack_permitted;
    match kind {
        1 => sack_alone || timestamp_alone || options.wscale.is_some() || !options.stripped.is_empty(),
        2 => options.mss.is_some(),
        3 => options.wscale.is_some(),
        4 => options.sack_permitted,
        8 => options.timestamp.is_some(),
        _ => false,
    }
}
