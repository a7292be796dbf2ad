//! The first packet of a connection just like another that began before.

use packetwalk_wire::{CtInfo, CtRef, Instant, Packet, proto};

use super::conn::{BY_SOURCE, Conn, Place, Proto};
use super::hash::Addrs;
use super::repeat::renewed;
use super::time::Jiffies;
use super::{Conntrack, Dir, Status, Tuple, ZoneDir};

/// What connections that begin alike are when they come into the table, but for their source port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    conn: Conn,
    /// Of both tuples, and of what answers have as long as its source is not mapped.
    addrs: [Addrs; 3],
}

/// What answers have as long as a new connection's source is not mapped.
#[inline(never)]
fn unmapped(conn: &Conn) -> Tuple {
    Tuple { dst: conn.tuple(Dir::Original).src, ..conn.tuple(Dir::Reply) }
}

impl Conntrack {
    /// What the connection of a first packet that has come through was made, if others that differ in their source port
    /// can be begun by [`Self::begin`]: one of UDP or TCP whose source port is as it was, that nobody expected, no helper and
    /// nobody's ear is at.
    pub fn begun(&self, r: CtRef) -> Option<Begun> {
        let slot = self.table.index_of(r)?;
        let mut conn = self.table.slots.get(slot)?.clone();
        let usual = Status::CONFIRMED.0 | Status::NAT_MASK.0 | Status::NAT_DONE_MASK.0;
        let plain = conn.place == Place::Hashed
            && r.info == CtInfo::New
            && conn.status.0 & !usual == 0
            && matches!(conn.protocol(), proto::UDP | proto::TCP)
            && conn.helper.is_none()
            && conn.zone().dir == ZoneDir::Both
            && self.exts.get(slot).is_none_or(|ext| ext.labels.is_none_or(|labels| labels == 0))
            && self.helps.get(slot).is_none_or(|help| help.proxied.is_none());
        if !plain || conn.tuple(Dir::Original).sport != conn.tuple(Dir::Reply).dport {
            return None;
        }
        conn.status = Status(conn.status.0 & !Status::CONFIRMED.0);
        (conn.place, conn.proto, conn.timeout) = (Place::Unconfirmed, Proto::None, Jiffies(0));
        let tuples = [conn.tuple(Dir::Original), conn.tuple(Dir::Reply), unmapped(&conn)];
        Some(Begun { conn, addrs: tuples.map(|tuple| Addrs::of(&tuple)) })
    }

    /// Begins the connection of a packet of `len` bytes as [`Self::packet_in`] and NAT would and [`Self::confirm`] puts it
    /// into the table; `None`, and nothing has changed but that entries which have expired may be gone, where they
    /// might do anything else.
    pub fn begin(&mut self, like: &Begun, packet: &Packet, len: u16, now: Instant) -> Option<CtRef> {
        let tick = Jiffies::at(now);
        let idle = self.table.killed.is_empty() && self.expects.is_empty();
        let room = i64::from(self.table.count()) < i64::from(self.sysctls.max);
        if !idle || !room || self.collects() {
            return None;
        }
        let port = packet.ports()?.0;
        let [there, back, _, source] = self.places(like, port);
        let mut conn = like.conn.clone();
        conn.set_source_port(port);
        if self.table.has(there, &conn, Dir::Original, tick) {
            return None;
        }
        let status = conn.status;
        let timeout = renewed(&mut conn, packet, Dir::Original, tick, &self.sysctls)?;
        if conn.status != status {
            return None;
        }
        self.tidy(tick);
        self.reap(now, None);
        if conn.status.has(Status::SRC_NAT) && !self.has_free_source(&conn, tick)
            || self.table.has(back, &conn, Dir::Reply, tick)
        {
            return None;
        }
        conn.timeout = tick.plus(timeout);
        conn.status.set(Status::CONFIRMED);
        conn.place = Place::Hashed;
        let by_source = conn.status.has(Status::SRC_NAT_DONE);
        let slot = self.table.insert(conn);
        self.exts.begin(slot, self.sysctls.acct != 0, self.labels_used, false);
        self.exts.count(slot, Dir::Original, u64::from(len));
        self.helps.begin(slot);
        if by_source {
            self.table.link_by(slot, BY_SOURCE, source);
        }
        self.table.enter_by(slot, [there, back], tick);
        if self.sysctls.timestamp != 0 {
            self.exts.started(slot, now);
        }
        Some(self.table.ct_ref(slot, CtInfo::New))
    }

    /// Whether no other comes from a new connection's source, whose mapping it would get too, nor has its answers as long
    /// as its source is not mapped.
    fn has_free_source(&mut self, conn: &Conn, now: Jiffies) -> bool {
        let (there, zone) = (conn.tuple(Dir::Original), conn.zone());
        self.table.same_source(&there, zone).next().is_none()
            && self.table.find_key(&unmapped(conn), zone, Dir::Reply, now).is_none()
    }

    /// The hashes by which [`Self::begin`] looks for a connection from this port: those of both tuples, of what
    /// [`Self::has_free_source`] asks for, and of the source.
    #[inline(never)]
    pub fn places(&self, like: &Begun, port: u16) -> [u32; 4] {
        let Begun { conn, addrs: [there, back, unmapped] } = like;
        if self.table.key.is_some() {
            let mut conn = conn.clone();
            conn.set_source_port(port);
            let [there, back, source] = [Dir::Original.index(), Dir::Reply.index(), BY_SOURCE]
                .map(|chain| self.table.hash(&conn, chain));
            return [there, back, back, source];
        }
        let (zone, dport, sport) = (conn.zone().id, conn.dport(Dir::Original), conn.sport(Dir::Reply));
        let back = back.tuple(sport, port, zone);
        let mapped = conn.status.has(Status::SRC_NAT);
        let other = if mapped { unmapped.tuple(sport, port, zone) } else { back };
        [there.tuple(port, dport, zone), back, other, there.source(port, zone)]
    }

