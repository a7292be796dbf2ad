//! What is refused while a connection waits for the end of its handshake.

use packetwalk_wire::{Tcp, TcpFlags};

use super::{Connection, State};

impl Connection {
    /// A half-open connection is acknowledged, but not its SYN-ACK: that is for the listener to refuse. A reset is
    /// held against its own number first.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_minisocks.c`: `tcp_check_req`.
    pub fn refuses_ack(&self, seg: &Tcp) -> bool {
        let challenged = seg.flags.has(TcpFlags::RST) && seg.seq != self.rcv_nxt;
        self.state == State::SynRecv && seg.flags.has(TcpFlags::ACK) && seg.ack != self.snd_nxt && !challenged
    }

    /// A half-open connection is started over by another SYN: it is given up.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_minisocks.c`: `tcp_check_req`.
    pub fn refuses_syn(&self, seg: &Tcp) -> bool {
        let again = !seg.flags.has(TcpFlags::ACK) && seg.seq.wrapping_add(1) == self.rcv_nxt;
        let syn = seg.flags.has(TcpFlags::SYN) && !seg.flags.has(TcpFlags::RST);
        self.state == State::SynRecv && syn && !again && self.in_window(seg.seq)
    }

    /// A half-open connection believes no segment that echoes a time stamp which no SYN-ACK had.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_minisocks.c`: `tcp_check_req`.
    pub(super) fn refuses_echo(&self, seg: &Tcp) -> bool {
        let (Some((first, last)), Some((_, echo))) = (self.ts_offered, seg.options.timestamp) else {
            return false;
        };
        self.state == State::SynRecv && echo != 0 && echo.wrapping_sub(first) > last.wrapping_sub(first)
    }

    pub(super) const fn in_window(&self, seq: u32) -> bool {
        seq.wrapping_sub(self.rcv_nxt) < self.rcv_wnd
    }
}
