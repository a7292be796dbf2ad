//! What was read of a command line so far (`struct ipset_data`).

use packetwalk_netfilter::ipset::Adt;
use packetwalk_wire::Family;

use super::keyword::Kw;

/// A family as it was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fam {
    V4,
    V6,
    /// `any`, or none of its own.
    Unspec,
}

impl Fam {
    /// IPv4 or IPv6.
    pub(super) const fn family(self) -> Option<Family> {
        match self {
            Self::V4 => Some(Family::V4),
            Self::V6 => Some(Family::V6),
            Self::Unspec => None,
        }
    }

    /// In messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::V4 => "inet",
            Self::V6 => "inet6",
            Self::Unspec => "unspec",
        }
    }
}

/// Options of `create` that have a value or are flags.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Create {
    pub(super) hashsize: Option<u32>,
    pub(super) maxelem: Option<u32>,
    pub(super) netmask: Option<u8>,
    pub(super) bitmask: Option<u128>,
    pub(super) markmask: Option<u32>,
    pub(super) bucketsize: Option<u8>,
    pub(super) initval: Option<u32>,
    pub(super) size: Option<u32>,
    pub(super) counters: bool,
    pub(super) comment: bool,
    pub(super) forceadd: bool,
    pub(super) skbinfo: bool,
    /// Options of old that are ignored, each told of once.
    pub(super) ignored: Vec<&'static str>,
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Data {
    pub(super) fam: Fam,
    /// The family was said, not assumed.
    pub(super) fam_said: bool,
    /// Addresses, ports and extensions; of `create`, its range and timeout.
    pub(super) adt: Adt,
    pub(super) create: Create,
}

impl Data {
    pub(super) fn new(fam: Fam) -> Self {
        Self { fam, fam_said: false, adt: Adt::default(), create: Create::default() }
    }

    /// Whether what an option says was said already.
    pub(super) fn has(&self, kw: Kw) -> bool {
        let (a, c) = (&self.adt, &self.create);
        match kw {
            Kw::Family | Kw::Inet | Kw::Inet6 => self.fam_said,
            Kw::Hashsize => c.hashsize.is_some(),
            Kw::Maxelem => c.maxelem.is_some(),
            Kw::Netmask => c.netmask.is_some(),
            Kw::Bitmask => c.bitmask.is_some(),
            Kw::Markmask => c.markmask.is_some(),
            Kw::Timeout => a.timeout.is_some(),
            Kw::Counters => c.counters,
            Kw::Comment => c.comment,
            Kw::Forceadd => c.forceadd,
            Kw::Skbinfo => c.skbinfo,
            Kw::Bucketsize => c.bucketsize.is_some(),
            Kw::Initval => c.initval.is_some(),
            Kw::Size => c.size.is_some(),
            Kw::Probes | Kw::Resize | Kw::Gc => false,
            Kw::IpRange | Kw::FromIp | Kw::Network | Kw::IgnoredFrom | Kw::IgnoredNetwork => a.ip.is_some(),
            Kw::ToIp | Kw::IgnoredTo => a.ip_to.is_some(),
            Kw::PortRange | Kw::FromPort => a.port.is_some(),
            Kw::ToPort => a.port_to.is_some(),
            Kw::Packets => a.packets.is_some(),
            Kw::Bytes => a.bytes.is_some(),
            Kw::ElemComment => a.comment.is_some(),
            Kw::Skbmark => a.skbmark.is_some(),
            Kw::Skbprio => a.skbprio.is_some(),
            Kw::Skbqueue => a.skbqueue.is_some(),
            Kw::Nomatch => a.nomatch,
            Kw::Wildcard => a.wildcard,
            Kw::Before | Kw::After => a.nameref.is_some(),
        }
    }
}
