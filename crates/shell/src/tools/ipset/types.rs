//! What `ipset` knows of each type of sets: its names, options and help.

use packetwalk_netfilter::ipset::Kind;

use super::keyword::Kw;

/// Which families a type has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Families {
    /// IPv4.
    V4,
    /// IPv4 or IPv6.
    Both,
    /// None of its own.
    Neutral,
}

/// Forms of elements that a command takes.
const NONE: u8 = 0;
/// `FROM-TO`, and with it `IP/CIDR`.
pub(super) const RANGE: u8 = 1;
/// `IP/CIDR`.
pub(super) const CIDR: u8 = 1 << 1;
/// `PORT-PORT`.
pub(super) const PORTS: u8 = 1 << 2;
/// `FROM-TO` of the second address.
pub(super) const RANGE2: u8 = 1 << 3;

/// What a command takes after the element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takes {
    /// Options in the order of listing.
    pub(super) args: &'static [Kw],
    /// Forms of the element.
    pub(super) forms: u8,
    /// The element in the help.
    pub(super) help: &'static str,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    /// The kernel's type.
    pub(super) kind: Kind,
    /// Its old name.
    pub(super) alias: &'static str,
    /// Families.
    pub(super) families: Families,
    /// `create`.
    pub(super) create: Takes,
    /// `add`.
    pub(super) add: Takes,
    /// `del`.
    pub(super) del: Takes,
    /// `test`.
    pub(super) test: Takes,
    /// The end of its help.
    pub(super) usage: &'static str,
    /// What each revision brought, the newest first.
    pub(super) revisions: &'static [&'static str],
}

impl Type {
    /// Ports are explained in its help.
    pub(super) const fn explains_ports(&self) -> bool {
        self.kind.has_port() && self.kind.is_hash()
    }
}

/// The type of a name, or of an old name.
pub(super) fn find(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|t| t.kind.name() == name || t.alias == name)
}

/// The type of a set of the kernel.
pub(super) fn of(kind: Kind) -> Option<&'static Type> {
    TYPES.iter().find(|t| t.kind == kind)
}

const fn takes(args: &'static [Kw], forms: u8, help: &'static str) -> Takes {
    Takes { args, forms, help }
}

const ELEM: &[Kw] =
    &[Kw::Timeout, Kw::Packets, Kw::Bytes, Kw::ElemComment, Kw::Skbmark, Kw::Skbprio, Kw::Skbqueue];
const ELEM_NET: &[Kw] = &[
    Kw::Timeout,
    Kw::Nomatch,
    Kw::Packets,
    Kw::Bytes,
    Kw::ElemComment,
    Kw::Skbmark,
    Kw::Skbprio,
    Kw::Skbqueue,
];
const HASH: &[Kw] = &[
    Kw::Family,
    Kw::Inet,
    Kw::Inet6,
    Kw::Hashsize,
    Kw::Maxelem,
    Kw::Timeout,
    Kw::Counters,
    Kw::Comment,
    Kw::Forceadd,
    Kw::Skbinfo,
    Kw::Bucketsize,
    Kw::Initval,
];
const HASH_PORT: &[Kw] = &[
    Kw::Family,
    Kw::Inet,
    Kw::Inet6,
    Kw::Hashsize,
    Kw::Maxelem,
    Kw::Timeout,
    Kw::Counters,
    Kw::Comment,
    Kw::Forceadd,
    Kw::Skbinfo,
    Kw::Bucketsize,
    Kw::Initval,
    Kw::Probes,
    Kw::Resize,
    Kw::IgnoredFrom,
    Kw::IgnoredTo,
    Kw::IgnoredNetwork,
];

