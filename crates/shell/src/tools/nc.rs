//! `nc`: OpenBSD's netcat as Debian 12 has it (1.219-1).

mod connect;
mod listen;
mod options;
mod transfer;

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use packetwalk_lab::SockId;
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Instant};

use super::clib::{Gai, Host, Lookup, Progress, port_of, resolve, reverse};
use crate::Cx;
use crate::process::{OnSignal, Poll, Process, Signal};
use options::Options;
use transfer::Transfer;

/// An nc that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Nc::default())
}

/// It ends with this status; what it says is said already.
struct Done(u8);

/// Time in which the network settles between two calls: real ones are slower than a veth.
const SETTLE: Duration = Duration::from_millis(1);

/// What it does next.
#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Start,
    /// Connect to the next address or port.
    Connect,
    /// A name server is asked for the host.
    Lookup(Box<Lookup>),
    /// A SYN is on its way; until then.
    Pending(Option<Instant>),
    /// `-v` of UDP: datagrams sent, and when the next is due.
    Probe(u64, Instant),
    /// Wait for a connection, or for a datagram.
    Accept,
    /// Both ways at once.
    Transfer,
}

#[derive(Clone, Debug, Default)]
struct Nc {
    options: Options,
    stage: Stage,
    /// The listening socket.
    listener: Option<SockId>,
    /// The connection.
    conn: Option<SockId>,
    transfer: Transfer,
    ports: Vec<u16>,
    port_at: usize,
    hosts: Vec<Host>,
    host_at: usize,
    failed: bool,
}

impl Process for Nc {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if matches!(self.stage, Stage::Start) {
            if let Some(proc) = cx.sys.proc_mut(cx.pid) {
                proc.ignores |= 1 << Signal::PIPE.0;
            }
            if let Err(done) = self.begin(cx) {
                return self.end(cx, &done);
            }
        }
        loop {
            let step = match &mut self.stage {
                Stage::Start | Stage::Connect => self.connect(cx),
                Stage::Lookup(lookup) => match lookup.poll(cx) {
                    Progress::Wait(poll) => Ok(Some(poll)),
                    Progress::Done(found) => self.found(cx, found),
                },
                &mut Stage::Pending(until) => self.pending(cx, until),
                &mut Stage::Probe(sent, due) => self.probe(cx, sent, due),
                Stage::Accept => self.accept(cx),
                Stage::Transfer => self.run(cx),
            };
            match step {
                Ok(Some(poll)) => return poll,
                Ok(None) => {}
                Err(done) => return self.end(cx, &done),
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if !signal.ignored_by_default() {
            self.close(cx);
        }
        OnSignal::Default
    }
}

/// What a step gives: wait like this, or go on with the next stage.
type Step = Result<Option<Poll>, Done>;

impl Nc {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), Done> {
        self.options = Options::parse(cx)?;
        if self.options.listen {
            return self.listen(cx);
        }
        self.failed = true;
        self.ports = self.options.port_list(cx)?;
        self.stage = Stage::Connect;
        Ok(())
    }

    fn end(&mut self, cx: &mut Cx<'_>, done: &Done) -> Poll {
        self.close(cx);
        Poll::Exit(done.0)
    }

    fn close(&mut self, cx: &mut Cx<'_>) {
        if let Stage::Lookup(lookup) = &mut self.stage {
            lookup.close(cx);
        }
        for sock in [self.conn.take(), self.listener.take()].into_iter().flatten() {
            cx.lab.sock_close(cx.ns, sock);
        }
    }

    /// Both ways until it is over; then on with the next port or connection.
    fn run(&mut self, cx: &mut Cx<'_>) -> Step {
        let Some(sock) = self.conn.or(self.listener) else { return Err(Done(1)) };
        match self.transfer.run(cx, &mut self.options, sock) {
            transfer::Outcome::Wait(poll) => Ok(Some(poll)),
            transfer::Outcome::Quit => Err(Done(0)),
            transfer::Outcome::Over => {
                if !self.options.listen {
                    self.stage = Stage::Connect;
                } else if self.options.keep {
                    if let Some(conn) = self.conn.take() {
                        cx.lab.sock_close(cx.ns, conn);
                    }
                    self.stage = Stage::Accept;
                } else {
                    return Err(Done(0));
                }
                Ok(None)
            }
        }
    }

    /// Gives a socket the options of the command line.
    fn set_options(&self, cx: &mut Cx<'_>, sock: SockId, reuse: bool) {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return };
        let Some(socket) = stack.sockets.get_mut(sock) else { return };
        let opts = &mut socket.opts;
        opts.broadcast = self.options.broadcast;
        opts.tos = self.options.tos.unwrap_or(0);
        opts.ttl = self.options.ttl;
        opts.df = true;
        opts.reuse = reuse;
    }

    /// Addresses of a name; without one, any address.
    fn lookup(&self, cx: &mut Cx<'_>, name: &str, family: Option<Family>) -> Result<Vec<Host>, Gai> {
        if self.options.numeric && !is_number(name) {
            return Err(Gai::NoName);
        }
        fitting(resolve(cx, name)?, family)
    }

    /// A port as getaddrinfo takes it: a number, cut to 16 bits, or a service.
    fn service(&self, cx: &mut Cx<'_>, word: &str) -> Result<u16, Done> {
        if !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(word.parse::<u64>().unwrap_or(u64::MAX) as u16);
        }
        let found = port_of(word, self.options.protocol());
        found.ok_or_else(|| fail(cx, "getaddrinfo: Servname not supported for ai_socktype"))
    }

    /// netcat-openbsd 1.219-1, `netcat.c`: `report_sock`.
    fn report(&self, cx: &mut Cx<'_>, what: &str, (addr, port): (IpAddr, u16)) {
        let name = match addr {
            _ if self.options.numeric => Some(addr.to_string()),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some(addr.to_string()),
            _ => reverse(cx, addr),
        };
        match name {
            Some(name) => {
                let _ = cx.write_fd(2, format!("{what} on {name} {port}\n").as_bytes());
            }
            None => warn(cx, &format!("getnameinfo: {}", Gai::Again.text())),
        }
    }
}

/// The addresses of a family.
fn fitting(hosts: Vec<Host>, family: Option<Family>) -> Result<Vec<Host>, Gai> {
    let fit: Vec<Host> =
        hosts.into_iter().filter(|h| family.is_none_or(|f| f == Family::of(h.addr))).collect();
    if fit.is_empty() { Err(Gai::AddrFamily) } else { Ok(fit) }
}

fn is_number(name: &str) -> bool {
    super::clib::aton(name).is_some() || name.contains(':')
}

/// Says something, after the program's name.
fn warn(cx: &mut Cx<'_>, message: &str) {
    let name = cx.args.first().cloned().unwrap_or_default();
    let short = name.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let line = [short, b": ", message.as_bytes(), b"\n"].concat();
    let _ = cx.write_fd(2, &line);
}

/// Says what is wrong; status 1.
fn fail(cx: &mut Cx<'_>, message: &str) -> Done {
    warn(cx, message);
    Done(1)
}

/// `strerror` of a connection's end.
fn reason(error: SendError) -> &'static str {
    error.text()
}
