//! Sends probes.

use std::net::IpAddr;

use packetwalk_lab::{SockId, SocketKind};
use packetwalk_netfilter::Random;
use packetwalk_stack::OutputKey;
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Icmp, Tcp, TcpFlags, TcpOptions, Transport, icmp, proto};

use super::options::Method;
use super::run::Run;
use super::{Done, error};
use crate::Cx;

/// First port of the default method (`DEF_START_PORT`).
const START_PORT: u32 = 33434;
/// `-U` (`DEF_UDP_PORT`).
const UDP_PORT: u32 = 53;
/// `-T` (`DEF_TCP_PORT`).
const TCP_PORT: u32 = 80;

impl Run {
    /// Prepares the method: its socket if one serves for all probes, and the port.
    ///
    /// # Source
    /// traceroute 2.1.2, `traceroute/mod-udp.c`, `mod-icmp.c`, `mod-tcp.c`: the `init` of each.
    pub(super) fn init(&mut self, cx: &mut Cx<'_>) -> Result<(), Done> {
        let asked = self.options.port;
        let or = |default| if asked == 0 { default } else { asked };
        match self.options.method {
            Method::Default => self.seq = or(START_PORT),
            Method::Udp => self.seq = or(UDP_PORT),
            Method::Icmp => {
                self.seq = or(1);
                self.data_len = self.data_len.max(8);
                let protocol = if self.family() == Family::V4 { proto::ICMP } else { proto::ICMPV6 };
                self.raw = Some(self.raw_socket(cx, protocol)?);
            }
            Method::Tcp => {
                self.seq = or(TCP_PORT);
                self.raw = Some(self.raw_socket(cx, proto::TCP)?);
                self.tcp = self.tcp_header(cx);
                self.data_len = usize::from(self.tcp.header_len());
            }
        }
        Ok(())
    }

    fn raw_socket(&mut self, cx: &mut Cx<'_>, protocol: u8) -> Result<SockId, Done> {
        let sock = self.socket(cx, SocketKind::Raw { protocol })?;
        self.connect(cx, sock, 0)?;
        Ok(sock)
    }

