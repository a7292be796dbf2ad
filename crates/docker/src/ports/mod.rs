//! Published ports: what is asked for, what becomes of it, and which host ports are taken.

mod allocator;
mod request;
mod sort;
mod spec;

use core::fmt;
use std::net::IpAddr;

pub use allocator::Allocator;
pub(crate) use request::{Request, Sides, groups_1_5, groups_20_10, groups_29};
pub use sort::sorted;
pub use spec::{Style, parse, parse_expose};

/// A transport protocol with ports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proto {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Proto {
    /// Its name in rules and port specifications.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }

    /// The protocol of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Tcp, Self::Udp, Self::Sctp].into_iter().find(|p| p.name().eq_ignore_ascii_case(name))
    }

    /// Its number in the IP header.
    const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Sctp => 132,
        }
    }
}

impl fmt::Display for Proto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A container's port: `80/tcp`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Port {
    /// Number.
    pub number: u16,
    /// Protocol.
    pub proto: Proto,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.proto)
    }
}

/// Where a port shall be published.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Binding {
    /// On this address of the host; on the network's default without.
    pub host_ip: Option<IpAddr>,
    /// At one of these ports; at any without.
    pub range: Option<(u16, u16)>,
}

/// A port and where it shall be published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Published {
    /// The container's port.
    pub port: Port,
    /// The host's side.
    pub binding: Binding,
}

/// A port that is published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Protocol.
    pub proto: Proto,
    /// Address of the host.
    pub host_ip: IpAddr,
    /// Port of the host; 0 when it is only opened for routed packets.
    pub host_port: u16,
    /// Address of the container.
    pub ip: IpAddr,
    /// Port of the container.
    pub port: u16,
}
