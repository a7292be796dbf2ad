//! `nslookup`: BIND's (9.18) of the machine, and Busybox's (1.35).

mod ask;

use std::net::IpAddr;

use super::clib::Conf;
use super::clib::message::{Data, Message, kind, rcode, reverse_name};
use crate::process::{OnSignal, Signal};
use crate::{Cx, Poll, Process};
use ask::{Answer, Ask};

/// BIND's that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Nslookup::new(false))
}

/// Busybox's that has not begun.
pub(super) fn busybox() -> Box<dyn Process> {
    Box::new(Nslookup::new(true))
}

#[derive(Clone, Debug)]
struct Nslookup {
    busybox: bool,
    /// Names and types that are asked for; for BIND's, the next where one is not there.
    questions: Vec<(String, u16)>,
    server: Option<IpAddr>,
    ask: Option<Ask>,
    begun: bool,
    /// How often it asks, and how many milliseconds apart.
    pace: (u32, u64),
    /// Who answers is said.
    named: bool,
    failed: bool,
}

/// Names of types.
const KINDS: [(&str, u16); 9] = [
    ("a", kind::A),
    ("ns", kind::NS),
    ("cname", kind::CNAME),
    ("soa", 6),
    ("ptr", kind::PTR),
    ("mx", kind::MX),
    ("txt", 16),
    ("aaaa", kind::AAAA),
    ("any", 255),
];

fn code(rcode: u8) -> String {
    let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
    names.get(usize::from(rcode)).map_or_else(|| rcode.to_string(), |n| (*n).to_owned())
}

