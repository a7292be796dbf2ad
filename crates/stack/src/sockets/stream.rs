//! TCP sockets: listen, connect, accept, write, read, close; and segments that come in.

use std::collections::VecDeque;
use std::net::IpAddr;

use packetwalk_netfilter::Random;
use packetwalk_route::output6::needs_strict;
use packetwalk_trace::{DropReason, Observer, SendError, Step};
use packetwalk_wire::{Family, Instant, IpHeader, Packet, PacketType, Skb, Tcp, TcpFlags, Transport, proto};

use super::tcp::{Connection, Segment, State, TcpConf, mss_of, reset_for};
use super::{Kind, SockId, Socket};
use crate::dst::link_of;
use crate::path::Next;
use crate::sysctl::Global;
use crate::{Cx, Dst, OutputKey, Stack};

impl Stack {
    pub(crate) fn connection(&mut self, id: SockId) -> Option<&mut Connection> {
        match &mut self.sockets.get_mut(id)?.kind {
            Kind::Tcp { conn, .. } => Some(conn),
            _ => None,
        }
    }

    fn tcp_conf(&self, remote: IpAddr, dst: &Dst, now: Instant) -> TcpConf {
        let mtu = self.path_mtu(dst);
        let mtu = self.pmtu.get(remote, now).map_or(mtu, |known| known.min(mtu));
        let on = |key| self.sysctl.get(key) != 0;
        let count = |key| self.sysctl.get(key).clamp(0, 127) as u32;
        TcpConf {
            timestamps: on(Global::TcpTimestamps),
            sack: on(Global::TcpSack),
            window_scaling: on(Global::TcpWindowScaling),
            syn_retries: (count(Global::TcpSynRetries), count(Global::TcpSynLinearTimeouts)),
            synack_retries: count(Global::TcpSynackRetries),
            mss: mss_of(mtu, Family::of(remote)),
        }
    }

