//! Entries that are made and changed by hand (`conntrack -I` and `-U`).

use packetwalk_wire::{CtInfo, CtRef, Instant, proto};

use super::conn::{Place, Proto};
use super::event::What;
use super::tcp::{SeenFlags, Tcp};
use super::time::Jiffies;
use super::{Conn, Conntrack, Dir, Sctp, SctpState, Status, TcpState, Tuple, Zone};

/// What an entry is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewConn {
    /// Both tuples.
    pub tuples: [Tuple; 2],
    /// Zone.
    pub zone: Zone,
    /// Seconds.
    pub timeout: u32,
    /// Status bits, those of NAT among them.
    pub status: Status,
    /// Mark.
    pub mark: u32,
    /// The protocol's state.
    pub state: Option<ByHand>,
}

/// A protocol's state, told by hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByHand {
    /// TCP's.
    Tcp(TcpState),
    /// SCTP's, and the verification tags.
    Sctp(SctpState, [u32; 2]),
}

/// What is to be changed of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// Seconds.
    pub timeout: Option<u32>,
    /// Status bits that are to be set.
    pub status: Status,
    /// Mark.
    pub mark: Option<u32>,
    /// The protocol's state.
    pub state: Option<ByHand>,
}

/// Why an entry could not be made or changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeError {
    /// EEXIST: another has one of the tuples.
    Exists,
    /// ENOENT: there is none.
    NotFound,
    /// EINVAL: not all that is needed is told.
    Invalid,
    /// EBUSY: a status bit that cannot be changed.
    Busy,
    /// ENOMEM: the table is full.
    NoMemory,
}

impl ChangeError {
    /// `strerror`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Exists => "File exists",
            Self::NotFound => "No such file or directory",
            Self::Invalid => "invalid parameters",
            Self::Busy => "Device or resource busy",
            Self::NoMemory => "not enough memory",
        }
    }
}

/// All that a message of creation or change tells.
const TOLD: What = What(What::REPLY.0 | What::ASSURED.0 | What::PROTO.0 | What::MARK.0);

/// A TCP connection whose windows are not known, and so not checked.
fn unchecked(state: TcpState) -> Tcp {
    let mut tcp = Tcp { state, ..Tcp::default() };
    let closing = if state >= TcpState::TimeWait { SeenFlags::CLOSE_INIT.0 } else { 0 };
    for side in &mut tcp.seen {
        side.flags = SeenFlags(SeenFlags::BE_LIBERAL.0 | SeenFlags::SACK_PERM.0 | closing);
    }
    tcp
}

impl Conntrack {
    /// Makes an entry.
    ///
    /// # Errors
    /// [`ChangeError`]; nothing is made then.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_netlink.c`: `ctnetlink_create_conntrack`, `ctnetlink_new_conntrack`;
    /// conntrack-tools 1.4.7, `extensions/libct_proto_tcp.c`: `final_check`.
    pub fn create(&mut self, new: &NewConn, portid: u32, now: Instant) -> Result<CtRef, ChangeError> {
        self.reap(now, None);
        let tick = Jiffies::at(now);
        if new.status.any(Status(Status::EXPECTED.0 | Status::DYING.0)) {
            return Err(ChangeError::Busy);
        }
        let clash = self
            .table
            .find_key(&new.tuples[0], new.zone, Dir::Original, tick)
            .or_else(|| self.table.find_key(&new.tuples[1], new.zone, Dir::Reply, tick));
        if clash.is_some() {
            return Err(ChangeError::Exists);
        }
        if !self.make_room(&new.tuples[0], new.zone, tick) {
            return Err(ChangeError::NoMemory);
        }
        self.reap(now, None);
        let mut conn = Conn::new(new.tuples, new.zone, Place::Hashed);
        conn.status = Status(new.status.0 | Status::CONFIRMED.0);
        conn.mark = new.mark;
        conn.timeout = tick.plus(Jiffies(new.timeout.wrapping_mul(super::HZ)));
        conn.proto = match new.state {
            Some(ByHand::Tcp(state)) => Proto::Tcp(unchecked(state)),
            Some(ByHand::Sctp(state, vtag)) => Proto::Sctp(Sctp::by_hand(state, vtag)),
            None if conn.protocol() == proto::GRE => Proto::Gre { timeout: 0, stream: 0 },
            None => Proto::None,
        };
        let slot = self.table.insert(conn);
        self.exts.begin(slot, self.sysctls.acct != 0, self.labels_used, self.collects());
        self.helps.begin(slot);
        if self.sysctls.timestamp != 0 {
            self.exts.started(slot, now);
        }
        self.table.enter(slot, tick);
        if new.status.has(Status::SRC_NAT_DONE) {
            self.table.link(slot, super::conn::BY_SOURCE);
        }
        self.cache(slot, What(TOLD.0 | What::NEW.0));
        self.deliver(slot, Some(portid), now);
        Ok(self.table.ct_ref(slot, CtInfo::New))
    }

    /// Changes an entry.
    ///
    /// # Errors
    /// [`ChangeError`]; nothing is changed then.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_netlink.c`: `ctnetlink_change_conntrack`.
    pub fn change(
        &mut self,
        r: CtRef,
        change: &Change,
        portid: u32,
        now: Instant,
    ) -> Result<(), ChangeError> {
        let slot = self.table.index_of(r).ok_or(ChangeError::NotFound)?;
        let conn = self.table.slots.get_mut(slot).ok_or(ChangeError::NotFound)?;
        if change.status.any(Status::EXPECTED) && !conn.status.has(Status::EXPECTED) {
            return Err(ChangeError::Busy);
        }
        if let Some(secs) = change.timeout {
            conn.timeout = Jiffies::at(now).plus(Jiffies(secs.wrapping_mul(super::HZ)));
        }
        conn.status.set(change.status);
        match (change.state, &mut conn.proto) {
            (Some(ByHand::Tcp(state)), Proto::Tcp(tcp)) => tcp.state = state,
            (Some(ByHand::Sctp(state, vtag)), Proto::Sctp(sctp)) => (sctp.state, sctp.vtag) = (state, vtag),
            _ => {}
        }
        if let Some(mark) = change.mark {
            conn.mark = mark;
        }
        self.table.rearm(slot, Jiffies::at(now));
        self.cache(slot, TOLD);
        self.deliver(slot, Some(portid), now);
        Ok(())
    }

    /// Deletes connections by hand; what is gone is told as that process's doing.
    pub fn delete_by(&mut self, r: CtRef, portid: u32, now: Instant) -> bool {
        self.reap(now, None);
        let deleted = self.delete(r);
        self.reap(now, Some(portid));
        deleted
    }

    /// Sets every counter of a connection to 0 (`conntrack -L -z`).
    pub fn zero(&mut self, r: CtRef) {
        if let Some(ext) = self.table.index_of(r).and_then(|slot| self.exts.get_mut(slot)) {
            ext.counters = ext.counters.map(|_| Default::default());
        }
    }
}

impl TcpState {
    /// The state of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
