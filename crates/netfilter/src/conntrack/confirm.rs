//! A new connection's first packet has come through: the connection goes into the table.

use packetwalk_trace::{CtStep, DropReason, Observer, Step};
use packetwalk_wire::{CtRef, Instant, Nfct, Skb, proto};

use super::conn::Place;
use super::event::What;
use super::time::{HZ, Jiffies};
use super::{Conntrack, Dir, Status};
use crate::env::Verdict;

impl Conntrack {
    /// Puts a packet's new connection into the table; call last at POSTROUTING and INPUT.
    ///
    /// Two connections may want one tuple: of UDP, the packet then joins the other's connection when
    /// both are the same, or its own is kept for a second in the reply direction alone; any other packet
    /// is dropped.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `__nf_conntrack_confirm`, `nf_ct_resolve_clash`.
    pub fn confirm<O: Observer>(&mut self, skb: &mut Skb, now: Instant, obs: &mut O) -> Verdict {
        let Nfct::Tracked(r) = skb.nfct else { return Verdict::Accept };
        let Some(slot) = self.table.index_of(r) else { return Verdict::Accept };
        let conn = &self.table.slots[slot];
        if conn.place == Place::Template {
            return Verdict::Accept;
        }
        if r.info.is_reply() || conn.is_confirmed() {
            self.deliver(slot, None, now);
            return Verdict::Accept;
        }
        if conn.status.has(Status::DYING) {
            self.stats.insert_failed += 1;
            return Verdict::Drop(DropReason::NetfilterDrop);
        }
        let (tuples, zone) = ([conn.tuple(Dir::Original), conn.tuple(Dir::Reply)], conn.zone());
        self.table.revive(slot);
        let tick = Jiffies::at(now);
        let clash = self
            .table
            .find_key(&tuples[0], zone, Dir::Original, tick)
            .or_else(|| self.table.find_key(&tuples[1], zone, Dir::Reply, tick));
        if let Some(other) = clash {
            obs.step(skb, Step::Conntrack(CtStep::Clash(self.table.ct_ref(other, r.info))));
            return self.resolve_clash(skb, r, slot, other, now);
        }
        let conn = &mut self.table.slots[slot];
        conn.timeout = conn.timeout.plus(tick);
        conn.status.set(Status::CONFIRMED);
        conn.place = Place::Hashed;
        self.table.enter(slot, tick);
        if self.sysctls.timestamp != 0 {
            self.exts.started(slot, now);
        }
        let conn = &self.table.slots[slot];
        let expected = conn.status.has(Status::EXPECTED);
        if conn.helper.is_some() {
            self.cache(slot, What::HELPER);
        }
        self.cache(slot, if expected { What::RELATED } else { What::NEW });
        self.deliver(slot, None, now);
        obs.step(skb, Step::Conntrack(CtStep::Confirmed(r)));
        Verdict::Accept
    }

    fn resolve_clash(&mut self, skb: &mut Skb, r: CtRef, slot: usize, other: usize, now: Instant) -> Verdict {
        let tick = Jiffies::at(now);
        let own = &self.table.slots[slot];
        let (reply, zone) = (own.tuple(Dir::Reply), own.zone());
        if allow_clash(self.table.slots[other].protocol()) {
            if self.merge(skb, r, slot, other) {
                return Verdict::Accept;
            }
            let Some(holder) = self.table.find_key(&reply, zone, Dir::Reply, tick) else {
                let conn = &mut self.table.slots[slot];
                conn.timeout = tick.plus(Jiffies(HZ));
                conn.status.set(Status::FIXED_TIMEOUT);
                conn.status.set(Status::NAT_CLASH);
                conn.status.set(Status::CONFIRMED);
                conn.place = Place::Hashed;
                self.table.link(slot, Dir::Reply.index());
                self.table.arm(slot, tick);
                self.stats.clash_resolve += 1;
                return Verdict::Accept;
            };
            if self.merge(skb, r, slot, holder) {
                return Verdict::Accept;
            }
        }
        self.stats.drop += 1;
        self.stats.insert_failed += 1;
        Verdict::Drop(DropReason::NetfilterDrop)
    }

    /// Lets the packet join another connection that is the same, either way round.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `__nf_ct_resolve_clash`, `nf_ct_can_merge`.
    fn merge(&mut self, skb: &mut Skb, r: CtRef, slot: usize, other: usize) -> bool {
        let (a, b) = (&self.table.slots[other], &self.table.slots[slot]);
        let key = |c: &super::Conn, dir| (c.tuple(dir), c.zone().id_in(dir));
        let [there, back] = [Dir::Original, Dir::Reply];
        let own = (key(b, there), key(b, back));
        if (key(a, there), key(a, back)) != own && (key(a, back), key(a, there)) != own {
            return false;
        }
        let dir = Self::dir(r.info);
        if let Some(counter) = self.counter(r, dir) {
            self.exts.count(other, dir, counter.bytes);
        }
        self.table.discard(slot);
        skb.nfct = Nfct::Tracked(self.table.ct_ref(other, r.info));
        self.stats.clash_resolve += 1;
        true
    }
}

/// Protocols whose clashes may be resolved (`nf_conntrack_l4proto::allow_clash`).
pub(crate) const fn allow_clash(protocol: u8) -> bool {
    matches!(protocol, proto::UDP | proto::UDPLITE | proto::GRE)
}