    /// A socket with the options of the command line.
    ///
    /// # Source
    /// traceroute 2.1.2, `traceroute/traceroute.c`: `tune_socket`, `bind_socket`.
    fn socket(&mut self, cx: &mut Cx<'_>, kind: SocketKind) -> Result<SockId, Done> {
        let family = self.family();
        let device = match &self.options.device {
            None => None,
            Some(name) => match cx.lab.stack(cx.ns).and_then(|s| s.links.by_name(name)) {
                Some(device) => Some(device.index),
                None => return Err(error(cx, "setsockopt SO_BINDTODEVICE", SendError::NoDev.text())),
            },
        };
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Err(Done(1)) };
        let sock = stack.sock_open(family, kind);
        self.open.push(sock);
        if let Some(socket) = stack.sockets.get_mut(sock) {
            let opts = &mut socket.opts;
            opts.device = device;
            opts.mark = self.options.mark;
            opts.tos = self.options.tos as u8;
            opts.df = self.options.dont_fragment;
            opts.pmtu_strict = self.options.dont_fragment;
            opts.pmtu_probe = self.options.dont_fragment;
            opts.recverr = true;
        }
        let bound = stack.sock_bind(sock, self.options.source, self.options.sport as u16);
        bound.map_err(|e| error(cx, "bind", e.text()))?;
        Ok(sock)
    }

    fn connect(&self, cx: &mut Cx<'_>, sock: SockId, port: u16) -> Result<(), Done> {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Err(Done(1)) };
        let done = stack.sock_connect_datagram(sock, (self.dst(), port));
        done.map_err(|e| error(cx, "connect", e.text()))
    }

    /// The SYN that every probe of `-T` is.
    fn tcp_header(&self, cx: &mut Cx<'_>) -> Tcp {
        let on = |cx: &mut Cx<'_>, name: &str| {
            cx.read_file(format!("/proc/sys/net/ipv4/tcp_{name}").as_bytes())
                .is_ok_and(|t| t.starts_with(b"1"))
        };
        let (ecn, sack) = (on(cx, "ecn"), on(cx, "sack"));
        let (timestamps, scaling) = (on(cx, "timestamps"), on(cx, "window_scaling"));
        let header = if self.family() == Family::V4 { 20 } else { 40 };
        let mut mtu = 576;
        let mut stamp = 0;
        if let Some(stack) = cx.lab.stack_mut(cx.ns) {
            stamp = stack.random.next_u32();
            if let Ok(way) = stack.lookup_output(&OutputKey::to(self.dst())) {
                mtu = way.mtu.or_else(|| stack.links.get(way.oif).map(|d| d.mtu)).unwrap_or(mtu).max(576);
            }
        }
        let mss = mtu.saturating_sub(header + 20).min(0xffff) as u16;
        let mut flags = TcpFlags::SYN;
        if ecn {
            flags = flags.with(TcpFlags::ECE).with(TcpFlags::CWR);
        }
        Tcp {
            sport: 0,
            dport: self.seq as u16,
            seq: 0,
            ack: 0,
            flags,
            window: mss.wrapping_mul(4),
            options: TcpOptions {
                mss: Some(mss),
                sack_permitted: sack,
                timestamp: timestamps.then_some((stamp, 0)),
                wscale: scaling.then_some(2),
                ..TcpOptions::default()
            },
        }
    }

    /// Sends probe `at`.
    ///
    /// # Source
    /// traceroute 2.1.2, `traceroute/mod-udp.c`: `udp_send_probe`; `mod-icmp.c`: `icmp_send_probe`;
    /// `mod-tcp.c`: `tcp_send_probe`.
    pub(super) fn send(&mut self, cx: &mut Cx<'_>, at: usize) -> Result<(), Done> {
        let ttl = (at / self.options.queries as usize + 1) as u8;
        let now = cx.now();
        let (seq, sock, sent) = match self.options.method {
            Method::Default | Method::Udp => {
                let port = self.seq as u16;
                let sock = self.socket(cx, SocketKind::Udp)?;
                set_ttl(cx, sock, ttl);
                self.connect(cx, sock, port)?;
                let sent = cx.lab.udp_send(cx.ns, sock, &pattern(0, self.data_len), None, None);
                if self.options.method == Method::Default {
                    self.seq += 1;
                }
                (u32::from(port), Some(sock), sent)
            }
            Method::Icmp => {
                let Some(raw) = self.raw else { return Err(Done(1)) };
                set_ttl(cx, raw, ttl);
                let ty = if self.family() == Family::V4 { icmp::v4::ECHO } else { icmp::v6::ECHO };
                let seq = self.seq as u16;
                let id = cx.pid.0 as u16;
                let echo = Transport::Icmp(Icmp::Query { ty, code: 0, id, seq });
                let sent = self.raw_send(cx, raw, echo, &pattern(8, self.data_len));
                self.seq += 1;
                (u32::from(seq), None, sent)
            }
            Method::Tcp => {
                let Some(raw) = self.raw else { return Err(Done(1)) };
                // It holds the port; nobody connects it.
                let sock = self.socket(cx, SocketKind::TcpIdle)?;
                set_ttl(cx, raw, ttl);
                let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Err(Done(1)) };
                let sport = stack.sockets.get(sock).map_or(0, |s| s.port);
                let seq = stack.random.next_u32();
                let sent = self.raw_send(cx, raw, Transport::Tcp(Tcp { sport, seq, ..self.tcp }), &[]);
                (u32::from(sport), Some(sock), sent)
            }
        };
        match sent {
            Ok(()) | Err(SendError::MsgSize | SendError::HostUnreach) => {}
            Err(e) => return Err(error(cx, "send", e.text())),
        }
        if let Some(probe) = self.probes.get_mut(at) {
            (probe.sent, probe.seq, probe.sock) = (Some(now), seq, sock);
        }
        Ok(())
    }

    fn raw_send(&self, cx: &mut Cx<'_>, raw: SockId, what: Transport, data: &[u8]) -> Result<(), SendError> {
        cx.lab.raw_send(cx.ns, raw, what, data, self.dst())
    }

    pub(super) fn family(&self) -> Family {
        Family::of(self.dst())
    }

    pub(super) fn dst(&self) -> IpAddr {
        self.options.target.as_ref().map_or(Family::V4.unspecified(), |(_, addr)| *addr)
    }
}

fn set_ttl(cx: &mut Cx<'_>, sock: SockId, ttl: u8) {
    if let Some(socket) = cx.lab.stack_mut(cx.ns).and_then(|s| s.sockets.get_mut(sock)) {
        socket.opts.ttl = Some(ttl);
    }
}

/// The bytes of a probe from `from` on.
fn pattern(from: usize, len: usize) -> Vec<u8> {
    (from..len).map(|i| 0x40 + (i & 0x3f) as u8).collect()
}
