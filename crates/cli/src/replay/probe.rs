//! One probe: sends a packet as the oracle does, and tells what came of it.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_lab::socket::tcp::State;
use packetwalk_lab::{SockId, SocketKind};
use packetwalk_shell::Line;
use packetwalk_trace::{NsId, SendError};
use packetwalk_wire::{
    Family, Icmp, Instant, IpHeader, Packet, Payload, Tcp, TcpFlags, TcpOptions, Transport, Udp, icmp, proto,
};
use serde_json::{Map, Value, json};

use super::{Replay, event, fragments, outcome};

/// A listening socket of the scenario.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    host: usize,
    ns: NsId,
    id: SockId,
    port: u16,
    tcp: bool,
}

/// How long the oracle watches at most before it takes silence for an answer.
const WATCH: Duration = Duration::from_millis(150);

/// What a probe says, with the oracle's defaults.
struct Asked<'a>(&'a Value);

impl Asked<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str).filter(|s| !s.is_empty())
    }
    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(Value::as_u64)
    }
    fn flag(&self, key: &str, default: bool) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(default)
    }
    fn addr(&self, key: &str) -> Option<IpAddr> {
        self.text(key)?.parse().ok()
    }
    fn port(&self, key: &str) -> u16 {
        self.number(key).unwrap_or(0) as u16
    }
    fn payload(&self) -> Vec<u8> {
        let mut payload = vec![b'x'; self.number("size").unwrap_or(8).clamp(1, 65_000) as usize];
        payload[0] = b'Q';
        payload
    }
}

/// What the sender's socket came to.
#[derive(Default)]
struct Sender {
    socket: Option<SockId>,
    errno: Option<SendError>,
}

impl Replay {
    pub(super) fn start_services(&mut self, scenario: &Value) {
        let six = scenario.get("ipv6").and_then(Value::as_bool).unwrap_or(false);
        let families: &[Family] = if six { &[Family::V4, Family::V6] } else { &[Family::V4] };
        for (n, (host, ns)) in self.hosts.clone().into_iter().enumerate() {
            let services = scenario.get("hosts").and_then(|h| h.get(&host)).and_then(|h| h.get("services"));
            for (key, tcp) in [("udp", false), ("tcp", true)] {
                let ports = services.and_then(|s| s.get(key)).and_then(Value::as_array);
                for port in ports.into_iter().flatten().filter_map(Value::as_u64) {
                    for &family in families {
                        self.start_service(n, ns, family, port as u16, tcp);
                    }
                }
            }
        }
    }

    fn start_service(&mut self, host: usize, ns: NsId, family: Family, port: u16, tcp: bool) {
        let Some(stack) = self.shell.lab.stack_mut(ns) else { return };
        let id = stack.sock_open(family, if tcp { SocketKind::TcpIdle } else { SocketKind::Udp });
        if let Some(socket) = stack.sockets.get_mut(id) {
            socket.opts.reuse = true;
            socket.opts.v6only = true;
        }
        if stack.sock_bind(id, None, port).is_err() {
            return;
        }
        if tcp {
            stack.tcp_listen(id, 64);
        }
        self.services.push(Service { host, ns, id, port, tcp });
    }

    /// Sends the probe and watches.
    pub(crate) fn probe(&mut self, probe: &Value) -> Value {
        let asked = Asked(probe);
        if std::mem::take(&mut self.pause) {
            let until = self.shell.lab.now() + Duration::from_millis(1100);
            self.shell.lab.run_until(until);
        }
        let Some(from) = asked.text("from").and_then(|f| self.shell.lab.ns(f)) else {
            return json!({ "unsupported": "no such host" });
        };
        let Some(dst) = asked.addr("dst") else { return json!({ "unsupported": "no destination" }) };
        if asked.flag("flush", true) {
            for &host in &self.ruled {
                let ns = self.hosts[host].1;
                if let Some(stack) = self.shell.lab.stack_mut(ns) {
                    stack.nf.ct.flush();
                }
            }
        }
        let before = std::mem::take(&mut self.before);
        if let Some(why) = self.run_before(&asked) {
            return json!({ "unsupported": why });
        }
        self.shell.lab.captures.on = true;
        self.shell.lab.captures.frames.clear();
        let sender = self.send(from, dst, &asked);
        let mut delivered = Vec::new();
        let mut accepted = Vec::new();
        let limit = self.shell.lab.now() + WATCH;
        // What goes by `lo` has arrived already.
        self.serve(&mut delivered, &mut accepted);
        loop {
            let more = self.shell.lab.step(limit);
            self.serve(&mut delivered, &mut accepted);
            if !more {
                break;
            }
        }
        let outcome = self.tell(from, &asked, &sender, delivered, &before);
        self.before = self.counters();
        self.shell.lab.captures.frames.clear();
        self.clean_up(from, &sender, &accepted);
        // The oracle reads its counters again only when it saw that something was sent meanwhile.
        if !self.seen().is_empty() {
            self.before = self.counters();
        }
        outcome
    }

