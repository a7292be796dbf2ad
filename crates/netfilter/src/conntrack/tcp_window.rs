//! Whether a segment lies in its connection's windows.
//!
//! After Guido van Rooij, "Real Stateful TCP Packet Filtering in IP Filter" (SANE 2000). A segment may
//! overlap either edge of the receiver's window.

use packetwalk_wire::{Packet, Tcp as Header, TcpFlags, TcpOptions};

use super::Dir;
use super::input::Seen as Given;
use super::tcp::{Seen, SeenFlags, Tcp};
use super::tcp_state::{Segment, TcpState};

/// Acknowledgements may lag behind by so many bytes at least (`MAXACKWINCONST`).
const MAX_ACK_WINDOW: u32 = 66_000;
/// Largest shift of a window (RFC 7323, section 2.3).
const MAX_WSCALE: u8 = 14;

/// `a` comes after `b` in sequence space.
pub(super) const fn after(a: u32, b: u32) -> bool {
    (b.wrapping_sub(a) as i32) < 0
}

/// `a` comes before `b`.
pub(super) const fn before(a: u32, b: u32) -> bool {
    after(b, a)
}

/// The sequence number after a segment's last byte; SYN and FIN count one each.
pub(super) const fn end_of(packet: &Packet, tcp: &Header) -> u32 {
    let flags = tcp.flags.has(TcpFlags::SYN) as u32 + tcp.flags.has(TcpFlags::FIN) as u32;
    tcp.seq.wrapping_add(packet.payload.len() as u32).wrapping_add(flags)
}

/// What window checking says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Window {
    /// In the window.
    Accept,
    /// Outside, but the connection's state may be out of step: it passes.
    Ignore,
    /// Outside.
    Invalid,
}

impl Seen {
    /// Takes scale and SACK-permitted from a SYN's options; a segment without options changes nothing.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_options`.
    pub(super) const fn read_options(&mut self, options: &TcpOptions) {
        if options.is_empty() {
            return;
        }
        self.scale = 0;
        self.flags = self.flags.only(SeenFlags::BE_LIBERAL);
        if options.sack_permitted {
            self.flags.set(SeenFlags::SACK_PERM);
        }
        if let Some(scale) = options.wscale {
            self.scale = if scale > MAX_WSCALE { MAX_WSCALE } else { scale };
            self.flags.set(SeenFlags::WINDOW_SCALE);
        }
    }

    const fn max_ack_window(&self) -> u32 {
        if self.max_win > MAX_ACK_WINDOW { self.max_win } else { MAX_ACK_WINDOW }
    }
}

const fn at_least_one(window: u32) -> u32 {
    if window == 0 { 1 } else { window }
}

