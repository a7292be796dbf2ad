//! Which socket a packet is for.

use std::net::IpAddr;

use packetwalk_trace::SendError;
use packetwalk_wire::{Common, Family, IfIndex, Instant, sorted::Map};

use super::tcp::Connection;
use super::{Kind, SockId, Socket};

/// Every socket of a namespace.
#[derive(Clone, Debug, Default)]
pub struct Sockets {
    sockets: Common<Map<SockId, Common<Socket>>>,
    /// By the port that they are bound to; 0 of one that is not.
    bound: Common<Map<(u16, SockId), ()>>,
    /// How many are raw.
    raws: usize,
    /// Every connection is among these, and sockets that may have become one.
    streams: Map<SockId, ()>,
    next: u32,
    next_port: u16,
}

/// Ports belong to a protocol; raw sockets have none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PortSpace {
    Udp,
    Tcp,
}

impl Kind {
    const fn port_space(&self) -> Option<PortSpace> {
        match self {
            Self::Udp => Some(PortSpace::Udp),
            Self::Raw { .. } => None,
            Self::TcpIdle | Self::TcpListen { .. } | Self::Tcp { .. } => Some(PortSpace::Tcp),
        }
    }
}

impl Sockets {
    /// Opens a socket.
    pub fn open(&mut self, socket: Socket) -> SockId {
        let id = SockId(self.next);
        self.next += 1;
        self.bound.insert((socket.port, id), ());
        self.raws += usize::from(matches!(socket.kind, Kind::Raw { .. }));
        if matches!(socket.kind, Kind::Tcp { .. }) {
            self.streams.insert(id, ());
        }
        self.sockets.insert(id, socket.into());
        id
    }

    /// A socket by number.
    pub fn get(&self, id: SockId) -> Option<&Socket> {
        self.sockets.get(&id).map(|socket| &**socket)
    }

    /// A socket by number, to change.
    pub fn get_mut(&mut self, id: SockId) -> Option<&mut Socket> {
        let socket = self.sockets.get_mut(&id)?;
        if matches!(socket.kind, Kind::TcpIdle | Kind::TcpListen { .. }) {
            may_connect(&mut self.streams, id);
        }
        Some(&mut **socket)
    }

    /// Takes a socket out.
    pub fn remove(&mut self, id: SockId) -> Option<Socket> {
        let socket = self.sockets.remove(&id).map(Common::into_inner)?;
        self.bound.remove(&(socket.port, id));
        self.raws -= usize::from(matches!(socket.kind, Kind::Raw { .. }));
        self.streams.remove(&id);
        Some(socket)
    }

    /// Every socket, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (SockId, &Socket)> {
        self.sockets.iter().map(|(&id, s)| (id, &**s))
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// Whether there is a raw one.
    pub const fn has_raw(&self) -> bool {
        self.raws != 0
    }

    /// Binds a socket; port 0 takes a free one of `range`.
    ///
    /// # Errors
    /// EADDRINUSE. Whether the address is ours is the caller's to check.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/udp.c`: `udp_lib_get_port`.
    pub fn bind(
        &mut self,
        id: SockId,
        local: Option<IpAddr>,
        port: u16,
        range: (u16, u16),
        random: u32,
    ) -> Result<(), SendError> {
        let port = if port == 0 { self.free_port(id, range, random)? } else { port };
        if self.conflicts(id, local, port) {
            return Err(SendError::AddrInUse);
        }
        if let Some(socket) = self.sockets.get_mut(&id) {
            self.bound.remove(&(socket.port, id));
            self.bound.insert((port, id), ());
            (socket.local, socket.port) = (local, port);
        }
        Ok(())
    }

    fn conflicts(&self, id: SockId, local: Option<IpAddr>, port: u16) -> bool {
        let Some(me) = self.sockets.get(&id) else { return false };
        let others = self.at(port).filter(|&(other, _)| other != id).map(|(_, s)| s);
        in_the_way(others, me, local, port)
    }

    /// Sockets that are bound to a port, oldest first.
    fn at(&self, port: u16) -> impl Iterator<Item = (SockId, &Socket)> {
        let bound = self.bound.range((port, SockId(0))..=(port, SockId(u32::MAX)));
        bound.iter().filter_map(|&((_, id), ())| Some((id, self.get(id)?)))
    }

    /// Whether a socket that is not open yet could not be bound there.
    pub fn in_the_way_of(&self, me: &Socket, local: Option<IpAddr>, port: u16) -> bool {
        in_the_way(self.at(port).map(|(_, s)| s), me, local, port)
    }

