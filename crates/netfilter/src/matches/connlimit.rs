//! `-m connlimit`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use packetwalk_wire::Instant;

use crate::conntrack::{Conn, Conntrack, Dir, Jiffies, Status, TcpState, Tuple, Zone};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::xtables::condition::addr_bits;

/// Closed connections that one look forgets at most (`CONNCOUNT_GC_MAX_COLLECT`).
const MOST_FORGOTTEN: usize = 64;

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
    seen: BTreeMap<(u128, u16), List>,
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
    /// Linux v6.18.44, `net/netfilter/xt_connlimit.c`: `connlimit_mt`; `net/netfilter/nf_conncount.c`:
    /// `count_tree`, `insert_tree`, `get_ct_or_tuple_from_skb`. An assured
    /// connection is not noted; an unknown one is noted unseen twice in a tick; a list that comes out empty drops the packet.
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Met {
        let now = cx.env.now;
        let zone = cx.ct.attached(cx.skb).map_or(Zone::DEFAULT, |(conn, _)| conn.zone());
        let (tuple, status) = match cx.ct.of(cx.skb) {
            Some((conn, _)) => (conn.tuple(Dir::Original), conn.status()),
            None => match Tuple::of_packet(&cx.skb.packet, cx.env.payloads) {
                Some(tuple) => {
                    let found = cx.ct.find(&tuple, zone, now).and_then(|(r, _)| cx.ct.get(r));
                    (tuple, found.map_or(Status::default(), Conn::status))
                }
                None => return Met::Hotdrop,
            },
        };
        let ip = &cx.skb.packet.ip;
        let addr = addr_bits(if self.dest { ip.dst } else { ip.src }) & self.mask;
        // A first connection is taken whatever it is.
        let list = self.seen.entry((addr, zone.id));
        let first = matches!(list, Entry::Vacant(_));
        let list = list.or_default();
        if !first && status.has(Status::ASSURED) {
            list.forget(cx.ct, now);
        } else if !status.has(Status::CONFIRMED) && list.looked == Some(Jiffies::at(now)) {
            list.known.push((tuple, zone));
        } else {
            list.add(tuple, zone, cx.ct, now);
        }
        match list.known.len() as u64 {
            0 => Met::Hotdrop,
            count => Met::from((count > u64::from(self.limit)) != self.upto),
        }
    }
}

impl Default for Connlimit {
    fn default() -> Self {
        Self::new()
    }
}

/// Connections of one address or network (`struct nf_conncount_list`).
#[derive(Clone, Debug, Default)]
struct List {
    known: Vec<(Tuple, Zone)>,
    /// When it was last looked through.
    looked: Option<Jiffies>,
}

impl List {
    /// Forgets the first connections that are gone or closed; not twice in a tick.
    ///
    /// # Source
    /// Linux v6.18.44, `net/netfilter/nf_conncount.c`: `nf_conncount_gc_list`.
    fn forget(&mut self, ct: &mut Conntrack, now: Instant) {
        let tick = Some(Jiffies::at(now));
        if self.looked == tick {
            return;
        }
        self.looked = tick;
        let mut forgotten = 0;
        self.known.retain(|(tuple, zone)| {
            let keeps = forgotten > MOST_FORGOTTEN || !is_closed(tuple, *zone, ct, now);
            forgotten += usize::from(!keeps);
            keeps
        });
    }

    /// Notes a connection, unless it is noted already; those met on the way that are gone or closed are
    /// forgotten.
    ///
    /// # Source
    /// Linux v6.18.44, `net/netfilter/nf_conncount.c`: `__nf_conncount_add`, `already_closed`.
    fn add(&mut self, tuple: Tuple, zone: Zone, ct: &mut Conntrack, now: Instant) {
        let (mut at, mut forgotten) = (0, 0);
        while let Some((known, known_zone)) = self.known.get(at).copied() {
            if forgotten > MOST_FORGOTTEN {
                break;
            }
            let found = ct.find(&known, known_zone, now).is_some();
            if found && known == tuple && known_zone.id == zone.id {
                return;
            }
            if is_closed(&known, known_zone, ct, now) {
                self.known.remove(at);
                forgotten += 1;
            } else {
                at += 1;
            }
        }
        self.known.push((tuple, zone));
        self.looked = Some(Jiffies::at(now));
    }
}

/// Whether a connection is no more, or over.
fn is_closed(tuple: &Tuple, zone: Zone, ct: &mut Conntrack, now: Instant) -> bool {
    let conn = ct.find(tuple, zone, now).and_then(|(r, _)| ct.get(r));
    conn.is_none_or(|c| c.tcp().is_some_and(|tcp| matches!(tcp.state, TcpState::TimeWait | TcpState::Close)))
}
