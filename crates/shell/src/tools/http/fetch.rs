//! One request and its response, step by step.

use std::net::{IpAddr, SocketAddr};

use packetwalk_lab::socket::tcp::State;
use packetwalk_lab::{SockId, SocketKind};
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Instant};

use crate::tools::clib::{Gai, Host, Lookup, Progress, Want};
use crate::{Cx, Poll};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Event {
    /// The name stands for these.
    Resolved(Vec<IpAddr>),
    /// The name stands for nothing.
    Unresolved(Gai),
    /// An address is called.
    Trying(IpAddr),
    /// It did not answer so.
    Failed(IpAddr, SendError),
    /// Nobody is left to be called; why the last one failed.
    NoneLeft(SendError),
    /// The connection stands; its ends.
    Connected(SocketAddr, SocketAddr),
    /// The request is sent.
    Sent,
    /// Status line and fields of the response, with the empty line.
    Head(String),
    /// A part of the body.
    Body(Vec<u8>),
    /// The response is over.
    Over {
        /// All of it came.
        whole: bool,
        /// The server waits for another request.
        stays: bool,
        /// The connection broke.
        reset: bool,
    },
}

/// How it goes on.
pub(in crate::tools) enum Step {
    /// Something happened.
    Event(Event),
    /// Poll again like this.
    Wait(Poll),
}