    fn run_before(&mut self, asked: &Asked<'_>) -> Option<String> {
        for pair in asked.0.get("exec_before").and_then(Value::as_array).into_iter().flatten() {
            let (Some(host), Some(command)) = (pair.get(0)?.as_str(), pair.get(1)?.as_str()) else {
                continue;
            };
            let ns = self.shell.lab.ns(host)?;
            let mut out = packetwalk_shell::Collect::default();
            if self.shell.run_line(ns, command.as_bytes(), &mut out) != Line::Done(0) {
                return Some(out.text());
            }
        }
        None
    }

    pub(super) fn counters(&self) -> Vec<outcome::Counts> {
        let of = |&host: &usize| self.shell.lab.stack(self.hosts[host].1).map(outcome::counters);
        self.ruled.iter().map(|h| of(h).unwrap_or_default()).collect()
    }

    fn send(&mut self, ns: NsId, dst: IpAddr, asked: &Asked<'_>) -> Sender {
        let mut sender = Sender::default();
        let result = if asked.flag("raw", false) {
            self.send_raw(ns, dst, asked)
        } else {
            self.send_socket(ns, dst, asked, &mut sender)
        };
        sender.errno = result.err();
        sender
    }

    fn send_raw(&mut self, ns: NsId, dst: IpAddr, asked: &Asked<'_>) -> Result<(), SendError> {
        let src = asked.addr("src").ok_or(SendError::Inval)?;
        let (sport, dport) = (asked.port("sport"), asked.port("dport"));
        let bytes = asked.payload();
        let payload = self.shell.lab.payloads.intern(&bytes);
        let (transport, payload) = match asked.text("proto") {
            Some("udp") => (Transport::Udp(Udp { sport, dport }), payload),
            Some("tcp") => {
                let letters = asked.0.get("flags").and_then(Value::as_str).unwrap_or("S");
                let bits = letters.chars().filter_map(|c| "FSRPAUEC".find(c)).fold(0, |f, bit| f | 1 << bit);
                let flags = TcpFlags(bits);
                let mss = flags.has(TcpFlags::SYN).then_some(1460);
                let tcp = Tcp {
                    sport,
                    dport,
                    seq: asked.number("seq").unwrap_or(1000) as u32,
                    ack: asked.number("ackno").unwrap_or(0) as u32,
                    flags,
                    window: 64240,
                    options: TcpOptions { mss, ..TcpOptions::default() },
                };
                (Transport::Tcp(tcp), Payload::EMPTY)
            }
            _ => (Transport::Icmp(icmp_message(asked, icmp::v4::ECHO)), payload),
        };
        let mut ip = IpHeader::new(src, dst);
        ip.tos = asked.number("tos").unwrap_or(0) as u8;
        ip.ttl = asked.number("ttl").unwrap_or(64) as u8;
        ip.df = asked.flag("df", false);
        ip.id = 0x1234;
        let mark = asked.number("mark").unwrap_or(0) as u32;
        self.shell.lab.send_hdrincl(ns, Packet { ip, transport, payload }, mark)
    }

