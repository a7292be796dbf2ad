//! What the rules of a namespace share by name, whatever their table, face or family.

pub mod acct;
pub mod hashlimit;
pub mod rate;
pub mod recent;

use std::net::IpAddr;

use packetwalk_trace::{ChainId, RuleEnd, Table as TableId};
use packetwalk_wire::{Common, Family, IfIndex, IfName, Instant, Skb};

use crate::ipset::Sets;
use crate::log::Line;
use crate::synproxy::{Answer, Stats};
use crate::xtables::Gap;
use crate::xtables::condition::bits_addr;
use acct::Account;
use hashlimit::{Config, Htable, Mode};
use rate::{Estimator, Params};
use recent::Recent;

/// A packet that TEE copied; the caller of the hook sends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copy {
    /// The copy.
    pub skb: Skb,
    /// Whereto.
    pub gateway: IpAddr,
    /// By which interface; empty for the route's own.
    pub oif: IfName,
}

/// What a traced packet met in the nft face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trace {
    /// The packet as it is there.
    pub skb: Skb,
    /// `-i`, as the hook knows it.
    pub iif: IfIndex,
    /// `-o`.
    pub oif: IfIndex,
    /// The first thing told of it in this table and hook.
    pub first: bool,
    /// Table.
    pub table: TableId,
    /// Chain.
    pub chain: ChainId,
    /// What it met.
    pub end: TraceEnd,
}

/// What a traced packet met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TraceEnd {
    /// A rule, by its handle, and how it ended.
    Rule(u32, RuleEnd),
    /// The chain's policy: ACCEPT or not.
    Policy(bool),
}

/// Lists and tables that outlive a packet and are no one rule's own.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Sets of `ipset`.
    pub sets: Sets,
    /// Copies made in this hook call.
    pub copies: Vec<Copy>,
    /// A copy is on its way: TEE does nothing (`nf_skb_duplicated`).
    pub copying: bool,
    /// Lines for the kernel's log of this hook call.
    pub log: Vec<Line>,
    /// What SYNPROXY does after this hook call, in this order.
    pub answers: Vec<Answer>,
    /// What the packet of this hook call met that is not modelled.
    pub gap: Option<Gap>,
    /// Programs that listen for traces of the nft face.
    pub tracers: u32,
    /// What they have not taken yet.
    pub traces: Vec<Trace>,
    /// Packets of this namespace may be logged (`net.netfilter.nf_log_all_netns`).
    pub logging: bool,
    /// Room for a packet's bytes, kept so that a packet allocates nothing.
    pub(crate) bytes: Vec<u8>,
    /// When rules were changed last: set it before a change.
    pub now: Instant,
    /// Tables of `-m hashlimit`.
    pub hashlimits: Common<Vec<Htable>>,
    /// Lists of `-m recent`.
    pub recents: Common<Vec<Recent>>,
    /// Rate estimators.
    pub rates: Vec<Estimator>,
    /// What `/proc/net/stat/synproxy` counts.
    pub synproxy: Stats,
    /// Accounting objects, in the order in which they were made.
    pub(crate) accounts: Vec<Account>,
}

/// What the rules name, in their order.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub(crate) hashlimits: Vec<(Family, Box<str>, Config)>,
    /// Name, mask, times to keep less one.
    pub(crate) recents: Vec<(Box<str>, u128, usize)>,
    pub(crate) rates: Vec<(Box<str>, Params)>,
    /// Estimators that matches ask.
    pub(crate) rates_asked: Vec<Box<str>>,
    /// Accounting objects that rules count in.
    pub(crate) accounts: Vec<Box<str>>,
    /// Rules that force accounting on.
    pub(crate) accounting: usize,
    /// Rules that need whole datagrams, by family.
    pub(crate) whole: [bool; 2],
    /// Rules that want SYNPROXY's hooks, by family.
    pub(crate) synproxy: [bool; 2],
    /// Rules that use labels.
    pub(crate) labels: usize,
}

/// What is there by name, as the kernel asks when it checks a rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// Whether a table of `-m hashlimit` is for `--hashlimit-rate-match`.
    hashlimits: Vec<(Family, Box<str>, bool)>,
    rates: Vec<(Box<str>, Params)>,
    accounts: Vec<Box<str>>,
}

