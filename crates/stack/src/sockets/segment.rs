//! TCP's states and segments, apart from any connection.

use packetwalk_wire::{Family, Payload, Tcp, TcpFlags, TcpOptions};

/// States of RFC 9293 §3.3.2, with the kernel's names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// A SYN was sent.
    SynSent,
    /// A SYN came and was answered.
    SynRecv,
    /// Data may flow.
    Established,
    /// Closed here; our FIN is not acknowledged.
    FinWait1,
    /// Closed here; waiting for the peer's FIN.
    FinWait2,
    /// The peer closed.
    CloseWait,
    /// Both closed at once.
    Closing,
    /// The peer closed, then we did; waiting for the last ACK.
    LastAck,
    /// Waits so that old segments die.
    TimeWait,
    /// Gone.
    Closed,
}

impl State {
    /// Its name in `ss`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SynSent => "SYN-SENT",
            Self::SynRecv => "SYN-RECV",
            Self::Established => "ESTAB",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::CloseWait => "CLOSE-WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST-ACK",
            Self::TimeWait => "TIME-WAIT",
            Self::Closed => "CLOSED",
        }
    }
}

/// A segment to send.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Header.
    pub tcp: Tcp,
    /// Data.
    pub payload: Payload,
}

/// Half of `tcp_rmem[1]`: what `tcp_full_space` gives with `tcp_adv_win_scale` 1.
const RECEIVE_SPACE: u32 = 65536;
/// Linux v6.18, `net/ipv4/tcp_output.c`: `tcp_select_initial_window`: whole segments, at most what
/// 16 bits say.
pub(super) fn initial_window(mss: u16, timestamp: u16) -> u32 {
    let mss = u32::from(mss.saturating_sub(timestamp)).max(1);
    let space = RECEIVE_SPACE.min(0xffff);
    if space > mss { space / mss * mss } else { space }
}

/// The RST for a segment that belongs to no connection.
///
/// # Source
/// RFC 9293 §3.10.7.1; Linux v6.18, `net/ipv4/tcp_ipv4.c`: `tcp_v4_send_reset`.
pub fn reset_for(seg: &Tcp, data_len: u16) -> Segment {
    let len = u32::from(data_len)
        + u32::from(seg.flags.has(TcpFlags::SYN))
        + u32::from(seg.flags.has(TcpFlags::FIN));
    let (seq, ack, flags) = if seg.flags.has(TcpFlags::ACK) {
        (seg.ack, 0, TcpFlags::RST)
    } else {
        (0, seg.seq.wrapping_add(len), TcpFlags::RST.with(TcpFlags::ACK))
    };
    let options = TcpOptions::default();
    let tcp = Tcp { sport: seg.dport, dport: seg.sport, seq, ack, flags, window: 0, options };
    Segment { tcp, payload: Payload::EMPTY }
}

/// MSS that an MTU allows.
pub const fn mss_of(mtu: u32, family: Family) -> u16 {
    let payload = mtu.saturating_sub(family.header_len() as u32 + 20);
    if payload > 65495 { 65495 } else { payload as u16 }
}
