//! The window that a connection offers.

use super::Connection;

impl Connection {
    /// How far an unscaled window has shrunk: it is not opened again for less than a segment.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_output.c`: `__tcp_select_window`. Differs: what the socket's memory has room for
    /// is not counted.
    pub(super) fn unread_edge(&self) -> u32 {
        let taken = self.rcv_nxt.wrapping_sub(self.rcv_first);
        if taken < u32::from(self.conf.mss) { taken.min(self.rcv_wnd) } else { 0 }
    }
}
