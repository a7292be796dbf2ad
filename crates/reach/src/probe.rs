//! One cell: a packet is sent, and what becomes of it is told.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::net::IpAddr;

use packetwalk_lab::{Lab, SocketKind};
use packetwalk_shell::print::walk::{Language, Verdict, ending};
use packetwalk_trace::{Event, NsId, RuleEnd, SendError, Step};
use packetwalk_wire::{Body, Family, Order, TcpFlags, Transport};

/// The port that probes are sent from, unless a rule, a set or a socket of the lab knows it.
pub(crate) const PORT: u16 = 54_321;

/// How long a lab goes on after its script before it is asked: addresses of IPv6 become valid, servers listen.
pub const SETTLE: Duration = Duration::from_secs(2);

/// How long an answer is waited for: less than until the SYN is sent again.
const WAIT: Duration = Duration::from_millis(900);

/// A protocol that has ports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Proto {
    /// A SYN is sent.
    Tcp,
    /// An empty datagram is sent.
    Udp,
}

/// What a destination is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Probe {
    /// Its protocol.
    pub proto: Proto,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proto = match self.proto {
            Proto::Tcp => "tcp",
            Proto::Udp => "udp",
        };
        write!(f, "{proto}/{}", self.port)
    }
}

/// A text that is not a protocol and a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProbeError;

impl FromStr for Probe {
    type Err = ProbeError;
    fn from_str(text: &str) -> Result<Self, ProbeError> {
        let (proto, port) = text.split_once('/').ok_or(ProbeError)?;
        let proto = match proto {
            "tcp" => Proto::Tcp,
            "udp" => Proto::Udp,
            _ => return Err(ProbeError),
        };
        let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let port = port.parse().ok().filter(|&port| digits && port > 0).ok_or(ProbeError)?;
        Ok(Self { proto, port })
    }
}

/// How a probe ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// SYN and ACK came back.
    Answered,
    /// A socket has the datagram; whether its program answers is not asked.
    Delivered,
    /// A RST or an ICMP error came back.
    Refused,
    /// It was lost on the way.
    Dropped,
    /// The answer was lost on its way back.
    ReplyLost,
    /// The sender's own kernel refused.
    NotSent,
}

/// What became of a probe.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cell {
    /// How it ended.
    pub state: State,
    /// Who answered or refused, or whose socket has it.
    pub by: Option<NsId>,
    /// Where and why it ended, as a walk says it; of an answer nothing.
    pub why: String,
}

/// Every port that a socket of the lab listens on, by protocol and number.
fn listening(lab: &Lab) -> Vec<Probe> {
    let mut all = Vec::new();
    for (_, space) in lab.spaces() {
        for (_, socket) in space.stack.sockets.iter() {
            let proto = match socket.kind {
                SocketKind::TcpListen { .. } => Proto::Tcp,
                SocketKind::Udp if socket.remote.is_none() => Proto::Udp,
                _ => continue,
            };
            let is_inner = socket.local.is_some_and(|a| a.is_loopback());
            if socket.port > 0 && !is_inner {
                all.push(Probe { proto, port: socket.port });
            }
        }
    }
    all.order();
    all.dedup();
    all
}

/// Most ports that are asked when none are named.
const MOST: usize = 20;

/// Ports that somebody listens on, and one that nobody does; and how many more somebody listens on.
pub fn usual(lab: &Lab) -> (Vec<Probe>, usize) {
    let all = listening(lab);
    let closed =
        (1..=u16::MAX).rev().map(|port| Probe { proto: Proto::Tcp, port }).find(|p| !all.contains(p));
    let (taken, rest) = all.split_at(all.len().min(MOST - 1));
    (taken.iter().copied().chain(closed).collect(), rest.len())
}

/// Where rules were met: namespace, and the rule as events name it.
pub(crate) type Met = (NsId, packetwalk_trace::Table, packetwalk_trace::ChainId, u32);

/// Asks a lab that keeps a trace; `see` is shown the events.
pub(crate) fn ask(
    lab: &mut Lab,
    from: NsId,
    to: IpAddr,
    probe: Probe,
    port: u16,
    language: Language,
    see: &mut dyn FnMut(&[Event]),
) -> Cell {
    let sent = send(lab, from, to, probe, port);
    let until = lab.now() + WAIT;
    let mut seen = 0;
    loop {
        let events = lab.trace();
        if events.iter().skip(seen).any(|e| end(e, from).is_some()) {
            break;
        }
        seen = events.len();
        if !lab.step(until) {
            break;
        }
    }
    let mut events = lab.stop_trace();
    see(&events);
    // A walk's end depends neither on the rules that did not match, of which there may be thousands, nor on the ARP
    // that a whole bridge hears.
    events.retain(|e| {
        matches!(e.body, Body::Ip(_)) && !matches!(e.step, Step::Rule { end: RuleEnd::NoMatch(_), .. })
    });
    match sent {
        Err(error) if events.is_empty() => {
            Cell { state: State::NotSent, by: None, why: error.text().to_owned() }
        }
        _ => judge(lab, from, &events, language),
    }
}

/// What an event ends the waiting with.
fn end(event: &Event, from: NsId) -> Option<State> {
    let Body::Ip(packet) = event.body else { return None };
    if event.step != Step::Deliver || event.ns != from {
        return None;
    }
    match packet.transport {
        Transport::Tcp(tcp) if tcp.flags.has(TcpFlags::SYN) && tcp.flags.has(TcpFlags::ACK) => {
            Some(State::Answered)
        }
        Transport::Tcp(tcp) if tcp.flags.has(TcpFlags::RST) => Some(State::Refused),
        _ => packet.is_icmp_error().then_some(State::Refused),
    }
}

fn send(lab: &mut Lab, from: NsId, to: IpAddr, probe: Probe, port: u16) -> Result<(), SendError> {
    let kind = match probe.proto {
        Proto::Tcp => SocketKind::TcpIdle,
        Proto::Udp => SocketKind::Udp,
    };
    let stack = lab.stack_mut(from).ok_or(SendError::NoDev)?;
    let id = stack.sock_open(Family::of(to), kind);
    // A port that is taken leaves the kernel to choose.
    let _ = stack.sock_bind(id, None, port);
    match probe.proto {
        Proto::Tcp => lab.tcp_connect(from, id, (to, probe.port)),
        Proto::Udp => lab.udp_send(from, id, &[], Some((to, probe.port)), None),
    }
}

fn judge(lab: &Lab, from: NsId, events: &[Event], language: Language) -> Cell {
    let maker = |id: u32| events.iter().find(|e| e.id == id).map(|e| e.ns);
    match events.iter().find_map(|e| Some((e.id, end(e, from)?))) {
        Some((id, State::Answered)) => {
            return Cell { state: State::Answered, by: maker(id), why: String::new() };
        }
        Some((id, state)) => {
            let (verdict, sentence) = ending(events, lab, from, language);
            let why = if verdict == Verdict::Refused { sentence } else { String::new() };
            return Cell { state, by: maker(id), why };
        }
        None => {}
    }
    let (verdict, why) = ending(events, lab, from, language);
    let state = match verdict {
        Verdict::Answered | Verdict::Delivered => State::Delivered,
        Verdict::Dropped => State::Dropped,
        Verdict::Refused => State::Refused,
        Verdict::ReplyLost => State::ReplyLost,
        Verdict::NotSent => State::NotSent,
    };
    if state == State::Delivered {
        let at = events.iter().rfind(|e| e.step == Step::Deliver).map(|e| e.ns);
        return Cell { state, by: at, why: String::new() };
    }
    Cell { state, by: None, why }
}