    /// `listen`; the socket is bound already.
    pub fn tcp_listen(&mut self, id: SockId, backlog: u32) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.kind = Kind::TcpListen { ready: VecDeque::new(), backlog };
        }
    }

    /// `connect`: sends the SYN. Then the connection's state tells.
    ///
    /// # Errors
    /// No route, EADDRNOTAVAIL, EADDRINUSE. A SYN that a rule of OUTPUT drops is no error: it is sent
    /// again.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_connect`.
    pub fn tcp_connect<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: SockId,
        to: (IpAddr, u16),
    ) -> Result<(), SendError> {
        let Some(socket) = self.sockets.get(id) else { return Err(SendError::Inval) };
        let to = if to.0.is_unspecified() { (loopback(to.0), to.1) } else { to };
        let dst = self.lookup_output(&Self::socket_key(socket, proto::TCP, to))?;
        if !matches!(dst.kind, packetwalk_trace::RouteKind::Unicast | packetwalk_trace::RouteKind::Local) {
            return Err(SendError::NetUnreach);
        }
        self.bind_port_if_none(id)?;
        let seed = (self.random.next_u32(), self.random.next_u32());
        let conf = self.tcp_conf(to.0, &dst, cx.now);
        let Some(socket) = self.sockets.get_mut(id) else { return Err(SendError::Inval) };
        let Some(src) = socket.local.or(dst.src) else { return Err(SendError::AddrNotAvail) };
        let local = (src, socket.port);
        let mut out = Vec::new();
        let conn = Connection::connect(local, to, conf, seed, cx.now, &mut out);
        socket.kind = Kind::Tcp { conn: Box::new(conn), parent: None, orphan: false };
        socket.remote = Some(to);
        self.send_segments(cx, id, &out);
        self.run_waiting(cx);
        Ok(())
    }

    /// `accept`: the oldest established connection.
    pub fn tcp_accept(&mut self, id: SockId) -> Option<SockId> {
        let Kind::TcpListen { ready, .. } = &mut self.sockets.get_mut(id)?.kind else { return None };
        let child = ready.pop_front()?;
        if let Some(Socket { kind: Kind::Tcp { parent, .. }, .. }) = self.sockets.get_mut(child) {
            *parent = None;
        }
        Some(child)
    }

    /// `write`.
    ///
    /// # Errors
    /// The connection's pending error, ECONNRESET when it cannot send.
    pub fn tcp_write<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        id: SockId,
        data: &[u8],
    ) -> Result<(), SendError> {
        let Some(conn) = self.connection(id) else { return Err(SendError::Inval) };
        conn.write(data)?;
        self.tcp_push(cx, id);
        Ok(())
    }

    fn tcp_push<O: Observer>(&mut self, cx: &mut Cx<'_, O>, id: SockId) {
        let mut out = Vec::new();
        if let Some(conn) = self.connection(id) {
            conn.push(cx.payloads, cx.now, &mut out);
        }
        self.send_segments(cx, id, &out);
        self.run_waiting(cx);
    }

    /// `read`: everything received so far; empty when there is nothing (see [`Connection::at_end`]).
    pub fn tcp_read(&mut self, id: SockId) -> Vec<u8> {
        self.connection(id).map(Connection::read).unwrap_or_default()
    }

    /// `shutdown(SHUT_WR)`.
    pub fn tcp_shutdown<O: Observer>(&mut self, cx: &mut Cx<'_, O>, id: SockId) {
        if let Some(conn) = self.connection(id) {
            conn.shutdown();
        }
        self.tcp_push(cx, id);
    }

    /// `close`. A TCP connection lives on until it is done; one with unread data is reset.
    pub fn sock_close<O: Observer>(&mut self, cx: &mut Cx<'_, O>, id: SockId) {
        let mut out = Vec::new();
        let Some(socket) = self.sockets.get_mut(id) else { return };
        match &mut socket.kind {
            Kind::Tcp { conn, orphan, .. } => {
                *orphan = true;
                if matches!(conn.state, State::SynSent) || !conn.read().is_empty() {
                    conn.abort(cx.now, &mut out);
                } else {
                    conn.shutdown();
                    conn.push(cx.payloads, cx.now, &mut out);
                }
            }
            Kind::TcpListen { ready, .. } => {
                let children: Vec<SockId> = ready.drain(..).collect();
                for child in children {
                    self.tcp_abort(cx, child);
                }
                self.sockets.remove(id);
                return;
            }
            _ => {
                self.sockets.remove(id);
                return;
            }
        }
        self.send_segments(cx, id, &out);
        self.reap(id);
        self.run_waiting(cx);
    }

    /// `close` with SO_LINGER 0: the peer gets a RST.
    pub fn tcp_abort<O: Observer>(&mut self, cx: &mut Cx<'_, O>, id: SockId) {
        let mut out = Vec::new();
        if let Some(conn) = self.connection(id) {
            conn.abort(cx.now, &mut out);
        }
        self.send_segments(cx, id, &out);
        self.sockets.remove(id);
        self.run_waiting(cx);
    }

    /// Forgets a connection that is closed and that no process holds.
    fn reap(&mut self, id: SockId) {
        if let Some(Socket { kind: Kind::Tcp { conn, orphan: true, .. }, .. }) = self.sockets.get(id)
            && conn.state == State::Closed
        {
            self.sockets.remove(id);
        }
    }

    /// Puts segments of a connection on their way.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `__ip_queue_xmit`.
    pub(crate) fn send_segments<O: Observer>(&mut self, cx: &mut Cx<'_, O>, id: SockId, out: &[Segment]) {
        if out.is_empty() {
            return;
        }
        let Some(socket) = self.sockets.get(id) else { return };
        let (Some(conn), opts) = (socket.tcp(), socket.opts) else { return };
        let (local, remote) = (conn.local, conn.remote);
        let key = OutputKey {
            src: Some(local.0),
            oif: opts.device,
            mark: opts.mark,
            tos: opts.tos,
            protocol: proto::TCP,
            ports: (local.1, remote.1),
            any_src: false,
            dst: remote.0,
        };
        let Ok(dst) = self.lookup_output(&key) else { return };
        for segment in out {
            let mut ip = IpHeader::new(local.0, remote.0);
            ip.ttl = opts.ttl.unwrap_or_else(|| self.default_ttl(Family::of(remote.0), dst.oif));
            ip.tos = opts.tos;
            ip.df = local.0.is_ipv4();
            let packet = Packet { ip, transport: Transport::Tcp(segment.tcp), payload: segment.payload };
            let mut skb = Skb::new(cx.new_id(), packet);
            skb.mark = opts.mark;
            skb.uid = Some(opts.uid);
            self.send_now(cx, skb, dst);
        }
    }

    /// A segment has passed INPUT.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_rcv`.
    pub(crate) fn deliver_tcp<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, tcp: &Tcp) -> Next {
        let packet = skb.packet;
        if skb.pkt_type != PacketType::Host {
            return self.drop(cx, skb, DropReason::UnicastInL2Multicast);
        }
        let (src, dst) = ((packet.ip.src, tcp.sport), (packet.ip.dst, tcp.dport));
        match self.sockets.tcp(src, dst, skb.iif) {
            Some(id) if self.connection(id).is_some() => self.tcp_input(cx, skb, id, tcp),
            Some(id) => self.tcp_to_listener(cx, skb, id, tcp),
            None => {
                self.tcp_reset(cx, skb, tcp, None);
                self.drop(cx, skb, DropReason::NoSocket)
            }
        }
    }

    /// Linux v6.18, `net/ipv4/tcp_input.c`: `tcp_rcv_state_process`, TCP_LISTEN.
    fn tcp_to_listener<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, id: SockId, tcp: &Tcp) -> Next {
        let flags = tcp.flags;
        if flags.has(TcpFlags::ACK) {
            self.tcp_reset(cx, skb, tcp, self.sockets.get(id).map(|s| s.opts.uid));
        } else if flags.has(TcpFlags::RST) {
            return self.drop(cx, skb, DropReason::TcpReset);
        } else if flags.has(TcpFlags::SYN) && !flags.has(TcpFlags::FIN) {
            return self.tcp_passive_open(cx, skb, id, tcp);
        }
        self.drop(cx, skb, DropReason::TcpFlags)
    }

    fn tcp_input<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, id: SockId, tcp: &Tcp) -> Next {
        cx.obs.step(skb, Step::Deliver);
        let data = cx.payloads.bytes(skb.packet.payload).to_vec();
        let mut out = Vec::new();
        let uid = self.sockets.get(id).map(|s| s.opts.uid);
        let Some(conn) = self.connection(id) else { return Next::Done };
        let was = conn.state;
        if was == State::TimeWait && tcp.flags.has(TcpFlags::SYN) {
            // The port pair is used again: the old connection makes room (`tcp_timewait_state_process`).
            self.sockets.remove(id);
            return self.deliver_tcp(cx, skb, tcp);
        }
        if conn.refuses_ack(tcp) {
            self.tcp_reset(cx, skb, tcp, uid);
            return self.drop(cx, skb, DropReason::TcpFlags);
        }
        if conn.refuses_syn(tcp) {
            self.sockets.remove(id);
            self.tcp_reset(cx, skb, tcp, uid);
            return self.drop(cx, skb, DropReason::TcpFlags);
        }
        conn.input(tcp, &data, cx.payloads, cx.now, &mut out);
        let (now, closed) = (conn.state, conn.at_end() && conn.state == State::Closed);
        if was == State::SynRecv && now != State::SynRecv {
            self.tcp_opened(id, now == State::Closed);
        }
        let _ = closed;
        self.send_segments(cx, id, &out);
        self.reap(id);
        Next::Done
    }

    /// A passive connection was established, or refused before.
    fn tcp_opened(&mut self, id: SockId, dead: bool) {
        let Some(Socket { kind: Kind::Tcp { parent, orphan, .. }, .. }) = self.sockets.get_mut(id) else {
            return;
        };
        let listener = *parent;
        if dead {
            *orphan = true;
            return;
        }
        let Some(listener) = listener else { return };
        if let Some(Socket { kind: Kind::TcpListen { ready, .. }, .. }) = self.sockets.get_mut(listener) {
            ready.push_back(id);
        }
    }

    /// Linux v6.18, `net/ipv4/tcp_input.c`: `tcp_conn_request`.
    fn tcp_passive_open<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        skb: &Skb,
        listener: SockId,
        tcp: &Tcp,
    ) -> Next {
        let packet = skb.packet;
        cx.obs.step(skb, Step::Deliver);
        let Some(parent) = self.sockets.get(listener) else { return Next::Done };
        let Kind::TcpListen { ready, backlog } = &parent.kind else { return Next::Done };
        if ready.len() as u64 > u64::from(*backlog) {
            return self.drop(cx, skb, DropReason::SocketRcvbuff);
        }
        let (mut opts, family) = (parent.opts, packet.family());
        opts.device = opts.device.or(link_of(skb));
        let local = (packet.ip.dst, tcp.dport);
        let remote = (packet.ip.src, tcp.sport);
        let key = OutputKey {
            src: Some(local.0),
            oif: opts.device,
            mark: opts.mark,
            protocol: proto::TCP,
            ports: (local.1, remote.1),
            ..OutputKey::to(remote.0)
        };
        let Ok(way) = self.lookup_output(&key) else { return Next::Done };
        let conf = self.tcp_conf(remote.0, &way, cx.now);
        let seed = (self.random.next_u32(), self.random.next_u32());
        let mut out = Vec::new();
        let conn = Connection::accept(local, remote, conf, seed, tcp, cx.now, &mut out);
        let kind = Kind::Tcp { conn: Box::new(conn), parent: Some(listener), orphan: false };
        let mut socket = Socket::new(family, kind);
        (socket.local, socket.port, socket.remote, socket.opts) =
            (Some(local.0), local.1, Some(remote), opts);
        let id = self.sockets.open(socket);
        self.send_segments(cx, id, &out);
        Next::Done
    }

    /// Answers a segment that is of no connection; for a socket of this user, if it came to one
    /// (`skb_set_owner_edemux`).
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_send_reset`; `net/ipv6/tcp_ipv6.c`:
    /// `tcp_v6_send_reset`; `net/ipv4/ip_output.c`: `ip_send_unicast_reply` leaves out the ECN bits.
    fn tcp_reset<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, tcp: &Tcp, uid: Option<u32>) {
        if tcp.flags.has(TcpFlags::RST) {
            return;
        }
        let packet = skb.packet;
        let segment = reset_for(tcp, packet.payload.len());
        let mark = self.reflected_mark(skb);
        let key = OutputKey {
            src: Some(packet.ip.dst),
            oif: (packet.family() == Family::V6 && needs_strict(packet.ip.src)).then_some(skb.iif),
            mark,
            protocol: proto::TCP,
            ports: (tcp.dport, tcp.sport),
            ..OutputKey::to(packet.ip.src)
        };
        let Ok(way) = self.lookup_output(&key) else { return };
        let mut ip = IpHeader::new(packet.ip.dst, packet.ip.src);
        ip.ttl = self.default_ttl(packet.family(), way.oif);
        ip.tos = packet.ip.tos & !3;
        ip.df = packet.ip.src.is_ipv4();
        let answer = Packet { ip, transport: Transport::Tcp(segment.tcp), payload: segment.payload };
        let mut reset = Skb::new(cx.new_id(), answer);
        (reset.mark, reset.uid) = (mark, uid);
        cx.obs.step(skb, Step::Answer);
        self.send_now(cx, reset, way);
    }

    pub(crate) fn tcp_timers<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        for id in self.sockets.due(cx.now) {
            self.arrived = true;
            let mut out = Vec::new();
            let Some(conn) = self.connection(id) else { continue };
            let was = conn.state;
            conn.on_timer(cx.payloads, cx.now, &mut out);
            let dead = was == State::SynRecv && conn.state == State::Closed;
            if dead {
                self.tcp_opened(id, true);
            }
            self.send_segments(cx, id, &out);
            self.reap(id);
        }
    }
}

fn loopback(any: IpAddr) -> IpAddr {
    match any {
        IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
    }
}
