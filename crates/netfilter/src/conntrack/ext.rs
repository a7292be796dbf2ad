//! What only some connections carry: counters, start time, labels.

use packetwalk_wire::{CtRef, Instant};

use super::event::What;
use super::pages::Pages;
use super::{Conntrack, Dir};

/// Packets and bytes of one direction (`nf_conntrack_acct`). Bytes count from the IP header on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counter {
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Ext {
    pub counters: Option<[Counter; 2]>,
    pub start: Option<Instant>,
    pub labels: Option<u128>,
    /// What happened and is not told yet; only of one whose events are told.
    pub events: Option<What>,
}

/// Extensions by slot; as long as nobody wants one, empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Exts(Pages<Ext, 5>);

impl Exts {
    fn at(&mut self, slot: usize) -> &mut Ext {
        self.0.at(slot)
    }

    pub(super) fn get(&self, slot: usize) -> Option<&Ext> {
        self.0.get(slot)
    }

    pub(super) fn get_mut(&mut self, slot: usize) -> Option<&mut Ext> {
        self.0.get_mut(slot)
    }

    /// A slot gets a new connection.
    pub(super) fn begin(&mut self, slot: usize, acct: bool, labels: bool, events: bool) {
        if acct || labels || events {
            *self.at(slot) = Ext {
                counters: acct.then_some([Counter::default(); 2]),
                labels: labels.then_some(0),
                events: events.then(What::default),
                ..Ext::default()
            };
        } else if let Some(ext) = self.0.get_mut(slot) {
            *ext = Ext::default();
        }
    }

    /// The connection was confirmed, and `nf_conntrack_timestamp` is on.
    pub(super) fn started(&mut self, slot: usize, now: Instant) {
        self.at(slot).start = Some(now);
    }

    /// Counts a packet (`nf_ct_acct_update`).
    #[inline]
    pub(super) fn count(&mut self, slot: usize, dir: Dir, bytes: u64) {
        if let Some(Ext { counters: Some(counters), .. }) = self.0.get_mut(slot) {
            let counter = &mut counters[dir.index()];
            counter.packets += 1;
            counter.bytes += bytes;
        }
    }
}

impl Conntrack {
    /// Counters of a direction; `None` when accounting was off as the connection began.
    pub fn counter(&self, r: CtRef, dir: Dir) -> Option<Counter> {
        let slot = self.table.index_of(r)?;
        Some(self.exts.0.get(slot)?.counters?[dir.index()])
    }

    /// When the connection was confirmed; `None` when `nf_conntrack_timestamp` was off.
    pub fn started(&self, r: CtRef) -> Option<Instant> {
        self.exts.0.get(self.table.index_of(r)?)?.start
    }

    /// Its labels, bit 0 first; 0 when none was ever set.
    pub fn labels(&self, r: CtRef) -> u128 {
        self.table.index_of(r).and_then(|slot| self.exts.0.get(slot)?.labels).unwrap_or(0)
    }

    /// It has room for labels: some rule used them as it began (`nf_ct_labels_find`).
    pub fn has_labels(&self, r: CtRef) -> bool {
        self.table.index_of(r).is_some_and(|slot| self.exts.0.get(slot).is_some_and(|e| e.labels.is_some()))
    }

    /// Sets its labels.
    pub fn set_labels(&mut self, r: CtRef, labels: u128) {
        if let Some(slot) = self.table.index_of(r) {
            let old = self.exts.at(slot).labels.replace(labels);
            if old.unwrap_or(0) != labels {
                self.cache(slot, What::LABEL);
            }
        }
    }
}
