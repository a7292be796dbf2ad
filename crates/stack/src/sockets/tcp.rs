//! One TCP connection: handshake, data in order, retransmission, close and reset.
//!
//! Enough of RFC 9293 as Linux v6.18 speaks it (`net/ipv4/tcp_input.c`, `tcp_output.c`,
//! `tcp_timer.c`, `tcp_minisocks.c`) that a capture reads the same. Congestion control is absent: a
//! write goes out at once, in segments of the MSS.

mod challenge;
mod half_open;
mod told;
mod window;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use packetwalk_trace::SendError;
use packetwalk_wire::{Instant, Payload, Payloads, Tcp, TcpFlags, TcpOptions};

use super::segment::initial_window;
pub use super::segment::{Segment, State, mss_of, reset_for};

/// Settings that the namespace gives a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcpConf {
    /// `tcp_timestamps`.
    pub timestamps: bool,
    /// `tcp_sack`.
    pub sack: bool,
    /// `tcp_window_scaling`.
    pub window_scaling: bool,
    /// `tcp_syn_retries` and `tcp_syn_linear_timeouts`.
    pub syn_retries: (u32, u32),
    /// `tcp_synack_retries`.
    pub synack_retries: u32,
    /// Largest segment that the way out allows: its MTU less both headers.
    pub mss: u16,
}

/// `tcp_rmem[2]` of 32 MiB gives 10 (`tcp_select_initial_window`).
const WINDOW_SCALE: u8 = 10;
/// `TCP_TIMEOUT_INIT`.
const RTO_INIT: Duration = Duration::from_secs(1);
/// `TCP_RTO_MIN`.
const RTO_MIN: Duration = Duration::from_millis(200);
/// `TCP_DELACK_MIN`.
const DELAYED_ACK: Duration = Duration::from_millis(40);
/// `TCP_TIMEWAIT_LEN`.
const TIME_WAIT: Duration = Duration::from_secs(60);
/// `tcp_retries2`.
const RETRIES: u32 = 15;

/// One connection's control block.
#[derive(Clone, Debug)]
pub struct Connection {
    /// State.
    pub state: State,
    /// Our address and port.
    pub local: (IpAddr, u16),
    /// The peer's.
    pub remote: (IpAddr, u16),
    conf: TcpConf,
    snd_una: u32,
    snd_nxt: u32,
    rcv_nxt: u32,
    /// The number of the peer's first byte.
    rcv_first: u32,
    rcv_wnd: u32,
    peer_mss: u16,
    peer_window: u32,
    peer_wscale: Option<u8>,
    ts_recent: Option<u32>,
    ts_offset: u32,
    /// The time stamps of the first and the last SYN-ACK (`snt_tsval_first`, `snt_tsval_last`).
    ts_offered: Option<(u32, u32)>,
    sack: bool,
    unsent: VecDeque<u8>,
    unacked: VecDeque<u8>,
    fin_wanted: bool,
    fin_sent: bool,
    received: VecDeque<u8>,
    fin_received: bool,
    error: Option<SendError>,
    soft_error: Option<SendError>,
    quick_acks: Option<u32>,
    /// When a segment that did not fit was answered last (`last_oow_ack_time`).
    challenged_at: Option<Instant>,
    pingpong: bool,
    ack_at: Option<Instant>,
    retransmit_at: Option<Instant>,
    retransmits: u32,
    expire_at: Option<Instant>,
}

const fn after(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}

impl Connection {
    fn new(
        state: State,
        local: (IpAddr, u16),
        remote: (IpAddr, u16),
        conf: TcpConf,
        seed: (u32, u32),
    ) -> Self {
        Self {
            state,
            local,
            remote,
            conf,
            snd_una: seed.0,
            snd_nxt: seed.0,
            rcv_nxt: 0,
            rcv_first: 0,
            rcv_wnd: 0,
            peer_mss: 536,
            peer_window: 0,
            peer_wscale: None,
            ts_recent: None,
            ts_offset: seed.1,
            ts_offered: None,
            sack: conf.sack,
            unsent: VecDeque::new(),
            unacked: VecDeque::new(),
            fin_wanted: false,
            fin_sent: false,
            received: VecDeque::new(),
            fin_received: false,
            error: None,
            soft_error: None,
            quick_acks: None,
            challenged_at: None,
            pingpong: false,
            ack_at: None,
            retransmit_at: None,
            retransmits: 0,
            expire_at: None,
        }
    }

