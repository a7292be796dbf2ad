//! One tracked connection.

use packetwalk_wire::IfIndex;

use super::time::{HZ, Jiffies};
use super::{Dir, HelperKind, Sctp, Status, Tcp, Tuple, Zone};
use packetwalk_wire::Instant;

/// What a protocol's tracker keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Proto {
    /// Nothing.
    None,
    /// TCP's state and windows.
    Tcp(Tcp),
    /// UDP: from this tick on, traffic both ways makes it a stream.
    Udp { stream_ts: Jiffies },
    /// SCTP's state and verification tags.
    Sctp(Sctp),
    /// GRE: seconds before and after an answer.
    Gre { timeout: i32, stream: i32 },
}

/// Where an entry is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The slot is free.
    Free,
    /// Known to the packets on their way only.
    Unconfirmed,
    /// Unconfirmed, and its packet was dropped: kept a while for an answer that is about it.
    Released,
    /// In the hash table.
    Hashed,
    /// Taken out of the table: kept a while for the packets on their way.
    Dead,
    /// The CT target's.
    Template,
}

/// No node, no slot.
pub(super) const NIL: u32 = u32::MAX;

/// A tracked connection (`struct nf_conn`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conn {
    pub(super) tuples: [Tuple; 2],
    pub(crate) proto: Proto,
    /// Absolute once confirmed, relative before.
    pub(super) timeout: Jiffies,
    pub(crate) status: Status,
    /// `ctmark` (`-j CONNMARK`).
    pub mark: u32,
    pub(crate) masq_index: IfIndex,
    pub(super) helper: Option<HelperKind>,
    pub(super) zone: Zone,
    pub(super) place: Place,
    pub(super) serial: u32,
    pub(super) generation: u32,
    /// Next node in the bucket of either tuple's hash: slot * 2 + direction.
    pub(super) next: [u32; 2],
    /// Next slot in the bucket of the source hash.
    pub(super) next_source: u32,
}

impl Conn {
    pub(super) const fn new(tuples: [Tuple; 2], zone: Zone, place: Place) -> Self {
        Self {
            tuples,
            proto: Proto::None,
            timeout: Jiffies(0),
            status: Status(0),
            mark: 0,
            masq_index: IfIndex::NONE,
            helper: None,
            zone,
            place,
            serial: 0,
            generation: 0,
            next: [NIL; 2],
            next_source: NIL,
        }
    }

    /// The tuple of one direction.
    pub const fn tuple(&self, dir: Dir) -> Tuple {
        self.tuples[dir.index()]
    }

    /// IP protocol number.
    pub const fn protocol(&self) -> u8 {
        self.tuples[0].protocol
    }

    /// Status bits.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// It is in the table.
    pub const fn is_confirmed(&self) -> bool {
        self.status.has(Status::CONFIRMED)
    }

    /// Packets went both ways.
    pub const fn seen_reply(&self) -> bool {
        self.status.has(Status::SEEN_REPLY)
    }

    /// It is never dropped early.
    pub const fn is_assured(&self) -> bool {
        self.status.has(Status::ASSURED)
    }

    /// Its helper.
    pub const fn helper(&self) -> Option<HelperKind> {
        self.helper
    }

    /// Zone.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// TCP's state and windows; `None` for another protocol.
    pub const fn tcp(&self) -> Option<&Tcp> {
        match &self.proto {
            Proto::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// SCTP's state and verification tags; `None` for another protocol.
    pub const fn sctp(&self) -> Option<&Sctp> {
        match &self.proto {
            Proto::Sctp(sctp) => Some(sctp),
            _ => None,
        }
    }

    /// GRE's timeouts in seconds, before and after an answer; `None` for another protocol.
    pub const fn gre_timeouts(&self) -> Option<(i32, i32)> {
        match self.proto {
            Proto::Gre { timeout, stream } => Some((timeout, stream)),
            _ => None,
        }
    }

    /// The state that its protocol tells, by name.
    pub fn state_name(&self) -> Option<&'static str> {
        match &self.proto {
            Proto::Tcp(tcp) => Some(tcp.state.name()),
            Proto::Sctp(sctp) => Some(sctp.state.name()),
            _ => None,
        }
    }

    /// Order of creation among all entries of the namespace.
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// The number that `conntrack -o id` prints: fixed for the entry's life, looks random as the
    /// kernel's does.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_ct_get_id`, a keyed hash of the entry.
    pub const fn id(&self) -> u32 {
        let h = (self.serial as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (h >> 32) as u32
    }

    /// Whole seconds until it expires, as `conntrack -L` prints them; 0 when it has expired.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_netlink.c`: `ctnetlink_dump_timeout`.
    pub const fn expires_in(&self, now: Instant) -> u32 {
        let left =
            if self.is_confirmed() { self.timeout.until(Jiffies::at(now)) } else { self.timeout.0 as i32 };
        if left > 0 { left as u32 / HZ } else { 0 }
    }

    pub(super) const fn is_expired(&self, now: Jiffies) -> bool {
        matches!(self.place, Place::Hashed) && self.timeout.until(now) <= 0
    }

    /// Renews the timeout (`__nf_ct_refresh_acct` less the accounting).
    pub(super) const fn refresh(&mut self, now: Jiffies, timeout: Jiffies) {
        if self.status.has(Status::FIXED_TIMEOUT) {
            return;
        }
        self.timeout = if self.is_confirmed() { now.plus(timeout) } else { timeout };
    }
}