/// Checks a segment against the windows, and learns from it when it lies inside.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_in_window`, `tcp_init_sender`. Packets here carry no
/// SACK blocks.
pub(super) fn check(state: &mut Tcp, seen: Given<'_>, tcp: &Header) -> Window {
    let (dir, packet) = (seen.dir, seen.packet);
    let is = |flag: TcpFlags| tcp.flags.has(flag);
    let old = state.state;
    let [original, reply] = &mut state.seen;
    let (sender, receiver) = match dir {
        Dir::Original => (original, reply),
        Dir::Reply => (reply, original),
    };
    let mut seq = tcp.seq;
    let mut ack = tcp.ack;
    let mut end = end_of(packet, tcp);
    let mut win = u32::from(tcp.window);

    let restarts =
        is(TcpFlags::SYN) && after(end, sender.end) && matches!(old, TcpState::SynSent | TcpState::SynRecv);
    if sender.max_win == 0 && !is(TcpFlags::SYN) {
        // In the midst of a connection: begin with what this segment tells.
        let scaled = win << sender.scale;
        sender.end = end;
        sender.max_win = at_least_one(scaled);
        sender.max_end = end.wrapping_add(sender.max_win);
        if receiver.max_win == 0 {
            receiver.end = ack;
            receiver.max_end = ack;
        } else if ack == receiver.end.wrapping_add(1) {
            receiver.end = receiver.end.wrapping_add(1);
        }
    } else if sender.max_win == 0 || restarts {
        let first = sender.max_win == 0;
        sender.end = end;
        sender.max_end = end;
        sender.max_win = at_least_one(win);
        sender.read_options(&tcp.options);
        let both_scale =
            sender.flags.has(SeenFlags::WINDOW_SCALE) && receiver.flags.has(SeenFlags::WINDOW_SCALE);
        if dir == Dir::Reply && !both_scale {
            sender.scale = 0;
            receiver.scale = 0;
        }
        if !is(TcpFlags::ACK) && (first || dir == Dir::Reply) {
            return Window::Accept;
        }
    }

    if !is(TcpFlags::ACK) || is(TcpFlags::RST) && ack == 0 {
        ack = receiver.end;
    }
    if is(TcpFlags::RST) && seq == 0 && old == TcpState::SynSent {
        seq = sender.end;
        end = sender.end;
    }

    let liberal = sender.flags.has(SeenFlags::BE_LIBERAL) || seen.sysctls.tcp_be_liberal != 0;
    let outside = |verdict, why: core::fmt::Arguments<'_>| {
        if liberal {
            return Window::Accept;
        }
        seen.complain(why);
        verdict
    };
    let lowest_seq = sender.end.wrapping_sub(receiver.max_win).wrapping_sub(1);
    let lowest_ack = receiver.end.wrapping_sub(sender.max_ack_window()).wrapping_sub(1);
    let ack_known = before(ack, receiver.end.wrapping_add(1));

    if !before(seq, sender.max_end.wrapping_add(1)) {
        let overshot = end.wrapping_sub(sender.max_end).wrapping_add(1);
        let near = receiver.max_win != 0
            && after(end, lowest_seq)
            && after(ack, lowest_ack)
            && overshot <= receiver.max_win
            && ack_known;
        if near {
            sender.end = end;
            sender.flags.set(SeenFlags::DATA_UNACKNOWLEDGED);
            return outside(Window::Ignore, format_args!("{overshot} bytes more than expected"));
        }
        let bound = sender.max_end.wrapping_add(1);
        return outside(
            Window::Invalid,
            format_args!("SEQ is over upper bound {bound} (over the window of the receiver)"),
        );
    }
    if !ack_known {
        let bound = receiver.end.wrapping_add(1);
        return outside(
            Window::Invalid,
            format_args!("ACK is over upper bound {bound} (ACKed data not seen yet)"),
        );
    }
    if receiver.max_win != 0 && !after(end, lowest_seq) {
        return outside(
            Window::Ignore,
            format_args!("SEQ is under lower bound {lowest_seq} (already ACKed data retransmitted)"),
        );
    }
    if !after(ack, lowest_ack) {
        return outside(
            Window::Ignore,
            format_args!("ignored ACK under lower bound {lowest_ack} (possible overly delayed)"),
        );
    }

    if !is(TcpFlags::SYN) {
        win <<= sender.scale;
    }
    sender.max_win = sender.max_win.max(win);
    if after(end, sender.end) {
        sender.end = end;
        sender.flags.set(SeenFlags::DATA_UNACKNOWLEDGED);
    }
    if is(TcpFlags::ACK) {
        if !sender.flags.has(SeenFlags::MAXACK_SET) {
            sender.max_ack = ack;
            sender.flags.set(SeenFlags::MAXACK_SET);
        } else if after(ack, sender.max_ack) {
            sender.max_ack = ack;
        }
    }
    if receiver.max_win != 0 && after(end, sender.max_end) {
        receiver.max_win = receiver.max_win.wrapping_add(end.wrapping_sub(sender.max_end));
    }
    if after(ack.wrapping_add(win), receiver.max_end.wrapping_sub(1)) {
        receiver.max_end = ack.wrapping_add(at_least_one(win));
    }
    if ack == receiver.end {
        receiver.flags.clear(SeenFlags::DATA_UNACKNOWLEDGED);
    }
    if Segment::of(tcp.flags) == Segment::Ack {
        let same = state.last_dir == dir
            && (state.last_seq, state.last_ack, state.last_end, state.last_win)
                == (seq, ack, end, tcp.window);
        if same {
            state.retrans = state.retrans.wrapping_add(1);
        } else {
            state.last_dir = dir;
            state.last_seq = seq;
            state.last_ack = ack;
            state.last_end = end;
            state.last_win = tcp.window;
            state.retrans = 0;
        }
    }
    Window::Accept
}
