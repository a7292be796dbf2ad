//! `getaddrinfo` and `getnameinfo` with name servers, which take time.

use core::time::Duration;
use std::net::IpAddr;

use packetwalk_lab::{SockId, SocketKind};
use packetwalk_wire::{Family, Instant, Order};

use super::message::{Data, Message, kind, rcode, reverse_name};
use super::resolve::{Gai, Host, resolve};
use crate::{Cx, Poll};

/// Most servers and search domains of the file.
const MOST_SERVERS: usize = 3;
const MOST_DOMAINS: usize = 6;

/// `/etc/resolv.conf`.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Conf {
    pub servers: Vec<IpAddr>,
    pub search: Vec<String>,
    ndots: usize,
    /// Seconds and rounds, where the file says them.
    pub pace: (Option<u64>, Option<u32>),
}

impl Conf {
    /// Reads the file of the process's machine.
    pub fn read(cx: &mut Cx<'_>) -> Self {
        let text = cx.read_file(b"/etc/resolv.conf").unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut conf = Self { servers: Vec::new(), search: Vec::new(), ndots: 1, pace: (None, None) };
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") if conf.servers.len() < MOST_SERVERS => {
                    conf.servers.extend(words.next().and_then(|w| w.parse::<IpAddr>().ok()));
                }
                Some("search" | "domain") => {
                    conf.search = words.take(MOST_DOMAINS).map(str::to_owned).collect();
                }
                Some("options") => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        conf
    }

    /// How many dots a name has that is first asked for as it is.
    pub const fn ndots(&self) -> usize {
        self.ndots
    }

    fn option(&mut self, word: &str) {
        let Some((name, value)) = word.split_once(':') else { return };
        let Ok(value) = value.parse::<u32>() else { return };
        match name {
            "ndots" => self.ndots = value.min(15) as usize,
            "timeout" => self.pace.0 = Some(u64::from(value.clamp(1, 30))),
            "attempts" => self.pace.1 = Some(value.clamp(1, 5)),
            _ => {}
        }
    }

    /// The names that are asked for one, in order; and how many of them come before the domains.
    ///
    /// # Source
    /// glibc 2.36, `resolv/res_query.c`: `__res_context_search`.
    fn names(&self, name: &str) -> (Vec<String>, usize) {
        let dots = name.matches('.').count();
        if name.ends_with('.') || self.search.is_empty() {
            return (vec![name.to_owned()], 1);
        }
        let domains = self.search.iter().map(|d| format!("{name}.{d}"));
        let as_is = core::iter::once(name.to_owned());
        if dots >= self.ndots {
            (as_is.chain(domains).collect(), 1)
        } else if dots > 0 {
            (domains.chain(as_is).collect(), 0)
        } else {
            (domains.collect(), 0)
        }
    }
}

/// What is looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Want {
    /// Addresses of both families.
    Any,
    /// Of one.
    Only(Family),
    /// The name of an address.
    Name(IpAddr),
}

/// How far it is.
pub(in crate::tools) enum Progress<T> {
    /// Poll again like this.
    Wait(Poll),
    /// It is over.
    Done(T),
}

/// One round of questions to one server.
#[derive(Clone, Debug)]
struct Round {
    sock: SockId,
    asked: Vec<Message>,
    answers: Vec<Message>,
    until: Instant,
}

/// What one server, or all of them, said of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Addresses,
    NoData,
    NoName,
    /// SERVFAIL and its like.
    Fails,
    /// Nobody answers.
    Again,
    /// No one listens there.
    Refused,
}

/// A lookup on its way.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Lookup {
    want: Want,
    conf: Conf,
    names: Vec<String>,
    /// How many of the names come before the search list.
    first: usize,
    name_at: usize,
    server_at: usize,
    attempt: u32,
    round: Option<Round>,
    known: Option<Result<Vec<Host>, Gai>>,
    saved: Option<Gai>,
    no_data: bool,
    fails: bool,
    /// The last server failed by itself.
    servfail: bool,
    refused: bool,
}