    fn free_port(&mut self, id: SockId, range: (u16, u16), random: u32) -> Result<u16, SendError> {
        let (low, high) = range;
        let count = u32::from(high - low) + 1;
        if self.next_port < low || self.next_port > high {
            self.next_port = low + (random % count) as u16;
        }
        for _ in 0..count {
            let port = self.next_port;
            self.next_port = if port >= high { low } else { port + 1 };
            if !self.conflicts(id, None, port) {
                return Ok(port);
            }
        }
        Err(SendError::AddrInUse)
    }

    /// The UDP socket that a datagram is for.
    pub fn udp(&self, src: (&IpAddr, u16), dst: (&IpAddr, u16), iif: IfIndex) -> Option<SockId> {
        self.best(|s| matches!(s.kind, Kind::Udp), src, dst, iif)
    }

    /// The TCP socket that a segment is for: a connection, else a listener.
    pub fn tcp(&self, src: (IpAddr, u16), dst: (IpAddr, u16), iif: IfIndex) -> Option<SockId> {
        let connection = self
            .connections()
            .find(|(_, c)| c.local == dst && c.remote == src && c.state != super::tcp::State::Closed);
        if let Some((id, _)) = connection {
            return Some(id);
        }
        self.best(|s| matches!(s.kind, Kind::TcpListen { .. }), (&src.0, src.1), (&dst.0, dst.1), iif)
    }

    /// Every raw socket that gets a copy.
    pub fn raw(&self, protocol: u8, src: IpAddr, dst: IpAddr, iif: IfIndex) -> Vec<SockId> {
        let wants = |s: &Socket| {
            matches!(s.kind, Kind::Raw { protocol: p } if p == protocol)
                && s.family == Family::of(dst)
                && s.score((&src, 0), &dst, iif).is_some()
        };
        self.sockets.iter().filter(|(_, s)| wants(s)).map(|(&id, _)| id).collect()
    }

    fn best(
        &self,
        wants: impl Fn(&Socket) -> bool,
        src: (&IpAddr, u16),
        dst: (&IpAddr, u16),
        iif: IfIndex,
    ) -> Option<SockId> {
        let mut best: Option<(u8, SockId)> = None;
        for (id, socket) in self.at(dst.1) {
            if wants(socket)
                && let Some(score) = socket.score(src, dst.0, iif)
                // Of equals the youngest wins: the kernel puts it at the head of its list.
                && best.is_none_or(|(top, _)| score >= top)
            {
                best = Some((score, id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// Every TCP connection, oldest first.
    fn connections(&self) -> impl Iterator<Item = (SockId, &Connection)> {
        self.streams.keys().filter_map(|&id| Some((id, self.get(id)?.tcp()?)))
    }

    /// When the first TCP timer is due.
    pub fn deadline(&mut self) -> Option<Instant> {
        let Self { sockets, streams, .. } = self;
        streams.retain(|id, ()| sockets.get(id).is_some_and(|s| s.tcp().is_some()));
        self.connections().filter_map(|(_, c)| c.deadline()).min()
    }

    /// Connections whose timer is due.
    pub fn due(&self, now: Instant) -> Vec<SockId> {
        let is_due = |c: &Connection| c.deadline().is_some_and(|t| t <= now);
        self.connections().filter(|(_, c)| is_due(c)).map(|(id, _)| id).collect()
    }
}

/// A socket may become a connection. Apart, as a packet of any other pays for what stands beside it.
#[cold]
#[inline(never)]
fn may_connect(streams: &mut Map<SockId, ()>, id: SockId) {
    streams.insert(id, ());
}

/// Whether one of these sockets keeps another from being bound there.
///
/// # Source
/// Linux v6.18, `net/ipv4/inet_connection_sock.c`: `inet_csk_bind_conflict`; `net/ipv4/udp.c`: `inet_rcv_saddr_equal`.
fn in_the_way<'a>(
    mut sockets: impl Iterator<Item = &'a Socket>,
    me: &Socket,
    local: Option<IpAddr>,
    port: u16,
) -> bool {
    let Some(space) = me.kind.port_space() else { return false };
    sockets.any(|s| {
        let same_space = s.port == port && s.kind.port_space().is_some_and(|o| o == space);
        let families = s.family == me.family
            || (s.family == Family::V6 && !s.opts.v6only && s.local.is_none())
            || (me.family == Family::V6 && !me.opts.v6only && local.is_none());
        let addresses = match (s.local, local) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let devices = match (s.opts.device, me.opts.device) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let listens = matches!(s.kind, Kind::TcpListen { .. });
        let shared = s.opts.reuse && me.opts.reuse && !listens;
        same_space && families && addresses && devices && !shared
    })
}