impl Named {
    /// Whether nothing is there.
    pub(crate) const fn is_empty(&self) -> bool {
        self.hashlimits.is_empty() && self.rates.is_empty() && self.accounts.is_empty()
    }

    /// Whether there is an accounting object.
    pub(crate) fn has_account(&self, name: &str) -> bool {
        self.accounts.iter().any(|known| **known == *name)
    }

    /// Whether a table is for `--hashlimit-rate-match`.
    pub(crate) fn hashlimit(&self, family: Family, name: &str) -> Option<bool> {
        self.hashlimits.iter().find(|(f, n, _)| *f == family && **n == *name).map(|(_, _, rate)| *rate)
    }

    /// How an estimator works.
    pub(crate) fn rate(&self, name: &str) -> Option<Params> {
        self.rates.iter().find(|(n, _)| **n == *name).map(|(_, p)| *p)
    }
}

impl Shared {
    /// A table of `-m hashlimit`.
    #[inline]
    pub fn hashlimit(&mut self, family: Family, name: &str) -> Option<&mut Htable> {
        self.hashlimits.iter_mut().find(|t| t.family == family && *t.name == *name)
    }

    /// A list of `-m recent`.
    #[inline]
    pub fn recent(&mut self, name: &str) -> Option<&mut Recent> {
        self.recents.iter_mut().find(|t| *t.name == *name)
    }

    /// A rate estimator.
    #[inline]
    pub fn rate(&mut self, name: &str) -> Option<&mut Estimator> {
        self.rates.iter_mut().find(|e| *e.name == *name)
    }

    /// An accounting object.
    #[inline]
    pub(crate) fn account(&mut self, name: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|a| *a.name == *name)
    }

    /// Whether nothing of that is there.
    pub(crate) fn names_nothing(&self) -> bool {
        self.hashlimits.is_empty() && self.rates.is_empty() && self.accounts.is_empty()
    }

    /// What is there.
    pub(crate) fn named(&self) -> Named {
        let table = |t: &Htable| (t.family, t.name.clone(), t.config.mode.has(Mode::RATE_MATCH));
        Named {
            hashlimits: self.hashlimits.iter().map(table).collect(),
            rates: self.rates.iter().map(|e| (e.name.clone(), e.params)).collect(),
            accounts: self.accounts.iter().map(|a| a.name.clone()).collect(),
        }
    }

    /// Rules were changed: what is named for the first time begins, what nothing names any more ends.
    pub(crate) fn follow(&mut self, wanted: &Wanted) {
        let now = self.now;
        let asked = |t: &Htable| wanted.hashlimits.iter().any(|(f, n, _)| *f == t.family && *n == t.name);
        if !self.hashlimits.iter().all(asked) {
            self.hashlimits.retain(asked);
        }
        for (family, name, config) in &wanted.hashlimits {
            if self.hashlimit(*family, name).is_none() {
                self.hashlimits.push(Htable::new(*family, name, *config, now));
            }
        }
        let asked = |t: &Recent| wanted.recents.iter().any(|(n, ..)| *n == t.name);
        if !self.recents.iter().all(asked) {
            self.recents.retain(asked);
        }
        for (name, mask, stamps_mask) in &wanted.recents {
            match self.recent(name) {
                Some(list) => list.grow(*stamps_mask),
                None => self.recents.push(Recent::new(name, *mask, *stamps_mask)),
            }
        }
        let counts = |e: &Estimator| wanted.rates.iter().any(|(n, _)| *n == e.name);
        self.rates.retain(|e| counts(e) || wanted.rates_asked.contains(&e.name));
        for (name, params) in &wanted.rates {
            if self.rate(name).is_none() {
                self.rates.push(Estimator::new(name, *params, now));
            }
        }
    }
}

/// An address as the kernel prints it in `/proc`: IPv6 in full.
fn proc_addr(family: Family, bits: u128) -> String {
    if family == Family::V4 {
        return bits_addr(family, bits).to_string();
    }
    let part = |i: u32| format!("{:04x}", (bits >> (112 - 16 * i)) as u16);
    (0..8).map(part).collect::<Vec<_>>().join(":")
}
