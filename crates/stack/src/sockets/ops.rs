//! What a process does with a socket: open, bind, connect, send, receive, close.

use std::net::IpAddr;

use packetwalk_netfilter::Random;
use packetwalk_trace::{Observer, RouteKind, SendError};
use packetwalk_wire::{Family, IpHeader, Packet, Payload, Skb, Transport, Udp, proto};

use super::{Datagram, Kind, SockError, SockId, Socket};
use crate::path::{Ether, Next};
use crate::sysctl::Global;
use crate::{Cx, Dst, OutputKey, Stack};

impl Stack {
    /// `socket`.
    pub fn sock_open(&mut self, family: Family, kind: Kind) -> SockId {
        self.sockets.open(Socket::new(family, kind))
    }

    /// `bind`; `None` is any address, port 0 any free one.
    ///
    /// # Errors
    /// EADDRNOTAVAIL for an address that is not ours, EADDRINUSE.
    pub fn sock_bind(&mut self, id: SockId, addr: Option<IpAddr>, port: u16) -> Result<(), SendError> {
        let addr = addr.filter(|a| !a.is_unspecified());
        if let Some(addr) = addr {
            let nonlocal = match Family::of(addr) {
                Family::V4 => Global::IpNonlocalBind,
                Family::V6 => Global::Ip6NonlocalBind,
            };
            let kind = self.routing.addr_type(addr, None);
            let fits = matches!(kind, RouteKind::Local | RouteKind::Multicast | RouteKind::Broadcast);
            if !fits && self.sysctl.get(nonlocal) == 0 {
                return Err(SendError::AddrNotAvail);
            }
        }
        let random = self.random.next_u32();
        self.sockets.bind(id, addr, port, self.sysctl.port_range, random)
    }

    /// What the route tables are asked for a socket's packet to `dst`.
    pub(crate) fn socket_key(socket: &Socket, protocol: u8, dst: (IpAddr, u16)) -> OutputKey {
        OutputKey {
            dst: dst.0,
            src: socket.local.filter(|a| !a.is_multicast()),
            oif: socket.opts.device,
            mark: socket.opts.mark,
            tos: socket.opts.tos,
            protocol,
            ports: (socket.port, dst.1),
            any_src: false,
        }
    }

