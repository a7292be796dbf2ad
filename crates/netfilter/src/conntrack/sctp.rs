//! SCTP: the state of an association, as one in its midst guesses it from the chunks.

use packetwalk_wire::checksum::crc32c;
use packetwalk_wire::sctp::{self, chunk};

use super::conn::Proto;
use super::input::{Action, Seen};
use super::time::Jiffies;
use super::{Conn, Dir, Status, Sysctls, TcpState};

/// `enum sctp_conntrack`, with the kernel's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SctpState(u8);

const NAMES: [&str; 9] = [
    "NONE",
    "CLOSED",
    "COOKIE_WAIT",
    "COOKIE_ECHOED",
    "ESTABLISHED",
    "SHUTDOWN_SENT",
    "SHUTDOWN_RECD",
    "SHUTDOWN_ACK_SENT",
    "HEARTBEAT_SENT",
];

impl SctpState {
    const CLOSED: Self = Self(1);
    const ESTABLISHED: Self = Self(4);

    /// As `conntrack -L` prints it.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// TCP's state of the same number.
    pub fn tcp_name(self) -> &'static str {
        TcpState::ALL.get(usize::from(self.0)).map_or("", |state| state.name())
    }

    /// The state of a name.
    pub fn of(name: &str) -> Option<Self> {
        NAMES.iter().zip(0..).find(|(known, _)| **known == name).map(|(_, number)| Self(number))
    }

    /// The association is being closed: it may be dropped early although it is ASSURED
    /// (`sctp_can_early_drop`).
    pub(super) const fn is_closing(self) -> bool {
        matches!(self.0, 5..=7)
    }

    const fn timeout(self, s: &Sysctls) -> i32 {
        match self.0 {
            1 => s.sctp_timeout_closed,
            2 => s.sctp_timeout_cookie_wait,
            3 => s.sctp_timeout_cookie_echoed,
            4 => s.sctp_timeout_established,
            5 => s.sctp_timeout_shutdown_sent,
            6 => s.sctp_timeout_shutdown_recd,
            7 => s.sctp_timeout_shutdown_ack_sent,
            8 => s.sctp_timeout_heartbeat_sent,
            _ => 10,
        }
    }
}

/// What is kept of an association (`struct ip_ct_sctp`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sctp {
    /// State.
    pub state: SctpState,
    /// The verification tag that packets of each direction carry.
    pub vtag: [u32; 2],
    /// An INIT was seen.
    init: [bool; 2],
    last_dir: Option<Dir>,
    /// A heartbeat had another tag than its direction's.
    heartbeat_failed: bool,
}

impl Sctp {
    /// An association that was made by hand.
    pub(super) const fn by_hand(state: SctpState, vtag: [u32; 2]) -> Self {
        Self { state, vtag, init: [false; 2], last_dir: None, heartbeat_failed: false }
    }
}

/// Rows: INIT, INIT ACK, ABORT, SHUTDOWN, SHUTDOWN ACK, ERROR, COOKIE ECHO, COOKIE ACK, SHUTDOWN COMPLETE,
/// HEARTBEAT, HEARTBEAT ACK. Columns: the state before. What stands there is the state after; 9 is INVALID.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `sctp_conntracks`.
const STATES: [[&[u8; 9]; 11]; 2] = [
    [
        b"112341172",
        b"112345671",
        b"111111111",
        b"112355671",
        b"712347777",
        b"112345671",
        b"113345671",
        b"112445671",
        b"112345611",
        b"812345678",
        b"112345678",
    ],
    [
        b"912345679",
        b"922345679",
        b"911111119",
        b"912365679",
        b"912347779",
        b"912145679",
        b"913345679",
        b"912445679",
        b"912345619",
        b"912345678",
        b"912345674",
    ],
];

/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `sctp_new_state`. `None` is INVALID.
fn next(dir: Dir, state: SctpState, ty: u8) -> Option<SctpState> {
    let row = match ty {
        chunk::INIT => 0,
        chunk::INIT_ACK => 1,
        chunk::ABORT => 2,
        chunk::SHUTDOWN => 3,
        chunk::SHUTDOWN_ACK => 4,
        chunk::ERROR => 5,
        chunk::COOKIE_ECHO => 6,
        chunk::COOKIE_ACK => 7,
        chunk::SHUTDOWN_COMPLETE => 8,
        chunk::HEARTBEAT => 9,
        chunk::HEARTBEAT_ACK => 10,
        _ => return Some(state),
    };
    let digit = STATES.get(dir.index())?.get(row)?.get(usize::from(state.0))?.wrapping_sub(b'0');
    (digit < 9).then_some(SctpState(digit))
}

