//! The client: one address after the other, one port after the other.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_lab::SocketKind;
use packetwalk_lab::socket::tcp::State;
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Instant};

use super::transfer::Transfer;
use super::{Done, Nc, SETTLE, Stage, Step, fail, reason, warn};
use crate::Cx;
use crate::process::Poll;
use crate::tools::clib::{Gai, Host, Lookup, Want, service_at};

/// Seconds that `-v` waits for an answer of a UDP port (`UDP_SCAN_TIMEOUT`).
const UDP_SCAN_TIMEOUT: u64 = 3;

impl Nc {
    /// The next address of this port, or the next port.
    ///
    /// # Source
    /// netcat-openbsd 1.219-1, `netcat.c`: `remote_connect`.
    pub(super) fn connect(&mut self, cx: &mut Cx<'_>) -> Step {
        if let Some(conn) = self.conn.take() {
            cx.lab.sock_close(cx.ns, conn);
            self.next_port();
        }
        let Some(&port) = self.ports.get(self.port_at) else { return Err(Done(u8::from(self.failed))) };
        if self.host_at == 0 && self.hosts.is_empty() {
            let name = self.options.host.clone().unwrap_or_default();
            if self.options.numeric && !super::is_number(&name) {
                return self.found(cx, Err(Gai::NoName));
            }
            let want = self.options.family.map_or(Want::Any, Want::Only);
            self.stage = Stage::Lookup(Box::new(Lookup::new(cx, &name, want)));
            return Ok(None);
        }
        let Some(host) = self.hosts.get(self.host_at).cloned() else {
            self.next_port();
            return Ok(None);
        };
        self.host_at += 1;
        let family = Family::of(host.addr);
        let kind = if self.options.udp { SocketKind::Udp } else { SocketKind::TcpIdle };
        let ns = cx.ns;
        let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(1)) };
        let sock = stack.sock_open(family, kind);
        if let Some(socket) = stack.sockets.get_mut(sock) {
            socket.opts.device = host.scope;
        }
        self.conn = Some(sock);
        if self.options.source.is_some() || self.options.source_port.is_some() {
            let (addr, port) = self.own_address(cx, family)?;
            let bound = cx.lab.stack_mut(ns).map(|s| s.sock_bind(sock, addr, port));
            if let Some(Err(e)) = bound {
                return Err(fail(cx, &format!("bind failed: {}", reason(e))));
            }
        }
        let device = host.scope;
        self.set_options(cx, sock, false);
        if let Some(socket) = cx.lab.stack_mut(ns).and_then(|s| s.sockets.get_mut(sock)) {
            socket.opts.device = device;
        }
        let to = (host.addr, port);
        if self.options.udp {
            let done =
                cx.lab.stack_mut(ns).map_or(Err(SendError::NoDev), |s| s.sock_connect_datagram(sock, to));
            return match done {
                Ok(()) => {
                    self.connected(cx);
                    Ok(None)
                }
                Err(e) => Ok(self.refused(cx, "failed", reason(e))),
            };
        }
        match cx.lab.tcp_connect(ns, sock, to) {
            Ok(()) => {
                let seconds = self.options.timeout.filter(|&s| s > 0);
                self.stage = Stage::Pending(seconds.map(|s| cx.now() + Duration::from_secs(s)));
                Ok(None)
            }
            Err(e) => Ok(self.refused(cx, "failed", reason(e))),
        }
    }

    fn next_port(&mut self) {
        self.port_at += 1;
        self.host_at = 0;
        self.hosts.clear();
    }

    /// The host's addresses, or why there are none.
    pub(super) fn found(&mut self, cx: &mut Cx<'_>, found: Result<Vec<Host>, Gai>) -> Step {
        let hosts = found.and_then(|hosts| super::fitting(hosts, self.options.family));
        self.hosts = hosts.map_err(|e| {
            let name = self.options.host.clone().unwrap_or_default();
            let port = self.ports.get(self.port_at).copied().unwrap_or(0);
            fail(cx, &format!("getaddrinfo for host \"{name}\" port {port}: {}", e.text()))
        })?;
        self.stage = Stage::Connect;
        Ok(None)
    }

    /// `-s` and `-p`.
    fn own_address(&mut self, cx: &mut Cx<'_>, family: Family) -> Result<(Option<IpAddr>, u16), Done> {
        let addr = match self.options.source.clone() {
            None => None,
            Some(name) => {
                let found = crate::tools::clib::resolve(cx, &name);
                let found = found.map_err(|e| fail(cx, &format!("getaddrinfo: {}", e.text())))?;
                let addr = found.iter().map(|h| h.addr).find(|a| Family::of(*a) == family);
                let text = crate::tools::clib::Gai::AddrFamily.text();
                Some(addr.ok_or_else(|| fail(cx, &format!("getaddrinfo: {text}")))?)
            }
        };
        let port = match self.options.source_port.clone() {
            None => 0,
            Some(word) => self.service(cx, &word)?,
        };
        Ok((addr, port))
    }

    /// Whether the handshake is over.
    pub(super) fn pending(&mut self, cx: &mut Cx<'_>, until: Option<Instant>) -> Step {
        let Some(sock) = self.conn else { return Err(Done(1)) };
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Err(Done(1)) };
        let state = stack.sockets.get(sock).and_then(|s| s.tcp()).map_or(State::Closed, |c| c.state);
        if state != State::SynSent {
            if let Some(e) = stack.sock_error(sock) {
                return Ok(self.refused(cx, "failed", reason(e)));
            }
            self.connected(cx);
            return Ok(None);
        }
        match until {
            Some(at) if at <= cx.now() => Ok(self.refused(cx, "timed out", "Operation now in progress")),
            Some(at) => Ok(Some(Poll::WaitUntil(at))),
            None => Ok(Some(Poll::Wait)),
        }
    }

    /// This address did not work: the next one.
    fn refused(&mut self, cx: &mut Cx<'_>, how: &str, why: &str) -> Option<Poll> {
        if self.options.verbose {
            let host = self.options.host.clone().unwrap_or_default();
            let addr = self.hosts.get(self.host_at - 1).map(|h| h.addr.to_string()).unwrap_or_default();
            let port = self.ports.get(self.port_at).copied().unwrap_or(0);
            let protocol = self.options.protocol();
            let shown =
                if self.options.numeric || addr == host { String::new() } else { format!(" ({addr})") };
            warn(cx, &format!("connect to {host}{shown} port {port} ({protocol}) {how}: {why}"));
        }
        if let Some(conn) = self.conn.take() {
            cx.lab.sock_close(cx.ns, conn);
        }
        self.stage = Stage::Connect;
        None
    }

    /// The connection stands.
    fn connected(&mut self, cx: &mut Cx<'_>) {
        self.failed = false;
        if self.options.verbose && self.options.udp {
            self.stage = Stage::Probe(0, cx.now());
        } else {
            self.welcome(cx);
        }
    }

    /// netcat-openbsd 1.219-1, `netcat.c`: `udptest`.
    pub(super) fn probe(&mut self, cx: &mut Cx<'_>, sent: u64, due: Instant) -> Step {
        let Some(sock) = self.conn else { return Err(Done(1)) };
        if cx.now() < due {
            return Ok(Some(Poll::WaitUntil(due)));
        }
        let seconds = self.options.timeout.unwrap_or(UDP_SCAN_TIMEOUT);
        if sent >= 2 + seconds {
            self.welcome(cx);
            return Ok(None);
        }
        let written = cx.lab.udp_send(cx.ns, sock, b"X", None, None);
        let dead = match written {
            Ok(()) => false,
            Err(e) => sent == 0 || e == SendError::ConnRefused,
        };
        if dead {
            self.failed = true;
            self.stage = Stage::Connect;
            return Ok(None);
        }
        let pause = match sent + 1 {
            1 => SETTLE,
            n if n >= 2 + seconds => Duration::ZERO,
            _ => Duration::from_secs(1),
        };
        self.stage = Stage::Probe(sent + 1, cx.now() + pause);
        Ok(None)
    }

    /// Says that it is connected, and begins.
    fn welcome(&mut self, cx: &mut Cx<'_>) {
        if self.options.verbose {
            let host = self.options.host.clone().unwrap_or_default();
            let addr = self.hosts.get(self.host_at - 1).map(|h| h.addr.to_string()).unwrap_or_default();
            let port = self.ports.get(self.port_at).copied().unwrap_or(0);
            let protocol = self.options.protocol();
            let service = if self.options.numeric { None } else { service_at(port, protocol) };
            let shown =
                if self.options.numeric || addr == host { String::new() } else { format!(" ({addr})") };
            let service = service.unwrap_or("*");
            let text = format!("Connection to {host}{shown} {port} port [{protocol}/{service}] succeeded!\n");
            let _ = cx.write_fd(2, text.as_bytes());
        }
        self.stage = if self.options.scan { Stage::Connect } else { Stage::Transfer };
        self.transfer = Transfer::new(cx.now(), &self.options);
    }
}