    /// Opens actively: the SYN is in `out`. `seed` is the initial sequence number and the timestamp
    /// clock's offset.
    pub fn connect(
        local: (IpAddr, u16),
        remote: (IpAddr, u16),
        conf: TcpConf,
        seed: (u32, u32),
        now: Instant,
        out: &mut Vec<Segment>,
    ) -> Self {
        let mut conn = Self::new(State::SynSent, local, remote, conf, seed);
        conn.rcv_wnd = initial_window(conf.mss, 0);
        conn.send_syn(now, out);
        conn
    }

    /// A listener's answer to `syn`: the SYN-ACK is in `out`.
    pub fn accept(
        local: (IpAddr, u16),
        remote: (IpAddr, u16),
        conf: TcpConf,
        seed: (u32, u32),
        syn: &Tcp,
        now: Instant,
        out: &mut Vec<Segment>,
    ) -> Self {
        let mut conn = Self::new(State::SynRecv, local, remote, conf, seed);
        conn.rcv_nxt = syn.seq.wrapping_add(1);
        conn.rcv_first = conn.rcv_nxt;
        conn.take_syn_options(syn);
        let ts = if conn.ts_recent.is_some() { 12 } else { 0 };
        conn.rcv_wnd = initial_window(conf.mss, ts);
        conn.send_syn(now, out);
        conn
    }

    fn take_syn_options(&mut self, syn: &Tcp) {
        let options = syn.options;
        self.peer_mss = options.mss.unwrap_or(536);
        self.sack &= options.sack_permitted;
        self.ts_recent = options.timestamp.filter(|_| self.conf.timestamps).map(|t| t.0);
        self.peer_wscale = options.wscale.filter(|_| self.conf.window_scaling);
        self.peer_window = u32::from(syn.window);
    }

    fn send_syn(&mut self, now: Instant, out: &mut Vec<Segment>) {
        let answer = self.state == State::SynRecv;
        let flags = if answer { TcpFlags::SYN.with(TcpFlags::ACK) } else { TcpFlags::SYN };
        let offered = |own: bool, peer: bool| own && (!answer || peer);
        let options = TcpOptions {
            mss: Some(self.conf.mss),
            sack_permitted: self.sack,
            timestamp: offered(self.conf.timestamps, self.ts_recent.is_some())
                .then(|| (self.ts_now(now), self.ts_recent.unwrap_or(0))),
            wscale: offered(self.conf.window_scaling, self.peer_wscale.is_some()).then_some(WINDOW_SCALE),
            ..TcpOptions::default()
        };
        if let (true, Some((value, _))) = (answer, options.timestamp) {
            let first = self.ts_offered.map_or(value, |(first, _)| first);
            self.ts_offered = Some((first, value));
        }
        let window = self.rcv_wnd.min(0xffff) as u16;
        let seq = self.snd_una;
        let ack = if answer { self.rcv_nxt } else { 0 };
        let tcp = Tcp { sport: self.local.1, dport: self.remote.1, seq, ack, flags, window, options };
        out.push(Segment { tcp, payload: Payload::EMPTY });
        self.snd_nxt = seq.wrapping_add(1);
        let linear = !answer && self.retransmits <= self.conf.syn_retries.1;
        let doublings =
            if answer { self.retransmits } else { self.retransmits.saturating_sub(self.conf.syn_retries.1) };
        let wait = if linear { RTO_INIT } else { RTO_INIT * (1 << doublings.min(6)) };
        self.retransmit_at = Some(now + wait);
    }

    fn ts_now(&self, now: Instant) -> u32 {
        ((now.0 / 1_000_000) as u32).wrapping_add(self.ts_offset)
    }

    fn segment(&self, flags: TcpFlags, seq: u32, payload: Payload, now: Instant) -> Segment {
        let scale = if self.peer_wscale.is_some() { WINDOW_SCALE } else { 0 };
        // A request rounds down (`tcp_v4_reqsk_send_ack`), a connection up (`__tcp_select_window`).
        let window = match self.state {
            State::SynRecv => self.rcv_wnd >> scale,
            _ if scale == 0 => self.rcv_wnd - self.unread_edge(),
            _ => self.rcv_wnd.div_ceil(1 << scale),
        };
        let window = window.min(0xffff) as u16;
        let options = TcpOptions {
            timestamp: self.ts_recent.map(|echo| (self.ts_now(now), echo)),
            ..TcpOptions::default()
        };
        let tcp = Tcp {
            sport: self.local.1,
            dport: self.remote.1,
            seq,
            ack: self.rcv_nxt,
            flags: flags.with(TcpFlags::ACK),
            window,
            options,
        };
        Segment { tcp, payload }
    }

