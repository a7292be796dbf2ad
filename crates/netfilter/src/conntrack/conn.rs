//! One tracked connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{IfIndex, Instant};

use super::time::{HZ, Jiffies};
use super::{Dir, HelperKind, Sctp, Status, Tcp, Tuple, Zone, ZoneDir, hash};

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

/// No slot.
pub(super) const NIL: u32 = u32::MAX;

/// What an entry is found by in the hashes: each direction's tuple, numbered as [`Dir`], and its source.
pub(super) const BY_SOURCE: usize = 2;

/// A tracked connection (`struct nf_conn`).
///
/// A million of them are common: no more is in it than IPv4 with TCP needs. IPv6 addresses are apart. Of many, few are in
/// the caches, so that what is read together lies together: what lookups compare, in 64 bytes with what every packet reads
/// and writes, and TCP's behind.
#[derive(Clone, PartialEq, Eq, Debug)]
#[repr(C, align(64))]
pub struct Conn {
    /// IPv6: source and destination of either tuple.
    wide: Option<Box<[u128; 4]>>,
    /// IPv4: the same.
    addrs: [u32; 4],
    ports: [u16; 4],
    zone: u16,
    /// Which directions the zone counts in, and whether its number is a mark.
    zone_how: u8,
    protocol: u8,
    pub(super) place: Place,
    pub(super) helper: Option<HelperKind>,
    pub(crate) status: Status,
    /// What names it beside its slot.
    pub(super) serial: u32,
    /// `ctmark` (`-j CONNMARK`).
    pub mark: u32,
    /// Absolute once confirmed, relative before.
    pub(super) timeout: Jiffies,
    pub(crate) proto: Proto,
    /// The entries before and after it in the same slot of the wheel.
    pub(super) due: [u32; 2],
    pub(crate) masq_index: IfIndex,
}

impl Default for Conn {
    fn default() -> Self {
        Self::FREE
    }
}

impl Conn {
    /// A free slot.
    const FREE: Self = Self {
        wide: None,
        addrs: [0; 4],
        ports: [0; 4],
        zone: 0,
        zone_how: 0,
        protocol: 0,
        place: Place::Free,
        helper: None,
        status: Status(0),
        serial: 0,
        mark: 0,
        timeout: Jiffies(0),
        proto: Proto::None,
        due: [NIL; 2],
        masq_index: IfIndex::NONE,
    };

    pub(super) fn new(tuples: [Tuple; 2], zone: Zone, place: Place) -> Self {
        let zone_how = zone.dir as u8 | u8::from(zone.mark) << 2;
        let mut conn = Self { zone: zone.id, zone_how, protocol: tuples[0].protocol, place, ..Self::FREE };
        conn.set_tuple(Dir::Original, &tuples[0]);
        conn.set_tuple(Dir::Reply, &tuples[1]);
        conn
    }

    fn addr(&self, at: usize) -> IpAddr {
        match &self.wide {
            None => IpAddr::V4(Ipv4Addr::from_bits(self.addrs[at])),
            Some(wide) => IpAddr::V6(Ipv6Addr::from_bits(wide[at])),
        }
    }

    /// Gives a direction this tuple; both are of one family and protocol.
    pub(super) fn set_tuple(&mut self, dir: Dir, tuple: &Tuple) {
        let at = dir.index() * 2;
        (self.ports[at], self.ports[at + 1]) = (tuple.sport, tuple.dport);
        match (tuple.src, tuple.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                (self.addrs[at], self.addrs[at + 1]) = (src.to_bits(), dst.to_bits());
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                let wide = self.wide.get_or_insert_default();
                (wide[at], wide[at + 1]) = (src.to_bits(), dst.to_bits());
            }
            _ => {}
        }
    }

    /// Gives both directions this port of the original source, whose answers come to it.
    pub(super) const fn set_source_port(&mut self, port: u16) {
        let [there, .., back] = &mut self.ports;
        (*there, *back) = (port, port);
    }

    /// The tuple of one direction.
    pub fn tuple(&self, dir: Dir) -> Tuple {
        let at = dir.index() * 2;
        let (src, dst) = (self.addr(at), self.addr(at + 1));
        Tuple { src, dst, sport: self.ports[at], dport: self.ports[at + 1], protocol: self.protocol }
    }

    /// The source port of one direction.
    pub(super) const fn sport(&self, dir: Dir) -> u16 {
        let [there, _, back, _] = self.ports;
        if matches!(dir, Dir::Original) { there } else { back }
    }

    /// The destination port of one direction.
    pub(super) const fn dport(&self, dir: Dir) -> u16 {
        let [_, there, _, back] = self.ports;
        if matches!(dir, Dir::Original) { there } else { back }
    }

    /// It is of IPv6.
    pub(super) const fn is_wide(&self) -> bool {
        self.wide.is_some()
    }

    /// The fast hash of a direction's tuple, of IPv4.
    pub(super) const fn hash_v4(&self, dir: Dir) -> Option<u32> {
        if self.is_wide() {
            return None;
        }
        let ([a, b, c, d], [e, f, g, h]) = (self.addrs, self.ports);
        let (addrs, ports) = match dir {
            Dir::Original => ([a, b], [e, f]),
            Dir::Reply => ([c, d], [g, h]),
        };
        Some(hash::of_v4(self.protocol, addrs, ports, self.zone().id_in(dir)))
    }

    /// Whether this is the tuple of a direction, in the zone number of that direction.
    pub(super) fn has(&self, tuple: &Tuple, zone: Zone, dir: Dir) -> bool {
        let at = dir.index() * 2;
        (self.ports[at], self.ports[at + 1]) == (tuple.sport, tuple.dport)
            && self.tuple(dir) == *tuple
            && self.zone().id_in(dir) == zone.id_in(dir)
    }

    /// IP protocol number.
    pub const fn protocol(&self) -> u8 {
        self.protocol
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
        let dir = match self.zone_how & 3 {
            0 => ZoneDir::Both,
            1 => ZoneDir::Original,
            _ => ZoneDir::Reply,
        };
        Zone { id: self.zone, dir, mark: self.zone_how & 4 != 0 }
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
