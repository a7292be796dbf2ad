//! ping's main loop: when it sends, and what it does with what comes back.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_lab::{EPOCH, SockId};
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, Icmp, IfIndex, Instant, Transport, icmp};

use super::options::Options;
use super::stats::Stats;
use super::{Opened, show};
use crate::Cx;
use crate::process::Poll;
use crate::tools::clib::Stdout;

/// Least time between requests, in milliseconds.
const MIN_INTERVAL: i64 = 10;
/// What a request costs when nothing else makes time pass, so that a flood over `lo` ends.
const COST: Duration = Duration::from_micros(10);
/// Real timers are late: what is due at the same time, such as the end of an ARP resolution that began
/// with a request, comes first.
const LATE: Duration = Duration::from_millis(1);
/// Bytes of the time at the beginning of a request (`struct timeval`).
pub(super) const STAMP: usize = 16;

/// A ping that runs.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub options: Options,
    pub payload: Vec<u8>,
    pub sock: SockId,
    pub family: Family,
    pub dst: IpAddr,
    pub multicast: bool,
    pub numeric: bool,
    pub ident: u16,
    pub stats: Stats,
    pub exiting: bool,
    pub snapshot: bool,
    /// ICMP errors are taken from the error queue alone, since the first one came (`ICMP_FILTER`).
    pub errors_filtered: bool,
    pub interval: i64,
    scope: Option<IfIndex>,
    source: IpAddr,
    name: String,
    started: Instant,
    /// When the last request was sent, once one was.
    sent_at: Option<Instant>,
    tokens: i64,
    alarm_at: Option<Instant>,
    lingers: bool,
    wake_at: Option<Instant>,
}

impl Run {
    pub fn new(
        cx: &mut Cx<'_>,
        options: Options,
        payload: Vec<u8>,
        opened: &Opened,
        name: String,
        numeric: bool,
    ) -> Self {
        let random = (cx.sys.random() << 1) ^ cx.sys.random();
        let now = cx.now();
        let alarm_at = (options.deadline > 0).then(|| now + Duration::from_secs(options.deadline as u64));
        Self {
            family: Family::of(opened.dst),
            ident: options.ident.unwrap_or(random),
            interval: options.interval,
            options,
            payload,
            sock: opened.sock,
            dst: opened.dst,
            multicast: opened.multicast,
            numeric,
            stats: Stats::new(),
            exiting: false,
            snapshot: false,
            errors_filtered: false,
            scope: opened.scope,
            source: opened.source,
            name,
            started: now,
            sent_at: None,
            tokens: 0,
            alarm_at,
            lingers: false,
            wake_at: None,
        }
    }

    /// The first line.
    pub fn greet(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) {
        let size = self.options.size;
        match self.family {
            Family::V4 => write!(out, "PING {} ({}) ", self.name, self.dst),
            Family::V6 => {
                let dst = show(cx, self.dst, self.scope, self.numeric);
                write!(out, "PING {}({dst}) ", self.name);
            }
        }
        if self.options.device.is_some() || self.options.strict_source {
            let source = show(cx, self.source, self.scope, true);
            write!(out, "from {source} {}: ", self.options.device.as_deref().unwrap_or_default());
        }
        match self.family {
            Family::V4 => writeln!(out, "{size}({}) bytes of data.", size + 28),
            Family::V6 => writeln!(out, "{size} data bytes"),
        }
        if self.options.flood {
            out.flush(cx);
        }
    }

    /// Whether requests carry their time.
    pub fn timing(&self) -> bool {
        self.options.size >= STAMP
    }