/// Every type, in the order of the help.
#[rustfmt::skip]
pub(super) const TYPES: &[Type] = &[
    Type {
        kind: Kind::ListSet,
        alias: "setlist",
        families: Families::Neutral,
        create: takes(&[Kw::Size, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Skbinfo], NONE, ""),
        add: takes(&[Kw::Timeout, Kw::Before, Kw::After, Kw::Packets, Kw::Bytes, Kw::ElemComment, Kw::Skbmark, Kw::Skbprio, Kw::Skbqueue], NONE, "NAME [before|after NAME]"),
        del: takes(&[Kw::Before, Kw::After], NONE, "NAME [before|after NAME]"),
        test: takes(&[Kw::Before, Kw::After], NONE, "NAME [before|after NAME]"),
        usage: "where NAME are existing set names.",
        revisions: &["skbinfo support", "comment support", "counters support", "Initial revision"],
    },
    Type {
        kind: Kind::HashMac,
        alias: "machash",
        families: Families::Neutral,
        create: takes(&[Kw::Hashsize, Kw::Maxelem, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval], NONE, ""),
        add: takes(ELEM, NONE, "MAC"),
        del: takes(&[], NONE, "MAC"),
        test: takes(&[], NONE, "MAC"),
        usage: "",
        revisions: &["bucketsize, initval support", "Initial revision"],
    },
    Type {
        kind: Kind::HashIpMac,
        alias: "ipmachash",
        families: Families::Both,
        create: takes(HASH, NONE, ""),
        add: takes(ELEM, NONE, "IP,MAC"),
        del: takes(&[], NONE, "IP,MAC"),
        test: takes(&[], NONE, "IP,MAC"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname),\n      MAC is a MAC address.",
        revisions: &["bucketsize, initval support", "Initial revision"],
    },
    Type {
        kind: Kind::HashNetIface,
        alias: "netifacehash",
        families: Families::Both,
        create: takes(HASH, NONE, ""),
        add: takes(&[Kw::Timeout, Kw::Nomatch, Kw::Wildcard, Kw::Packets, Kw::Bytes, Kw::ElemComment, Kw::Skbmark, Kw::Skbprio, Kw::Skbqueue], RANGE | CIDR, "IP[/CIDR]|FROM-TO,[physdev:]IFACE"),
        del: takes(&[], RANGE | CIDR, "IP[/CIDR]|FROM-TO,[physdev:]IFACE"),
        test: takes(&[Kw::Nomatch], CIDR, "IP[/CIDR],[physdev:]IFACE"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      Adding/deleting multiple elements with IPv4 is supported.",
        revisions: &["bucketsize, initval support", "skbinfo and wildcard support", "skbinfo support", "forceadd support", "comment support", "counters support", "/0 network support", "nomatch flag support", "Initial revision"],
    },
    Type {
        kind: Kind::HashNetPort,
        alias: "netporthash",
        families: Families::Both,
        create: takes(HASH, NONE, ""),
        add: takes(ELEM_NET, RANGE | CIDR | PORTS, "IP[/CIDR]|FROM-TO,[PROTO:]PORT"),
        del: takes(&[], RANGE | CIDR | PORTS, "IP[/CIDR]|FROM-TO,[PROTO:]PORT"),
        test: takes(&[Kw::Nomatch], CIDR, "IP[/CIDR],[PROTO:]PORT"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      Adding/deleting multiple elements with TCP/SCTP/UDP/UDPLITE\n      port range is supported both for IPv4 and IPv6.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "nomatch flag support", "Add/del range support", "SCTP and UDPLITE support"],
    },
    Type {
        kind: Kind::HashNetPortNet,
        alias: "netportnethash",
        families: Families::Both,
        create: takes(HASH, NONE, ""),
        add: takes(ELEM_NET, RANGE | CIDR | PORTS | RANGE2, "IP[/CIDR],[PROTO:]PORT,IP[/CIDR]"),
        del: takes(&[], RANGE | CIDR | PORTS | RANGE2, "IP[/CIDR],[PROTO:]PORT,IP[/CIDR]"),
        test: takes(&[Kw::Nomatch], CIDR, "IP[/CIDR],[PROTO:]PORT,IP[/CIDR]"),
        usage: "where depending on the INET family\n      IP are valid IPv4 or IPv6 addresses (or hostnames),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      in both IP components are supported for IPv4.\n      Adding/deleting multiple elements with TCP/SCTP/UDP/UDPLITE\n      port range is supported both for IPv4 and IPv6.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "initial revision"],
    },
    Type {
        kind: Kind::HashNetNet,
        alias: "netnethash",
        families: Families::Both,
        create: takes(&[Kw::Family, Kw::Inet, Kw::Inet6, Kw::Hashsize, Kw::Maxelem, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval, Kw::Bitmask, Kw::Netmask], NONE, ""),
        add: takes(ELEM_NET, RANGE | CIDR | RANGE2, "IP[/CIDR]|FROM-TO,IP[/CIDR]|FROM-TO"),
        del: takes(&[], RANGE | CIDR | RANGE2, "IP[/CIDR]|FROM-TO,IP[/CIDR]|FROM-TO"),
        test: takes(&[Kw::Nomatch], CIDR, "IP[/CIDR],IP[/CIDR]"),
        usage: "where depending on the INET family\n      IP is an IPv4 or IPv6 address (or hostname),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      IP range is not supported with IPv6.",
        revisions: &["netmask and bitmask support", "bucketsize, initval support", "skbinfo support", "forceadd support", "initial revision"],
    },
    Type {
        kind: Kind::HashNet,
        alias: "nethash",
        families: Families::Both,
        create: takes(&[Kw::Family, Kw::Inet, Kw::Inet6, Kw::Hashsize, Kw::Maxelem, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval, Kw::Probes, Kw::Resize], NONE, ""),
        add: takes(ELEM_NET, RANGE | CIDR, "IP[/CIDR]"),
        del: takes(&[], RANGE | CIDR, "IP[/CIDR]"),
        test: takes(&[Kw::Nomatch], CIDR, "IP[/CIDR]"),
        usage: "where depending on the INET family\n      IP is an IPv4 or IPv6 address (or hostname),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "nomatch flag support", "Add/del range support", "Initial revision"],
    },
    Type {
        kind: Kind::HashIpPortNet,
        alias: "ipportnethash",
        families: Families::Both,
        create: takes(HASH_PORT, NONE, ""),
        add: takes(ELEM_NET, RANGE | PORTS | RANGE2, "IP,[PROTO:]PORT,IP[/CIDR]"),
        del: takes(&[], RANGE | PORTS | RANGE2, "IP,[PROTO:]PORT,IP[/CIDR]"),
        test: takes(&[Kw::Nomatch], NONE, "IP,[PROTO:]PORT,IP[/CIDR]"),
        usage: "where depending on the INET family\n      IP are valid IPv4 or IPv6 addresses (or hostnames),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      in the first IP component is supported for IPv4.\n      Adding/deleting multiple elements with TCP/SCTP/UDP/UDPLITE\n      port range is supported both for IPv4 and IPv6.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "nomatch flag support", "Add/del range support", "SCTP and UDPLITE support"],
    },
    Type {
        kind: Kind::HashIpPortIp,
        alias: "ipportiphash",
        families: Families::Both,
        create: takes(HASH_PORT, NONE, ""),
        add: takes(ELEM, RANGE | PORTS, "IP,[PROTO:]PORT,IP"),
        del: takes(&[], RANGE | PORTS, "IP,[PROTO:]PORT,IP"),
        test: takes(&[], NONE, "IP,[PROTO:]PORT,IP"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname).\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      in the first IP component is supported for IPv4.\n      Adding/deleting multiple elements with TCP/SCTP/UDP/UDPLITE\n      port range is supported both for IPv4 and IPv6.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "SCTP and UDPLITE support"],
    },
    Type {
        kind: Kind::HashIpMark,
        alias: "ipmarkhash",
        families: Families::Both,
        create: takes(&[Kw::Family, Kw::Inet, Kw::Inet6, Kw::Markmask, Kw::Hashsize, Kw::Maxelem, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval, Kw::Probes, Kw::Resize, Kw::IgnoredFrom, Kw::IgnoredTo, Kw::IgnoredNetwork], NONE, ""),
        add: takes(ELEM, RANGE, "IP,MARK"),
        del: takes(&[], RANGE, "IP,MARK"),
        test: takes(&[], RANGE, "IP,MARK"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname).\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      is supported for IPv4.\n      Adding/deleting single mark element\n      is supported both for IPv4 and IPv6.",
        revisions: &["bucketsize, initval support", "skbinfo support", "forceadd support", "initial revision"],
    },
    Type {
        kind: Kind::HashIpPort,
        alias: "ipporthash",
        families: Families::Both,
        create: takes(&[Kw::Family, Kw::Inet, Kw::Inet6, Kw::Hashsize, Kw::Maxelem, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval, Kw::Netmask, Kw::Bitmask, Kw::Probes, Kw::Resize, Kw::IgnoredFrom, Kw::IgnoredTo, Kw::IgnoredNetwork], NONE, ""),
        add: takes(ELEM, RANGE | PORTS, "IP,[PROTO:]PORT"),
        del: takes(&[], RANGE | PORTS, "IP,[PROTO:]PORT"),
        test: takes(&[], NONE, "IP,[PROTO:]PORT"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname).\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      is supported for IPv4.\n      Adding/deleting multiple elements with TCP/SCTP/UDP/UDPLITE\n      port range is supported both for IPv4 and IPv6.",
        revisions: &["netmask and bitmask support", "bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "SCTP and UDPLITE support"],
    },
    Type {
        kind: Kind::HashIp,
        alias: "iphash",
        families: Families::Both,
        create: takes(&[Kw::Family, Kw::Inet, Kw::Inet6, Kw::Hashsize, Kw::Maxelem, Kw::Netmask, Kw::Bitmask, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Forceadd, Kw::Skbinfo, Kw::Bucketsize, Kw::Initval, Kw::Probes, Kw::Resize, Kw::Gc], NONE, ""),
        add: takes(ELEM, RANGE, "IP"),
        del: takes(&[], RANGE, "IP"),
        test: takes(&[], RANGE, "IP"),
        usage: "where depending on the INET family\n      IP is a valid IPv4 or IPv6 address (or hostname),\n      CIDR is a valid IPv4 or IPv6 CIDR prefix.\n      Adding/deleting multiple elements in IP/CIDR or FROM-TO form\n      is supported for IPv4.",
        revisions: &["bitmask support", "bucketsize, initval support", "skbinfo support", "forceadd support", "comment support", "counters support", "Initial revision"],
    },
    Type {
        kind: Kind::BitmapPort,
        alias: "portmap",
        families: Families::Neutral,
        create: takes(&[Kw::PortRange, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Skbinfo, Kw::FromPort, Kw::ToPort], PORTS, "range [PROTO:]FROM-TO"),
        add: takes(ELEM, PORTS, "[PROTO:]PORT|FROM-TO"),
        del: takes(&[], PORTS, "[PROTO:]PORT|FROM-TO"),
        test: takes(&[], NONE, "[PROTO:]PORT"),
        usage: "where PORT, FROM and TO are port numbers or port names from /etc/services.\n      PROTO is only needed if a service name is used and it does not exist\n      as a TCP service; just the resolved service numer is stored in the set.",
        revisions: &["skbinfo support", "comment support", "counters support", "Initial revision"],
    },
    Type {
        kind: Kind::BitmapIpMac,
        alias: "macipmap",
        families: Families::V4,
        create: takes(&[Kw::IpRange, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Skbinfo, Kw::FromIp, Kw::ToIp, Kw::Network], RANGE, "range IP/CIDR|FROM-TO"),
        add: takes(ELEM, NONE, "IP[,MAC]"),
        del: takes(&[], NONE, "IP[,MAC]"),
        test: takes(&[], NONE, "IP[,MAC]"),
        usage: "where IP, FROM and TO are IPv4 addresses (or hostnames),\n      CIDR is a valid IPv4 CIDR prefix.\n      MAC is a valid MAC address.",
        revisions: &["skbinfo support", "comment support", "counters support", "Initial revision"],
    },
    Type {
        kind: Kind::BitmapIp,
        alias: "ipmap",
        families: Families::V4,
        create: takes(&[Kw::IpRange, Kw::Netmask, Kw::Timeout, Kw::Counters, Kw::Comment, Kw::Skbinfo, Kw::FromIp, Kw::ToIp, Kw::Network], RANGE, "range IP/CIDR|FROM-TO"),
        add: takes(ELEM, RANGE, "IP|IP/CIDR|FROM-TO"),
        del: takes(&[], RANGE, "IP|IP/CIDR|FROM-TO"),
        test: takes(&[], NONE, "IP"),
        usage: "where IP, FROM and TO are IPv4 addresses (or hostnames),\n      CIDR is a valid IPv4 CIDR prefix.",
        revisions: &["skbinfo support", "comment support", "counters support", "Initial revision"],
    },
];
