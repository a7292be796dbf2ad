//! `ping` of Busybox.
//!
//! # Source
//! busybox 1.35.0, `networking/ping.c`: `ping_main`, `sendping_tail`, `unpack4`, `print_stats_and_exit`.
//! Differs: of the ICMP errors that come back nothing is said, as without `-v`.

use core::time::Duration;
use std::net::IpAddr;

use packetwalk_lab::{SockId, SocketKind};
use packetwalk_wire::{Family, Icmp, Instant, Transport, icmp, proto};

use crate::process::{OnSignal, Signal};
use crate::tools::clib::{Getopt, Host, Item, Lookup, Progress, Want, strtod, strtoul};
use crate::{Cx, Poll, Process};

/// A ping that has not begun.
pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Ping::default())
}

#[derive(Clone, Debug)]
struct Options {
    family: Option<Family>,
    count: u64,
    size: usize,
    interval: Duration,
    ttl: Option<u8>,
    source: Option<String>,
    /// `-W`, seconds after the last request.
    patience: u64,
    /// `-w`.
    deadline: Option<u64>,
    quiet: bool,
    pattern: u8,
    host: String,
}

/// One that runs.
#[derive(Clone, Debug)]
struct Run {
    sock: SockId,
    dst: IpAddr,
    name: String,
    ident: u16,
    sent: u64,
    received: u64,
    doubles: u64,
    /// Which of the last requests were answered, by sequence number modulo [`KEPT`].
    seen: Vec<bool>,
    /// Of round trips: least, most and sum, in microseconds.
    times: (u64, u64, u64),
    next: Option<Instant>,
    last: Option<Instant>,
    began: Instant,
    /// When they were sent.
    at: Vec<Instant>,
}

/// Requests that are remembered (`MAX_DUP_CHK`).
const KEPT: usize = 1024;

#[derive(Clone, Debug, Default)]
struct Ping {
    options: Option<Box<Options>>,
    lookup: Option<Box<Lookup>>,
    run: Option<Box<Run>>,
    stop: bool,
}

fn say(cx: &mut Cx<'_>, text: &str) {
    cx.flush();
    let _ = cx.write_fd(2, format!("{text}\n").as_bytes());
}

fn usage(cx: &mut Cx<'_>, first: &str) -> u8 {
    let text = super::usage(include_str!("ping.txt"));
    let _ = cx.write_fd(2, format!("{first}{text}").as_bytes());
    1
}

impl Options {
    fn parse(cx: &mut Cx<'_>) -> Result<Self, u8> {
        let words = cx.strings();
        let name = cx.args.first().cloned().unwrap_or_default();
        let mut options = Self {
            family: name.ends_with(b"6").then_some(Family::V6),
            count: 0,
            size: 56,
            interval: Duration::from_secs(1),
            ttl: None,
            source: None,
            patience: 10,
            deadline: None,
            quiet: false,
            pattern: 0,
            host: String::new(),
        };
        let mut getopt = Getopt::new("46c:s:i:t:I:W:w:qp:Av", &words);
        for item in getopt.by_ref() {
            let (letter, value) = match item {
                Item::Flag('4') => {
                    options.family = Some(Family::V4);
                    continue;
                }
                Item::Flag('6') => {
                    options.family = Some(Family::V6);
                    continue;
                }
                Item::Flag('q') => {
                    options.quiet = true;
                    continue;
                }
                Item::Flag('v') => continue,
                Item::Flag(letter) => {
                    say(cx, &format!("packetwalk: ping: -{letter} is not simulated"));
                    return Err(127);
                }
                Item::Value(letter, value) => (letter, value),
                Item::Unknown(letter) => {
                    return Err(usage(cx, &format!("ping: invalid option -- '{letter}'\n")));
                }
                Item::Missing(letter) => {
                    return Err(usage(cx, &format!("ping: option requires an argument -- '{letter}'\n")));
                }
            };
            let (number, rest) = strtoul(&value);
            let is_number = rest.is_empty() && !value.is_empty();
            match letter {
                'I' => options.source = Some(value),
                'p' => options.pattern = u8::from_str_radix(&value, 16).unwrap_or(0),
                'i' => {
                    let millis = (strtod(&value).0 * 1000.0) as u64;
                    options.interval = Duration::from_millis(millis.max(1));
                }
                _ if !is_number => {
                    say(cx, &format!("ping: invalid number '{value}'"));
                    return Err(1);
                }
                'c' => options.count = number,
                's' => options.size = number.min(65507) as usize,
                't' => options.ttl = Some(number as u8),
                'W' => options.patience = number,
                _ => options.deadline = Some(number),
            }
        }
        let operands = getopt.operands();
        let [host] = operands.as_slice() else { return Err(usage(cx, "")) };
        options.host.clone_from(host);
        Ok(options)
    }
}

