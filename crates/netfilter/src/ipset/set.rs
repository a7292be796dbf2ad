//! A set.

use packetwalk_wire::{Family, Instant};

use super::SetError;
use super::adt::{Adt, Op, Spec};
use super::bitmap::Bitmap;
use super::elem::Elem;
use super::expand;
use super::ext::{Ext, NewExt, With};
use super::hash::{New, Table};
use super::kind::Kind;
use super::list::List;
use super::packet::{Ask, Dirs, Hit, Pkt};

/// What a set keeps its elements in.
#[derive(Clone, Debug)]
pub enum Body {
    /// `hash:…`.
    Hash(Table),
    /// `bitmap:…`.
    Bitmap(Bitmap),
    /// `list:set`.
    List(List),
}

/// A set.
#[derive(Clone, Debug)]
pub struct Set {
    pub(super) name: Box<str>,
    kind: Kind,
    family: Option<Family>,
    with: With,
    pub(super) body: Body,
}

/// An element as it is listed.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Element of a hash or bitmap.
    pub elem: Elem,
    /// It has an Ethernet address.
    pub has_mac: bool,
    /// An exception.
    pub nomatch: bool,
    /// Extensions.
    pub ext: &'a Ext,
    /// Seconds left.
    pub left: u32,
}

impl Set {
    /// Empty.
    ///
    /// # Errors
    /// What the type refuses.
    pub(super) fn new(name: &str, spec: &Spec, now: Instant) -> Result<Self, SetError> {
        let body = if spec.kind.is_hash() {
            Body::Hash(Table::new(spec, now)?)
        } else if spec.kind.is_bitmap() {
            Body::Bitmap(Bitmap::new(spec, now)?)
        } else {
            Body::List(List::new(spec.size, &spec.with, now))
        };
        let family = if spec.kind.is_neutral() { None } else { spec.family };
        Ok(Self { name: name.into(), kind: spec.kind, family, with: spec.with, body })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its family; `None` for a type without.
    pub const fn family(&self) -> Option<Family> {
        self.family
    }

    /// Its extensions.
    pub const fn with(&self) -> &With {
        &self.with
    }

    /// Its elements' place.
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Whether `create -exist` takes it for the same (`same_set`).
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let with = |s: &Self| With { forceadd: false, ..s.with };
        if self.kind != other.kind || self.family != other.family || with(self) != with(other) {
            return false;
        }
        match (&self.body, &other.body) {
            (Body::Hash(a), Body::Hash(b)) => {
                a.maxelem == b.maxelem && a.bitmask == b.bitmask && a.markmask == b.markmask
            }
            (Body::Bitmap(a), Body::Bitmap(b)) => {
                a.first == b.first && a.last == b.last && a.netmask == b.netmask
            }
            (Body::List(a), Body::List(b)) => a.size == b.size,
            _ => false,
        }
    }

    /// Throws out what the kernel's sweep would have thrown out by now.
    pub(super) fn catch_up(&mut self, now: Instant) {
        match &mut self.body {
            Body::Hash(t) => t.catch_up(&self.with, now),
            Body::Bitmap(b) => b.catch_up(&self.with, now),
            Body::List(l) => l.catch_up(&self.with, now),
        }
    }

    /// Bytes in the kernel's memory.
    pub fn memory(&self) -> usize {
        match &self.body {
            Body::Hash(t) => t.memory(&self.with),
            Body::Bitmap(b) => b.memory(&self.with),
            Body::List(l) => l.memory(&self.with),
        }
    }

    /// How many elements the kernel tells of.
    pub fn entries(&self, now: Instant) -> usize {
        match &self.body {
            Body::Hash(_) => self.members(now).len(),
            Body::Bitmap(b) => b.len(),
            Body::List(l) => l.members.len(),
        }
    }