/// Which chunks a packet has; `None` when they are laid out in no lawful way.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `do_basic_checks`.
fn chunks_of(body: &[u8]) -> Option<[u64; 4]> {
    let mut map = [0u64; 4];
    let mut alone = false;
    let mut count = 0;
    for chunk in sctp::chunks(body) {
        alone |= matches!(chunk.ty, chunk::INIT | chunk::INIT_ACK | chunk::SHUTDOWN_COMPLETE);
        let first = alone || matches!(chunk.ty, chunk::COOKIE_ACK | chunk::COOKIE_ECHO);
        if first && count != 0 || chunk.len == 0 {
            return None;
        }
        if let Some(word) = map.get_mut(usize::from(chunk.ty) / 64) {
            *word |= 1 << (chunk.ty % 64);
        }
        count += 1;
    }
    (count != 0).then_some(map)
}

const fn has(map: &[u64; 4], ty: u8) -> bool {
    map[0] >> ty & 1 != 0
}

/// The tag that an INIT or INIT ACK tells; `None` when it is cut short.
fn init_tag(body: &[u8], at: usize) -> Option<u32> {
    let header = body.get(at + 4..at + 20)?;
    header.first_chunk().map(|tag| u32::from_be_bytes(*tag))
}

/// What the first packet of an association tells; `None` when it may not be the first. Where a heartbeat is in it, its tag
/// is no one's but the sender's.
///
/// # Source
/// Linux v6.18.44, `nf_conntrack_proto_sctp.c`: `sctp_new`.
fn begin(body: &[u8], vtag: u32, map: &[u64; 4]) -> Option<Sctp> {
    let beats = has(map, chunk::HEARTBEAT) || has(map, chunk::HEARTBEAT_ACK);
    let mut fresh = Sctp::default();
    for chunk in sctp::chunks(body) {
        let state = next(Dir::Original, SctpState::default(), chunk.ty)?;
        if state == SctpState::default() {
            return None;
        }
        match chunk.ty {
            chunk::INIT if vtag != 0 => return None,
            chunk::INIT => fresh.vtag[1] = init_tag(body, chunk.at)?,
            chunk::HEARTBEAT => fresh.vtag[0] = vtag,
            _ if beats => {}
            _ => fresh.vtag[1] = vtag,
        }
    }
    Some(fresh)
}