    /// Reads what is at such places: a number without a meaning.
    #[inline(never)]
    pub fn glance_at(&self, places: &[[u32; 4]]) -> u32 {
        self.table.glance(places)
    }

    /// So many connections it has, expired ones too.
    pub const fn size(&self) -> usize {
        self.table.count() as usize
    }
}

#[cfg(test)]
mod tests {
    use packetwalk_trace::{Hook, Silent};
    use packetwalk_wire::{
        IpHeader, Nfct, Payload, Payloads, Skb, Tcp, TcpFlags, TcpOptions, Transport, Udp,
    };

    use super::super::hash;
    use super::*;

    fn packet(is_tcp: bool, sport: u16) -> Packet {
        let [src, dst] = ["10.0.0.1", "10.0.0.2"].map(|addr| addr.parse().unwrap());
        let (flags, options) = (TcpFlags::SYN, TcpOptions::default());
        let syn = Tcp { sport, dport: 80, seq: 7, ack: 0, flags, window: 1000, options };
        let transport = if is_tcp { Transport::Tcp(syn) } else { Transport::Udp(Udp { sport, dport: 80 }) };
        Packet { ip: IpHeader::new(src, dst), transport, payload: Payload::EMPTY }
    }

    /// A packet's whole way.
    fn begin(ct: &mut Conntrack, packet: Packet, now: Instant) -> CtRef {
        let mut skb = Skb::new(1, packet);
        ct.packet_in(Hook::Prerouting, &mut skb, &Payloads::default(), now, &mut Silent);
        ct.confirm(&mut skb, now, &mut Silent);
        let Nfct::Tracked(conn) = skb.nfct else { panic!("{skb:?}") };
        conn
    }

    #[test]
    fn connections_begin_as_the_first_of_them_did() {
        for is_tcp in [false, true] {
            let mut whole = Conntrack::new();
            whole.sysctls.acct = 1;
            let conn = begin(&mut whole, packet(is_tcp, 1000), Instant::ZERO);
            let like = whole.begun(conn).unwrap();
            let mut short = whole.clone();
            for n in 1..300 {
                // The first ones expire meanwhile.
                let (packet, now) = (packet(is_tcp, 1000 + n), Instant(u64::from(n) * 1_000_000_000));
                let conn = short.begin(&like, &packet, packet.len(), now);
                assert_eq!(conn, Some(begin(&mut whole, packet, now)));
                assert_eq!(short.begin(&like, &packet, packet.len(), now), None);
            }
            assert_eq!(format!("{short:?}"), format!("{whole:?}"));
        }
    }

    #[test]
    fn places_are_known_beforehand() {
        let addr = |addr: &str| addr.parse::<std::net::IpAddr>().unwrap();
        let [v4, v6] = [["10.0.0.1", "10.0.0.2"], ["fd00::1", "fd00::2"]].map(|ends| ends.map(addr));
        for (key, [src, dst]) in [(None, v4), (None, v6), (Some([1, 2]), v4), (Some([1, 2]), v6)] {
            let mut ct = Conntrack::new();
            assert!(ct.set_flood_safe(key));
            let mut first = packet(false, 1000);
            (first.ip.src, first.ip.dst) = (src, dst);
            let conn = begin(&mut ct, first, Instant::ZERO);
            let conn = ct.get_mut(conn).unwrap();
            conn.set_tuple(Dir::Reply, &Tuple { src: dst, dst: src, sport: 443, dport: 1000, protocol: 17 });
            conn.status.set(Status::SRC_NAT);
            let plain = conn.clone();
            let tuples = [plain.tuple(Dir::Original), plain.tuple(Dir::Reply), unmapped(&plain)];
            let like = Begun { conn: plain, addrs: tuples.map(|tuple| Addrs::of(&tuple)) };
            for port in [1, 1000, 65535] {
                let mut conn = like.conn.clone();
                conn.set_source_port(port);
                let [there, back, free, source] = ct.places(&like, port);
                let unmapped = hash::tuple(None, &unmapped(&conn), 0);
                assert!(key.is_some() || free == unmapped);
                assert_eq!([there, back, source], [0, 1, BY_SOURCE].map(|chain| ct.table.hash(&conn, chain)));
            }
        }
    }

    #[test]
    fn what_somebody_hears_of_goes_the_whole_way() {
        let mut ct = Conntrack::new();
        let conn = begin(&mut ct, packet(false, 1000), Instant::ZERO);
        let like = ct.begun(conn).unwrap();
        let other = packet(false, 1001);
        let from = |ct: &mut Conntrack| ct.begin(&like, &other, other.len(), Instant::ZERO);
        ct.listen(true, Instant::ZERO);
        assert_eq!(from(&mut ct), None);
        ct.unlisten(true, Instant::ZERO);
        ct.sysctls.max = 1;
        assert_eq!(from(&mut ct), None);
        ct.sysctls.max = 2;
        assert!(from(&mut ct).is_some());
    }
}