    /// Its elements in the kernel's order; a list's are [`super::Sets::list_members`].
    pub fn members(&self, now: Instant) -> Vec<View<'_>> {
        match &self.body {
            Body::Hash(t) => t
                .members()
                .filter(|m| !m.ext.expired(now))
                .map(|m| View {
                    elem: m.elem,
                    has_mac: self.kind.has_mac(),
                    nomatch: m.nomatch,
                    ext: &m.ext,
                    left: m.ext.left(now),
                })
                .collect(),
            Body::Bitmap(b) => b
                .members(now)
                .map(|(elem, has_mac, ext, left)| View { elem, has_mac, nomatch: false, ext, left })
                .collect(),
            Body::List(_) => Vec::new(),
        }
    }

    /// Deletes all elements.
    pub(super) fn flush(&mut self) {
        match &mut self.body {
            Body::Hash(t) => t.flush(),
            Body::Bitmap(b) => b.flush(),
            Body::List(l) => l.members.clear(),
        }
    }

    /// A user's command about elements; whether the element is there, for [`Op::Test`].
    ///
    /// # Errors
    /// The kernel's.
    pub(super) fn change(&mut self, op: Op, adt: &Adt, exist: bool, now: Instant) -> Result<bool, SetError> {
        let with = self.with;
        let family = self.family.unwrap_or(Family::V4);
        let mut ask = Ask::new(Dirs::default(), family);
        match &mut self.body {
            Body::Hash(table) => {
                let ext = adt.extensions(&with)?;
                let new = New { ext, nomatch: adt.nomatch, exist, kernel: false, now };
                let rules = expand::Rules {
                    kind: self.kind,
                    family,
                    netmask: table.netmask,
                    bitmask: table.bitmask,
                    markmask: table.markmask,
                };
                expand::hash(&rules, op, adt, exist, &mut |elem| match op {
                    Op::Add => table.add(elem, &new, &with).map(|()| true),
                    Op::Del => table.del(elem, &with, now).map(|()| true),
                    Op::Test => Ok(match table.test(elem, &with, &mut ask, now) {
                        Hit::Yes | Hit::Fill => !adt.nomatch,
                        Hit::Nomatch => adt.nomatch,
                        Hit::No => false,
                    }),
                })
            }
            Body::Bitmap(map) => {
                expand::in_range(map, adt)?;
                let ext = adt.extensions(&with)?;
                let new = New { ext, nomatch: false, exist, kernel: false, now };
                expand::bitmap(map, op, adt, exist, &mut |map, elem| match op {
                    Op::Add => map.add(elem, adt.mac, &new, &with).map(|()| true),
                    Op::Del => map.del(elem, &with, now).map(|()| true),
                    Op::Test => Ok(map.test(elem, adt.mac, &with, &mut ask, now) != Hit::No),
                })
            }
            Body::List(_) => Err(SetError::Protocol),
        }
    }

    /// Whether a packet's element is there.
    pub(super) fn test(&mut self, ask: &mut Ask, pkt: &Pkt<'_>) -> Hit {
        match &mut self.body {
            Body::Hash(table) => match pkt.hashed(self.kind, table, ask.dirs, true) {
                Some(elem) => table.test(&elem, &self.with, ask, pkt.now),
                None => Hit::No,
            },
            Body::Bitmap(map) => match pkt.mapped(self.kind, ask.dirs) {
                Some((elem, mac)) => map.test(&elem, mac, &self.with, ask, pkt.now),
                None => Hit::No,
            },
            Body::List(_) => Hit::No,
        }
    }

    /// Adds a packet's element (`-j SET --add-set`).
    pub(super) fn add(&mut self, ask: &Ask, pkt: &Pkt<'_>) -> Result<(), SetError> {
        let ext = NewExt {
            timeout: ask.timeout.or(self.with.timeout).unwrap_or_default(),
            packets: Some(1),
            bytes: ask.len.map(u64::from),
            comment: None,
            skb: super::SkbInfo::default(),
        };
        let new = New { ext, nomatch: false, exist: ask.exist, kernel: true, now: pkt.now };
        match &mut self.body {
            Body::Hash(table) => {
                let elem = pkt.hashed(self.kind, table, ask.dirs, false).ok_or(SetError::Invalid)?;
                table.add(&elem, &new, &self.with)
            }
            Body::Bitmap(map) => {
                let (elem, mac) = pkt.mapped(self.kind, ask.dirs).ok_or(SetError::Invalid)?;
                map.add(&elem, mac, &new, &self.with)
            }
            Body::List(_) => Err(SetError::Invalid),
        }
    }

    /// Deletes a packet's element (`-j SET --del-set`).
    pub(super) fn del(&mut self, ask: &Ask, pkt: &Pkt<'_>) -> Result<(), SetError> {
        match &mut self.body {
            Body::Hash(table) => {
                let elem = pkt.hashed(self.kind, table, ask.dirs, false).ok_or(SetError::Invalid)?;
                table.del(&elem, &self.with, pkt.now)
            }
            Body::Bitmap(map) => {
                let (elem, _) = pkt.mapped(self.kind, ask.dirs).ok_or(SetError::Invalid)?;
                map.del(&elem, &self.with, pkt.now)
            }
            Body::List(_) => Err(SetError::Invalid),
        }
    }
}
