//! The table of a hash set.

use core::time::Duration;
use std::collections::BTreeMap;

use packetwalk_wire::{Family, Instant};

use super::SetError;
use super::adt::Spec;
use super::elem::{Elem, mask};
use super::ext::{Ext, NewExt, With};
use super::kind::{Kind, Part};
use super::packet::{Ask, Hit};
use crate::nat::jhash::jhash2;

/// Places of a new bucket, and by how many a bucket grows (`AHASH_INIT_SIZE`).
const STEP: usize = 2;
/// Most places of a bucket, unless many elements differ in their interface alone (`AHASH_MAX_SIZE`).
const MOST: u8 = 12;
/// The same where they do (`AHASH_MAX_TUNED`).
const MOST_TUNED: u8 = 64;
/// Elements after which the simulator says that memory is short.
const ENOUGH: u32 = 1 << 22;

/// An element in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Itself.
    pub elem: Elem,
    /// An exception.
    pub nomatch: bool,
    /// Extensions.
    pub ext: Ext,
}

#[derive(Clone, Debug, Default)]
struct Bucket {
    size: usize,
    slots: Vec<Option<Member>>,
}

impl Bucket {
    fn free(&self) -> usize {
        self.slots.iter().filter(|s| s.is_none()).count()
    }

    /// A step smaller, without gaps.
    fn shrink(&mut self) {
        self.slots.retain(Option::is_some);
        self.size -= STEP;
    }
}

/// Prefix lengths in a set, the longest first, and how many elements have each.
#[derive(Clone, Debug, Default)]
struct Nets(Vec<(u8, u32)>);

impl Nets {
    fn add(&mut self, cidr: u8) {
        match self.0.binary_search_by(|(c, _)| cidr.cmp(c)) {
            Ok(at) => {
                if let Some((_, n)) = self.0.get_mut(at) {
                    *n += 1;
                }
            }
            Err(at) => self.0.insert(at, (cidr, 1)),
        }
    }

    fn del(&mut self, cidr: u8) {
        if let Some((_, n)) = self.0.iter_mut().find(|(c, _)| *c == cidr) {
            *n = n.saturating_sub(1);
        }
        self.0.retain(|(_, n)| *n != 0);
    }
}

/// A hash table as the kernel has it: buckets that grow, and twice as many of them when one is full.
#[derive(Clone, Debug)]
pub struct Table {
    kind: Kind,
    family: Family,
    buckets: BTreeMap<u32, Bucket>,
    bits: u32,
    /// Elements of each region, those included whose time is over.
    regions: Vec<u32>,
    nets: [Nets; 2],
    gc_at: Instant,
    /// Most elements.
    pub maxelem: u32,
    /// Beginning of the hash function.
    pub initval: u32,
    /// Most places of a bucket.
    pub bucketsize: u8,
    /// `netmask`, if it is not the whole address.
    pub netmask: Option<u8>,
    /// Bits kept of addresses.
    pub bitmask: u128,
    /// Bits kept of marks.
    pub markmask: u32,
}

const fn locks(bits: u32) -> u32 {
    if bits < 10 { 1 } else { 1 << (bits - 10) }
}

impl Table {
    /// Empty.
    ///
    /// # Errors
    /// [`SetError::InvalidNetmask`], [`SetError::InvalidMarkmask`], [`SetError::NoMemory`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `*_create`.
    pub(super) fn new(spec: &Spec, now: Instant) -> Result<Self, SetError> {
        let family = spec.family.unwrap_or(Family::V4);
        let whole = mask(family.bits(), family);
        if spec.markmask == Some(0) {
            return Err(SetError::InvalidMarkmask);
        }
        if spec.netmask.is_some_and(|n| n == 0 || n > family.bits()) || spec.bitmask == Some(0) {
            return Err(SetError::InvalidNetmask);
        }
        let hashsize = spec.hashsize.unwrap_or(1024).max(64);
        let bits = u32::BITS - (hashsize - 1).leading_zeros();
        // What kvmalloc() gives ends below 2 GiB.
        if bits > 27 {
            return Err(SetError::NoMemory);
        }
        let bucketsize = spec.bucketsize.unwrap_or(MOST);
        let bucketsize = bucketsize.clamp(STEP as u8, MOST);
        Ok(Self {
            kind: spec.kind,
            family,
            buckets: BTreeMap::new(),
            bits,
            regions: vec![0; locks(bits) as usize],
            nets: [Nets::default(), Nets::default()],
            gc_at: now + Duration::from_secs(1),
            maxelem: spec.maxelem.unwrap_or(65536),
            initval: spec.initval,
            bucketsize: bucketsize + bucketsize % 2,
            netmask: spec.netmask.filter(|n| *n != family.bits()),
            bitmask: spec.bitmask.unwrap_or_else(|| spec.netmask.map_or(whole, |n| mask(n, family))),
            markmask: spec.markmask.unwrap_or(u32::MAX),
        })
    }

