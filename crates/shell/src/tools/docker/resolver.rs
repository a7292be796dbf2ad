//! The embedded resolver: a part of the daemon that listens at 127.0.0.11 in a container's namespace.
//!
//! # Source
//! moby b985e231, `libnetwork/resolver.go`: `serveDNS`, `forwardExtDNS`, `exchange`; v20.10.24, the same: `ServeDNS`.
//! Differs: a question over TCP is not passed on.

use core::time::Duration;
use std::net::IpAddr;

use packetwalk_docker::{Upstream, Version};
use packetwalk_lab::{Datagram, SockId, SocketKind};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, Instant};

use super::sock;
use crate::process::{OnSignal, Pid, Signal};
use crate::tools::clib::message::{Data, Message, Record, kind, rcode, reversed};
use crate::{Cx, Poll, Process};

/// Where it listens.
const ADDRESS: IpAddr = IpAddr::V4(packetwalk_docker::RESOLVER);

/// How long an answer may be kept (`respTTL`).
const TTL: u32 = 600;

/// How long one server may take (`extIOTimeout`).
const PATIENCE: Duration = Duration::from_secs(4);

/// A question that was passed on.
#[derive(Clone, Debug)]
struct Passed {
    client: (IpAddr, u16),
    query: Message,
    /// As it came.
    bytes: Vec<u8>,
    servers: Vec<Upstream>,
    /// The socket at a server, its namespace, and how long it is waited for.
    asked: Option<(NsId, SockId, Instant)>,
    /// The last answer that did not settle it.
    last: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct Resolver {
    key: u32,
    udp: Option<SockId>,
    tcp: Option<SockId>,
    callers: Vec<SockId>,
    passed: Vec<Passed>,
}

/// Starts the resolver of a sandbox: its ports are open from then on.
pub(super) fn start(cx: &mut Cx<'_>, ns: NsId, key: u32, (tcp, udp): (u16, u16)) -> Option<Pid> {
    let stack = cx.lab.stack_mut(ns)?;
    let datagrams = stack.sock_open(Family::V4, SocketKind::Udp);
    let listener = stack.sock_open(Family::V4, SocketKind::TcpIdle);
    let bound =
        [stack.sock_bind(datagrams, Some(ADDRESS), udp), stack.sock_bind(listener, Some(ADDRESS), tcp)];
    stack.tcp_listen(listener, 4096);
    if bound.iter().any(Result::is_err) {
        cx.lab.sock_close(ns, datagrams);
        cx.lab.sock_close(ns, listener);
        return None;
    }
    let body =
        Resolver { key, udp: Some(datagrams), tcp: Some(listener), callers: Vec::new(), passed: Vec::new() };
    cx.start_daemon(Box::new(body), vec![b"dockerd".to_vec()], ns)
}

impl Resolver {
    /// What the engine itself knows about a question.
    fn own(&self, cx: &mut Cx<'_>, query: &Message) -> Option<Message> {
        let engine = cx.sys.docker.engine.as_ref()?;
        let record = |data| Record { name: query.name.clone(), kind: query.kind, ttl: TTL, data };
        let family = match query.kind {
            kind::A => Family::V4,
            kind::AAAA => Family::V6,
            kind::PTR => {
                let name = engine.resolve_addr(self.key, reversed(&query.name)?)?;
                return Some(query.reply(vec![record(Data::Name(name))]));
            }
            // A name that is known has no mail server.
            kind::MX => {
                let has = |family| engine.resolve_name(self.key, &query.name, family);
                let known =
                    [Family::V4, Family::V6].into_iter().any(|f| has(f).is_some_and(|a| !a.is_empty()));
                return known.then(|| query.reply(Vec::new()));
            }
            _ => return None,
        };
        let Some(mut found) = engine.resolve_name(self.key, &query.name, family) else {
            let short = !query.name.contains('.') && engine.keeps_short_names(self.key);
            return short.then(|| query.reply(Vec::new()));
        };
        for at in (1..found.len()).rev() {
            let other = usize::from(cx.sys.random()) % (at + 1);
            found.swap(at, other);
        }
        Some(query.reply(found.into_iter().map(|addr| record(Data::Addr(addr))).collect()))
    }

    fn questions(&mut self, cx: &mut Cx<'_>) {
        let Some(udp) = self.udp else { return };
        while let Some(datagram) = cx.lab.sock_recv(cx.ns, udp) {
            let Some((client, bytes)) = sender(cx, &datagram) else { continue };
            let Some(query) = Message::parse(&bytes).filter(|m| !m.is_response()) else { continue };
            if let Some(reply) = self.own(cx, &query) {
                let _ = cx.lab.udp_send(cx.ns, udp, &reply.bytes(), Some(client), None);
                cx.sys.reached();
                continue;
            }
            let servers = cx.sys.docker.engine.as_ref().map(|e| e.upstreams(self.key)).unwrap_or_default();
            self.passed.push(Passed { client, query, bytes, servers, asked: None, last: None });
        }
    }