    fn send_socket(
        &mut self,
        ns: NsId,
        dst: IpAddr,
        asked: &Asked<'_>,
        sender: &mut Sender,
    ) -> Result<(), SendError> {
        let family = Family::of(dst);
        let kind = match asked.text("proto") {
            Some("udp") => SocketKind::Udp,
            Some("tcp") => SocketKind::TcpIdle,
            _ => SocketKind::Raw { protocol: if family == Family::V4 { proto::ICMP } else { proto::ICMPV6 } },
        };
        let is_icmp = matches!(kind, SocketKind::Raw { .. });
        let is_tcp = matches!(kind, SocketKind::TcpIdle);
        let dev = asked.text("dev").map(str::to_owned);
        let stack = self.shell.lab.stack_mut(ns).ok_or(SendError::NoDev)?;
        let id = stack.sock_open(family, kind);
        sender.socket = Some(id);
        let device = match dev {
            Some(name) => Some(stack.links.by_name(&name).ok_or(SendError::NoDev)?.index),
            None => None,
        };
        if let Some(socket) = stack.sockets.get_mut(id) {
            let o = &mut socket.opts;
            o.reuse = true;
            o.mark = asked.number("mark").unwrap_or(0) as u32;
            o.ttl = asked.number("ttl").map(|t| t as u8);
            o.device = device;
            o.broadcast = !is_tcp && family == Family::V4;
            if family == Family::V4 {
                o.tos = asked.number("tos").unwrap_or(0) as u8;
                o.df = asked.flag("df", false);
                o.pmtu_strict = o.df && !is_tcp;
            }
        }
        if !is_icmp || asked.text("src").is_some() {
            stack.sock_bind(id, asked.addr("src"), if is_icmp { 0 } else { asked.port("sport") })?;
        }
        let to = (dst, asked.port("dport"));
        let lab = &mut self.shell.lab;
        if is_tcp {
            lab.tcp_connect(ns, id, to)
        } else if is_icmp {
            let echo = if family == Family::V4 { icmp::v4::ECHO } else { icmp::v6::ECHO };
            lab.raw_send(ns, id, Transport::Icmp(icmp_message(asked, echo)), &asked.payload(), dst)
        } else {
            lab.udp_send(ns, id, &asked.payload(), Some(to), None)
        }
    }

    /// The services answer what has come.
    fn serve(&mut self, delivered: &mut Vec<Value>, accepted: &mut Vec<(NsId, SockId)>) {
        for service in self.services.clone() {
            if service.tcp {
                self.serve_tcp(service, delivered, accepted);
            } else {
                self.serve_udp(service, delivered);
            }
        }
    }

    fn serve_tcp(&mut self, s: Service, delivered: &mut Vec<Value>, accepted: &mut Vec<(NsId, SockId)>) {
        let Some(stack) = self.shell.lab.stack_mut(s.ns) else { return };
        while let Some(child) = stack.tcp_accept(s.id) {
            accepted.push((s.ns, child));
            let Some(conn) = stack.sockets.get(child).and_then(|c| c.tcp()) else { continue };
            delivered.push(json!({
                "host": self.hosts[s.host].0, "proto": "tcp", "src": conn.remote.0.to_string(),
                "sport": conn.remote.1, "dst": conn.local.0.to_string(), "dport": conn.local.1,
            }));
            return self.serve_tcp(s, delivered, accepted);
        }
    }

    fn serve_udp(&mut self, s: Service, delivered: &mut Vec<Value>) {
        loop {
            let lab = &mut self.shell.lab;
            let Some(datagram) = lab.sock_recv(s.ns, s.id) else { return };
            let packet = datagram.packet;
            let mut data = lab.payloads.bytes(packet.payload).to_vec();
            let Some((sport, _)) = packet.ports() else { continue };
            if data.first() != Some(&b'Q') {
                continue;
            }
            data[0] = b'R';
            let mut row = json!({
                "host": self.hosts[s.host].0, "proto": "udp", "src": packet.ip.src.to_string(), "sport": sport,
                "dst": packet.ip.dst.to_string(), "dport": s.port,
            });
            let lab = &mut self.shell.lab;
            if let Err(error) =
                lab.udp_send(s.ns, s.id, &data, Some((packet.ip.src, sport)), Some(packet.ip.dst))
            {
                row["answer_errno"] = error.name().into();
            }
            delivered.push(row);
        }
    }

    fn tell(
        &mut self,
        from: NsId,
        asked: &Asked<'_>,
        sender: &Sender,
        delivered: Vec<Value>,
        before: &[outcome::Counts],
    ) -> Value {
        let mut out = Map::new();
        let said = self.sender(from, asked, sender);
        if !said.is_empty() {
            out.insert("sender".into(), Value::Object(said));
        }
        let events = self.events(from);
        out.insert("events".into(), events.into());
        if !delivered.is_empty() {
            out.insert("delivered".into(), delivered.into());
        }
        let (mut counters, mut conntrack) = (Map::new(), Map::new());
        let after = self.counters();
        let now = self.shell.lab.now();
        for ((&host, before), after) in self.ruled.iter().zip(before).zip(&after) {
            let (name, ns) = &self.hosts[host];
            let rows = outcome::counted(before, after);
            if !rows.is_empty() {
                counters.insert(name.clone(), rows.into());
            }
            let rows = self.shell.lab.stack(*ns).map(|s| outcome::connections(s, now)).unwrap_or_default();
            if !rows.is_empty() {
                conntrack.insert(name.clone(), rows.into());
            }
        }
        out.insert("counters".into(), Value::Object(counters));
        out.insert("conntrack".into(), Value::Object(conntrack));
        Value::Object(out)
    }

