//! What ICMP tells a connection.

use packetwalk_trace::SendError;
use packetwalk_wire::{Instant, Payloads};

use super::{Connection, Segment, State, after};

impl Connection {
    /// An ICMP error about this connection.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_err`: fatal while the handshake runs, else kept
    /// as a soft error.
    pub fn icmp_error(&mut self, error: SendError, quoted_seq: u32) {
        let in_window = !after(self.snd_una, quoted_seq) && !after(quoted_seq, self.snd_nxt);
        if !in_window {
            return;
        }
        match self.state {
            State::SynSent | State::SynRecv => self.close(Some(error)),
            _ => self.soft_error = Some(error),
        }
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
