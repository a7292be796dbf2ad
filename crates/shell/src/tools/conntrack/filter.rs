//! Which entries the options ask for.
//!
//! # Source
//! conntrack-tools 1.4.7, `src/conntrack.c`: `filter_nat`, `filter_mark`, `filter_network`;
//! libnetfilter_conntrack 1.0.9, `src/conntrack/compare.c`, `getter.c` (`getobjopt_is_snat` …).

use std::net::IpAddr;

use packetwalk_netfilter::conntrack::{Conn, Dir, Status, ZoneDir};

use super::options::{Nat, Net, Parsed};

impl Parsed {
    /// Whether the entry is asked for.
    pub(super) fn wants(&self, conn: &Conn) -> bool {
        let (original, reply) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
        let addrs = [original.src, original.dst, reply.src, reply.dst];
        let ports = [original.sport, original.dport, reply.sport, reply.dport];
        let icmp = [u16::from(original.icmp_type()), u16::from(original.icmp_code()), original.icmp_id()];
        let alike = |wanted: &[Option<u16>], found: &[u16]| {
            wanted.iter().zip(found).all(|(wanted, found)| wanted.is_none_or(|w| w == *found))
        };
        self.protocol.is_none_or(|wanted| wanted == original.protocol)
            && self.family.is_none_or(|wanted| wanted == original.family())
            && self.addrs.iter().zip(addrs).enumerate().all(|(at, (net, addr))| {
                let mask = self.masks.get(at).copied().flatten();
                net.is_none_or(|net| mask.map_or_else(|| net.has(addr), |mask| net.has_under(mask, addr)))
            })
            && alike(&self.ports, &ports)
            && alike(&self.icmp, &icmp)
            && self.state.as_deref().is_none_or(|s| conn.state_name() == Some(s))
            && self.status.is_none_or(|wanted| conn.status().has(wanted))
            && self.mark.is_none_or(|(value, mask)| conn.mark & mask == value)
            && self.zone(conn)
            && self.nat_of(conn)
            && self.id.is_none_or(|id| conn.id() == id)
    }

    /// Whether `-U` changes the entry: by tuples, number and NAT.
    pub(super) fn updates(&self, conn: &Conn) -> bool {
        let mut tuples = self.clone();
        if self.addrs.iter().all(Option::is_none) {
            tuples.family = None;
        }
        (tuples.state, tuples.status, tuples.mark, tuples.zones) = (None, None, None, [None; 3]);
        tuples.wants(conn)
    }

    fn zone(&self, conn: &Conn) -> bool {
        let zone = conn.zone();
        let is = |wanted: Option<u16>, dir| wanted.is_none_or(|w| zone.id == w && zone.dir == dir);
        let [both, original, reply] = self.zones;
        // Zone 0 is never told, and never found.
        (is(both, ZoneDir::Both) || (both == Some(0) && zone.id == 0))
            && is(original, ZoneDir::Original)
            && is(reply, ZoneDir::Reply)
    }

    fn nat_of(&self, conn: &Conn) -> bool {
        if let Some(nat) = self.any_nat {
            return has_nat(conn, nat, Status::SRC_NAT_DONE) || has_nat(conn, nat, Status::DST_NAT_DONE);
        }
        self.src_nat.is_none_or(|nat| has_nat(conn, nat, Status::SRC_NAT_DONE))
            && self.dst_nat.is_none_or(|nat| has_nat(conn, nat, Status::DST_NAT_DONE))
    }
}

/// Whether one half was rewritten, and to what is asked for. ICMP's identifier is taken for a port, and
/// compared with type and code, as the real tool does.
fn has_nat(conn: &Conn, nat: Nat, done: Status) -> bool {
    let (original, reply) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
    let (was, is) = if done == Status::SRC_NAT_DONE {
        ((original.src, original.sport), (reply.dst, reply.dport))
    } else {
        ((original.dst, original.dport), (reply.src, reply.sport))
    };
    let set_up = conn.status().has(done);
    let (addr, port) = (set_up && was.0 != is.0, set_up && was.1 != is.1);
    match (nat.addr, nat.port) {
        (None, None) => addr || port,
        (Some(wanted), None) => addr && wanted == is.0,
        (Some(wanted), Some(wanted_port)) => addr && wanted == is.0 && port && wanted_port == is.1,
        (None, Some(wanted_port)) => port && wanted_port == is.1,
    }
}

impl Net {
    /// Whether the address is the same under a mask.
    fn has_under(self, mask: IpAddr, addr: IpAddr) -> bool {
        match (self.addr, mask, addr) {
            (IpAddr::V4(net), IpAddr::V4(mask), IpAddr::V4(addr)) => net & mask == addr & mask,
            (IpAddr::V6(net), IpAddr::V6(mask), IpAddr::V6(addr)) => net & mask == addr & mask,
            _ => false,
        }
    }

    fn has(self, addr: IpAddr) -> bool {
        match (self.addr, addr) {
            (IpAddr::V4(net), IpAddr::V4(addr)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.len)).unwrap_or(0);
                u32::from(net) & mask == u32::from(addr) & mask
            }
            (IpAddr::V6(net), IpAddr::V6(addr)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.len)).unwrap_or(0);
                u128::from(net) & mask == u128::from(addr) & mask
            }
            _ => false,
        }
    }
}