    /// Asks others, one after the other.
    fn pass(&mut self, cx: &mut Cx<'_>) -> Option<Instant> {
        let udp = self.udp?;
        let mut waits: Option<Instant> = None;
        for mut passed in std::mem::take(&mut self.passed) {
            let v29 = cx.sys.docker.version == Version::V29;
            match passed.poll(cx, v29) {
                Ok(reply) => {
                    if let Some(reply) = reply {
                        let _ = cx.lab.udp_send(cx.ns, udp, &reply, Some(passed.client), None);
                        cx.sys.reached();
                    }
                }
                Err(until) => {
                    waits = Some(waits.map_or(until, |w| w.min(until)));
                    self.passed.push(passed);
                }
            }
        }
        waits
    }

    fn calls(&mut self, cx: &mut Cx<'_>) {
        let Some(tcp) = self.tcp else { return };
        while let Some(caller) = cx.lab.stack_mut(cx.ns).and_then(|s| s.tcp_accept(tcp)) {
            self.callers.push(caller);
        }
        for caller in std::mem::take(&mut self.callers) {
            let Some(stack) = cx.lab.stack_mut(cx.ns) else { return };
            let bytes = stack.tcp_read(caller);
            let over = sock::is_over(stack, caller);
            // A message comes behind its length.
            let query = bytes.get(2..).and_then(Message::parse).filter(|m| !m.is_response());
            if let Some(query) = query {
                let reply = self.own(cx, &query).unwrap_or_else(|| query.failure(rcode::SERVFAIL)).bytes();
                let mut framed = (reply.len() as u16).to_be_bytes().to_vec();
                framed.extend(reply);
                let _ = cx.lab.tcp_write(cx.ns, caller, &framed);
                cx.sys.reached();
            }
            if over {
                cx.lab.sock_close(cx.ns, caller);
            } else {
                self.callers.push(caller);
            }
        }
    }
}

/// Who sent a datagram, and what.
fn sender(cx: &Cx<'_>, datagram: &Datagram) -> Option<((IpAddr, u16), Vec<u8>)> {
    let (port, _) = datagram.packet.ports()?;
    Some(((datagram.packet.ip.src, port), sock::payload(cx, datagram)))
}

impl Passed {
    /// The answer; none where the engine says nothing. Or until when it waits.
    fn poll(&mut self, cx: &mut Cx<'_>, v29: bool) -> Result<Option<Vec<u8>>, Instant> {
        loop {
            let Some((ns, sock, until)) = self.asked else {
                if self.servers.is_empty() {
                    // 20.10 hands on the last answer, and is silent without one.
                    let failure = || self.query.failure(rcode::SERVFAIL).bytes();
                    return Ok(if v29 { Some(failure()) } else { self.last.take() });
                }
                let server = self.servers.remove(0);
                self.asked = self.ask(cx, server);
                continue;
            };
            let datagram = cx.lab.sock_recv(ns, sock);
            let bytes = datagram.map(|d| sock::payload(cx, &d));
            let reply = bytes.and_then(|b| Some((Message::parse(&b)?, b)));
            let error = cx.lab.stack_mut(ns).is_none_or(|s| s.sock_error(sock).is_some());
            if reply.is_none() && !error && cx.now() < until {
                return Err(until);
            }
            cx.lab.sock_close(ns, sock);
            self.asked = None;
            let Some((message, bytes)) = reply else { continue };
            let settles = match message.rcode() {
                rcode::SERVFAIL | rcode::REFUSED => false,
                0 => true,
                rcode::NXDOMAIN => v29 || message.is_authoritative(),
                _ => v29,
            };
            if settles {
                return Ok(Some(bytes));
            }
            self.last = Some(bytes);
        }
    }

    fn ask(&self, cx: &mut Cx<'_>, server: Upstream) -> Option<(NsId, SockId, Instant)> {
        let ns = if server.from_host { cx.sys.docker.ns } else { cx.ns };
        let stack = cx.lab.stack_mut(ns)?;
        let sock = stack.sock_open(Family::of(server.addr), SocketKind::Udp);
        let connected = stack.sock_connect_datagram(sock, (server.addr, 53)).is_ok();
        if connected && cx.lab.udp_send(ns, sock, &self.bytes, None, None).is_ok() {
            cx.sys.reached();
            return Some((ns, sock, cx.now() + PATIENCE));
        }
        cx.lab.sock_close(ns, sock);
        None
    }
}

impl Process for Resolver {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        self.questions(cx);
        self.calls(cx);
        match self.pass(cx) {
            Some(until) => Poll::WaitUntil(until),
            None if self.callers.is_empty() => Poll::WaitForSockets(cx.ns),
            None => Poll::Wait,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, _: Signal) -> OnSignal {
        for sock in self.udp.take().into_iter().chain(self.tcp.take()).chain(self.callers.drain(..)) {
            cx.lab.sock_close(cx.ns, sock);
        }
        for (ns, sock, _) in self.passed.drain(..).filter_map(|p| p.asked) {
            cx.lab.sock_close(ns, sock);
        }
        OnSignal::Default
    }
}