impl Ping {
    /// The addresses are known: opens the socket and greets.
    fn begin(&mut self, cx: &mut Cx<'_>, hosts: &[Host]) -> Result<(), u8> {
        let Some(options) = &self.options else { return Err(1) };
        // Of an IPv4 and an IPv6 address the first of IPv4 is taken.
        let of = |family| hosts.iter().find(|h| Family::of(h.addr) == family);
        let host = options.family.map_or_else(|| of(Family::V4).or(hosts.first()), of);
        let Some(host) = host else {
            say(cx, &format!("ping: bad address '{}'", options.host));
            return Err(1);
        };
        let family = Family::of(host.addr);
        let protocol = if family == Family::V4 { proto::ICMP } else { proto::ICMPV6 };
        let ns = cx.ns;
        let Some(stack) = cx.lab.stack_mut(ns) else { return Err(1) };
        let device = options.source.as_ref().and_then(|s| stack.links.by_name(s)).map(|d| d.index);
        let source = options.source.as_ref().and_then(|s| s.parse::<IpAddr>().ok());
        let sock = stack.sock_open(family, SocketKind::Raw { protocol });
        if let Some(socket) = stack.sockets.get_mut(sock) {
            socket.opts.ttl = options.ttl;
            socket.opts.device = device.or(host.scope);
        }
        let bound = source.map(|addr| stack.sock_bind(sock, Some(addr), 0));
        if let Some(Err(error)) = bound {
            cx.lab.sock_close(ns, sock);
            say(cx, &format!("ping: bind: {}", error.text()));
            return Err(1);
        }
        if let (Some(name), None, None) = (&options.source, source, device) {
            cx.lab.sock_close(ns, sock);
            say(cx, &format!("ping: bad address '{name}'"));
            return Err(1);
        }
        write!(cx.stdout, "PING {} ({})", options.host, host.addr);
        if let Some(source) = source {
            write!(cx.stdout, " from {source}");
        }
        writeln!(cx.stdout, ": {} data bytes", options.size);
        let ident = cx.sys.random();
        self.run = Some(Box::new(Run {
            sock,
            dst: host.addr,
            name: options.host.clone(),
            ident,
            sent: 0,
            received: 0,
            doubles: 0,
            seen: vec![false; KEPT],
            times: (u64::MAX, 0, 0),
            next: Some(cx.now()),
            last: None,
            began: cx.now(),
            at: vec![cx.now(); KEPT],
        }));
        Ok(())
    }

    fn turn(&mut self, cx: &mut Cx<'_>) -> Poll {
        let (Some(options), Some(run)) = (&self.options, &mut self.run) else { return Poll::Exit(1) };
        run.receive(cx, options);
        let now = cx.now();
        let all = options.count > 0 && run.received >= options.count;
        let late = run.last.is_some_and(|at| at <= now);
        let over = options.deadline.is_some_and(|s| run.began + Duration::from_secs(s) <= now);
        if self.stop || all || late || over {
            return Poll::Exit(run.end(cx));
        }
        if run.next.is_some_and(|at| at <= now)
            && let Err(text) = run.send(cx, options)
        {
            say(cx, &text);
            run.close(cx);
            return Poll::Exit(1);
        }
        let deadline = options.deadline.map(|s| run.began + Duration::from_secs(s));
        match [run.next, run.last, deadline].into_iter().flatten().min() {
            Some(at) => Poll::WaitUntil(at),
            None => Poll::Wait,
        }
    }
}

impl Run {
    fn send(&mut self, cx: &mut Cx<'_>, options: &Options) -> Result<(), String> {
        let family = Family::of(self.dst);
        let ty = if family == Family::V4 { icmp::v4::ECHO } else { icmp::v6::ECHO };
        let (id, seq) = (self.ident, self.sent as u16);
        let transport = Transport::Icmp(Icmp::Query { ty, code: 0, id, seq });
        let data = vec![options.pattern; options.size];
        let now = cx.now();
        let place = usize::from(seq) % KEPT;
        if let (Some(at), Some(seen)) = (self.at.get_mut(place), self.seen.get_mut(place)) {
            (*at, *seen) = (now, false);
        }
        let sent = cx.lab.raw_send(cx.ns, self.sock, transport, &data, self.dst);
        self.sent += 1;
        if let Err(error) = sent {
            return Err(format!("ping: sendto: {}", error.text()));
        }
        self.next = Some(now + options.interval);
        if options.count > 0 && self.sent >= options.count {
            self.next = None;
            // Twice the longest trip, or the patience of one that saw none.
            let wait = match self.received {
                0 => Duration::from_secs(options.patience),
                _ => Duration::from_micros(self.times.1.max(500_000) * 2),
            };
            self.last = Some(now + wait);
        }
        Ok(())
    }

