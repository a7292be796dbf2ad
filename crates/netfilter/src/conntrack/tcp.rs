//! TCP.

use packetwalk_wire::{Tcp as Header, TcpFlags, Transport};

use super::conn::Proto;
use super::input::{Action, Seen as Packet};
use super::tcp_state::{Next, Segment, TcpState, next};
use super::tcp_window::{self, Window, before, end_of};
use super::time::{HZ, Jiffies};
use super::{Conn, Dir, Status, Sysctls};

/// What is known of one side (`IP_CT_TCP_FLAG_*`, and two that only `last_flags` has).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SeenFlags(pub u8);

impl SeenFlags {
    /// It sent the window scale option.
    pub const WINDOW_SCALE: Self = Self(0x01);
    /// It sent the SACK-permitted option.
    pub const SACK_PERM: Self = Self(0x02);
    /// It sent the first FIN.
    pub const CLOSE_INIT: Self = Self(0x04);
    /// Its windows are not checked: the connection was picked up in its midst.
    pub const BE_LIBERAL: Self = Self(0x08);
    /// It sent data that is not acknowledged.
    pub const DATA_UNACKNOWLEDGED: Self = Self(0x10);
    /// [`Seen::max_ack`] holds something.
    pub const MAXACK_SET: Self = Self(0x20);
    /// An ACK may be a challenge (RFC 5961) to a SYN that was let through.
    pub const EXP_CHALLENGE_ACK: Self = Self(0x40);
    /// Both sides sent a SYN.
    pub const SIMULTANEOUS_OPEN: Self = Self(0x80);

    /// All of `bits` are set.
    pub const fn has(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    pub(super) const fn set(&mut self, bits: Self) {
        self.0 |= bits.0;
    }

    pub(super) const fn clear(&mut self, bits: Self) {
        self.0 &= !bits.0;
    }

    pub(super) const fn only(self, bits: Self) -> Self {
        Self(self.0 & bits.0)
    }
}

/// One side's sequence space (`struct ip_ct_tcp_state`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Highest sequence number plus length that it sent.
    pub end: u32,
    /// Highest that it may send.
    pub max_end: u32,
    /// Largest window that it offered; 0 when nothing was seen of it.
    pub max_win: u32,
    /// Highest acknowledgement that it sent.
    pub max_ack: u32,
    /// Shift of its windows.
    pub scale: u8,
    /// Flags.
    pub flags: SeenFlags,
}

/// What is kept of a TCP connection (`struct ip_ct_tcp`).
///
/// The numbers of few values come first: by them a connection is told from one of another protocol, which then lies in
/// the same line of memory as what every packet reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Tcp {
    /// State.
    pub state: TcpState,
    pub(super) last_dir: Dir,
    pub(super) last_index: Segment,
    pub(super) retrans: u8,
    pub(super) last_seq: u32,
    pub(super) last_ack: u32,
    pub(super) last_end: u32,
    pub(super) last_win: u16,
    pub(super) last_wscale: u8,
    pub(super) last_flags: SeenFlags,
    /// Both sides: the original direction's sender first.
    pub seen: [Seen; 2],
}

impl Default for Tcp {
    fn default() -> Self {
        Self {
            seen: [Seen::default(); 2],
            state: TcpState::None,
            last_dir: Dir::Original,
            retrans: 0,
            last_index: Segment::None,
            last_seq: 0,
            last_ack: 0,
            last_end: 0,
            last_win: 0,
            last_wscale: 0,
            last_flags: SeenFlags::default(),
        }
    }
}

impl Tcp {
    /// Linux v6.18, `nf_conntrack.h`: `nf_conntrack_tcp_established`; ASSURED is the caller's.
    fn is_established(&self, status: Status) -> bool {
        self.state == TcpState::Established && status.has(Status::ASSURED)
    }
}