    fn send_ack(&mut self, now: Instant, out: &mut Vec<Segment>) {
        self.ack_at = None;
        let segment = self.segment(TcpFlags::default(), self.snd_nxt, Payload::EMPTY, now);
        out.push(segment);
    }

    /// Data bytes that fit one segment.
    fn effective_mss(&self) -> usize {
        let ts = if self.ts_recent.is_some() { 12 } else { 0 };
        usize::from(self.peer_mss.min(self.conf.mss).saturating_sub(ts).max(1))
    }

    /// Takes data to send; it goes out with [`Self::push`].
    ///
    /// # Errors
    /// The connection's pending error, or ECONNRESET (EPIPE in Linux) when it cannot send any more.
    pub fn write(&mut self, data: &[u8]) -> Result<(), SendError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let open =
            matches!(self.state, State::SynSent | State::SynRecv | State::Established | State::CloseWait);
        if !open || self.fin_wanted {
            return Err(SendError::ConnReset);
        }
        self.unsent.extend(data);
        Ok(())
    }

    /// Sends what waits, then the FIN if the application closed.
    pub fn push(&mut self, payloads: &mut Payloads, now: Instant, out: &mut Vec<Segment>) {
        if !matches!(
            self.state,
            State::Established | State::CloseWait | State::FinWait1 | State::LastAck | State::Closing
        ) || self.fin_sent
        {
            return;
        }
        let window = self.peer_window << self.peer_wscale.unwrap_or(0);
        while !self.unsent.is_empty() {
            let in_flight = self.snd_nxt.wrapping_sub(self.snd_una);
            let room = window.saturating_sub(in_flight) as usize;
            let n = self.unsent.len().min(self.effective_mss()).min(room);
            if n == 0 {
                break;
            }
            let chunk: Vec<u8> = self.unsent.drain(..n).collect();
            let payload = payloads.intern(&chunk);
            self.unacked.extend(&chunk);
            let flags = if self.unsent.is_empty() { TcpFlags::PSH } else { TcpFlags::default() };
            let segment = self.segment(flags, self.snd_nxt, payload, now);
            out.push(segment);
            self.ack_at = None;
            self.snd_nxt = self.snd_nxt.wrapping_add(n as u32);
            self.retransmit_at.get_or_insert(now + RTO_MIN);
            self.pingpong = self.quick_acks.is_some();
        }
        if self.fin_wanted && self.unsent.is_empty() {
            let segment = self.segment(TcpFlags::FIN, self.snd_nxt, Payload::EMPTY, now);
            out.push(segment);
            self.ack_at = None;
            self.snd_nxt = self.snd_nxt.wrapping_add(1);
            self.fin_sent = true;
            self.retransmit_at.get_or_insert(now + RTO_MIN);
        }
    }

    /// `shutdown(SHUT_WR)`: a FIN follows the data. Follow with [`Self::push`].
    pub fn shutdown(&mut self) {
        self.state = match self.state {
            State::Established | State::SynRecv => State::FinWait1,
            State::CloseWait => State::LastAck,
            State::SynSent => State::Closed,
            other => other,
        };
        self.fin_wanted = true;
    }

    /// `close` with unread data or SO_LINGER 0: a RST goes out and the connection is gone.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp.c`: `tcp_disconnect`, `tcp_need_reset`; `net/ipv4/tcp_output.c`:
    /// `tcp_send_active_reset`, which goes through `tcp_transmit_skb` and so has an open connection's options.
    pub fn abort(&mut self, now: Instant, out: &mut Vec<Segment>) {
        use State::{CloseWait, Established, FinWait1, FinWait2, SynRecv};
        if matches!(self.state, Established | CloseWait | FinWait1 | FinWait2 | SynRecv) {
            out.push(self.segment(TcpFlags::RST, self.snd_nxt, Payload::EMPTY, now));
        }
        self.close(None);
    }

    fn close(&mut self, error: Option<SendError>) {
        self.state = State::Closed;
        self.error = self.error.or(error);
        (self.retransmit_at, self.ack_at, self.expire_at) = (None, None, None);
    }

    /// A segment of this connection came in.
    pub fn input(
        &mut self,
        seg: &Tcp,
        data: &[u8],
        payloads: &mut Payloads,
        now: Instant,
        out: &mut Vec<Segment>,
    ) {
        match self.state {
            State::Closed => {}
            State::SynSent => self.input_syn_sent(seg, now, out),
            State::TimeWait => {
                if seg.flags.has(TcpFlags::FIN) {
                    self.send_ack(now, out);
                }
            }
            _ => self.input_open(seg, data, payloads, now, out),
        }
        if self.state != State::Closed {
            self.push(payloads, now, out);
        }
    }

    /// Linux v6.18, `net/ipv4/tcp_input.c`: `tcp_rcv_synsent_state_process`.
    fn input_syn_sent(&mut self, seg: &Tcp, now: Instant, out: &mut Vec<Segment>) {
        let acks = seg.flags.has(TcpFlags::ACK);
        if acks && seg.ack != self.snd_nxt {
            if !seg.flags.has(TcpFlags::RST) {
                out.push(reset_for(seg, 0));
            }
            return;
        }
        if seg.flags.has(TcpFlags::RST) {
            if acks {
                self.close(Some(SendError::ConnRefused));
            }
            return;
        }
        if !seg.flags.has(TcpFlags::SYN) || !acks {
            return;
        }
        self.rcv_nxt = seg.seq.wrapping_add(1);
        self.rcv_first = self.rcv_nxt;
        self.take_syn_options(seg);
        self.snd_una = seg.ack;
        self.state = State::Established;
        (self.retransmit_at, self.retransmits) = (None, 0);
        if self.unsent.is_empty() {
            self.send_ack(now, out);
        }
    }

    fn input_open(
        &mut self,
        seg: &Tcp,
        data: &[u8],
        payloads: &mut Payloads,
        now: Instant,
        out: &mut Vec<Segment>,
    ) {
        let fin = seg.flags.has(TcpFlags::FIN);
        let len = data.len() as u32 + u32::from(fin) + u32::from(seg.flags.has(TcpFlags::SYN));
        if seg.flags.has(TcpFlags::RST) {
            if seg.seq == self.rcv_nxt {
                let error = match self.state {
                    State::SynRecv => SendError::ConnRefused,
                    _ => SendError::ConnReset,
                };
                self.close(Some(error));
            } else if self.in_window(seg.seq) {
                // RFC 5961 section 3.2.
                self.challenge(now, out);
            }
            return;
        }
        if seg.flags.has(TcpFlags::SYN) {
            let again = self.state == State::SynRecv && seg.seq.wrapping_add(1) == self.rcv_nxt;
            if !again || fin || seg.flags.has(TcpFlags::ACK) {
                self.challenge(now, out);
            } else if self.may_challenge(now) {
                self.send_syn(now, out);
            }
            return;
        }
        let end = seg.seq.wrapping_add(len);
        if self.refuses_echo(seg) || after(seg.seq, self.rcv_nxt) || (len > 0 && !after(end, self.rcv_nxt)) {
            if len > 0 || self.may_challenge(now) {
                self.send_ack(now, out);
            }
            return;
        }
        if let (Some(_), Some((value, _))) = (self.ts_recent, seg.options.timestamp) {
            self.ts_recent = Some(value);
        }
        if !seg.flags.has(TcpFlags::ACK) || !self.take_ack(seg, payloads, now) {
            return;
        }
        let new = usize::try_from(self.rcv_nxt.wrapping_sub(seg.seq)).unwrap_or(0).min(data.len());
        let fresh = &data[new..];
        if !fresh.is_empty() {
            self.received.extend(fresh);
            self.rcv_nxt = self.rcv_nxt.wrapping_add(fresh.len() as u32);
            self.quick_acks.get_or_insert(16);
        }
        if fin {
            self.take_fin(now);
        }
        if fresh.is_empty() && !fin {
            return;
        }
        let quick = self.quick_acks.is_some_and(|n| n > 0) && !self.pingpong;
        if quick || matches!(self.state, State::TimeWait | State::Closing) {
            self.quick_acks = self.quick_acks.map(|n| n.saturating_sub(1));
            self.send_ack(now, out);
        } else {
            self.ack_at.get_or_insert(now + DELAYED_ACK);
        }
    }

    /// Takes the acknowledgement; `false` when the segment goes no further.
    fn take_ack(&mut self, seg: &Tcp, payloads: &mut Payloads, now: Instant) -> bool {
        if after(seg.ack, self.snd_nxt) {
            return false;
        }
        self.peer_window = u32::from(seg.window);
        if self.state == State::SynRecv {
            if seg.ack != self.snd_nxt {
                return false;
            }
            self.state = State::Established;
            self.snd_una = seg.ack;
            (self.retransmit_at, self.retransmits) = (None, 0);
            let _ = payloads;
        }
        if after(seg.ack, self.snd_una) {
            let acked = seg.ack.wrapping_sub(self.snd_una) as usize;
            let bytes = acked.min(self.unacked.len());
            self.unacked.drain(..bytes);
            self.snd_una = seg.ack;
            self.retransmits = 0;
            self.retransmit_at = (self.snd_una != self.snd_nxt).then(|| now + RTO_MIN);
        }
        if self.fin_sent && self.snd_una == self.snd_nxt {
            match self.state {
                State::FinWait1 => {
                    self.state = State::FinWait2;
                    self.expire_at = Some(now + TIME_WAIT);
                }
                State::Closing => self.time_wait(now),
                State::LastAck => self.close(None),
                _ => {}
            }
        }
        self.state != State::Closed
    }

    fn take_fin(&mut self, now: Instant) {
        self.rcv_nxt = self.rcv_nxt.wrapping_add(1);
        self.fin_received = true;
        match self.state {
            State::Established => {
                self.state = State::CloseWait;
                self.pingpong = true;
            }
            State::FinWait1 => self.state = State::Closing,
            State::FinWait2 => self.time_wait(now),
            _ => {}
        }
    }

    fn time_wait(&mut self, now: Instant) {
        self.state = State::TimeWait;
        self.retransmit_at = None;
        self.expire_at = Some(now + TIME_WAIT);
    }

    /// When this connection next wants [`Self::on_timer`].
    pub fn deadline(&self) -> Option<Instant> {
        [self.ack_at, self.retransmit_at, self.expire_at].into_iter().flatten().min()
    }

    /// Does what is due.
    pub fn on_timer(&mut self, payloads: &mut Payloads, now: Instant, out: &mut Vec<Segment>) {
        if self.expire_at.is_some_and(|t| t <= now) {
            self.close(None);
            return;
        }
        if self.ack_at.is_some_and(|t| t <= now) {
            self.send_ack(now, out);
        }
        if self.retransmit_at.is_some_and(|t| t <= now) {
            self.retransmit(payloads, now, out);
        }
    }

    fn retransmit(&mut self, payloads: &mut Payloads, now: Instant, out: &mut Vec<Segment>) {
        let limit = match self.state {
            State::SynSent => self.conf.syn_retries.0 + self.conf.syn_retries.1,
            State::SynRecv => self.conf.synack_retries,
            _ => RETRIES,
        };
        if self.retransmits >= limit {
            let error = self.soft_error.unwrap_or(SendError::TimedOut);
            self.close(Some(error));
            return;
        }
        self.retransmits += 1;
        if matches!(self.state, State::SynSent | State::SynRecv) {
            self.send_syn(now, out);
            return;
        }
        let n = self.unacked.len().min(self.effective_mss());
        if n > 0 {
            let chunk: Vec<u8> = self.unacked.iter().take(n).copied().collect();
            let payload = payloads.intern(&chunk);
            out.push(self.segment(TcpFlags::PSH, self.snd_una, payload, now));
        } else if self.fin_sent {
            out.push(self.segment(TcpFlags::FIN, self.snd_una, Payload::EMPTY, now));
        }
        self.retransmit_at = Some(now + RTO_MIN * (1 << self.retransmits.min(9)));
    }

    /// Takes everything that was received in order.
    pub fn read(&mut self) -> Vec<u8> {
        self.received.drain(..).collect()
    }

    /// `read` would not wait: there is data, or no more will come (`POLLIN`).
    pub fn readable(&self) -> bool {
        !self.received.is_empty() || self.fin_received || self.state == State::Closed
    }

    /// Neither side can send any more (`POLLHUP`).
    pub fn hung_up(&self) -> bool {
        self.state == State::Closed || self.fin_received && self.fin_wanted
    }

    /// The peer has closed and everything was read.
    pub fn at_end(&self) -> bool {
        self.received.is_empty() && (self.fin_received || self.state == State::Closed)
    }

    /// Takes the pending error, or a soft one that did not end the connection (`SO_ERROR`).
    ///
    /// # Source
    /// Linux v6.18, `net/core/sock.c`: `sk_getsockopt`.
    pub fn take_error(&mut self) -> Option<SendError> {
        self.error.take().or_else(|| self.soft_error.take())
    }

    /// The pending error, left in place.
    pub fn error(&self) -> Option<SendError> {
        self.error
    }
}
