//! `nc` of Busybox: the client and what it says; where more is asked for than it has, the machine's.
//!
//! # Source
//! busybox 1.35.0, `networking/nc.c`: `nc_main`.

use core::time::Duration;

use packetwalk_lab::socket::tcp::State;
use packetwalk_lab::{SockId, SocketKind};
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Instant};

use crate::process::{OnSignal, Signal};
use crate::sys::Read;
use crate::tools::clib::{Getopt, Host, Item, Lookup, Progress, Want};
use crate::{Cx, Poll, Process};

/// An nc that has not begun.
pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Nc::default())
}

#[derive(Clone, Debug, Default)]
struct Nc {
    host: String,
    port: u16,
    local: u16,
    timeout: Option<u64>,
    lookup: Option<Box<Lookup>>,
    sock: Option<SockId>,
    until: Option<Instant>,
    connected: bool,
    /// Standard input is at its end.
    ended: bool,
    /// What it runs as, once it is known to be more than a client.
    begun: bool,
}

fn say(cx: &mut Cx<'_>, text: &str) -> u8 {
    let _ = cx.write_fd(2, format!("nc: {text}\n").as_bytes());
    1
}

fn usage(cx: &mut Cx<'_>, first: &str) -> u8 {
    let text = super::usage(include_str!("nc.txt"));
    let _ = cx.write_fd(2, format!("{first}{text}").as_bytes());
    1
}

/// How it begins.
enum Begin {
    Client,
    /// As the machine's nc.
    Other,
    Exit(u8),
}

impl Nc {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Begin {
        let words = cx.strings();
        let mut getopt = Getopt::new("lkzvunNp:w:i:f:e:s:q:46dr", &words);
        for item in getopt.by_ref() {
            match item {
                Item::Value('p', value) => self.local = value.parse().unwrap_or(0),
                Item::Value('w', value) => self.timeout = value.parse().ok().filter(|s| *s > 0),
                Item::Value('f', _) => {
                    let _ = cx.write_fd(2, b"packetwalk: nc: -f is not simulated\n");
                    return Begin::Exit(127);
                }
                Item::Flag(_) | Item::Value(..) => return Begin::Other,
                Item::Unknown(letter) => {
                    return Begin::Exit(usage(cx, &format!("nc: invalid option -- '{letter}'\n")));
                }
                Item::Missing(letter) => {
                    return Begin::Exit(usage(
                        cx,
                        &format!("nc: option requires an argument -- '{letter}'\n"),
                    ));
                }
            }
        }
        let operands = getopt.operands();
        let (Some(host), Some(port)) = (operands.first(), operands.get(1)) else {
            return Begin::Exit(usage(cx, ""));
        };
        self.host.clone_from(host);
        let named = crate::tools::clib::port_of(port, "tcp");
        let Some(port) = port.parse().ok().or(named) else {
            return Begin::Exit(say(cx, &format!("bad port '{port}'")));
        };
        self.port = port;
        self.until = self.timeout.map(|s| cx.now() + Duration::from_secs(s));
        self.lookup = Some(Box::new(Lookup::new(cx, host, Want::Any)));
        Begin::Client
    }

    fn dial(&mut self, cx: &mut Cx<'_>, hosts: &[Host]) -> Result<(), u8> {
        let of = |family| hosts.iter().find(|h| Family::of(h.addr) == family);
        let Some(host) = of(Family::V4).or(hosts.first()) else {
            return Err(say(cx, &format!("bad address '{}'", self.host)));
        };
        let ns = cx.ns;
        let Some(stack) = cx.lab.stack_mut(ns) else { return Err(1) };
        let sock = stack.sock_open(Family::of(host.addr), SocketKind::TcpIdle);
        self.sock = Some(sock);
        if self.local != 0 {
            if let Some(socket) = stack.sockets.get_mut(sock) {
                socket.opts.reuse = true;
            }
            if let Err(error) = stack.sock_bind(sock, None, self.local) {
                return Err(say(cx, &format!("bind: {}", error.text())));
            }
        }
        self.host = host.addr.to_string();
        cx.lab.tcp_connect(ns, sock, (host.addr, self.port)).map_err(|error| self.refused(cx, error))
    }

    fn refused(&self, cx: &mut Cx<'_>, error: SendError) -> u8 {
        let shown = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        say(cx, &format!("can't connect to remote host ({shown}): {}", error.text()))
    }

    fn wait(&self) -> Poll {
        self.until.filter(|_| !self.connected).map_or(Poll::Wait, Poll::WaitUntil)
    }

    fn run(&mut self, cx: &mut Cx<'_>) -> Result<Poll, u8> {
        if let Some(lookup) = &mut self.lookup {
            match lookup.poll(cx) {
                Progress::Wait(poll) => return Ok(poll),
                Progress::Done(found) => {
                    self.lookup = None;
                    self.dial(cx, &found.unwrap_or_default())?;
                }
            }
        }
        let ns = cx.ns;
        let (Some(sock), Some(stack)) = (self.sock, cx.lab.stack_mut(ns)) else { return Err(1) };
        if !self.connected {
            let state = stack.sockets.get(sock).and_then(|s| s.tcp()).map_or(State::Closed, |c| c.state);
            if state == State::SynSent {
                if self.until.is_some_and(|at| at <= cx.now()) {
                    return Err(say(cx, "timed out"));
                }
                return Ok(self.wait());
            }
            if let Some(error) = stack.sock_error(sock) {
                return Err(self.refused(cx, error));
            }
            self.connected = true;
        }
        while !self.ended {
            match cx.read_fd(0, 16384) {
                Read::Data(bytes) => {
                    let _ = cx.lab.tcp_write(ns, sock, &bytes);
                }
                Read::Wait => break,
                Read::End | Read::Error(_) => {
                    self.ended = true;
                    cx.lab.tcp_shutdown(ns, sock);
                }
            }
        }
        let Some(stack) = cx.lab.stack_mut(ns) else { return Err(1) };
        let bytes = stack.tcp_read(sock);
        let over = stack.sockets.get(sock).and_then(|s| s.tcp()).is_none_or(|c| c.at_end() || c.hung_up());
        let _ = cx.write_fd(1, &bytes);
        if over {
            return Err(0);
        }
        Ok(Poll::Wait)
    }

    fn close(&mut self, cx: &mut Cx<'_>) {
        if let Some(lookup) = &mut self.lookup {
            lookup.close(cx);
        }
        if let Some(sock) = self.sock.take() {
            cx.lab.sock_close(cx.ns, sock);
        }
    }
}

impl Process for Nc {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if !std::mem::replace(&mut self.begun, true) {
            match self.begin(cx) {
                Begin::Client => {}
                Begin::Other => return Poll::Exec(crate::tools::nc::new()),
                Begin::Exit(status) => return Poll::Exit(status),
            }
        }
        match self.run(cx) {
            Ok(poll) => poll,
            Err(status) => {
                self.close(cx);
                Poll::Exit(status)
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
