//! What ICMP tells a connection.

use packetwalk_trace::SendError;
use packetwalk_wire::{Instant, Payloads};

use super::{Connection, Segment, State, after};

impl Connection {
    /// Whether a segment with this number may be one that is on its way.
    const fn is_under_way(&self, seq: u32) -> bool {
        !after(self.snd_una, seq) && !after(seq, self.snd_nxt)
    }

    /// An ICMP error about this connection; `fatal` tells whether a half-open one is given up for it.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_err`, `tcp_req_err`; `net/ipv6/tcp_ipv6.c`: `tcp_v6_err`: fatal
    /// to whoever waits for a SYN-ACK, else kept as a soft error.
    pub fn icmp_error(&mut self, error: SendError, fatal: bool, quoted_seq: u32) {
        if !self.is_under_way(quoted_seq) {
            return;
        }
        match self.state {
            State::SynSent => self.close(Some(error)),
            State::SynRecv if fatal && quoted_seq == self.snd_una => self.close(Some(error)),
            State::SynRecv | State::TimeWait => {}
            _ => self.soft_error = Some(error),
        }
    }

    /// Whether the connection believes that a segment of its with this number was too large for the way, which
    /// carries segments of `mss` bytes.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_err`, `tcp_v4_mtu_reduced`; `net/ipv6/tcp_ipv6.c`: `tcp_v6_err`,
    /// `tcp_v6_mtu_reduced`.
    pub fn believes_mtu(&self, quoted_seq: u32, mss: u16) -> bool {
        let waits = matches!(self.state, State::SynRecv | State::TimeWait | State::Closed);
        !waits && self.is_under_way(quoted_seq) && mss < self.conf.mss.min(self.peer_mss)
    }

    /// The largest packet on the way shrank (ICMP fragmentation needed, packet too big): sends again
    /// what was too large.
    pub fn mtu_reduced(&mut self, mss: u16, payloads: &mut Payloads, now: Instant, out: &mut Vec<Segment>) {
        if mss >= self.conf.mss {
            return;
        }
        self.conf.mss = mss.max(48);
        while !self.unacked.is_empty() {
            if let Some(byte) = self.unacked.pop_back() {
                self.unsent.push_front(byte);
            }
        }
        self.snd_nxt = self.snd_una;
        self.push(payloads, now, out);
    }
}
