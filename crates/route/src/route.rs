//! A route and what it is asked for by.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_trace::RouteKind;
use packetwalk_wire::{Family, IfIndex, Instant};

/// How far an address or a destination is (`RT_SCOPE_*`): a bigger number is nearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scope(pub u8);

impl Scope {
    /// Anywhere.
    pub const UNIVERSE: Self = Self(0);
    /// Within the site.
    pub const SITE: Self = Self(200);
    /// On a link.
    pub const LINK: Self = Self(253);
    /// On this host.
    pub const HOST: Self = Self(254);
    /// Nowhere.
    pub const NOWHERE: Self = Self(255);
}

/// Table numbers.
pub mod table_id {
    /// `default`.
    pub const DEFAULT: u32 = 253;
    /// `main`.
    pub const MAIN: u32 = 254;
    /// `local`.
    pub const LOCAL: u32 = 255;
}

/// Who made a route (`RTPROT_*`).
pub mod protocol {
    /// Not told.
    pub const UNSPEC: u8 = 0;
    /// ICMP redirect.
    pub const REDIRECT: u8 = 1;
    /// The kernel, for an address.
    pub const KERNEL: u8 = 2;
    /// The user (`ip route add` without `proto`).
    pub const BOOT: u8 = 3;
    /// The user, to stay.
    pub const STATIC: u8 = 4;
    /// A router advertisement.
    pub const RA: u8 = 9;
}

/// One way out of a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NextHop {
    /// Gateway; an IPv4 route may have an IPv6 one.
    pub via: Option<IpAddr>,
    /// Interface; NONE in a request lets the kernel find it.
    pub oif: IfIndex,
    /// Weight in a multipath route, 1 to 256; 0 counts as 1.
    pub weight: u16,
    /// `onlink`: the gateway is on the link whatever the tables say.
    pub onlink: bool,
    /// The interface went down (`RTNH_F_DEAD`).
    pub dead: bool,
    /// The interface has no carrier (`RTNH_F_LINKDOWN`).
    pub linkdown: bool,
    /// Scope of the gateway.
    pub scope: Scope,
}

impl NextHop {
    /// Weight of at least 1.
    pub const fn share(&self) -> u32 {
        if self.weight == 0 { 1 } else { self.weight as u32 }
    }
}

/// Metrics of a route (`RTAX_*`); 0 is not set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// `mtu`.
    pub mtu: u32,
    /// `mtu lock`.
    pub mtu_lock: bool,
    /// `advmss`.
    pub advmss: u32,
    /// `hoplimit`.
    pub hoplimit: u32,
    /// `window`.
    pub window: u32,
    /// `rtt` in the kernel's unit, an eighth of a millisecond.
    pub rtt: u32,
    /// `rttvar` in a quarter of a millisecond.
    pub rttvar: u32,
    /// `rto_min` in milliseconds.
    pub rto_min: u32,
    /// `ssthresh`.
    pub ssthresh: u32,
    /// `cwnd`.
    pub cwnd: u32,
    /// `reordering`.
    pub reordering: u32,
    /// `initcwnd`.
    pub initcwnd: u32,
    /// `initrwnd`.
    pub initrwnd: u32,
    /// `features`.
    pub features: u32,
    /// `quickack`.
    pub quickack: u32,
}

/// A route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// Destination.
    pub dst: IpNet,
    /// Table; 0 in a request is `main`.
    pub table: u32,
    /// TOS it is for; 0 is any.
    pub tos: u8,
    /// Metric; lower wins.
    pub metric: u32,
    /// Type.
    pub kind: RouteKind,
    /// Scope of the destination (IPv4).
    pub scope: Scope,
    /// Who made it.
    pub protocol: u8,
    /// Source address that local senders get.
    pub prefsrc: Option<IpAddr>,
    /// Ways out; more than one is multipath.
    pub nexthops: Vec<NextHop>,
    /// MTU and the like.
    pub metrics: Metrics,
    /// When it goes away by itself (IPv6).
    pub expires: Option<Instant>,
    /// Router preference (IPv6, RFC 4191): 0 medium, 1 high, 3 low.
    pub pref: u8,
    /// `RTF_ADDRCONF` and the like: the kernel made it for an address.
    pub auto: bool,
}

impl Route {
    /// A unicast route with everything else unset.
    pub fn new(dst: IpNet) -> Self {
        Self {
            dst,
            table: table_id::MAIN,
            tos: 0,
            metric: 0,
            kind: RouteKind::Unicast,
            scope: Scope::UNIVERSE,
            protocol: protocol::BOOT,
            prefsrc: None,
            nexthops: Vec::new(),
            metrics: Metrics::default(),
            expires: None,
            pref: 0,
            auto: false,
        }
    }

    /// IPv4 or IPv6.
    pub fn family(&self) -> Family {
        Family::of(self.dst.addr())
    }

    /// Every way out is dead.
    pub fn is_dead(&self) -> bool {
        !self.nexthops.is_empty() && self.nexthops.iter().all(|nh| nh.dead)
    }

    /// Every way out has no carrier.
    pub fn is_linkdown(&self) -> bool {
        !self.nexthops.is_empty() && self.nexthops.iter().all(|nh| nh.linkdown)
    }
}

/// How a new route treats what is there (`NLM_F_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NlFlags {
    /// `ip route add`: must be new.
    Add,
    /// `ip route append`: after its equals.
    Append,
    /// `ip route prepend`: before its equals.
    Prepend,
    /// `ip route change`: must be there.
    Change,
    /// `ip route replace`.
    Replace,
}

impl NlFlags {
    pub(crate) const fn create(self) -> bool {
        !matches!(self, Self::Change)
    }
    pub(crate) const fn excl(self) -> bool {
        matches!(self, Self::Add)
    }
    pub(crate) const fn replace(self) -> bool {
        matches!(self, Self::Change | Self::Replace)
    }
}

/// What `ip route del` names; `None` is any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteFilter {
    /// Destination, exactly.
    pub dst: IpNet,
    /// Table; 0 is `main`.
    pub table: u32,
    /// TOS, exactly.
    pub tos: u8,
    /// Metric.
    pub metric: Option<u32>,
    /// Type.
    pub kind: Option<RouteKind>,
    /// Scope.
    pub scope: Option<Scope>,
    /// Protocol.
    pub protocol: Option<u8>,
    /// Source.
    pub prefsrc: Option<IpAddr>,
    /// Ways out: gateway and interface where given.
    pub nexthops: Vec<NextHop>,
}

impl RouteFilter {
    /// Any route to `dst` in `main`.
    pub const fn new(dst: IpNet) -> Self {
        Self {
            dst,
            table: table_id::MAIN,
            tos: 0,
            metric: None,
            kind: None,
            scope: None,
            protocol: None,
            prefsrc: None,
            nexthops: Vec::new(),
        }
    }
}