/// The state of a connection after its first segment; `None` when it may not be the first.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_new`.
fn begin(seen: &Packet<'_>, tcp: &Header) -> Option<Tcp> {
    let Next::State(new) = next(Dir::Original, Segment::of(tcp.flags), TcpState::None) else { return None };
    let end = end_of(seen.packet, tcp);
    let window = u32::from(tcp.window).max(1);
    let mut fresh = Tcp::default();
    let sender = &mut fresh.seen[0];
    sender.end = end;
    sender.max_win = window;
    if new == TcpState::SynSent {
        sender.max_end = end;
        sender.read_options(&tcp.options);
    } else {
        if seen.sysctls.tcp_loose == 0 {
            return None;
        }
        sender.max_end = end.wrapping_add(window);
        let loose = SeenFlags(SeenFlags::SACK_PERM.0 | SeenFlags::BE_LIBERAL.0);
        fresh.seen[0].flags = loose;
        fresh.seen[1].flags = loose;
    }
    Some(fresh)
}

const fn timeout_of(state: TcpState, s: &Sysctls) -> i32 {
    match state {
        // SYN_SENT2 has no sysctl; the first number is unused and equals SYN_SENT's default.
        TcpState::None | TcpState::SynSent2 => 120,
        TcpState::SynSent => s.tcp_timeout_syn_sent,
        TcpState::SynRecv => s.tcp_timeout_syn_recv,
        TcpState::Established => s.tcp_timeout_established,
        TcpState::FinWait => s.tcp_timeout_fin_wait,
        TcpState::CloseWait => s.tcp_timeout_close_wait,
        TcpState::LastAck => s.tcp_timeout_last_ack,
        TcpState::TimeWait => s.tcp_timeout_time_wait,
        TcpState::Close => s.tcp_timeout_close,
    }
}

/// What the state table's answer means for this segment.
enum Plan {
    /// Check the windows; then this state.
    Check(TcpState),
    /// This state, whatever the windows say.
    InWindow(TcpState),
    Done(Action),
}

/// Linux v6.18, `nf_conntrack_proto_tcp.c`: `nf_conntrack_tcp_packet`.
pub(super) fn packet(conn: &mut Conn, seen: Packet<'_>) -> Action {
    let Transport::Tcp(tcp) = seen.packet.transport else { return Action::Invalid };
    if !Segment::is_valid(tcp.flags) {
        seen.complain(format_args!("invalid tcp flag combination"));
        return Action::Invalid;
    }
    if !conn.is_confirmed() {
        let Some(fresh) = begin(&seen, &tcp) else {
            seen.complain(format_args!("invalid new"));
            return Action::Invalid;
        };
        conn.proto = Proto::Tcp(fresh);
    }
    let status = conn.status;
    let Proto::Tcp(state) = &mut conn.proto else { return Action::Invalid };
    let dir = seen.dir;
    let old = state.state;
    let segment = Segment::of(tcp.flags);
    let new = match plan(state, status, &seen, &tcp, segment) {
        Plan::Done(action) => return action,
        Plan::InWindow(new) => new,
        Plan::Check(new) => match tcp_window::check(state, seen, &own_numbers(tcp, &seen)) {
            Window::Accept => new,
            Window::Ignore => return Action::Pass,
            Window::Invalid => {
                shorten_when_out_of_step(conn, &seen, segment);
                return Action::Invalid;
            }
        },
    };
    state.last_index = segment;
    state.last_dir = dir;
    state.state = new;
    if old != new && new == TcpState::FinWait {
        state.seen[dir.index()].flags.set(SeenFlags::CLOSE_INIT);
    }
    let s = seen.sysctls;
    let full = timeout_of(new, s);
    let unacked = state.seen.iter().any(|side| side.flags.has(SeenFlags::DATA_UNACKNOWLEDGED));
    let mut timeout = if i32::from(state.retrans) >= s.tcp_max_retrans && full > s.tcp_timeout_max_retrans {
        s.tcp_timeout_max_retrans
    } else if segment == Segment::Rst {
        s.tcp_timeout_close
    } else if unacked && full > s.tcp_timeout_unacknowledged {
        s.tcp_timeout_unacknowledged
    } else if state.last_win == 0 && full > s.tcp_timeout_max_retrans {
        s.tcp_timeout_max_retrans
    } else {
        full
    };
    if !status.has(Status::SEEN_REPLY) {
        if tcp.flags.has(TcpFlags::RST) {
            return Action::Kill;
        }
        if segment == Segment::Syn && old == TcpState::SynSent {
            return Action::Pass;
        }
        if new == TcpState::Established {
            timeout = timeout.min(s.tcp_timeout_unacknowledged);
        }
    } else if !status.has(Status::ASSURED)
        && matches!(old, TcpState::SynRecv | TcpState::Established)
        && new == TcpState::Established
    {
        conn.status.set(Status::ASSURED);
    }
    Action::Refresh(Jiffies::secs(timeout))
}