    fn receive(&mut self, cx: &mut Cx<'_>, options: &Options) {
        while let Some(datagram) = cx.lab.sock_recv(cx.ns, self.sock) {
            let Transport::Icmp(Icmp::Query { ty, id, seq, .. }) = datagram.packet.transport else {
                continue;
            };
            let family = Family::of(self.dst);
            let wanted = if family == Family::V4 { icmp::v4::ECHO_REPLY } else { icmp::v6::ECHO_REPLY };
            if ty != wanted || id != self.ident {
                continue;
            }
            let place = usize::from(seq) % KEPT;
            let double = self.seen.get_mut(place).is_some_and(|seen| std::mem::replace(seen, true));
            if double {
                self.doubles += 1;
            } else {
                self.received += 1;
            }
            let sent = self.at.get(place).copied().unwrap_or(datagram.at);
            let micros = u64::try_from((datagram.at - sent).as_micros()).unwrap_or(u64::MAX);
            self.times =
                (self.times.0.min(micros), self.times.1.max(micros), self.times.2.saturating_add(micros));
            if options.quiet {
                continue;
            }
            let size = options.size + 8;
            let ip = datagram.packet.ip;
            write!(cx.stdout, "{size} bytes from {}: seq={seq} ttl={}", ip.src, ip.ttl);
            if options.size >= 4 {
                write!(cx.stdout, " time={} ms", millis(micros));
            }
            cx.stdout.line(if double { " (DUP!)" } else { "" });
        }
    }

    /// Prints the sums; the exit status.
    fn end(&mut self, cx: &mut Cx<'_>) -> u8 {
        self.close(cx);
        writeln!(cx.stdout, "\n--- {} ping statistics ---", self.name);
        write!(cx.stdout, "{} packets transmitted, {} packets received, ", self.sent, self.received);
        if self.doubles > 0 {
            write!(cx.stdout, "{} duplicates, ", self.doubles);
        }
        let lost = (self.sent.saturating_sub(self.received) * 100).checked_div(self.sent).unwrap_or(0);
        writeln!(cx.stdout, "{lost}% packet loss");
        if self.received > 0 && self.times.0 != u64::MAX {
            let (least, most, sum) = self.times;
            let mean = sum / (self.received + self.doubles);
            let (least, mean, most) = (millis(least), millis(mean), millis(most));
            writeln!(cx.stdout, "round-trip min/avg/max = {least}/{mean}/{most} ms");
        }
        u8::from(self.received == 0)
    }

    fn close(&mut self, cx: &mut Cx<'_>) {
        cx.lab.sock_close(cx.ns, self.sock);
    }
}

fn millis(micros: u64) -> String {
    format!("{}.{:03}", micros / 1000, micros % 1000)
}

impl Process for Ping {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.run.is_some() {
            return self.turn(cx);
        }
        if self.lookup.is_none() {
            match Options::parse(cx) {
                Ok(options) => {
                    let want = options.family.map_or(Want::Any, Want::Only);
                    self.lookup = Some(Box::new(Lookup::new(cx, &options.host, want)));
                    self.options = Some(Box::new(options));
                }
                Err(status) => return Poll::Exit(status),
            }
        }
        let Some(lookup) = &mut self.lookup else { return Poll::Exit(1) };
        match lookup.poll(cx) {
            Progress::Wait(poll) => poll,
            Progress::Done(found) => match self.begin(cx, &found.unwrap_or_default()) {
                Ok(()) => self.turn(cx),
                Err(status) => Poll::Exit(status),
            },
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if signal == Signal::INT && self.run.is_some() {
            self.stop = true;
            return OnSignal::Taken;
        }
        if !signal.ignored_by_default() {
            if let Some(lookup) = &mut self.lookup {
                lookup.close(cx);
            }
            if let Some(run) = &mut self.run {
                run.close(cx);
            }
        }
        OnSignal::Default
    }
}
