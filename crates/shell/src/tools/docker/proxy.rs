//! `docker-proxy`: takes a host's port where no rule of `nat` does, and calls the container itself.
//!
//! # Source
//! moby b985e231, `cmd/docker-proxy/tcp_proxy_linux.go`, `udp_proxy_linux.go`; v20.10.24,
//! `libnetwork/cmd/proxy`.

use std::net::IpAddr;

use packetwalk_docker::Proxy;
use packetwalk_docker::ports::Proto;
use packetwalk_lab::{SockId, SocketKind};
use packetwalk_trace::NsId;
use packetwalk_wire::Family;

use super::sock;
use crate::process::{OnSignal, Pid, Signal};
use crate::{Cx, Poll, Process};

/// One caller: its connection, the container's, and which of both has ended.
#[derive(Clone, Copy, Debug)]
struct Pair {
    sides: [SockId; 2],
    ended: [bool; 2],
}

/// A datagram's sender and the socket that stands for it.
type Client = ((IpAddr, u16), SockId);

#[derive(Clone, Debug)]
struct DockerProxy {
    proxy: Proxy,
    listener: Option<SockId>,
    pairs: Vec<Pair>,
    clients: Vec<Client>,
}

/// Starts one in the daemon's namespace: its process and its listening socket. Its port is open from then on.
pub(super) fn start(cx: &mut Cx<'_>, ns: NsId, proxy: Proxy) -> Option<(Pid, SockId)> {
    let family = Family::of(proxy.host.0);
    let kind = match proxy.proto {
        Proto::Tcp => SocketKind::TcpIdle,
        Proto::Udp => SocketKind::Udp,
        Proto::Sctp => return None,
    };
    let stack = cx.lab.stack_mut(ns)?;
    let sock = stack.sock_open(family, kind);
    if let Some(socket) = stack.sockets.get_mut(sock) {
        (socket.opts.v6only, socket.opts.reuse) = (true, proxy.proto == Proto::Tcp);
    }
    if stack.sock_bind(sock, Some(proxy.host.0), proxy.host.1).is_err() {
        cx.lab.sock_close(ns, sock);
        return None;
    }
    if proxy.proto == Proto::Tcp {
        stack.tcp_listen(sock, 4096);
    }
    let body = DockerProxy { proxy, listener: Some(sock), pairs: Vec::new(), clients: Vec::new() };
    let Proxy { proto, host, container } = proxy;
    let mut args = vec![b"/usr/bin/docker-proxy".to_vec(), b"-proto".to_vec(), proto.name().into()];
    for (end, (addr, port)) in [("host", host), ("container", container)] {
        args.extend([["-", end, "-ip"].concat(), addr.to_string()].map(String::into_bytes));
        args.extend([["-", end, "-port"].concat(), port.to_string()].map(String::into_bytes));
    }
    Some((cx.start_daemon(Box::new(body), args, ns)?, sock))
}

impl DockerProxy {
    fn accept(&mut self, cx: &mut Cx<'_>) {
        let (ns, to) = (cx.ns, self.proxy.container);
        while let Some(caller) =
            self.listener.and_then(|l| cx.lab.stack_mut(ns).and_then(|stack| stack.tcp_accept(l)))
        {
            let Some(stack) = cx.lab.stack_mut(ns) else { return };
            let out = stack.sock_open(Family::of(to.0), SocketKind::TcpIdle);
            if cx.lab.tcp_connect(ns, out, to).is_err() {
                cx.lab.sock_close(ns, out);
                cx.lab.sock_close(ns, caller);
                continue;
            }
            self.pairs.push(Pair { sides: [caller, out], ended: [false; 2] });
        }
    }

    fn carry(&mut self, cx: &mut Cx<'_>) {
        let ns = cx.ns;
        for pair in &mut self.pairs {
            for (from, to) in [(0, 1), (1, 0)] {
                let [Some(&source), Some(&target)] = [pair.sides.get(from), pair.sides.get(to)] else {
                    continue;
                };
                let Some(stack) = cx.lab.stack_mut(ns) else { return };
                if !sock::is_connected(stack, target) {
                    if sock::is_over(stack, target) {
                        pair.ended = [true; 2];
                    }
                    continue;
                }
                let bytes = stack.tcp_read(source);
                let over = sock::is_over(stack, source);
                if !bytes.is_empty() {
                    let _ = cx.lab.tcp_write(ns, target, &bytes);
                    cx.sys.reached();
                }
                if let (true, Some(ended)) = (over, pair.ended.get_mut(from))
                    && !*ended
                {
                    *ended = true;
                    cx.lab.tcp_shutdown(ns, target);
                    cx.sys.reached();
                }
            }
        }
        for pair in self.pairs.iter().filter(|p| p.ended == [true; 2]) {
            for side in pair.sides {
                cx.lab.sock_close(ns, side);
            }
        }
        self.pairs.retain(|p| p.ended != [true; 2]);
    }

    fn datagrams(&mut self, cx: &mut Cx<'_>) {
        let (ns, to) = (cx.ns, self.proxy.container);
        let Some(listener) = self.listener else { return };
        while let Some(datagram) = cx.lab.sock_recv(ns, listener) {
            let Some((port, _)) = datagram.packet.ports() else { continue };
            let from = (datagram.packet.ip.src, port);
            let known = self.clients.iter().find(|(c, _)| *c == from).map(|(_, s)| *s);
            let Some(stack) = cx.lab.stack_mut(ns) else { return };
            let out = match known {
                Some(out) => out,
                None => {
                    let out = stack.sock_open(Family::of(to.0), SocketKind::Udp);
                    if stack.sock_connect_datagram(out, to).is_err() {
                        cx.lab.sock_close(ns, out);
                        continue;
                    }
                    self.clients.push((from, out));
                    out
                }
            };
            let data = sock::payload(cx, &datagram);
            let _ = cx.lab.udp_send(ns, out, &data, None, None);
            cx.sys.reached();
        }
        for (client, out) in self.clients.clone() {
            while let Some(datagram) = cx.lab.sock_recv(ns, out) {
                let data = sock::payload(cx, &datagram);
                let _ = cx.lab.udp_send(ns, listener, &data, Some(client), None);
                cx.sys.reached();
            }
        }
    }

    fn close(&mut self, cx: &mut Cx<'_>) {
        let ns = cx.ns;
        let pairs = self.pairs.drain(..).flat_map(|p| p.sides);
        let clients = self.clients.drain(..).map(|(_, s)| s);
        for sock in self.listener.take().into_iter().chain(pairs).chain(clients) {
            cx.lab.sock_close(ns, sock);
        }
    }
}

impl Process for DockerProxy {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        match self.proxy.proto {
            Proto::Tcp => {
                self.accept(cx);
                self.carry(cx);
            }
            _ => self.datagrams(cx),
        }
        let idle = self.pairs.is_empty() && self.clients.is_empty();
        if idle { Poll::WaitForSockets(cx.ns) } else { Poll::Wait }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, _: Signal) -> OnSignal {
        self.close(cx);
        OnSignal::Default
    }
}