/// The segment with its acknowledgement in numbers as the other side sent them.
const fn own_numbers(tcp: Header, seen: &Packet<'_>) -> Header {
    Header { ack: tcp.ack.wrapping_sub(seen.ack_offset as u32), ..tcp }
}

fn plan(state: &mut Tcp, status: Status, seen: &Packet<'_>, tcp: &Header, segment: Segment) -> Plan {
    let dir = seen.dir;
    let old = state.state;
    match next(dir, segment, old) {
        // SYNPROXY's client asks again while its server is silent.
        Next::Invalid
            if seen.proxied
                && old == TcpState::SynSent
                && segment == Segment::Ack
                && dir == Dir::Original
                && state.last_dir == Dir::Original
                && state.seen[dir.index()].end.wrapping_sub(1) == tcp.seq =>
        {
            Plan::Done(Action::Pass)
        }
        Next::Invalid => {
            let (index, dir) = (segment as u8, dir as u8);
            let state = old.name();
            seen.complain(format_args!("packet (index {index}) in dir {dir} invalid, state {state}"));
            Plan::Done(Action::Invalid)
        }
        Next::Ignore => ignored(state, seen, tcp, segment),
        Next::State(TcpState::SynSent) if old >= TcpState::TimeWait => {
            let closed = state.seen.iter().any(|side| side.flags.has(SeenFlags::CLOSE_INIT));
            if closed || state.last_dir == dir && state.last_index == Segment::Rst {
                return Plan::Done(Action::Reopen);
            }
            ignored(state, seen, tcp, segment)
        }
        Next::State(TcpState::TimeWait) => {
            let challenge = old == TcpState::LastAck
                && segment == Segment::Ack
                && state.last_dir != dir
                && state.last_index == Segment::Syn
                && state.last_flags.has(SeenFlags::EXP_CHALLENGE_ACK);
            if challenge {
                state.last_flags.clear(SeenFlags::EXP_CHALLENGE_ACK);
                return Plan::Done(Action::Pass);
            }
            Plan::Check(TcpState::TimeWait)
        }
        Next::State(TcpState::SynSent2) => {
            state.last_flags.set(SeenFlags::SIMULTANEOUS_OPEN);
            Plan::Check(TcpState::SynSent2)
        }
        Next::State(TcpState::SynRecv)
            if dir == Dir::Reply
                && segment == Segment::Ack
                && state.last_flags.has(SeenFlags::SIMULTANEOUS_OPEN) =>
        {
            Plan::Check(TcpState::Established)
        }
        Next::State(TcpState::Close) if segment == Segment::Rst => reset(state, status, seen, tcp),
        Next::State(new) => Plan::Check(new),
    }
}

