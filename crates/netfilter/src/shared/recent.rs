//! Lists of `-m recent`: addresses with the times at which they were seen.

use packetwalk_wire::{Family, Instant};

use crate::conntrack::{HZ, ticks};

/// Addresses that a list holds at most (`ip_list_tot`).
const MOST: usize = 100;
/// What the kernel's clock shows at boot: five minutes before 2³² (`INITIAL_JIFFIES`).
const AT_BOOT: u64 = (1 << 32) - 300 * HZ as u64;

/// The kernel's clock as the lists show it.
const fn clock(now: Instant) -> u64 {
    AT_BOOT + ticks(now)
}

/// An address that was seen (`struct recent_entry`).
#[derive(Clone, Debug)]
struct Entry {
    family: Family,
    addr: u128,
    ttl: u8,
    /// Where the next time goes.
    index: usize,
    stamps: Vec<u64>,
}

/// What a rule wants of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// `--set`.
    Set,
    /// `--rcheck`.
    Check,
    /// `--update`.
    Update,
    /// `--remove`.
    Remove,
}

/// A rule's question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) op: Op,
    pub(crate) not: bool,
    /// `--seconds`; 0 asks nothing.
    pub(crate) seconds: u32,
    /// `--hitcount`; 0 asks nothing.
    pub(crate) hits: u32,
    /// `--reap`.
    pub(crate) reap: bool,
    /// `--rttl`.
    pub(crate) same_ttl: bool,
}

/// Who was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) family: Family,
    pub(crate) addr: u128,
    pub(crate) ttl: u8,
}

/// What was written to a list's file makes no sense.
pub struct BadLine;

/// A named list (`struct recent_table`): rules of its name share it, whatever their family.
#[derive(Clone, Debug)]
pub struct Recent {
    /// Name.
    pub name: Box<str>,
    /// The first rule's `--mask`, an IPv4 one in the first 32 bits.
    pub mask: u128,
    /// Times kept of an address, less one: all ones.
    pub stamps_mask: usize,
    /// The longest unseen first.
    entries: Vec<Entry>,
}

impl Recent {
    /// An empty one.
    pub(crate) fn new(name: &str, mask: u128, stamps_mask: usize) -> Self {
        Self { name: name.into(), mask, stamps_mask, entries: Vec::new() }
    }

    /// A rule wants to count further: what was seen is forgotten (`recent_mt_check`).
    pub(crate) fn grow(&mut self, stamps_mask: usize) {
        if stamps_mask > self.stamps_mask {
            self.entries.clear();
            self.stamps_mask = stamps_mask;
        }
    }

    fn find(&self, seen: Seen, ttl: u8) -> Option<usize> {
        self.entries.iter().position(|e| {
            (e.family, e.addr) == (seen.family, seen.addr) && (ttl == e.ttl || ttl == 0 || e.ttl == 0)
        })
    }

    fn add(&mut self, seen: Seen, now: u64) {
        if self.entries.len() >= MOST {
            self.entries.remove(0);
        }
        let Seen { family, addr, ttl } = seen;
        self.entries.push(Entry { family, addr, ttl, index: 1, stamps: vec![now] });
    }

    /// Adds a time, and makes the address the last seen.
    fn touch(&mut self, at: usize, now: u64) {
        let mut e = self.entries.remove(at);
        e.index &= self.stamps_mask;
        match e.stamps.get_mut(e.index) {
            Some(stamp) => *stamp = now,
            None => e.stamps.push(now),
        }
        e.index += 1;
        self.entries.push(e);
    }

    /// Answers a rule, and notes what it wants noted.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_recent.c`: `recent_mt`, `recent_entry_reap`.
    pub(crate) fn ask(&mut self, ask: &Ask, mut seen: Seen, now: Instant) -> bool {
        let now = clock(now);
        let shift = if seen.family == Family::V4 { 96 } else { 0 };
        seen.addr &= self.mask >> shift;
        let Some(at) = self.find(seen, if ask.same_ttl { seen.ttl } else { 0 }) else {
            if ask.op != Op::Set {
                return ask.not;
            }
            self.add(seen, now);
            return !ask.not;
        };
        let mut met = ask.not;
        match ask.op {
            Op::Set => met = !met,
            Op::Remove => {
                self.entries.remove(at);
                return !met;
            }
            Op::Check | Op::Update => {
                let since = now.wrapping_sub(u64::from(ask.seconds.wrapping_mul(HZ)));
                let late = |stamp: u64| ask.seconds != 0 && (stamp.wrapping_sub(since) as i64) < 0;
                if let Some(e) = self.entries.get(at) {
                    let hits = e.stamps.iter().filter(|s| !late(**s)).count();
                    if hits > 0 && hits as u64 >= u64::from(ask.hits) {
                        met = !met;
                    }
                }
                let update = ask.op == Op::Update && met;
                if ask.reap && !(at == 0 && update) {
                    let last = self.entries.first().and_then(|e| e.stamps.get(e.index.wrapping_sub(1)));
                    if last.is_some_and(|s| late(*s)) {
                        self.entries.remove(0);
                        if at == 0 || !update {
                            return met;
                        }
                        self.note(at - 1, seen.ttl, now);
                        return met;
                    }
                }
                if !update {
                    return met;
                }
            }
        }
        self.note(at, seen.ttl, now);
        met
    }

    fn note(&mut self, at: usize, ttl: u8, now: u64) {
        self.touch(at, now);
        if let Some(e) = self.entries.last_mut() {
            e.ttl = ttl;
        }
    }

    /// As `/proc/net/xt_recent` shows it. In the order in which they were last seen, where the kernel's is
    /// that of a hash.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_recent.c`: `recent_seq_show`.
    pub fn show(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        for e in &self.entries {
            let last = e.stamps.get(e.index.wrapping_sub(1) & self.stamps_mask).copied().unwrap_or(0);
            let addr = super::proc_addr(e.family, e.addr);
            let _ = write!(out, "src={addr} ttl: {} last_seen: {last} oldest_pkt: {}", e.ttl, e.index);
            for (i, stamp) in e.stamps.iter().enumerate() {
                let _ = write!(out, "{} {stamp}", if i == 0 { "" } else { "," });
            }
            out.push('\n');
        }
        out
    }

    /// Takes a line that was written to its file: `+ADDR`, `-ADDR` or `/`.
    ///
    /// # Errors
    /// [`BadLine`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_recent.c`: `recent_mt_proc_write`.
    pub fn write(&mut self, line: &str, now: Instant) -> Result<(), BadLine> {
        let now = clock(now);
        let text = line.split('\n').next().unwrap_or_default();
        let (add, text) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
            _ if text.starts_with('/') => {
                self.entries.clear();
                return Ok(());
            }
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(BadLine),
        };
        let addr: std::net::IpAddr = text.parse().map_err(|_| BadLine)?;
        let addr_bits = crate::xtables::condition::addr_bits(addr);
        let seen = Seen { family: Family::of(addr), addr: addr_bits, ttl: 0 };
        match (self.find(seen, 0), add) {
            (None, true) => self.add(seen, now),
            (Some(at), true) => self.touch(at, now),
            (Some(at), false) => drop(self.entries.remove(at)),
            (None, false) => {}
        }
        Ok(())
    }
}