impl Nslookup {
    const fn new(busybox: bool) -> Self {
        let (server, ask) = (None, None);
        let questions = Vec::new();
        Self { busybox, questions, server, ask, begun: false, pace: (2, 2500), named: false, failed: false }
    }

    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), u8> {
        let (mut wanted, mut names) = (None, Vec::new());
        for word in cx.strings() {
            let Some(option) = word.strip_prefix('-') else {
                names.push(word);
                continue;
            };
            let value = ["type=", "querytype=", "query=", "q="].iter().find_map(|p| option.strip_prefix(p));
            let known = KINDS.iter().find(|(n, _)| value.is_some_and(|v| v.eq_ignore_ascii_case(n)));
            match known {
                Some((_, kind)) => wanted = Some(*kind),
                None if self.busybox && value.is_some() => {
                    cx.stderr
                        .line(&format!("nslookup: invalid query type \"{}\"", value.unwrap_or_default()));
                    return Err(1);
                }
                None => {
                    cx.stderr.line(&format!("packetwalk: nslookup: -{option} is not simulated"));
                    return Err(127);
                }
            }
        }
        let Some(name) = names.first().cloned() else {
            if self.busybox {
                cx.stderr.push(super::busybox::usage(include_str!("busybox/nslookup.txt")).as_bytes());
                return Err(1);
            }
            cx.stderr.line("packetwalk: nslookup: its own prompt is not simulated");
            return Err(127);
        };
        let conf = Conf::read(cx);
        if !self.busybox {
            self.pace = (conf.pace.1.unwrap_or(3), 1000 * conf.pace.0.unwrap_or(5));
        }
        self.server = match names.get(1) {
            None => conf.servers.first().copied().or(Some(IpAddr::from([127, 0, 0, 1]))),
            Some(server) => {
                let found = super::clib::resolve(cx, server).ok();
                let addr = found.and_then(|f| f.first().map(|h| h.addr));
                if addr.is_none() {
                    let text = if self.busybox {
                        format!("nslookup: can't resolve '{server}'")
                    } else {
                        format!("nslookup: couldn't get address for '{server}': not found")
                    };
                    cx.stderr.line(&text);
                    return Err(1);
                }
                addr
            }
        };
        self.questions = self.plan(&conf, &name, wanted);
        Ok(())
    }

    /// What is asked.
    fn plan(&self, conf: &Conf, name: &str, wanted: Option<u16>) -> Vec<(String, u16)> {
        if let (Ok(addr), None) = (name.parse::<IpAddr>(), wanted) {
            return vec![(reverse_name(addr), kind::PTR)];
        }
        let domains: Vec<String> = conf.search.iter().map(|d| format!("{name}.{d}")).collect();
        if !self.busybox {
            // The name, and then with each domain; where ndots is not reached the name comes last.
            let own = core::iter::once(name.to_owned());
            let first = wanted.unwrap_or(kind::A);
            let names: Vec<String> = if name.matches('.').count() >= conf.ndots() {
                own.chain(domains).collect()
            } else {
                domains.into_iter().chain(own).collect()
            };
            return names.into_iter().map(|n| (n, first)).collect();
        }
        let names = if name.contains('.') || domains.is_empty() { vec![name.to_owned()] } else { domains };
        let kinds = wanted.map_or(vec![kind::A, kind::AAAA], |k| vec![k]);
        kinds.iter().flat_map(|k| names.iter().map(move |n| (n.clone(), *k))).collect()
    }

    fn header(&mut self, cx: &mut Cx<'_>) {
        if std::mem::replace(&mut self.named, true) {
            return;
        }
        let server = self.server.map(|s| s.to_string()).unwrap_or_default();
        if self.busybox {
            let shown = if server.contains(':') { format!("[{server}]") } else { server.clone() };
            writeln!(cx.stdout, "Server:\t\t{server}\nAddress:\t{shown}:53\n");
        } else {
            writeln!(cx.stdout, "Server:\t\t{server}\nAddress:\t{server}#53\n");
        }
    }

    fn records(&self, cx: &mut Cx<'_>, message: &Message) {
        for record in &message.answers {
            match &record.data {
                Data::Addr(addr) => writeln!(cx.stdout, "Name:\t{}\nAddress: {addr}", record.name),
                Data::Name(name) => {
                    let what = match record.kind {
                        kind::PTR => "name",
                        kind::NS => "nameserver",
                        _ => "canonical name",
                    };
                    let dot = if self.busybox { "" } else { "." };
                    writeln!(cx.stdout, "{}\t{what} = {name}{dot}", record.name);
                }
                Data::Other => {}
            }
        }
    }

    /// Busybox's: each answer as it comes. The exit status at the end.
    ///
    /// # Source
    /// busybox 1.35.0, `networking/nslookup.c`: `parse_reply`, `send_queries`.
    fn small(&mut self, cx: &mut Cx<'_>, answer: Answer) -> Option<u8> {
        match answer {
            Answer::Message(message) => {
                self.header(cx);
                if message.rcode() == 0 {
                    if !message.is_authoritative() {
                        cx.stdout.line("Non-authoritative answer:");
                    }
                    self.records(cx, &message);
                } else {
                    let code = code(message.rcode());
                    writeln!(cx.stdout, "** server can't find {}: {code}", message.name);
                    self.failed = true;
                }
                cx.stdout.line("");
                None
            }
            Answer::Refused(error) => {
                // With several questions it is met when the second is written, and ends it.
                if self.questions.len() == 1 {
                    cx.stderr.line(&format!("nslookup: read: {}", error.text()));
                    return None;
                }
                let server = self.server.map(|s| s.to_string()).unwrap_or_default();
                cx.stderr.line(&format!("nslookup: write to '{server}': {}", error.text()));
                self.small(cx, Answer::Silence)
            }
            Answer::Silence => {
                cx.stdout.push(b";; connection timed out; no servers could be reached\n\n");
                Some(1)
            }
            Answer::All => Some(u8::from(self.failed)),
        }
    }

    /// BIND's: one question after the other.
    fn large(&mut self, cx: &mut Cx<'_>, answer: Answer) -> Option<u8> {
        let server = self.server.map(|s| s.to_string()).unwrap_or_default();
        match answer {
            Answer::Message(message) => {
                self.ask = None;
                let (name, kind) = self.questions.first().cloned().unwrap_or_default();
                if message.rcode() == rcode::NXDOMAIN && self.questions.len() > 1 {
                    self.questions.remove(0);
                    return None;
                }
                let is_second = kind == kind::AAAA && self.named;
                if kind != kind::PTR {
                    self.header(cx);
                }
                if message.rcode() != 0 {
                    writeln!(cx.stdout, "** server can't find {name}: {}\n", code(message.rcode()));
                    return Some(1);
                }
                if !message.is_authoritative() && !is_second && kind != kind::PTR {
                    cx.stdout.line("Non-authoritative answer:");
                }
                self.records(cx, &message);
                if kind == kind::A {
                    // Then its addresses of IPv6, too.
                    self.questions = vec![(name, kind::AAAA)];
                    return None;
                }
                let tail =
                    if kind == kind::PTR { "\nAuthoritative answers can be found from:\n\n" } else { "\n" };
                cx.stdout.push(tail.as_bytes());
                Some(0)
            }
            Answer::Refused(error) => {
                let why = error.text().to_lowercase();
                for _ in 0..self.pace.0 {
                    writeln!(cx.stdout, ";; communications error to {server}#53: {why}");
                }
                cx.stdout.push(b";; no servers could be reached\n\n");
                Some(1)
            }
            Answer::Silence => {
                for _ in 0..self.pace.0 {
                    writeln!(cx.stdout, ";; communications error to {server}#53: timed out");
                }
                cx.stdout.push(b";; no servers could be reached\n\n");
                Some(1)
            }
            Answer::All => Some(0),
        }
    }
}

impl Process for Nslookup {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if !std::mem::replace(&mut self.begun, true)
            && let Err(status) = self.begin(cx)
        {
            return Poll::Exit(status);
        }
        loop {
            let Some(server) = self.server else { return Poll::Exit(1) };
            let ask = match &mut self.ask {
                Some(ask) => ask,
                None => {
                    let all = if self.busybox { self.questions.len() } else { 1 };
                    let questions = self.questions.get(..all).unwrap_or_default().to_vec();
                    self.ask.insert(Ask::new(cx, server, questions, self.pace))
                }
            };
            let answer = match ask.poll(cx) {
                Ok(answer) => answer,
                Err(poll) => return poll,
            };
            let over = if self.busybox { self.small(cx, answer) } else { self.large(cx, answer) };
            if let Some(status) = over {
                self.close(cx);
                return Poll::Exit(status);
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

impl Nslookup {
    fn close(&mut self, cx: &mut Cx<'_>) {
        if let Some(ask) = &mut self.ask {
            ask.close(cx);
        }
    }
}
