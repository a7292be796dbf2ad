//! Connection tracking: which packets belong together.
//!
//! A [`Conntrack`] is one namespace's table. The packet path calls, in this order:
//! [`Conntrack::packet_in`] at PREROUTING and OUTPUT (after raw), [`Conntrack::confirm`] last at
//! POSTROUTING and INPUT, and [`Conntrack::release`] when a packet ends anywhere in between. A packet
//! names its connection by `wire::CtRef`, a slot and its generation; what left the table stays readable
//! for the packets that still name it.

mod attach;
mod buckets;
mod chains;
mod change;
mod confirm;
mod conn;
mod error;
mod event;
mod expect;
mod ext;
mod first;
mod gc;
mod generic;
mod gre;
mod hash;
mod help;
mod helper;
mod icmp;
mod icmpv6;
mod input;
mod list;
mod pages;
mod proxied;
mod repeat;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod scale;
mod sctp;
mod seqadj;
mod status;
mod sysctl;
mod table;
mod tcp;
mod tcp_state;
mod tcp_window;
#[cfg(test)]
mod tests;
mod time;
mod tuple;
mod udp;
mod udplite;
mod wheel;
mod zone;

pub use change::{ByHand, Change, ChangeError, NewConn};
pub use conn::Conn;
pub use event::{ConnEvent, Event, Seen as EventKind, Subject};
pub use expect::Expect;
pub use ext::Counter;
pub use first::Begun;
pub use helper::HelperKind;
pub use repeat::{AHEAD, Known};
pub use sctp::{Sctp, SctpState};
pub use status::Status;
pub use sysctl::{SysctlError, Sysctls};
pub use tcp::{Seen, SeenFlags, Tcp};
pub use tcp_state::TcpState;
pub use time::{HZ, Jiffies, ticks, ticks_of_millis};
pub use tuple::{Dir, Tuple};
pub use zone::{Zone, ZoneDir};

pub(crate) use confirm::allow_clash;
pub(crate) use conn::Proto;
pub(crate) use expect::Follow;

use conn::Place;
use event::Events;
use ext::Exts;
use helper::Helps;
use packetwalk_wire::{CtInfo, CtRef, Instant, Nfct, Skb};
use table::Table;

/// What `conntrack -S` counts, over all CPUs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Packets that are INVALID.
    pub invalid: u64,
    /// NAT asked for a tuple that was taken.
    pub found: u64,
    /// Entries that could not be inserted.
    pub insert_failed: u64,
    /// Packets dropped because an entry could not be made or inserted.
    pub drop: u64,
    /// Entries dropped early because the table was full.
    pub early_drop: u64,
    /// ICMP errors that are INVALID or about no connection.
    pub error: u64,
    /// Clashes that were resolved without a drop.
    pub clash_resolve: u64,
}

/// One namespace's connections.
#[derive(Clone, Debug, Default)]
pub struct Conntrack {
    /// The sysctls.
    pub sysctls: Sysctls,
    /// Counters.
    pub stats: Stats,
    table: Table,
    exts: Exts,
    helps: Helps,
    expects: Vec<Expect>,
    expect_stats: [u64; 3],
    events: Events,
    templates: Vec<CtRef>,
    synproxy_template: Option<CtRef>,
    early_drop_wanted: bool,
    /// How often the table was found full, and the log was not told yet.
    pub overflows: u32,
    /// What is wrong with the last packet, if that is to be logged.
    pub(crate) complaint: Option<String>,
    /// Some rule uses labels: a new connection gets room for them.
    pub(crate) labels_used: bool,
}

impl Conntrack {
    /// An empty table with the kernel's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hashes by a key from now on, so that nobody can choose flows that slow each other down; `None` is the fast hash
    /// again. False, and nothing changes, when there are connections already.
    pub fn set_flood_safe(&mut self, key: Option<[u64; 2]>) -> bool {
        self.table.set_key(key)
    }

    /// Whether it hashes by a key.
    pub const fn is_flood_safe(&self) -> bool {
        self.table.key.is_some()
    }

    /// The connection that a packet names; `None` when it is long gone.
    pub fn get(&self, r: CtRef) -> Option<&Conn> {
        self.table.index_of(r).and_then(|slot| self.table.slots.get(slot))
    }

    /// The same, to change its mark.
    pub fn get_mut(&mut self, r: CtRef) -> Option<&mut Conn> {
        self.table.index_of(r).and_then(|slot| self.table.slots.get_mut(slot))
    }

    /// The connection of a packet and its relation to it (`nf_ct_get`); templates are none.
    pub fn of(&self, skb: &Skb) -> Option<(&Conn, CtInfo)> {
        let Nfct::Tracked(r) = skb.nfct else { return None };
        let conn = self.get(r)?;
        (conn.place != Place::Template).then_some((conn, r.info))
    }