/// A segment that may be right or wrong. It passes; what it says is remembered, so that its answer can
/// put the tracker in step.
fn ignored(state: &mut Tcp, seen: &Packet<'_>, tcp: &Header, segment: Segment) -> Plan {
    let dir = seen.dir;
    let old = state.state;
    if segment == Segment::SynAck
        && state.last_index == Segment::Syn
        && state.last_dir != dir
        && tcp.ack == state.last_end
    {
        state.last_flags.clear(SeenFlags::EXP_CHALLENGE_ACK);
        let client = &mut state.seen[state.last_dir.index()];
        client.end = state.last_end;
        client.max_end = state.last_end;
        client.max_win = u32::from(state.last_win).max(1);
        client.scale = state.last_wscale;
        client.flags = state.last_flags;
        let server = &mut state.seen[dir.index()];
        *server = Seen { flags: server.flags.only(SeenFlags::BE_LIBERAL), ..Seen::default() };
        return Plan::Check(TcpState::SynRecv);
    }
    state.last_index = segment;
    state.last_dir = dir;
    state.last_seq = tcp.seq;
    state.last_end = end_of(seen.packet, tcp);
    state.last_win = tcp.window;
    if segment == Segment::Syn && dir == Dir::Original {
        let mut side = Seen::default();
        side.read_options(&tcp.options);
        state.last_flags = side.flags;
        state.last_wscale = side.scale;
        if old == TcpState::LastAck {
            state.last_flags.set(SeenFlags::EXP_CHALLENGE_ACK);
        }
    }
    if old == TcpState::SynSent && segment == Segment::Ack && dir == Dir::Reply {
        state.last_ack = tcp.ack;
    }
    let (index, dir) = (segment as u8, dir as u8);
    let state = old.name();
    seen.complain(format_args!("packet (index {index}) in dir {dir} ignored, state {state}"));
    Plan::Done(Action::Pass)
}

/// A RST is believed when it is exactly where the other side expects it; otherwise the connection stays
/// as it is, for a challenge ACK may follow (RFC 5961). A RST in answer to a SYN counts only from the
/// other side, as the stable releases of 6.18 have it.
fn reset(state: &mut Tcp, status: Status, seen: &Packet<'_>, tcp: &Header) -> Plan {
    let dir = seen.dir;
    let old = state.state;
    if old.is_closing() {
        return Plan::InWindow(TcpState::Close);
    }
    let mut new = TcpState::Close;
    let other = state.seen[dir.other().index()];
    if other.flags.has(SeenFlags::MAXACK_SET) && state.last_index != Segment::Syn {
        let established = state.is_established(status);
        if tcp.seq == 0 && !established {
            return Plan::Check(new);
        }
        if before(tcp.seq, other.max_ack) && seen.sysctls.tcp_ignore_invalid_rst == 0 {
            seen.complain(format_args!("invalid rst"));
            return Plan::Done(Action::Invalid);
        }
        let in_train = state.last_index == Segment::Ack && state.last_dir == dir && tcp.seq == state.last_end;
        if !established || tcp.seq == other.max_ack || in_train {
            return Plan::Check(new);
        }
        new = old;
    }
    let last = state.last_index;
    let answers_ignored = status.has(Status::SEEN_REPLY) && last == Segment::Syn && state.last_dir != dir
        || !status.has(Status::ASSURED) && last == Segment::Ack;
    let answers_challenge = old == TcpState::SynSent
        && state.last_index == Segment::Ack
        && state.last_dir == Dir::Reply
        && tcp.seq == state.last_ack;
    if answers_ignored && tcp.ack == state.last_end || answers_challenge {
        return Plan::InWindow(new);
    }
    Plan::Check(new)
}

/// FIN or RST outside the windows from one side and then from the other: the tracker is out of step, and
/// the entry shall not stay for days.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_tcp.c`: `nf_tcp_handle_invalid`.
fn shorten_when_out_of_step(conn: &mut Conn, seen: &Packet<'_>, segment: Segment) {
    if !conn.status.has(Status::ASSURED)
        || conn.status.has(Status::FIXED_TIMEOUT)
        || !matches!(segment, Segment::Rst | Segment::Fin)
    {
        return;
    }
    let left = conn.timeout.until(seen.now).max(0);
    let Proto::Tcp(state) = &mut conn.proto else { return };
    if state.last_dir != seen.dir && matches!(state.last_index, Segment::Fin | Segment::Rst) {
        let timeout = Jiffies::secs(seen.sysctls.tcp_timeout_unacknowledged);
        if left >= (120 * HZ) as i32 && left > timeout.0 as i32 {
            conn.timeout = seen.now.plus(timeout);
        }
    } else {
        state.last_index = segment;
        state.last_dir = seen.dir;
    }
}
