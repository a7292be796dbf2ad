//! What an element may carry beside itself: timeout, counters, comment, marks.

use core::time::Duration;

use packetwalk_wire::Instant;

use super::packet::Ask;

/// Which extensions the elements of a set have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct With {
    /// Timeouts, and the one that an element gets by default; 0 is for ever.
    pub timeout: Option<u32>,
    /// Counters.
    pub counters: bool,
    /// Comments.
    pub comment: bool,
    /// Marks, priorities and queues for `-j SET --map-set`.
    pub skbinfo: bool,
    /// A full set throws an element out for a new one.
    pub forceadd: bool,
}

const fn align(n: usize, to: usize) -> usize {
    n.div_ceil(to) * to
}

impl With {
    /// Nothing.
    pub const NONE: Self =
        Self { timeout: None, counters: false, comment: false, skbinfo: false, forceadd: false };

    /// Bytes of an element of size and alignment `len`.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_elem_len`, `ip_set_extensions`.
    pub(super) const fn elem_len(&self, (mut len, elem_align): (usize, usize)) -> usize {
        if self.counters {
            len = align(len, 8) + 16;
        }
        if self.timeout.is_some() {
            len = align(len, 8) + 8;
        }
        if self.skbinfo {
            len = align(len, 4) + 16;
        }
        if self.comment {
            len = align(len, 8) + 8;
        }
        align(len, elem_align)
    }

    /// Seconds between two sweeps for elements whose time is over (`IPSET_GC_PERIOD`).
    pub(super) const fn gc_period(&self) -> u64 {
        match self.timeout {
            Some(t) if t >= 540 => 180,
            Some(t) if t >= 3 => (t / 3) as u64,
            _ => 1,
        }
    }
}

/// What `-j SET --map-set` gives a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SkbInfo {
    /// Mark.
    pub mark: u32,
    /// Bits of the mark that are replaced.
    pub mask: u32,
    /// Priority.
    pub prio: u32,
    /// Queue.
    pub queue: u16,
}

/// Extensions of a new element.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewExt<'a> {
    pub(super) timeout: u32,
    pub(super) packets: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) comment: Option<&'a str>,
    pub(super) skb: SkbInfo,
}

/// Extensions of an element.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ext {
    /// When its time is over; `None` for ever.
    pub(super) expires: Option<Instant>,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
    /// Comment.
    pub comment: Option<Box<str>>,
    /// For `--map-set`.
    pub skb: SkbInfo,
}

impl Ext {
    /// Takes over what is new; counters that are not given stay.
    ///
    /// # Source
    /// Linux v6.18, `include/linux/netfilter/ipset/ip_set.h`: `ip_set_init_counter`,
    /// `ip_set_init_skbinfo`, `ip_set_timeout_set`; `ip_set_core.c`: `ip_set_init_comment`.
    pub(super) fn set(&mut self, new: &NewExt<'_>, with: &With, now: Instant) {
        if with.counters {
            self.bytes = new.bytes.unwrap_or(self.bytes);
            self.packets = new.packets.unwrap_or(self.packets);
        }
        if with.comment {
            self.comment = new.comment.filter(|c| !c.is_empty()).map(Box::from);
        }
        if with.skbinfo {
            self.skb = new.skb;
        }
        if with.timeout.is_some() {
            self.start(new.timeout, now);
        }
    }

    /// Sets its timeout in seconds.
    pub(super) fn start(&mut self, seconds: u32, now: Instant) {
        self.expires = (seconds != 0).then(|| now + Duration::from_secs(seconds.into()));
    }

    /// Whether its time is over.
    pub(super) fn expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at < now)
    }

    /// Whole seconds that are left, at least 1; 0 for ever.
    ///
    /// # Source
    /// Linux v6.18, `include/linux/netfilter/ipset/ip_set.h`: `ip_set_timeout_get`.
    pub(super) fn left(&self, now: Instant) -> u32 {
        self.expires.map_or(0, |at| u32::try_from(at.since(now).as_secs()).unwrap_or(u32::MAX).max(1))
    }

    /// Bytes of its comment in the kernel's memory.
    pub(super) fn memory(&self) -> usize {
        self.comment.as_ref().map_or(0, |c| 16 + c.len() + 1)
    }

    /// Whether a packet that meets the element meets what the rule asks of its extensions; counts it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_match_extensions`.
    pub(super) fn met(&mut self, with: &With, ask: &mut Ask, now: Instant) -> bool {
        if with.timeout.is_some() && self.expired(now) {
            return false;
        }
        if with.counters {
            self.count(ask);
            if let Some((packets, bytes)) = ask.counters
                && !(packets.met(self.packets) && bytes.met(self.bytes))
            {
                return false;
            }
        }
        if with.skbinfo {
            ask.found = self.skb;
        }
        true
    }

    /// Counts a packet, unless the rule says not to (`ip_set_update_counter`).
    pub(super) const fn count(&mut self, ask: &Ask) {
        if ask.skip_update {
            return;
        }
        if let Some(len) = ask.len {
            self.packets = self.packets.wrapping_add(1);
            self.bytes = self.bytes.wrapping_add(len as u64);
        }
    }
}