#[derive(Clone, Debug)]
enum Stage {
    Resolve(Box<Lookup>),
    Call,
    /// The address is announced.
    Dial(IpAddr),
    Calling(SockId, Option<Instant>),
    Send,
    Receive,
    Over,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Fetch {
    port: u16,
    request: String,
    /// The body is not sent (`HEAD`).
    head_only: bool,
    /// How long one address may take to answer, in seconds.
    pub connect_timeout: Option<core::time::Duration>,
    stage: Stage,
    addrs: Vec<IpAddr>,
    last: SendError,
    addr: IpAddr,
    sock: Option<SockId>,
    received: Vec<u8>,
    /// Bytes of the body that are still to come; `None`: until the end.
    left: Option<u64>,
    in_body: bool,
    keeps: bool,
}

/// The status in a response's first line.
pub(in crate::tools) fn status_of(head: &str) -> u16 {
    head.split_ascii_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

impl Fetch {
    /// Addresses to be used instead of those of the name.
    pub fn set_addresses(&mut self, addrs: Vec<IpAddr>) {
        self.addrs = addrs;
        self.stage = Stage::Call;
    }

    /// Begins: the host, its port, and the whole request.
    pub fn new(cx: &mut Cx<'_>, host: &str, port: u16, want: Want, request: String) -> Self {
        let lookup = Lookup::new(cx, host, want);
        Self {
            port,
            head_only: request.starts_with("HEAD "),
            request,
            connect_timeout: None,
            stage: Stage::Resolve(Box::new(lookup)),
            addrs: Vec::new(),
            last: SendError::ConnRefused,
            addr: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
            sock: None,
            received: Vec::new(),
            left: None,
            in_body: false,
            keeps: true,
        }
    }

    /// The request's method.
    pub fn method(&self) -> String {
        self.request.split(' ').next().unwrap_or_default().to_owned()
    }

    /// One step.
    pub fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        loop {
            let step = match &mut self.stage {
                Stage::Resolve(lookup) => match lookup.poll(cx) {
                    Progress::Wait(poll) => Some(Step::Wait(poll)),
                    Progress::Done(found) => Some(Step::Event(self.resolved(found))),
                },
                Stage::Call => Some(Step::Event(self.call(cx))),
                &mut Stage::Dial(addr) => self.dial(cx, addr).map(Step::Event),
                &mut Stage::Calling(sock, until) => self.calling(cx, sock, until),
                Stage::Send => {
                    let sock = self.sock.unwrap_or(SockId(0));
                    let _ = cx.lab.tcp_write(cx.ns, sock, self.request.as_bytes());
                    cx.sys.reached();
                    self.stage = Stage::Receive;
                    Some(Step::Event(Event::Sent))
                }
                Stage::Receive => self.receive(cx),
                Stage::Over => Some(Step::Wait(Poll::Wait)),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Lets go of its socket.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        if let Stage::Resolve(lookup) = &mut self.stage {
            lookup.close(cx);
        }
        if let Some(sock) = self.sock.take() {
            cx.lab.sock_close(cx.ns, sock);
        }
    }

    fn resolved(&mut self, found: Result<Vec<Host>, Gai>) -> Event {
        match found {
            Ok(hosts) => {
                self.addrs = hosts.iter().map(|h| h.addr).collect();
                self.stage = Stage::Call;
                Event::Resolved(self.addrs.clone())
            }
            Err(error) => {
                self.stage = Stage::Over;
                Event::Unresolved(error)
            }
        }
    }

    /// Announces the next address.
    fn call(&mut self, cx: &mut Cx<'_>) -> Event {
        self.close(cx);
        if self.addrs.is_empty() {
            self.stage = Stage::Over;
            return Event::NoneLeft(self.last);
        }
        let addr = self.addrs.remove(0);
        self.stage = Stage::Dial(addr);
        Event::Trying(addr)
    }

    fn dial(&mut self, cx: &mut Cx<'_>, addr: IpAddr) -> Option<Event> {
        self.stage = Stage::Call;
        let sock = cx.lab.stack_mut(cx.ns)?.sock_open(Family::of(addr), SocketKind::TcpIdle);
        self.sock = Some(sock);
        if let Err(error) = cx.lab.tcp_connect(cx.ns, sock, (addr, self.port)) {
            self.last = error;
            return Some(Event::Failed(addr, error));
        }
        cx.sys.reached();
        self.addr = addr;
        self.stage = Stage::Calling(sock, self.connect_timeout.map(|t| cx.now() + t));
        None
    }

    fn calling(&mut self, cx: &mut Cx<'_>, sock: SockId, until: Option<Instant>) -> Option<Step> {
        let stack = cx.lab.stack_mut(cx.ns)?;
        let state = stack.sockets.get(sock).and_then(|s| s.tcp()).map_or(State::Closed, |c| c.state);
        let addr = self.addr;
        let error = if state == State::SynSent {
            match until {
                Some(at) if at <= cx.now() => SendError::TimedOut,
                Some(at) => return Some(Step::Wait(Poll::WaitUntil(at))),
                None => return Some(Step::Wait(Poll::Wait)),
            }
        } else {
            match stack.sock_error(sock) {
                Some(error) => error,
                None => {
                    let own = stack.sockets.get(sock).and_then(|s| Some(SocketAddr::new(s.local?, s.port)));
                    let there = SocketAddr::new(addr, self.port);
                    self.stage = Stage::Send;
                    return Some(Step::Event(Event::Connected(own.unwrap_or(there), there)));
                }
            }
        };
        (self.last, self.stage) = (error, Stage::Call);
        Some(Step::Event(Event::Failed(addr, error)))
    }

    fn receive(&mut self, cx: &mut Cx<'_>) -> Option<Step> {
        let sock = self.sock?;
        let stack = cx.lab.stack_mut(cx.ns)?;
        self.received.extend(stack.tcp_read(sock));
        let conn = stack.sockets.get(sock).and_then(|s| s.tcp());
        let over = conn.is_none_or(|c| c.at_end() || c.hung_up());
        let reset = conn.is_none_or(|c| c.error().is_some());
        if !self.in_body
            && let Some(end) = end_of_head(&self.received)
        {
            let head: Vec<u8> = self.received.drain(..end).collect();
            let head = String::from_utf8_lossy(&head).into_owned();
            self.read_head(&head);
            self.in_body = true;
            return Some(Step::Event(Event::Head(head)));
        }
        if self.in_body && !self.received.is_empty() && self.left != Some(0) {
            let most = self.left.map_or(usize::MAX, |l| usize::try_from(l).unwrap_or(usize::MAX));
            let count = self.received.len().min(most);
            let body: Vec<u8> = self.received.drain(..count).collect();
            self.left = self.left.map(|l| l - body.len() as u64);
            return Some(Step::Event(Event::Body(body)));
        }
        let all = self.in_body && self.left == Some(0);
        if all || over {
            self.stage = Stage::Over;
            let whole = all || self.in_body && self.left.is_none() && !reset;
            return Some(Step::Event(Event::Over { whole, stays: all && self.keeps && !over, reset }));
        }
        Some(Step::Wait(Poll::Wait))
    }

    fn read_head(&mut self, head: &str) {
        let field = |name: &str| {
            head.lines().find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)))
        };
        self.left = field("Content-Length").and_then(|(_, v)| v.trim().parse().ok());
        let status = status_of(head);
        if self.head_only || status == 204 || status == 304 {
            self.left = Some(0);
        }
        let closes = field("Connection").is_some_and(|(_, v)| v.trim().eq_ignore_ascii_case("close"));
        self.keeps = !closes && !head.starts_with("HTTP/1.0");
    }
}

/// Where the head of a response ends.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let crlf = bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4);
    crlf.or_else(|| bytes.windows(2).position(|w| w == b"\n\n").map(|at| at + 2))
}