    /// What `nf_ct_get` gives to matches: the connection, or before conntrack looked the template of the CT
    /// target, to which the packet is NEW.
    pub fn attached(&self, skb: &Skb) -> Option<(&Conn, CtInfo)> {
        let Nfct::Tracked(r) = skb.nfct else { return None };
        self.get(r).map(|conn| (conn, r.info))
    }

    /// Direction that a packet's relation to its connection tells (`CTINFO2DIR`).
    pub const fn dir(info: CtInfo) -> Dir {
        if info.is_reply() { Dir::Reply } else { Dir::Original }
    }

    /// A packet was dropped or has left otherwise: the entry that it made and that is not in the table
    /// is forgotten.
    pub fn release(&mut self, skb: &Skb) {
        if let Nfct::Tracked(r) = skb.nfct {
            if r.info.is_reply() {
                return;
            }
            if let Some(slot) = self.table.index_of(r) {
                self.table.release(slot);
            }
        }
    }

    /// The template of the CT target with this zone: a packet whose `nfct` names it is tracked there.
    pub fn template(&mut self, zone: Zone) -> CtRef {
        self.template_with(zone, None)
    }

    /// The same with a helper, which a connection that the packet begins gets.
    pub fn template_with(&mut self, zone: Zone, helper: Option<HelperKind>) -> CtRef {
        let same = |r: &&CtRef| self.get(**r).is_some_and(|c| (c.zone(), c.helper) == (zone, helper));
        if let Some(r) = self.templates.iter().find(same) {
            return *r;
        }
        let r = self.new_template(zone, helper);
        self.templates.push(r);
        r
    }

    fn new_template(&mut self, zone: Zone, helper: Option<HelperKind>) -> CtRef {
        let nowhere = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let tuple = Tuple { src: nowhere, dst: nowhere, sport: 0, dport: 0, protocol: 0 };
        let mut conn = Conn::new([tuple; 2], zone, Place::Template);
        // Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_tg_check` sets the second bit.
        conn.status = Status(Status::TEMPLATE.0 | Status::CONFIRMED.0);
        conn.helper = helper;
        let slot = self.table.insert(conn);
        self.table.ct_ref(slot, CtInfo::New)
    }

    /// Whether a tuple is another connection's (`nf_conntrack_tuple_taken`).
    pub(crate) fn tuple_taken(&mut self, tuple: &Tuple, ignored: CtRef, now: Instant) -> bool {
        let Some(slot) = self.table.index_of(ignored) else { return false };
        let taken = self.table.taken(tuple, slot, Jiffies::at(now));
        self.stats.found += u64::from(taken);
        taken
    }

    /// The connection that owns a tuple, and in which direction (`nf_conntrack_find_get`).
    pub fn find(&mut self, tuple: &Tuple, zone: Zone, now: Instant) -> Option<(CtRef, Dir)> {
        let (slot, dir) = self.table.find(tuple, zone, Jiffies::at(now))?;
        let info = if dir == Dir::Reply { CtInfo::EstablishedReply } else { CtInfo::Established };
        Some((self.table.ct_ref(slot, info), dir))
    }

    /// Name of the helper of the connection that expected the packet's own; `None` when none did.
    pub fn master_helper(&self, skb: &Skb) -> Option<&'static str> {
        let Nfct::Tracked(r) = skb.nfct else { return None };
        Some(self.master(r)?.1.helper?.name())
    }

    /// Takes a connection out of the table (`nf_ct_kill`); false when it was not there.
    pub(crate) fn kill(&mut self, r: CtRef) -> bool {
        self.table.index_of(r).is_some_and(|slot| self.table.kill(slot))
    }

    /// Gives an unconfirmed connection another reply tuple (`nf_conntrack_alter_reply`).
    pub(crate) fn alter_reply(&mut self, r: CtRef, reply: Tuple) {
        if let Some(conn) = self.get_mut(r)
            && !conn.is_confirmed()
        {
            conn.set_tuple(Dir::Reply, &reply);
        }
    }

    /// Makes a connection's source mapping known to later ones (`nf_nat_bysource`); call once, with
    /// `SRC_NAT_DONE` not yet set.
    pub(crate) fn publish_source(&mut self, r: CtRef) {
        if let Some(slot) = self.table.index_of(r) {
            self.table.link(slot, conn::BY_SOURCE);
        }
    }

    /// Connections with the same original source, protocol and port, newest first.
    pub(crate) fn same_source<'a>(
        &'a self,
        tuple: &'a Tuple,
        zone: Zone,
        now: Instant,
    ) -> impl Iterator<Item = &'a Conn> {
        let now = Jiffies::at(now);
        self.table.same_source(tuple, zone).filter(move |c| !c.is_expired(now))
    }
}