impl Lookup {
    /// Begins one: a number or a name of the hosts file is known at once.
    pub fn new(cx: &mut Cx<'_>, name: &str, want: Want) -> Self {
        let conf = Conf::read(cx);
        let known = match want {
            Want::Name(addr) => match super::resolve::reverse(cx, addr) {
                Some(name) => Some(Ok(vec![Host { addr, scope: None, name }])),
                None => conf.servers.is_empty().then_some(Err(Gai::Again)),
            },
            _ => match resolve(cx, name) {
                Err(Gai::Again) if !conf.servers.is_empty() => None,
                other => Some(other),
            },
        };
        let (names, first) = match want {
            Want::Name(addr) => (vec![reverse_name(addr)], 1),
            _ => conf.names(name),
        };
        Self {
            want,
            conf,
            names,
            first,
            name_at: 0,
            server_at: 0,
            attempt: 0,
            round: None,
            known,
            saved: None,
            no_data: false,
            fails: false,
            servfail: false,
            refused: false,
        }
    }

    /// Does what can be done now.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Progress<Result<Vec<Host>, Gai>> {
        if let Some(known) = self.known.take() {
            return Progress::Done(known);
        }
        loop {
            if self.round.is_none() && !self.ask(cx) {
                if self.next_server(Said::Refused) {
                    continue;
                }
                if let Some(done) = self.verdict(Said::Refused) {
                    return Progress::Done(Err(done));
                }
                continue;
            }
            let said = match self.listen(cx) {
                Ok(said) => said,
                Err(poll) => return Progress::Wait(poll),
            };
            let answers = self.round.as_ref().map(|r| r.answers.clone()).unwrap_or_default();
            self.close(cx);
            match said {
                Said::Addresses => return Progress::Done(Ok(self.hosts(cx, &answers))),
                Said::Fails | Said::Again | Said::Refused if self.next_server(said) => {}
                said => {
                    if let Some(error) = self.verdict(said) {
                        return Progress::Done(Err(error));
                    }
                }
            }
        }
    }

    /// Lets go of its socket.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        if let Some(round) = self.round.take() {
            cx.lab.sock_close(cx.ns, round.sock);
        }
    }

    /// Sends the questions to a server; `false` where they cannot be sent.
    fn ask(&mut self, cx: &mut Cx<'_>) -> bool {
        let (Some(&server), Some(name)) =
            (self.conf.servers.get(self.server_at), self.names.get(self.name_at))
        else {
            return false;
        };
        let kinds: &[u16] = match self.want {
            Want::Any => &[kind::A, kind::AAAA],
            Want::Only(Family::V4) => &[kind::A],
            Want::Only(Family::V6) => &[kind::AAAA],
            Want::Name(_) => &[kind::PTR],
        };
        let mut asked = Vec::new();
        for kind in kinds {
            let id = cx.sys.random() << 1 | cx.sys.random() & 1;
            asked.push(Message::query(id, name, *kind));
        }
        let Some(sock) = open(cx, server) else { return false };
        let seconds = (self.conf.pace.0.unwrap_or(5) << self.server_at)
            / if self.server_at == 0 { 1 } else { self.conf.servers.len() as u64 };
        let until = cx.now() + Duration::from_secs(seconds.max(1));
        for query in &asked {
            if cx.lab.udp_send(cx.ns, sock, &query.bytes(), None, None).is_err() {
                cx.lab.sock_close(cx.ns, sock);
                return false;
            }
        }
        cx.sys.reached();
        self.round = Some(Round { sock, asked, answers: Vec::new(), until });
        true
    }

    /// Takes what came; how to wait where it is not all.
    fn listen(&mut self, cx: &mut Cx<'_>) -> Result<Said, Poll> {
        let Some(round) = &mut self.round else { return Ok(Said::Again) };
        while let Some(message) = receive(cx, round.sock) {
            let same = |q: &Message| {
                q.id == message.id && q.kind == message.kind && q.name.eq_ignore_ascii_case(&message.name)
            };
            if round.asked.iter().any(same) && !round.answers.iter().any(same) {
                round.answers.push(message);
            }
        }
        let failed = |m: &&Message| !matches!(m.rcode(), 0 | rcode::NXDOMAIN);
        if round.answers.iter().any(|m| failed(&m)) {
            return Ok(Said::Fails);
        }
        if round.answers.len() == round.asked.len() {
            let has = |m: &Message| !m.answers.is_empty();
            return Ok(if round.answers.iter().any(has) {
                Said::Addresses
            } else if round.answers.iter().all(|m| m.rcode() == rcode::NXDOMAIN) {
                Said::NoName
            } else {
                Said::NoData
            });
        }
        if cx.lab.stack_mut(cx.ns).and_then(|s| s.sock_error(round.sock)).is_some() {
            return Ok(Said::Refused);
        }
        if round.until <= cx.now() {
            return Ok(Said::Again);
        }
        Err(Poll::WaitUntil(round.until))
    }

    /// Goes on to the next server or round of all; `false` after the last.
    fn next_server(&mut self, said: Said) -> bool {
        self.servfail = said == Said::Fails;
        self.refused = said == Said::Refused;
        self.server_at += 1;
        if self.server_at >= self.conf.servers.len() {
            self.server_at = 0;
            self.attempt += 1;
        }
        self.attempt < self.conf.pace.1.unwrap_or(2)
    }

    /// What a name's end means; `None` goes on with the next name.
    fn verdict(&mut self, said: Said) -> Option<Gai> {
        let error = match said {
            Said::NoData => Gai::NoData,
            Said::NoName => Gai::NoName,
            _ => Gai::Again,
        };
        let as_is = self.name_at < self.first;
        if as_is {
            self.saved = Some(error);
        } else {
            match said {
                Said::NoData => self.no_data = true,
                Said::NoName | Said::Addresses => {}
                Said::Fails => self.fails = true,
                Said::Refused => return Some(Gai::Again),
                Said::Again => self.name_at = self.names.len(),
            }
            if said == Said::Again {
                self.saved.get_or_insert(error);
            }
        }
        self.name_at += 1;
        (self.server_at, self.attempt) = (0, 0);
        if self.name_at < self.names.len() {
            return None;
        }
        Some(match self.saved {
            Some(saved) => saved,
            None if self.no_data => Gai::NoData,
            None if self.fails => Gai::Again,
            None => error,
        })
    }

    /// The addresses of the answers in the order in which they are tried.
    ///
    /// # Source
    /// glibc 2.36, `sysdeps/posix/getaddrinfo.c`: `rfc3484_sort`, of its rules the first and the sixth.
    fn hosts(&self, cx: &Cx<'_>, answers: &[Message]) -> Vec<Host> {
        if let Want::Name(addr) = self.want {
            let name = answers.iter().flat_map(|m| &m.answers).find_map(|r| match &r.data {
                Data::Name(name) => Some(name.clone()),
                _ => None,
            });
            return name.into_iter().map(|name| Host { addr, scope: None, name }).collect();
        }
        let found = answers.iter().flat_map(Message::addresses);
        let mut all: Vec<Host> = found.map(|(addr, name)| Host { addr, scope: None, name }).collect();
        let reachable = |addr: IpAddr| {
            let stack = cx.lab.stack(cx.ns);
            stack.is_some_and(|s| addr.is_ipv4() || super::resolve::has_route(s, addr))
        };
        all.order_by_key(|h| (!reachable(h.addr), h.addr.is_ipv4()));
        all
    }
}

/// A socket that is connected to a name server.
pub(in crate::tools) fn open(cx: &mut Cx<'_>, server: IpAddr) -> Option<SockId> {
    let stack = cx.lab.stack_mut(cx.ns)?;
    let sock = stack.sock_open(Family::of(server), SocketKind::Udp);
    if stack.sock_connect_datagram(sock, (server, 53)).is_ok() {
        return Some(sock);
    }
    cx.lab.sock_close(cx.ns, sock);
    None
}

/// The next message of a socket that is an answer.
pub(in crate::tools) fn receive(cx: &mut Cx<'_>, sock: SockId) -> Option<Message> {
    loop {
        let datagram = cx.lab.sock_recv(cx.ns, sock)?;
        let message = Message::parse(cx.lab.payloads.bytes(datagram.packet.payload));
        if let Some(message) = message.filter(Message::is_response) {
            return Some(message);
        }
    }
}
