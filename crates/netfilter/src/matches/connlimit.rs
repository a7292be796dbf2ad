//! `-m connlimit`.

use std::collections::BTreeMap;

use packetwalk_wire::Instant;

use crate::conntrack::{Conntrack, Dir, TcpState, Tuple, Zone};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::xtables::condition::addr_bits;

/// Closed connections that one look forgets at most (`CONNCOUNT_GC_MAX_NODES`).
const MOST_FORGOTTEN: usize = 8;

/// How many connections an address or network has.
#[derive(Clone, Debug)]
pub struct Connlimit {
    /// `--connlimit-upto` rather than `--connlimit-above`.
    pub upto: bool,
    /// So many.
    pub limit: u32,
    /// `--connlimit-daddr`.
    pub dest: bool,
    /// `--connlimit-mask` as a mask; see [`addr_bits`].
    pub mask: u128,
    /// By address and zone.
    seen: BTreeMap<(u128, u16), Vec<(Tuple, Zone)>>,
}

impl PartialEq for Connlimit {
    fn eq(&self, other: &Self) -> bool {
        (self.upto, self.limit, self.dest, self.mask) == (other.upto, other.limit, other.dest, other.mask)
    }
}

impl Connlimit {
    /// Of single addresses, none of them seen.
    pub const fn new() -> Self {
        Self { upto: false, limit: 0, dest: false, mask: u128::MAX, seen: BTreeMap::new() }
    }

    /// Forgets what it counted: the rule went into the kernel anew.
    pub(crate) fn renew(&mut self) {
        self.seen.clear();
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connlimit.c`: `connlimit_mt`.
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Met {
        let (tuple, zone) = match cx.ct.of(cx.skb) {
            Some((conn, _)) => (conn.tuple(Dir::Original), conn.zone()),
            None => match Tuple::of_packet(&cx.skb.packet) {
                Some(tuple) => (tuple, Zone::DEFAULT),
                None => return Met::Hotdrop,
            },
        };
        let ip = &cx.skb.packet.ip;
        let addr = addr_bits(if self.dest { ip.dst } else { ip.src }) & self.mask;
        let list = self.seen.entry((addr, zone.id)).or_default();
        count(list, tuple, zone, cx.ct, cx.env.now);
        Met::from((list.len() as u64 > u64::from(self.limit)) != self.upto)
    }
}

impl Default for Connlimit {
    fn default() -> Self {
        Self::new()
    }
}

/// Notes a connection, unless it is noted already; those met on the way that are gone or closed are
/// forgotten.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_conncount.c`: `__nf_conncount_add`, `already_closed`.
fn count(list: &mut Vec<(Tuple, Zone)>, tuple: Tuple, zone: Zone, ct: &mut Conntrack, now: Instant) {
    let (mut at, mut forgotten) = (0, 0);
    while let Some((known, known_zone)) = list.get(at).copied() {
        if forgotten > MOST_FORGOTTEN {
            break;
        }
        let found = ct.find(&known, known_zone, now);
        if found.is_some() && known == tuple && known_zone.id == zone.id {
            return;
        }
        let conn = found.and_then(|(r, _)| ct.get(r));
        let closed = conn.is_none_or(|c| {
            c.tcp().is_some_and(|tcp| matches!(tcp.state, TcpState::TimeWait | TcpState::Close))
        });
        if closed {
            list.remove(at);
            forgotten += 1;
        } else {
            at += 1;
        }
    }
    list.push((tuple, zone));
}