    /// `connect` of a datagram or raw socket: fixes the peer and the source address.
    ///
    /// # Errors
    /// As the route lookup's; EACCES for broadcast without permission.
    pub fn sock_connect_datagram(&mut self, id: SockId, to: (IpAddr, u16)) -> Result<(), SendError> {
        let Some(socket) = self.sockets.get(id) else { return Err(SendError::Inval) };
        let protocol = if let Kind::Raw { protocol } = socket.kind { protocol } else { proto::UDP };
        let dst = self.lookup_output(&Self::socket_key(socket, protocol, to))?;
        if dst.kind == RouteKind::Broadcast && !socket.opts.broadcast {
            return Err(SendError::Access);
        }
        self.bind_port_if_none(id)?;
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.local = socket.local.or(dst.src);
            socket.remote = Some(to);
        }
        Ok(())
    }

    pub(super) fn bind_port_if_none(&mut self, id: SockId) -> Result<(), SendError> {
        let Some(socket) = self.sockets.get(id) else { return Err(SendError::Inval) };
        if socket.port == 0 && !matches!(socket.kind, Kind::Raw { .. }) {
            let (local, random) = (socket.local, self.random.next_u32());
            self.sockets.bind(id, local, 0, self.sysctl.port_range, random)?;
        }
        Ok(())
    }

    /// `sendto` of a UDP socket.
    ///
    /// # Errors
    /// A pending error of the socket, no route, EPERM when a rule of OUTPUT dropped it, EACCES,
    /// EMSGSIZE.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/udp.c`: `udp_sendmsg`.
    pub fn udp_send<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: SockId,
        data: &[u8],
        to: Option<(IpAddr, u16)>,
        from: Option<IpAddr>,
    ) -> Result<(), SendError> {
        self.bind_port_if_none(id)?;
        let Some(socket) = self.sockets.get_mut(id) else { return Err(SendError::Inval) };
        if let Some(error) = socket.error.take() {
            return Err(error);
        }
        let Some(to) = to.or(socket.remote) else { return Err(SendError::Inval) };
        let (sport, opts) = (socket.port, socket.opts);
        let mut key = Self::socket_key(socket, proto::UDP, to);
        key.src = from.or(key.src);
        if data.len() > 65507 {
            return Err(SendError::MsgSize);
        }
        let dst = self.lookup_output(&key)?;
        if dst.kind == RouteKind::Broadcast && !opts.broadcast {
            return Err(SendError::Access);
        }
        let Some(src) = key.src.or(dst.src) else { return Err(SendError::AddrNotAvail) };
        let transport = Transport::Udp(Udp { sport, dport: to.1 });
        let payload = cx.payloads.intern(data);
        let packet = Packet { ip: IpHeader::new(src, to.0), transport, payload };
        self.send_from(cx, id, packet, dst)
    }

    /// `sendto` of a raw socket: `transport` and payload, the IP header is the kernel's.
    ///
    /// # Errors
    /// As [`Stack::udp_send`].
    pub fn raw_send<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: SockId,
        transport: Transport,
        data: &[u8],
        to: IpAddr,
    ) -> Result<(), SendError> {
        let Some(socket) = self.sockets.get(id) else { return Err(SendError::Inval) };
        let Kind::Raw { protocol } = socket.kind else { return Err(SendError::Inval) };
        let key = Self::socket_key(socket, protocol, (to, 0));
        let broadcast = socket.opts.broadcast;
        let dst = self.lookup_output(&key)?;
        if dst.kind == RouteKind::Broadcast && !broadcast {
            return Err(SendError::Access);
        }
        let Some(src) = key.src.or(dst.src) else { return Err(SendError::AddrNotAvail) };
        let mut packet = Packet { ip: IpHeader::new(src, to), transport, payload: Payload::EMPTY };
        let family = packet.family();
        let room = 0xffff - if family == Family::V4 { 20 } else { 0 };
        if usize::from(packet.transport_header_len()) + data.len() > room {
            let mtu = self.path_mtu(&dst);
            self.local_error(cx, id, packet, mtu);
            return Err(SendError::MsgSize);
        }
        packet.payload = cx.payloads.intern(data);
        self.send_from(cx, id, packet, dst)
    }

    /// A packet was too large to send: its socket's error queue says so.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_sockglue.c`: `ip_local_error`.
    fn local_error<O: Observer>(&mut self, cx: &Cx<'_, O>, id: SockId, packet: Packet, mtu: u32) {
        if let Some(socket) = self.sockets.get_mut(id).filter(|s| s.opts.recverr) {
            let error = SendError::MsgSize;
            socket.errors.push_back(SockError {
                at: cx.now,
                error,
                offender: None,
                icmp: (0, 0),
                info: mtu,
                packet,
            });
        }
    }

    /// Finishes a socket's packet with its options and sends it.
    fn send_from<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: SockId,
        mut packet: Packet,
        mut dst: Dst,
    ) -> Result<(), SendError> {
        let Some(opts) = self.sockets.get(id).map(|s| s.opts) else { return Err(SendError::Inval) };
        let family = packet.family();
        packet.ip.tos = opts.tos;
        dst.probe = opts.pmtu_probe;
        let mut mtu = self.path_mtu(&dst);
        if !opts.pmtu_probe {
            mtu = mtu.min(self.pmtu.get(packet.ip.dst, cx.now).unwrap_or(mtu));
        }
        let fits = u32::from(packet.len()) <= mtu;
        packet.ip.df = opts.df && family == Family::V4 && (fits || opts.pmtu_strict);
        let group = matches!(dst.kind, RouteKind::Multicast);
        packet.ip.ttl = opts.ttl.unwrap_or_else(|| if group { 1 } else { self.default_ttl(family, dst.oif) });
        if opts.pmtu_strict && !fits {
            self.local_error(cx, id, packet, mtu);
            return Err(SendError::MsgSize);
        }
        let mut skb = Skb::new(cx.new_id(), packet);
        skb.mark = opts.mark;
        skb.uid = Some(opts.uid);
        skb.ignore_df = !opts.pmtu_strict;
        self.send_skb(cx, skb, dst)
    }

    /// Sends a packet whose headers the caller made (`IP_HDRINCL`).
    ///
    /// # Errors
    /// As [`Stack::udp_send`].
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/raw.c`: `raw_send_hdrinc`.
    pub fn send_hdrincl<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        mut packet: Packet,
        mark: u32,
    ) -> Result<(), SendError> {
        let key = OutputKey {
            mark,
            protocol: packet.protocol(),
            tos: packet.ip.tos,
            any_src: true,
            ..OutputKey::to(packet.ip.dst)
        };
        let dst = self.lookup_output(&key)?;
        if packet.ip.src.is_unspecified() {
            packet.ip.src = dst.src.ok_or(SendError::AddrNotAvail)?;
            // The sender's checksum was made over the address that it left open.
            packet.ip.bad_csum = !matches!(packet.transport, Transport::Icmp(_));
        }
        if self.links.get(dst.oif).is_some_and(|d| u32::from(packet.len()) > d.mtu) {
            return Err(SendError::MsgSize);
        }
        let mut skb = Skb::new(cx.new_id(), packet);
        skb.mark = mark;
        skb.uid = Some(0);
        self.send_skb(cx, skb, dst)
    }

    /// Runs a packet made here, and tells its sender's error.
    pub(crate) fn send_skb<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: Skb,
        dst: Dst,
    ) -> Result<(), SendError> {
        (cx.sending, cx.errno) = (skb.id, None);
        cx.obs.at(self.id, cx.now);
        self.carry(cx, Next::Output, &mut Ether::bare(skb), &mut { dst });
        self.run_waiting(cx);
        cx.errno.take().map_or(Ok(()), Err)
    }

    /// `recvfrom`: the oldest datagram.
    pub fn sock_recv(&mut self, id: SockId) -> Option<Datagram> {
        let received = &mut self.sockets.get_mut(id)?.received;
        let first = received.pop_front();
        if received.is_empty() {
            // The next ones lie where the last ones did, though there be room for many.
            received.clear();
        }
        first
    }

    /// `SO_ERROR`: reads and clears the pending error.
    pub fn sock_error(&mut self, id: SockId) -> Option<SendError> {
        let socket = self.sockets.get_mut(id)?;
        let error = socket.error.take();
        match &mut socket.kind {
            Kind::Tcp { conn, .. } => error.or_else(|| conn.take_error()),
            _ => error,
        }
    }
}
