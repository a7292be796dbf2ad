//! The body of a bitmap set.

use core::time::Duration;
use std::collections::BTreeMap;

use packetwalk_wire::{Family, Instant};

use super::SetError;
use super::adt::Spec;
use super::elem::{Elem, mask};
use super::ext::{Ext, With};
use super::hash::New;
use super::kind::Kind;
use super::packet::{Ask, Hit};

/// A place in a bitmap. Its extensions stay when the element is deleted.
#[derive(Clone, Debug, Default)]
struct Slot {
    there: bool,
    mac: Option<[u8; 6]>,
    /// The timeout of an element whose Ethernet address is not known yet: it does not run.
    stored: u32,
    ext: Ext,
}

/// A range of addresses or ports with a bit for each.
#[derive(Clone, Debug)]
pub struct Bitmap {
    kind: Kind,
    /// First address or port.
    pub first: u32,
    /// Last address or port.
    pub last: u32,
    /// Prefix length of what a bit stands for, if it is not a single address.
    pub netmask: Option<u8>,
    hosts: u64,
    elements: u64,
    slots: BTreeMap<u32, Slot>,
    gc_at: Instant,
}

const fn v4(prefix: u8) -> u32 {
    mask(prefix, Family::V4) as u32
}

/// The longest prefix whose network is exactly this range.
const fn prefix_of(first: u32, last: u32) -> Option<u8> {
    let n = (first ^ last).leading_zeros() as u8;
    if first & !v4(n) == 0 && last | v4(n) == u32::MAX { Some(n) } else { None }
}

impl Bitmap {
    /// Empty.
    ///
    /// # Errors
    /// [`SetError::InvalidCidr`], [`SetError::InvalidNetmask`], [`SetError::BitmapRange`],
    /// [`SetError::BitmapRangeSize`], [`SetError::Protocol`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_bitmap_*.c`: `bitmap_ip_create`, `bitmap_ipmac_create`,
    /// `bitmap_port_create`.
    pub(super) fn new(spec: &Spec, now: Instant) -> Result<Self, SetError> {
        let gc_at = now + Duration::from_secs(spec.with.gc_period());
        let new = |first, last, netmask, hosts, elements| Self {
            kind: spec.kind,
            first,
            last,
            netmask,
            hosts,
            elements,
            slots: BTreeMap::new(),
            gc_at,
        };
        if spec.kind == Kind::BitmapPort {
            let (a, b) = spec.ports.ok_or(SetError::Protocol)?;
            let (first, last) = (u32::from(a.min(b)), u32::from(a.max(b)));
            return Ok(new(first, last, None, 1, u64::from(last - first) + 1));
        }
        let (from, to) = spec.range.ok_or(SetError::Protocol)?;
        let (mut first, mut last) = match to {
            Ok(to) => (from.min(to), from.max(to)),
            Err(cidr) if cidr >= 32 => return Err(SetError::InvalidCidr),
            Err(cidr) => (from & v4(cidr), from | !v4(cidr)),
        };
        let netmask = spec.netmask.unwrap_or(32);
        if netmask > 32 || netmask == 0 {
            return Err(SetError::InvalidNetmask);
        }
        first &= v4(netmask);
        last |= !v4(netmask);
        let (hosts, elements) = if netmask == 32 {
            (1, u64::from(last - first) + 1)
        } else {
            let bits = prefix_of(first, last).filter(|b| netmask > *b).ok_or(SetError::BitmapRange)?;
            (1 << (32 - netmask), 1 << (netmask - bits))
        };
        if elements > 65536 {
            return Err(SetError::BitmapRangeSize);
        }
        Ok(new(first, last, (netmask != 32).then_some(netmask), hosts, elements))
    }

    /// Addresses or ports that one bit stands for.
    pub(super) const fn step(&self) -> u64 {
        self.hosts
    }

    /// The place of an address or port.
    fn id(&self, value: u32) -> Option<u32> {
        let inside = value >= self.first && value <= self.last;
        inside.then(|| (u64::from((value & v4(self.netmask.unwrap_or(32))) - self.first) / self.hosts) as u32)
    }

    fn value(&self, elem: &Elem) -> u32 {
        if self.kind == Kind::BitmapPort { elem.port.into() } else { elem.ip as u32 }
    }

    /// Whether an address or port is in its range.
    pub(super) const fn has(&self, value: u32) -> bool {
        value >= self.first && value <= self.last
    }

    /// Bytes in the kernel's memory.
    pub(super) fn memory(&self, with: &With) -> usize {
        let head = match self.kind {
            Kind::BitmapPort => 72,
            Kind::BitmapIpMac => 80,
            _ => 88,
        };
        let element = with.elem_len(self.kind.elem_size(Family::V4));
        let comments: usize = self.slots.values().filter(|s| s.there).map(|s| s.ext.memory()).sum();
        head + (self.elements as usize).div_ceil(64) * 8 + element * self.elements as usize + comments
    }