    /// Buckets.
    pub const fn hashsize(&self) -> u32 {
        1 << self.bits
    }

    /// `bitmask`, if it was given.
    pub fn own_bitmask(&self) -> Option<u128> {
        (self.netmask.is_none() && self.bitmask != mask(self.family.bits(), self.family))
            .then_some(self.bitmask)
    }

    /// Elements in the kernel's order.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.buckets.values().flat_map(|b| b.slots.iter().flatten())
    }

    /// The longest prefix of the first and of the second address.
    pub(super) fn longest(&self) -> (u8, u8) {
        let one = |n: &Nets| n.0.first().map_or(self.family.bits(), |(c, _)| *c);
        (one(&self.nets[0]), one(&self.nets[1]))
    }

    /// Bytes in the kernel's memory.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_ahash_memsize`, `struct htype`.
    pub(super) fn memory(&self, with: &With) -> usize {
        let size = self.kind.elem_size(self.family);
        let two = self.kind.second() == Part::Net && self.kind.first() == Part::Net;
        let nets = if self.kind.first() == Part::Net || self.kind.second() == Part::Net {
            let lengths = usize::from(self.family.bits()) + usize::from(self.kind.takes_zero_prefix());
            lengths * if two { 12 } else { 8 }
        } else {
            0
        };
        let head = if self.kind.takes_mask() { 208 } else { 192 };
        let element = with.elem_len(size);
        let buckets: usize = self.buckets.values().map(|b| 32 + b.size * element).sum();
        let comments: usize = self.members().map(|m| m.ext.memory()).sum();
        (head + size.0 + nets).div_ceil(8) * 8 + 24 * (self.regions.len() - 1) + buckets + comments
    }

    fn key(&self, elem: &Elem) -> u32 {
        let (words, len) = elem.words(self.kind, self.family);
        jhash2(words.get(..len).unwrap_or_default(), self.initval) & (self.hashsize() - 1)
    }

    fn region(&mut self, key: u32) -> &mut u32 {
        // There is always at least one region.
        let at = key as usize % self.regions.len().max(1);
        &mut self.regions[at]
    }

    fn prefixes(&self, elem: &Elem) -> [Option<u8>; 2] {
        let one = |part, cidr| (part == Part::Net).then_some(cidr);
        match (self.kind.first(), self.kind.second()) {
            // A type with one network keeps book in the first place, whichever address it is.
            (Part::Net, second) => [Some(elem.cidr), one(second, elem.cidr2)],
            (_, Part::Net) => [Some(elem.cidr2), None],
            _ => [None, None],
        }
    }

    fn book(&mut self, elem: &Elem, change: fn(&mut Nets, u8)) {
        let prefixes = self.prefixes(elem);
        for (nets, cidr) in self.nets.iter_mut().zip(prefixes) {
            if let Some(cidr) = cidr {
                change(nets, cidr);
            }
        }
    }

    /// Throws out what the kernel's sweep would have thrown out by now.
    pub(super) fn catch_up(&mut self, with: &With, now: Instant) {
        if with.timeout.is_none() || now < self.gc_at {
            return;
        }
        let period = with.gc_period() * 1_000_000_000;
        let last = Instant(self.gc_at.0 + (now.0 - self.gc_at.0) / period * period);
        self.gc_at = Instant(last.0 + period);
        self.sweep(last, None);
    }

    /// Throws out elements whose time is over, of all regions or of one.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_gc_do`.
    fn sweep(&mut self, now: Instant, region: Option<usize>) {
        let count = self.regions.len().max(1);
        let mut gone: Vec<(usize, Elem)> = Vec::new();
        self.buckets.retain(|key, bucket| {
            let at = *key as usize % count;
            if region.is_some_and(|r| r != at) {
                return true;
            }
            for slot in &mut bucket.slots {
                if let Some(member) = slot.take_if(|m| m.ext.expired(now)) {
                    gone.push((at, member.elem));
                }
            }
            let free = bucket.free();
            if free >= bucket.size {
                return false;
            }
            if free >= STEP {
                bucket.shrink();
            }
            true
        });
        for (at, elem) in gone {
            if let Some(n) = self.regions.get_mut(at) {
                *n = n.saturating_sub(1);
            }
            self.book(&elem, Nets::del);
        }
    }

    /// Adds an element.
    ///
    /// A full bucket makes a user's table grow; a packet's element is then not added.
    ///
    /// # Errors
    /// [`SetError::Exist`], [`SetError::HashFull`], [`SetError::NoMemory`].
    pub(super) fn add(&mut self, member: &Elem, new: &New<'_>, with: &With) -> Result<(), SetError> {
        self.catch_up(with, new.now);
        while !self.try_add(member, new, with)? {
            if new.kernel {
                return Err(SetError::Range);
            }
            self.grow(with, new.now)?;
        }
        Ok(())
    }

    /// `false`: the bucket is full.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_add`.
    fn try_add(&mut self, elem: &Elem, new: &New<'_>, with: &With) -> Result<bool, SetError> {
        let key = self.key(elem);
        let share = self.maxelem / locks(self.bits);
        let (mut elements, mut most, mut force) = (*self.region(key), share, false);
        if elements >= share {
            if with.timeout.is_some() {
                let region = key as usize % self.regions.len().max(1);
                self.sweep(new.now, Some(region));
            }
            most = self.maxelem;
            elements = self.regions.iter().sum();
            force = elements >= most && with.forceadd;
        }
        if elements >= ENOUGH {
            return Err(SetError::NoMemory);
        }
        let kind = self.kind;
        let Some(bucket) = self.buckets.get_mut(&key) else {
            if force || elements >= most {
                return Err(SetError::HashFull);
            }
            let mut bucket = Bucket { size: STEP, slots: Vec::with_capacity(STEP) };
            bucket.slots.push(Some(new.member(elem, with, Ext::default())));
            self.buckets.insert(key, bucket);
            self.added(key, elem);
            return Ok(true);
        };
        let (mut alike, mut place, mut found) = (0, None, None);
        for (i, slot) in bucket.slots.iter().enumerate() {
            match slot {
                None => place = place.or(Some(i)),
                Some(old) if old.elem.is(kind, elem, &mut alike) => {
                    if !(new.exist || with.timeout.is_some() && old.ext.expired(new.now)) {
                        return Err(SetError::Exist);
                    }
                    found = Some(i);
                    break;
                }
                Some(old) if with.timeout.is_some() && old.ext.expired(new.now) => {
                    place = place.or(Some(i));
                }
                Some(_) => {}
            }
        }
        if let Some(Some(old)) = found.and_then(|i| bucket.slots.get_mut(i)) {
            old.nomatch = new.nomatch;
            old.ext.set(&new.ext, with, new.now);
            return Ok(true);
        }
        if place.is_none() && !force && elements >= most {
            return Err(SetError::HashFull);
        }
        if let Some(i) = place.or(force.then_some(0)) {
            let Some(slot) = bucket.slots.get_mut(i) else { return Err(SetError::HashFull) };
            let old = slot.replace(new.member(elem, with, Ext::default()));
            if let Some(old) = old {
                self.book(&old.elem, Nets::del);
                let n = self.region(key);
                *n = n.saturating_sub(1);
            }
            self.added(key, elem);
            return Ok(true);
        }
        if bucket.slots.len() >= bucket.size {
            if kind.has_iface() {
                if self.bucketsize >= MOST_TUNED {
                    return Err(SetError::HashFull);
                }
                if u32::from(self.bucketsize) <= alike {
                    self.bucketsize += STEP as u8;
                }
            }
            if bucket.size >= usize::from(self.bucketsize) {
                return Ok(false);
            }
            bucket.size += STEP;
        }
        bucket.slots.push(Some(new.member(elem, with, Ext::default())));
        self.added(key, elem);
        Ok(true)
    }

    fn added(&mut self, key: u32, elem: &Elem) {
        *self.region(key) += 1;
        self.book(elem, Nets::add);
    }

    /// Twice as many buckets, again until every bucket has room.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_resize`.
    fn grow(&mut self, with: &With, now: Instant) -> Result<(), SetError> {
        let members: Vec<Member> = std::mem::take(&mut self.buckets)
            .into_values()
            .flat_map(|b| b.slots.into_iter().flatten())
            .filter(|m| !(with.timeout.is_some() && m.ext.expired(now)))
            .collect();
        loop {
            self.bits += 1;
            if self.bits > 27 {
                return Err(SetError::HashFull);
            }
            let mut buckets: BTreeMap<u32, Vec<&Member>> = BTreeMap::new();
            for m in &members {
                buckets.entry(self.key(&m.elem)).or_default().push(m);
            }
            if buckets.values().any(|b| b.len() > usize::from(self.bucketsize)) {
                continue;
            }
            self.regions = vec![0; locks(self.bits) as usize];
            for (key, full) in buckets {
                *self.region(key) += full.len() as u32;
                let size = full.len().next_multiple_of(STEP);
                let slots = full.into_iter().cloned().map(Some).collect();
                self.buckets.insert(key, Bucket { size, slots });
            }
            return Ok(());
        }
    }

    /// Deletes an element.
    ///
    /// # Errors
    /// [`SetError::Exist`]: it is not there.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_del`.
    pub(super) fn del(&mut self, elem: &Elem, with: &With, now: Instant) -> Result<(), SetError> {
        self.catch_up(with, now);
        let (key, kind) = (self.key(elem), self.kind);
        let bucket = self.buckets.get_mut(&key).ok_or(SetError::Exist)?;
        let found = |s: &Option<Member>| s.as_ref().is_some_and(|m| m.elem.is(kind, elem, &mut 0));
        let at = bucket.slots.iter().position(found).ok_or(SetError::Exist)?;
        let slot = bucket.slots.get_mut(at).ok_or(SetError::Exist)?;
        if with.timeout.is_some() && slot.as_ref().is_some_and(|m| m.ext.expired(now)) {
            return Err(SetError::Exist);
        }
        *slot = None;
        if at + 1 == bucket.slots.len() {
            bucket.slots.pop();
        }
        let free = bucket.free();
        if bucket.slots.is_empty() {
            self.buckets.remove(&key);
        } else if free >= STEP {
            bucket.shrink();
        }
        let n = self.region(key);
        *n = n.saturating_sub(1);
        self.book(elem, Nets::del);
        Ok(())
    }

    /// Deletes all.
    pub(super) fn flush(&mut self) {
        self.buckets.clear();
        self.regions.fill(0);
        self.nets = [Nets::default(), Nets::default()];
    }

    /// Looks an element up; one with whole addresses under every prefix that the set has, the longest
    /// first.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_hash_gen.h`: `mtype_test`, `mtype_test_cidrs`.
    pub(super) fn test(&mut self, elem: &Elem, with: &With, ask: &mut Ask, now: Instant) -> Hit {
        let host = self.family.bits();
        match self.prefixes(elem) {
            [Some(a), b] if a == host && b.is_none_or(|b| b == host) => {}
            _ => return self.exactly(elem, with, ask, now).0,
        }
        let second = self.kind.first() != Part::Net;
        let two = self.kind.first() == Part::Net && self.kind.second() == Part::Net;
        let mut i = 0;
        while let Some((cidr, _)) = self.nets[0].0.get(i).copied() {
            let mut at = *elem;
            if second {
                at.cidr2 = cidr;
            } else {
                at.cidr = cidr;
            }
            i += 1;
            let mut j = 0;
            loop {
                if two {
                    let Some((cidr2, _)) = self.nets[1].0.get(j).copied() else { break };
                    at = Elem { ip2: elem.ip2, cidr2, ..at };
                }
                j += 1;
                let masked = Elem {
                    ip: if self.kind.first() == Part::Net {
                        at.ip & mask(at.cidr, self.family)
                    } else {
                        at.ip
                    },
                    ip2: if self.kind.second() == Part::Net {
                        at.ip2 & mask(at.cidr2, self.family)
                    } else {
                        at.ip2
                    },
                    ..at
                };
                match self.exactly(&masked, with, ask, now) {
                    // An element that differs in the interface alone ends the search.
                    (Hit::No, true) => return Hit::No,
                    (Hit::No, false) => {}
                    (hit, _) => return hit,
                }
                if !two {
                    break;
                }
            }
        }
        Hit::No
    }

    /// Looks up this very element; whether only its interface was another.
    fn exactly(&mut self, elem: &Elem, with: &With, ask: &mut Ask, now: Instant) -> (Hit, bool) {
        let (key, kind) = (self.key(elem), self.kind);
        let Some(bucket) = self.buckets.get_mut(&key) else { return (Hit::No, false) };
        let mut alike = 0;
        for member in bucket.slots.iter_mut().flatten() {
            if member.elem.is(kind, elem, &mut alike) {
                if member.ext.met(with, ask, now) {
                    return (if member.nomatch { Hit::Nomatch } else { Hit::Yes }, false);
                }
                alike = 0;
            }
        }
        (Hit::No, alike != 0)
    }
}

/// How an element is added.
pub(super) struct New<'a> {
    pub(super) ext: NewExt<'a>,
    pub(super) nomatch: bool,
    /// It may be there already.
    pub(super) exist: bool,
    /// By a packet.
    pub(super) kernel: bool,
    pub(super) now: Instant,
}

impl New<'_> {
    fn member(&self, elem: &Elem, with: &With, mut ext: Ext) -> Member {
        ext.set(&self.ext, with, self.now);
        Member { elem: *elem, nomatch: self.nomatch, ext }
    }
}