/// The header is whole, and its checksum right where that is looked at.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `sctp_error`.
fn error(seen: Seen<'_>) -> Option<&'static str> {
    let Some((header, chunks)) = seen.body.split_first_chunk::<12>() else {
        return Some("nf_ct_sctp: short packet ");
    };
    let [.., a, b, c, d] = *header;
    let sum = || crc32c(&[&header[..8], &[0; 4], chunks]);
    (seen.checks_sum && [a, b, c, d] != sum().to_le_bytes()).then_some("nf_ct_sctp: bad CRC ")
}

/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `nf_conntrack_sctp_packet`.
pub(super) fn packet(conn: &mut Conn, seen: Seen<'_>) -> Action {
    if let Some(why) = error(seen) {
        seen.complain(format_args!("{why}"));
        return Action::Invalid;
    }
    let body = seen.body;
    let Some(vtag) = sctp::vtag(body) else { return Action::Invalid };
    let Some(map) = chunks_of(body) else { return Action::Invalid };
    if !conn.is_confirmed() {
        let out_of_the_blue = [chunk::ABORT, chunk::SHUTDOWN_COMPLETE, chunk::COOKIE_ACK];
        if out_of_the_blue.iter().any(|ty| has(&map, *ty)) {
            return Action::Invalid;
        }
        let Some(fresh) = begin(body, vtag, &map) else { return Action::Invalid };
        conn.proto = Proto::Sctp(fresh);
    }
    let confirmed = conn.is_confirmed();
    let Proto::Sctp(state) = &mut conn.proto else { return Action::Invalid };
    let own_rules = [
        chunk::INIT,
        chunk::SHUTDOWN_COMPLETE,
        chunk::COOKIE_ECHO,
        chunk::ABORT,
        chunk::SHUTDOWN_ACK,
        chunk::HEARTBEAT,
        chunk::HEARTBEAT_ACK,
    ];
    if !own_rules.iter().any(|ty| has(&map, *ty)) && vtag != state.vtag[seen.dir.index()] {
        return Action::Invalid;
    }
    let mut ignore = false;
    let mut established = false;
    let mut new = SctpState::default();
    for chunk in sctp::chunks(body) {
        let with_data = has(&map, chunk::DATA) || ignore;
        match state.tag(seen.dir, chunk, vtag, with_data) {
            Tag::Wrong => return Action::Invalid,
            Tag::Ignore => {
                ignore = true;
                continue;
            }
            Tag::Right => {}
        }
        let old = state.state;
        let Some(after) = next(seen.dir, old, chunk.ty) else { return Action::Invalid };
        new = after;
        if matches!(chunk.ty, chunk::INIT | chunk::INIT_ACK) {
            let told = init_tag(body, chunk.at).is_some_and(|tag| state.opens(seen.dir, chunk.ty, tag));
            if !told {
                return Action::Invalid;
            }
            let again = (old, new) == (SctpState::CLOSED, SctpState::CLOSED);
            ignore |= chunk.ty == chunk::INIT && again && confirmed;
        }
        state.state = new;
        established |= old != new && new == SctpState::ESTABLISHED;
    }
    if established {
        conn.status.set(Status::ASSURED);
    }
    if ignore { Action::Pass } else { Action::Refresh(Jiffies::secs(new.timeout(seen.sysctls))) }
}

/// What a chunk's verification tag is.
enum Tag {
    Right,
    Wrong,
    /// Perhaps right: it passes, and changes nothing.
    Ignore,
}

impl Sctp {
    /// Linux v6.18, `nf_conntrack_proto_sctp.c`: `nf_conntrack_sctp_packet`, after RFC 9260 §8.5.1.
    fn tag(&mut self, dir: Dir, chunk: sctp::Chunk, vtag: u32, with_data: bool) -> Tag {
        let (own, other) = (self.vtag[dir.index()], self.vtag[dir.other().index()]);
        let right = match chunk.ty {
            chunk::INIT => vtag == 0,
            // With the T flag it is the sender's own.
            chunk::ABORT | chunk::SHUTDOWN_COMPLETE => vtag == if chunk.flags & 1 == 0 { own } else { other },
            chunk::COOKIE_ECHO => vtag == own,
            chunk::COOKIE_ACK => {
                self.init = [false; 2];
                true
            }
            chunk::HEARTBEAT | chunk::HEARTBEAT_ACK if own == 0 => {
                self.vtag[dir.index()] = vtag;
                true
            }
            chunk::HEARTBEAT | chunk::HEARTBEAT_ACK if vtag == own => {
                self.heartbeat_failed = false;
                true
            }
            chunk::HEARTBEAT if with_data => false,
            chunk::HEARTBEAT => {
                self.heartbeat_failed = true;
                self.last_dir = Some(dir);
                return Tag::Ignore;
            }
            chunk::HEARTBEAT_ACK if with_data || !self.heartbeat_failed || self.last_dir == Some(dir) => {
                false
            }
            chunk::HEARTBEAT_ACK => {
                self.heartbeat_failed = false;
                self.vtag[dir.index()] = vtag;
                self.vtag[dir.other().index()] = 0;
                true
            }
            _ => true,
        };
        if right { Tag::Right } else { Tag::Wrong }
    }

    /// An INIT or INIT ACK tells the tag of the packets that answer it; false when it is another than
    /// it can be.
    fn opens(&mut self, dir: Dir, ty: u8, tag: u32) -> bool {
        let (d, o) = (dir.index(), dir.other().index());
        if ty == chunk::INIT {
            if self.init == [true; 2] {
                self.init[o] = false;
            }
            self.init[d] = true;
        } else {
            let known = self.vtag[o];
            if tag != known && (!self.init[o] && known != 0 || self.init == [true; 2]) {
                return false;
            }
        }
        self.vtag[o] = tag;
        true
    }
}