    /// Gives the socket back.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        cx.lab.sock_close(cx.ns, self.sock);
    }

    /// iputils 20221126, `ping/ping_common.c`: `main_loop`.
    pub fn poll(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Poll {
        let now = cx.now();
        self.exiting |= self.alarm_at.is_some_and(|at| at <= now);
        if let Some(at) = self.wake_at
            && !self.exiting
            && !self.snapshot
            && now < at
            && !self.receive(cx, out)
        {
            return self.wait(at);
        }
        let mut rounds = 0;
        loop {
            if self.exiting || self.is_done() {
                return self.finish(cx, out);
            }
            if core::mem::take(&mut self.snapshot) {
                let text = self.stats.status(self.timing());
                let _ = cx.write_fd(2, text.as_bytes());
            }
            let next = self.pinger(cx, out);
            let next = self.schedule_exit(now, next);
            if out.broken {
                return Poll::Wait;
            }
            rounds += 1;
            if rounds > self.options.preload && self.interval <= 0 || rounds > 0x10000 {
                self.receive(cx, out);
                return self.wait(now + COST);
            }
            if next <= 0 {
                continue;
            }
            if !self.receive(cx, out) {
                return self.wait(self.wake(now, next));
            }
        }
    }

    fn is_done(&self) -> bool {
        let answered = self.stats.received + self.stats.errors;
        self.options.count != 0 && answered >= self.options.count
            || self.options.deadline != 0 && self.stats.errors != 0
    }

    fn wait(&mut self, at: Instant) -> Poll {
        self.wake_at = Some(at);
        Poll::WaitUntil(self.alarm_at.map_or(at, |alarm| alarm.min(at)))
    }

    /// Until when the loop waits for an answer before it looks again.
    fn wake(&self, now: Instant, next: i64) -> Instant {
        let interval = self.interval.max(MIN_INTERVAL);
        let millis = if self.options.adaptive || next < interval {
            if next <= MIN_INTERVAL && self.stats.in_flight() != 0 { MIN_INTERVAL } else { next }
        } else {
            interval
        };
        now + Duration::from_millis(millis as u64) + LATE
    }

    /// iputils 20221126, `ping/ping_common.c`: `__schedule_exit`.
    fn schedule_exit(&mut self, now: Instant, next: i64) -> i64 {
        let options = &self.options;
        if options.count == 0
            || self.stats.transmitted < options.count
            || options.deadline != 0
            || self.lingers
        {
            return next;
        }
        let micros = if self.stats.received != 0 {
            (2 * self.stats.max).max(1000 * self.interval)
        } else {
            options.linger * 1000
        };
        self.lingers = micros != 0;
        if micros > 0 {
            self.alarm_at = Some(now + Duration::from_micros(micros as u64));
        }
        if next < 0 || next < micros / 1000 { micros / 1000 } else { next }
    }

    /// Sends a request if its time has come; gives the milliseconds until the next.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping_common.c`: `pinger`.
    fn pinger(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> i64 {
        let (count, preload) = (self.options.count, self.options.preload);
        if self.exiting || count != 0 && self.stats.transmitted >= count && self.options.deadline == 0 {
            return 1000;
        }
        let now = cx.now();
        if let Some(before) = self.sent_at {
            let mut tokens = millis_between(before, now);
            if self.interval == 0 && tokens < MIN_INTERVAL && self.stats.in_flight() >= preload {
                return MIN_INTERVAL - tokens;
            }
            tokens = (tokens + self.tokens).min(self.interval * preload);
            if tokens < self.interval {
                return self.interval - tokens;
            }
            self.tokens = tokens - self.interval;
        } else {
            self.tokens = self.interval * (preload - 1);
        }
        self.sent_at = Some(now);
        let last = self.stats.transmitted as u16;
        if self.options.outstanding && self.stats.transmitted > 0 && !self.stats.was_seen(last) {
            self.stamp_line(cx, out);
            writeln!(out, "no answer yet for icmp_seq={last}");
            out.flush(cx);
        }
        loop {
            let Err(error) = self.send(cx) else {
                self.stats.sent();
                if !self.options.quiet && self.options.flood {
                    out.push(b".");
                    out.flush(cx);
                }
                return self.interval - self.tokens;
            };
            let told = self.receive_error(cx, out);
            if told == 0 {
                // The error was of somebody else's packet.
                continue;
            }
            self.stats.sent();
            if told > 0 && !self.options.quiet {
                if self.options.flood {
                    out.push(b"E");
                    out.flush(cx);
                } else {
                    out.error(cx, &format!("sendmsg: {}", error.text()));
                }
            }
            self.tokens = 0;
            return self.interval.max(MIN_INTERVAL);
        }
    }

    fn send(&mut self, cx: &mut Cx<'_>) -> Result<(), SendError> {
        let seq = (self.stats.transmitted + 1) as u16;
        self.stats.set_seen(seq, false);
        if self.timing() {
            let micros = EPOCH * 1_000_000 + cx.now().0 / 1000;
            let stamp = [micros / 1_000_000, micros % 1_000_000].map(u64::to_le_bytes).concat();
            if let Some(place) = self.payload.get_mut(..STAMP) {
                place.copy_from_slice(&stamp);
            }
        }
        if self.options.size + 8 > 0xffff {
            return Err(SendError::MsgSize);
        }
        let ty = if self.family == Family::V4 { icmp::v4::ECHO } else { icmp::v6::ECHO };
        let echo = Transport::Icmp(Icmp::Query { ty, code: 0, id: self.ident, seq });
        cx.lab.raw_send(cx.ns, self.sock, echo, &self.payload, self.dst)
    }

    /// `-D`.
    pub fn stamp_line(&self, cx: &Cx<'_>, out: &mut Stdout) {
        if self.options.timestamps {
            let micros = cx.now().0 / 1000;
            write!(out, "[{}.{:06}] ", EPOCH + micros / 1_000_000, micros % 1_000_000);
        }
    }

    fn finish(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Poll {
        let last = self.sent_at.unwrap_or(self.started);
        let gaps = self.interval == 0 || self.options.flood || self.options.adaptive;
        self.stats.finish(out, &self.name, (self.started, last), self.timing(), gaps);
        out.flush(cx);
        let received = self.stats.received;
        Poll::Exit(u8::from(received == 0 || self.options.deadline != 0 && received < self.options.count))
    }
}

/// Milliseconds as ping counts them: seconds and the rest apart, each cut.
fn millis_between(before: Instant, now: Instant) -> i64 {
    let second = 1_000_000_000;
    let seconds = (now.0 / second) as i64 - (before.0 / second) as i64;
    let nanos = (now.0 % second) as i64 - (before.0 % second) as i64;
    seconds * 1000 + nanos / 1_000_000
}
