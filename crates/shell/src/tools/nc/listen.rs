//! The server: bind, then one caller at a time.

use std::net::IpAddr;

use packetwalk_lab::SocketKind;
use packetwalk_trace::SendError;
use packetwalk_wire::Family;

use super::transfer::Transfer;
use super::{Done, Nc, Stage, Step, fail, reason};
use crate::Cx;
use crate::process::Poll;
use crate::tools::clib::Host;

impl Nc {
    /// netcat-openbsd 1.219-1, `netcat.c`: `local_listen`.
    pub(super) fn listen(&mut self, cx: &mut Cx<'_>) -> Result<(), Done> {
        let hosts = match self.options.host.clone() {
            None => {
                let any = self.options.family.unwrap_or(Family::V4).unspecified();
                vec![Host { addr: any, scope: None, name: String::new() }]
            }
            Some(name) => self
                .lookup(cx, &name, self.options.family)
                .map_err(|e| fail(cx, &format!("getaddrinfo: {}", e.text())))?,
        };
        let word = self.options.ports.first().cloned().unwrap_or_default();
        let port = self.service(cx, &word)?;
        let kind = || if self.options.udp { SocketKind::Udp } else { SocketKind::TcpIdle };
        let ns = cx.ns;
        let mut error = SendError::AddrNotAvail;
        for host in &hosts {
            let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(1)) };
            let sock = stack.sock_open(Family::of(host.addr), kind());
            self.set_options(cx, sock, true);
            let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(1)) };
            if let Some(socket) = stack.sockets.get_mut(sock) {
                socket.opts.device = host.scope;
            }
            match stack.sock_bind(sock, Some(host.addr), port) {
                Ok(()) => {
                    self.listener = Some(sock);
                    break;
                }
                Err(e) => error = e,
            }
            cx.lab.sock_close(ns, sock);
        }
        let Some(sock) = self.listener else { return Err(fail(cx, reason(error))) };
        let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(1)) };
        if !self.options.udp {
            stack.tcp_listen(sock, 1);
        }
        let bound = stack.sockets.get(sock).map_or((Family::V4.unspecified(), port), |s| {
            (s.local.unwrap_or(s.family.unspecified()), s.port)
        });
        if self.options.verbose {
            self.report(cx, if self.options.udp { "Bound" } else { "Listening" }, bound);
        }
        self.stage = Stage::Accept;
        Ok(())
    }

    /// Waits for a caller.
    pub(super) fn accept(&mut self, cx: &mut Cx<'_>) -> Step {
        let Some(listener) = self.listener else { return Err(Done(1)) };
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Err(Done(1)) };
        let Some(family) = stack.sockets.get(listener).map(|s| s.family) else { return Err(Done(1)) };
        let caller = if self.options.udp && self.options.keep {
            None
        } else if self.options.udp {
            // recvfrom(MSG_PEEK), then connect.
            let first = stack.sockets.get(listener).and_then(|s| s.received.front()).map(|d| d.packet);
            let Some(packet) = first else { return Ok(Some(Poll::Wait)) };
            let Some((port, _)) = packet.ports() else { return Err(Done(1)) };
            let from = (packet.ip.src, port);
            if let Err(e) = stack.sock_connect_datagram(listener, from) {
                return Err(fail(cx, &format!("connect: {}", reason(e))));
            }
            Some(from)
        } else {
            let Some(conn) = stack.tcp_accept(listener) else { return Ok(Some(Poll::Wait)) };
            self.conn = Some(conn);
            stack.sockets.get(conn).and_then(|s| s.remote)
        };
        if let Some((addr, port)) = caller.filter(|_| self.options.verbose) {
            let shown = match addr {
                IpAddr::V4(a) if family == Family::V6 => IpAddr::V6(a.to_ipv6_mapped()),
                other => other,
            };
            self.report(cx, "Connection received", (shown, port));
        }
        self.transfer = Transfer::new(cx.now(), &self.options);
        self.stage = Stage::Transfer;
        Ok(None)
    }
}