    /// Throws out what the kernel's sweep would have thrown out by now.
    pub(super) fn catch_up(&mut self, with: &With, now: Instant) {
        if with.timeout.is_none() || now < self.gc_at {
            return;
        }
        let period = with.gc_period() * 1_000_000_000;
        let last = Instant(self.gc_at.0 + (now.0 - self.gc_at.0) / period * period);
        self.gc_at = Instant(last.0 + period);
        for slot in self.slots.values_mut().filter(|s| s.there && s.ext.expired(last)) {
            slot.there = false;
            slot.ext.comment = None;
        }
    }

    /// How many elements are there.
    pub(super) fn len(&self) -> usize {
        self.slots.values().filter(|s| s.there).count()
    }

    /// Elements in order: with an Ethernet address or not, extensions, seconds left.
    pub(super) fn members(&self, now: Instant) -> impl Iterator<Item = (Elem, bool, &Ext, u32)> {
        let live = move |s: &Slot| s.there && !s.ext.expired(now);
        self.slots.iter().filter(move |(_, s)| live(s)).map(move |(id, s)| {
            let value = self.first.wrapping_add((u64::from(*id) * self.hosts) as u32);
            let mut elem = Elem { mac: s.mac.unwrap_or_default(), ..Elem::default() };
            if self.kind == Kind::BitmapPort {
                elem.port = value as u16;
            } else {
                elem.ip = value.into();
            }
            let waits = self.kind == Kind::BitmapIpMac && s.mac.is_none();
            (elem, s.mac.is_some(), &s.ext, if waits { s.stored } else { s.ext.left(now) })
        })
    }

    /// Adds an element; `mac` is its Ethernet address, if it is known.
    ///
    /// # Errors
    /// [`SetError::BitmapRange`], [`SetError::Exist`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_bitmap_gen.h`: `mtype_add`; `ip_set_bitmap_ipmac.c`:
    /// `bitmap_ipmac_do_add`, `bitmap_ipmac_add_timeout`.
    pub(super) fn add(
        &mut self,
        elem: &Elem,
        mac: Option<[u8; 6]>,
        new: &New<'_>,
        with: &With,
    ) -> Result<(), SetError> {
        self.catch_up(with, new.now);
        let id = self.id(self.value(elem)).ok_or(SetError::BitmapRange)?;
        let with_mac = self.kind == Kind::BitmapIpMac;
        let slot = self.slots.entry(id).or_default();
        let fills = with_mac && slot.there && slot.mac.is_none() && mac.is_some();
        if slot.there && !fills {
            let over = with.timeout.is_some() && slot.ext.expired(new.now);
            if !over && !new.exist {
                return Err(SetError::Exist);
            }
            if new.exist && mac.is_some() {
                slot.mac = mac;
            }
        } else {
            slot.mac = mac;
        }
        slot.there = true;
        let (stored, running) = (slot.stored, slot.ext.expires);
        slot.ext.set(&new.ext, with, new.now);
        if with_mac && with.timeout.is_some() {
            if mac.is_none() && slot.mac.is_none() {
                slot.stored = new.ext.timeout;
                slot.ext.expires = None;
            } else if fills && Some(new.ext.timeout) == with.timeout {
                slot.ext.start(stored, new.now);
            } else if mac.is_none() {
                slot.ext.expires = running;
            }
        }
        Ok(())
    }

    /// Deletes an element; its counters stay for the next one in its place.
    ///
    /// # Errors
    /// [`SetError::BitmapRange`], [`SetError::Exist`].
    pub(super) fn del(&mut self, elem: &Elem, with: &With, now: Instant) -> Result<(), SetError> {
        self.catch_up(with, now);
        let id = self.id(self.value(elem)).ok_or(SetError::BitmapRange)?;
        let slot = self.slots.get_mut(&id).filter(|s| s.there).ok_or(SetError::Exist)?;
        slot.there = false;
        slot.ext.comment = None;
        if with.timeout.is_some() && slot.ext.expired(now) { Err(SetError::Exist) } else { Ok(()) }
    }

    /// Deletes all.
    pub(super) fn flush(&mut self) {
        for slot in self.slots.values_mut() {
            slot.there = false;
            slot.ext.comment = None;
        }
    }

    /// Looks an element up. One whose Ethernet address is not known yet gets the packet's.
    pub(super) fn test(
        &mut self,
        elem: &Elem,
        mac: Option<[u8; 6]>,
        with: &With,
        ask: &mut Ask,
        now: Instant,
    ) -> Hit {
        let Some(id) = self.id(self.value(elem)) else { return Hit::No };
        let with_mac = self.kind == Kind::BitmapIpMac;
        let Some(slot) = self.slots.get_mut(&id).filter(|s| s.there) else { return Hit::No };
        if with_mac {
            match (mac, slot.mac) {
                (Some(a), Some(b)) if a != b => return Hit::No,
                (Some(_), Some(_)) => {}
                _ => return Hit::Fill,
            }
        }
        if slot.ext.met(with, ask, now) { Hit::Yes } else { Hit::No }
    }
}
