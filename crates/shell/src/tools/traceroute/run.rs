//! The main loop: keeps probes under way and prints them in order.

use std::time::Duration;

use packetwalk_lab::SockId;
use packetwalk_wire::{Family, Instant, Tcp, TcpFlags, TcpOptions};

use super::options::Options;
use super::probe::{Probe, expired, timeout};
use super::{Done, print};
use crate::Cx;
use crate::process::Poll;
use crate::tools::clib::Stdout;

/// Most time that the network has to itself after a probe, until it is quiet: real networks in one
/// machine answer before `send` comes back.
const SETTLE: Duration = Duration::from_micros(150);
/// Bytes behind the IP header of a probe (`DEF_DATA_LEN`).
const DATA_LEN: usize = 40;

/// One walk over the probes from the first that is not printed.
#[derive(Clone, Copy, Debug)]
struct Pass {
    at: usize,
    /// Probes under way that it has seen.
    under_way: u32,
    /// Until when to wait for answers.
    next: Option<Instant>,
    began: Instant,
    /// A probe was sent just now.
    sent: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    Init,
    Send(Pass),
    Wait(Instant),
}

/// A traceroute that runs.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub options: Options,
    pub probes: Vec<Probe>,
    /// The one socket of `-I` and `-T`.
    pub raw: Option<SockId>,
    /// Every socket that is open.
    pub open: Vec<SockId>,
    /// Next port or sequence number.
    pub seq: u32,
    pub tcp: Tcp,
    pub header_len: usize,
    pub data_len: usize,
    first: usize,
    end: usize,
    last_sent: Option<Instant>,
    settles: Option<Instant>,
    stage: Stage,
}

impl Run {
    pub fn new(options: Options) -> Self {
        let family = options.family.unwrap_or(Family::V4);
        let own = options.method.header_len();
        let header_len = usize::from(family.header_len()) + own;
        let data_len = match options.length {
            Some(length) if length >= 0 => (length as usize).saturating_sub(header_len),
            _ => DATA_LEN - own,
        };
        let count = (options.hops * options.queries) as usize;
        let first = ((options.first - 1) * options.queries) as usize;
        let tcp = Tcp {
            sport: 0,
            dport: 0,
            seq: 0,
            ack: 0,
            flags: TcpFlags::default(),
            window: 0,
            options: TcpOptions::default(),
        };
        Self {
            options,
            probes: vec![Probe::default(); count],
            raw: None,
            open: Vec::new(),
            seq: 0,
            tcp,
            header_len,
            data_len,
            first,
            end: count,
            last_sent: None,
            settles: None,
            stage: Stage::Init,
        }
    }

    /// Gives every socket back.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        for sock in core::mem::take(&mut self.open) {
            cx.lab.sock_close(cx.ns, sock);
        }
    }

    pub fn poll(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Result<Poll, Done> {
        if let Some(at) = self.settles {
            if cx.now() < at && cx.lab.has_flights() {
                return Ok(Poll::WaitUntil(at));
            }
            self.settles = None;
        }
        loop {
            match self.stage {
                Stage::Init => {
                    self.init(cx)?;
                    print::header(out, &self.options, self.header_len + self.data_len);
                    out.flush(cx);
                    self.stage = Stage::Send(self.pass(cx));
                }
                Stage::Send(pass) => {
                    if let Some(poll) = self.step(cx, out, pass)? {
                        return Ok(poll);
                    }
                }
                Stage::Wait(until) => {
                    let now = cx.now();
                    if !self.take(cx)? && now < until {
                        return Ok(Poll::WaitUntil(until));
                    }
                    self.stage = Stage::Send(self.pass(cx));
                }
            }
        }
    }

    fn pass(&self, cx: &Cx<'_>) -> Pass {
        Pass { at: self.first, under_way: 0, next: None, began: cx.now(), sent: false }
    }

    /// One probe of the pass.
    ///
    /// # Source
    /// traceroute 2.1.2, `traceroute/traceroute.c`: `do_it`.
    fn step(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, mut pass: Pass) -> Result<Option<Poll>, Done> {
        if self.first >= self.end {
            out.push(b"\n");
            out.flush(cx);
            return Ok(Some(Poll::Exit(0)));
        }
        let at = pass.at;
        let (false, Some(probe)) = (at >= self.end, self.probes.get(at)) else {
            self.end_of_pass(cx, &pass);
            return Ok(None);
        };
        if at == self.first
            && !probe.done
            && !pass.sent
            && let Some(sent) = probe.sent
        {
            let expires = after(sent, timeout(&self.probes, at, &self.options));
            if expires > pass.began {
                pass.next = Some(expires);
            } else {
                self.done(cx, at);
                expired(&mut self.probes, at, &self.options);
            }
        }
        let Some(probe) = self.probes.get(at) else { return Err(Done(1)) };
        if probe.done {
            let last = probe.last;
            if at == self.first {
                print::probe(cx, out, &self.options, &self.probes, at);
                self.first += 1;
            }
            if last {
                let queries = self.options.queries as usize;
                self.end = (at / queries + 1) * queries;
            }
            pass.at += 1;
            self.stage = Stage::Send(pass);
            return Ok(None);
        }
        let Some(sent) = probe.sent else {
            let earliest = self.last_sent.map(|last| after(last, self.options.pause));
            if self.options.pause > 0.0
                && let Some(earliest) = earliest.filter(|&e| e > pass.began)
            {
                pass.next = Some(earliest);
                self.end_of_pass(cx, &pass);
                return Ok(None);
            }
            self.last_sent = Some(cx.now());
            self.send(cx, at)?;
            pass.sent = true;
            self.stage = Stage::Send(pass);
            let settled = cx.now() + SETTLE;
            self.settles = Some(settled);
            return Ok(Some(Poll::WaitUntil(settled)));
        };
        if pass.next.is_none() {
            pass.next = Some(after(sent, timeout(&self.probes, at, &self.options)));
        }
        pass.under_way += 1;
        (pass.at, pass.sent) = (at + 1, false);
        if pass.under_way >= self.options.at_once {
            self.end_of_pass(cx, &pass);
        } else {
            self.stage = Stage::Send(pass);
        }
        Ok(None)
    }

    /// Waits for answers, or begins again.
    fn end_of_pass(&mut self, cx: &Cx<'_>, pass: &Pass) {
        let now = cx.now();
        self.stage = match pass.next {
            // poll(2) waits whole milliseconds.
            Some(next) => {
                let millis = next.since(now).as_nanos().div_ceil(1_000_000) as u64;
                Stage::Wait(now + Duration::from_millis(millis))
            }
            None => Stage::Send(self.pass(cx)),
        };
    }
}

/// A time some seconds later.
fn after(from: Instant, seconds: f64) -> Instant {
    from + Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