    fn sender(&mut self, from: NsId, asked: &Asked<'_>, sender: &Sender) -> Map<String, Value> {
        let mut said = Map::new();
        if let Some(error) = sender.errno {
            said.insert("errno".into(), error.name().into());
            return said;
        }
        let Some(id) = sender.socket else { return said };
        let Some(stack) = self.shell.lab.stack_mut(from) else { return said };
        match asked.text("proto") {
            Some("tcp") => {
                let error = stack.sock_error(id);
                let state = stack.sockets.get(id).and_then(|s| s.tcp()).map(|c| c.state);
                let open = !matches!(state, None | Some(State::SynSent | State::Closed));
                let text = match (error, open) {
                    (None, true) => "connected",
                    (Some(error), _) => error.name(),
                    (None, false) => "pending",
                };
                said.insert("connect".into(), text.into());
            }
            Some("udp") => {
                if let Some(d) = stack.sock_recv(id) {
                    let port = d.packet.ports().map_or(0, |p| p.0);
                    said.insert("answer_from".into(), json!([d.packet.ip.src.to_string(), port]));
                } else if let Some(error) = stack.sock_error(id) {
                    said.insert("recv_errno".into(), error.name().into());
                }
            }
            _ => {}
        }
        said
    }

    fn events(&mut self, from: NsId) -> Vec<Value> {
        fragments::share(&mut self.shell.lab);
        let events = self.seen();
        for e in &events {
            let host = e["host"].as_str().unwrap_or_default().to_owned();
            let unreachable = e["type"] == 3 && matches!(e["code"].as_u64(), Some(0 | 1 | 13));
            let own = self.hosts.iter().any(|(name, ns)| *name == host && *ns == from);
            if e["proto"] == "icmp" && unreachable && e["dir"] == "out" && !own {
                let key = (host, e["dst"].as_str().unwrap_or_default().to_owned());
                let seen = self.errors.entry(key).or_insert(0);
                *seen += 1;
                self.pause |= *seen > 3;
            }
        }
        events
    }

    /// What the oracle's packet sockets see.
    fn seen(&self) -> Vec<Value> {
        let lab = &self.shell.lab;
        let told = |captured| {
            let (ns, dev) = event::place(captured);
            let (host, _) = self.hosts.iter().find(|(_, n)| *n == ns)?;
            let device = lab.stack(ns)?.links.get(dev)?;
            event::of(captured, host, device.name.as_str(), device.master.is_some(), &lab.payloads)
        };
        lab.captures.frames.iter().filter_map(told).collect()
    }

    fn clean_up(&mut self, from: NsId, sender: &Sender, accepted: &[(NsId, SockId)]) {
        let lab = &mut self.shell.lab;
        if let Some(id) = sender.socket {
            if lab.stack(from).and_then(|s| s.sockets.get(id)).is_some_and(|s| s.tcp().is_some()) {
                lab.tcp_abort(from, id);
            } else {
                lab.sock_close(from, id);
            }
        }
        for &(ns, id) in accepted {
            lab.tcp_abort(ns, id);
        }
        // The oracle's probes are over before anything is sent again.
        for (_, ns) in &self.hosts {
            let Some(stack) = lab.stack_mut(*ns) else { continue };
            let half = |s: &packetwalk_lab::Socket| s.tcp().is_some_and(|c| c.state == State::SynRecv);
            let open: Vec<SockId> = stack.sockets.iter().filter(|(_, s)| half(s)).map(|(id, _)| id).collect();
            for id in open {
                stack.sockets.remove(id);
            }
        }
        let settle: Instant = lab.now() + Duration::from_millis(20);
        lab.run_until(settle);
    }
}

fn icmp_message(asked: &Asked<'_>, default: u8) -> Icmp {
    let ty = asked.number("type").map_or(default, |t| t as u8);
    let ty = if default == icmp::v6::ECHO { default } else { ty };
    let code = asked.number("code").unwrap_or(0) as u8;
    let id = asked.number("id").unwrap_or(77) as u16;
    Icmp::Query { ty, code, id, seq: asked.number("icmpseq").unwrap_or(1) as u16 }
}
