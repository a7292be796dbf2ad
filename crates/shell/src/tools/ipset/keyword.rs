//! The options of sets and elements.

/// An option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kw {
    Family,
    Inet,
    Inet6,
    Hashsize,
    Maxelem,
    Netmask,
    Bitmask,
    Markmask,
    Timeout,
    Counters,
    Comment,
    Forceadd,
    Skbinfo,
    Bucketsize,
    Initval,
    Probes,
    Resize,
    Gc,
    IgnoredFrom,
    IgnoredTo,
    IgnoredNetwork,
    Size,
    IpRange,
    PortRange,
    FromIp,
    ToIp,
    Network,
    FromPort,
    ToPort,
    Packets,
    Bytes,
    ElemComment,
    Skbmark,
    Skbprio,
    Skbqueue,
    Nomatch,
    Wildcard,
    Before,
    After,
}

impl Kw {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Inet => "-4",
            Self::Inet6 => "-6",
            Self::Hashsize => "hashsize",
            Self::Maxelem => "maxelem",
            Self::Netmask => "netmask",
            Self::Bitmask => "bitmask",
            Self::Markmask => "markmask",
            Self::Timeout => "timeout",
            Self::Counters => "counters",
            Self::Comment | Self::ElemComment => "comment",
            Self::Forceadd => "forceadd",
            Self::Skbinfo => "skbinfo",
            Self::Bucketsize => "bucketsize",
            Self::Initval => "initval",
            Self::Probes => "probes",
            Self::Resize => "resize",
            Self::Gc => "gc",
            Self::IgnoredFrom | Self::FromIp | Self::FromPort => "from",
            Self::IgnoredTo | Self::ToIp | Self::ToPort => "to",
            Self::IgnoredNetwork | Self::Network => "network",
            Self::Size => "size",
            Self::IpRange | Self::PortRange => "range",
            Self::Packets => "packets",
            Self::Bytes => "bytes",
            Self::Skbmark => "skbmark",
            Self::Skbprio => "skbprio",
            Self::Skbqueue => "skbqueue",
            Self::Nomatch => "nomatch",
            Self::Wildcard => "wildcard",
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// It has an argument.
    pub(super) const fn takes_argument(self) -> bool {
        !matches!(
            self,
            Self::Inet
                | Self::Inet6
                | Self::Counters
                | Self::Comment
                | Self::Forceadd
                | Self::Skbinfo
                | Self::Nomatch
                | Self::Wildcard
        )
    }

    /// It says the family, which is read before the rest.
    pub(super) const fn is_family(self) -> bool {
        matches!(self, Self::Family | Self::Inet | Self::Inet6)
    }

    /// Its line in a type's help.
    pub(super) fn help(self) -> Option<String> {
        Some(match self {
            Self::Family => "[family inet|inet6]|[-4|-6]".into(),
            Self::Netmask => "[netmask CIDR]".into(),
            Self::Bitmask => "[bitmask bitmask]".into(),
            Self::Markmask => "markmask VALUE".into(),
            Self::ElemComment => "[comment \"string\"]".into(),
            Self::Before => "[before|after NAME]".into(),
            Self::Counters
            | Self::Comment
            | Self::Forceadd
            | Self::Skbinfo
            | Self::Nomatch
            | Self::Wildcard => format!("[{}]", self.name()),
            Self::Hashsize
            | Self::Maxelem
            | Self::Timeout
            | Self::Bucketsize
            | Self::Initval
            | Self::Size
            | Self::Packets
            | Self::Bytes
            | Self::Skbmark
            | Self::Skbprio
            | Self::Skbqueue => format!("[{} VALUE]", self.name()),
            _ => return None,
        })
    }
}
