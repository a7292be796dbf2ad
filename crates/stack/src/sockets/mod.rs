//! Sockets: UDP, raw ICMP and TCP, by number as a process holds them.

mod ops;
mod segment;
mod stream;
mod table;
pub mod tcp;

use std::collections::VecDeque;
use std::net::IpAddr;

use packetwalk_trace::SendError;
use packetwalk_wire::{Family, IfIndex, Instant, Packet};

pub use table::Sockets;

/// A socket's number in its namespace; never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SockId(pub u32);

/// Options that a process sets (`setsockopt`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SockOpts {
    /// `IP_TTL`, `IPV6_UNICAST_HOPS`.
    pub ttl: Option<u8>,
    /// `IP_TOS`, `IPV6_TCLASS`.
    pub tos: u8,
    /// `SO_MARK`.
    pub mark: u32,
    /// `IP_MTU_DISCOVER` is `IP_PMTUDISC_DO` or `_WANT`: DF is set.
    pub df: bool,
    /// With `df`: a packet too big for the way is refused (`IP_PMTUDISC_DO`), not fragmented.
    pub pmtu_strict: bool,
    /// With both: only the interface's MTU counts (`IP_PMTUDISC_PROBE`).
    pub pmtu_probe: bool,
    /// `SO_BROADCAST`.
    pub broadcast: bool,
    /// `SO_BINDTODEVICE`.
    pub device: Option<IfIndex>,
    /// `IP_RECVERR`: ICMP errors are queued for an unconnected socket too.
    pub recverr: bool,
    /// `SO_REUSEADDR`.
    pub reuse: bool,
    /// `IPV6_V6ONLY`.
    pub v6only: bool,
    /// User id of the owner.
    pub uid: u32,
}

/// A datagram or ICMP message that a socket received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Datagram {
    /// When.
    pub at: Instant,
    /// The packet as delivered.
    pub packet: Packet,
    /// Where it came in.
    pub iif: IfIndex,
}

/// An ICMP error that reached a socket (`struct sock_extended_err`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SockError {
    /// When.
    pub at: Instant,
    /// What `errno` says.
    pub error: SendError,
    /// Who sent the ICMP message; `None` for a local error.
    pub offender: Option<IpAddr>,
    /// ICMP type and code.
    pub icmp: (u8, u8),
    /// Next-hop MTU.
    pub info: u32,
    /// The message itself: its quoted packet tells what was sent.
    pub packet: Packet,
}

/// What kind of socket.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `SOCK_DGRAM`, UDP.
    Udp,
    /// `SOCK_RAW` for one IP protocol, or a ping socket.
    Raw {
        /// IP protocol number.
        protocol: u8,
    },
    /// `SOCK_STREAM` that is not connected yet.
    TcpIdle,
    /// `SOCK_STREAM` that listens.
    TcpListen {
        /// Connections that are established and wait for `accept`.
        ready: VecDeque<SockId>,
        /// Most connections that wait.
        backlog: u32,
    },
    /// A connection.
    Tcp {
        /// Its state.
        conn: Box<tcp::Connection>,
        /// The listener it came from, until accepted.
        parent: Option<SockId>,
        /// Closed by its process: goes when TCP is done.
        orphan: bool,
    },
}

/// A socket.
#[derive(Clone, Debug)]
pub struct Socket {
    /// IPv4 or IPv6.
    pub family: Family,
    /// Kind.
    pub kind: Kind,
    /// Bound address.
    pub local: Option<IpAddr>,
    /// Bound port; 0 is none. [`Sockets::bind`] sets that of one that is open.
    pub port: u16,
    /// Connected peer.
    pub remote: Option<(IpAddr, u16)>,
    /// Options.
    pub opts: SockOpts,
    /// Received and not yet read.
    pub received: VecDeque<Datagram>,
    /// Errors, oldest first.
    pub errors: VecDeque<SockError>,
    /// `SO_ERROR`.
    pub error: Option<SendError>,
}

impl Socket {
    /// A socket that is bound to nothing.
    pub const fn new(family: Family, kind: Kind) -> Self {
        Self {
            family,
            kind,
            local: None,
            port: 0,
            remote: None,
            opts: SockOpts {
                ttl: None,
                tos: 0,
                mark: 0,
                df: false,
                pmtu_strict: false,
                pmtu_probe: false,
                broadcast: false,
                device: None,
                recverr: false,
                reuse: false,
                v6only: false,
                uid: 0,
            },
            received: VecDeque::new(),
            errors: VecDeque::new(),
            error: None,
        }
    }

    /// The TCP connection, if it is one.
    pub const fn tcp(&self) -> Option<&tcp::Connection> {
        match &self.kind {
            Kind::Tcp { conn, .. } => Some(conn),
            _ => None,
        }
    }

    /// Whether packets to `addr` on `iif` are for this socket, port aside; more is a closer match.
    fn score(&self, src: (&IpAddr, u16), dst: &IpAddr, iif: IfIndex) -> Option<u8> {
        let dual = self.family == Family::V6 && !self.opts.v6only && self.local.is_none();
        let family = Family::of(*dst);
        if family != self.family && !dual {
            return None;
        }
        let mut score = u8::from(family == self.family);
        if let Some(local) = &self.local {
            if local != dst {
                return None;
            }
            score += 2;
        }
        if let Some((remote, port)) = &self.remote {
            if remote != src.0 || *port != src.1 && !matches!(self.kind, Kind::Raw { .. }) {
                return None;
            }
            score += 4;
        }
        if let Some(device) = self.opts.device {
            if device != iif {
                return None;
            }
            score += 8;
        }
        Some(score)
    }
}
