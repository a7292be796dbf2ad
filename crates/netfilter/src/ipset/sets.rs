//! The sets of a namespace.

use packetwalk_wire::{Common, Family, Instant};

use super::SetError;
use super::adt::{Adt, Op, Spec};
use super::ext::Ext;
use super::list::{List, Place};
use super::packet::{Ask, Hit, Pkt};
use super::set::{Body, Set};

/// A set's number (`ip_set_id_t`). Rules and lists name a set by it; `swap` puts another set behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SetId(pub u16);

/// Longest name of a set in bytes (`IPSET_MAXNAMELEN` less the NUL).
pub const MAX_NAME: usize = 31;

/// A set's name, for those who look sets up by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// Name.
    pub name: Box<str>,
    /// Number.
    pub id: SetId,
    /// Family; `None` for a type without.
    pub family: Option<Family>,
}

/// The sets of a namespace.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    slots: Vec<Option<Common<Set>>>,
}

impl Sets {
    /// Number of the set of a name.
    pub fn find(&self, name: &str) -> Option<SetId> {
        let at = self.slots.iter().position(|s| s.as_ref().is_some_and(|s| *s.name == *name))?;
        u16::try_from(at).ok().map(SetId)
    }

    /// A set by number.
    pub fn get(&self, id: SetId) -> Option<&Set> {
        self.slots.get(usize::from(id.0))?.as_deref()
    }

    fn get_mut(&mut self, id: SetId) -> Option<&mut Set> {
        self.slots.get_mut(usize::from(id.0))?.as_deref_mut()
    }

    fn named(&self, name: &str) -> Result<SetId, SetError> {
        self.find(name).ok_or(SetError::Missing)
    }

    fn ids(&self) -> impl Iterator<Item = SetId> + use<> {
        (0..self.slots.len() as u16).map(SetId)
    }

    /// Every set in the order of listing: by number, lists last.
    pub fn listed(&self) -> Vec<SetId> {
        let list = |id: &SetId| self.get(*id).is_some_and(|s| matches!(s.body, Body::List(_)));
        let there = self.ids().filter(|id| self.get(*id).is_some());
        let (last, first): (Vec<_>, Vec<_>) = there.partition(list);
        [first, last].concat()
    }

    /// Names of all sets.
    pub fn names(&self) -> Vec<Name> {
        let name = |id| self.get(id).map(|s| Name { name: s.name.clone(), id, family: s.family() });
        self.ids().filter_map(name).collect()
    }

    /// How many lists have a set as member.
    pub fn list_users(&self, id: SetId) -> u32 {
        let of = |s: &Common<Set>| match &s.body {
            Body::List(l) => l.members.iter().filter(|m| m.id == id).count() as u32,
            _ => 0,
        };
        self.slots.iter().flatten().map(of).sum()
    }

    /// Makes a set.
    ///
    /// # Errors
    /// What the type refuses; [`SetError::SetExists`] unless `exist` and it is of the same make.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_create`.
    pub fn create(&mut self, name: &str, spec: &Spec, exist: bool, now: Instant) -> Result<(), SetError> {
        let set = Set::new(name, spec, now)?;
        if let Some(old) = self.find(name).and_then(|id| self.get(id)) {
            return if exist && old.is_like(&set) { Ok(()) } else { Err(SetError::SetExists) };
        }
        if let Some(free) = self.slots.iter_mut().find(|s| s.is_none()) {
            *free = Some(set.into());
        } else if self.slots.len() < usize::from(u16::MAX) {
            self.slots.push(Some(set.into()));
        } else {
            return Err(SetError::MaxSets);
        }
        Ok(())
    }

    /// Destroys a set, or all of them; `users` tells how many rules have one.
    ///
    /// # Errors
    /// [`SetError::Missing`]; [`SetError::Busy`], and then nothing is destroyed.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_destroy`.
    pub fn destroy(&mut self, name: Option<&str>, users: impl Fn(SetId) -> u32) -> Result<(), SetError> {
        let busy = |sets: &Self, id| users(id) + sets.list_users(id) != 0;
        let Some(name) = name else {
            if self.ids().any(|id| self.get(id).is_some() && busy(self, id)) {
                return Err(SetError::Busy);
            }
            self.slots.clear();
            return Ok(());
        };
        let id = self.named(name)?;
        if busy(self, id) {
            return Err(SetError::Busy);
        }
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            *slot = None;
        }
        Ok(())
    }

    /// Empties a set, or all of them.
    ///
    /// # Errors
    /// [`SetError::Missing`].
    pub fn flush(&mut self, name: Option<&str>) -> Result<(), SetError> {
        match name {
            None => self.slots.iter_mut().flatten().for_each(|set| set.flush()),
            Some(name) => {
                let id = self.named(name)?;
                if let Some(set) = self.get_mut(id) {
                    set.flush();
                }
            }
        }
        Ok(())
    }

    /// Gives a set another name.
    ///
    /// # Errors
    /// [`SetError::Missing`], [`SetError::Referenced`], [`SetError::Name2`].
    pub fn rename(&mut self, from: &str, to: &str, users: impl Fn(SetId) -> u32) -> Result<(), SetError> {
        let id = self.named(from)?;
        if users(id) + self.list_users(id) != 0 {
            return Err(SetError::Referenced);
        }
        if self.find(to).is_some() {
            return Err(SetError::Name2);
        }
        if let Some(set) = self.get_mut(id) {
            set.name = to.into();
        }
        Ok(())
    }

    /// Exchanges two sets: who named one by its number has the other then.
    ///
    /// # Errors
    /// [`SetError::Missing`], [`SetError::Name2`], [`SetError::TypeMismatch`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_swap`.
    pub fn swap(&mut self, from: &str, to: &str) -> Result<(), SetError> {
        let a = self.named(from)?;
        let b = self.find(to).ok_or(SetError::Name2)?;
        let like = |s: Option<&Set>| s.map(|s| (s.kind().features(), s.family()));
        if like(self.get(a)) != like(self.get(b)) {
            return Err(SetError::TypeMismatch);
        }
        self.slots.swap(usize::from(a.0), usize::from(b.0));
        for (id, name) in [(a, from), (b, to)] {
            if let Some(set) = self.get_mut(id) {
                set.name = name.into();
            }
        }
        Ok(())
    }

    /// Adds, deletes or tests elements; whether the element is there, for [`Op::Test`].
    ///
    /// # Errors
    /// The kernel's.
    pub fn change(
        &mut self,
        name: &str,
        op: Op,
        adt: &Adt,
        exist: bool,
        now: Instant,
    ) -> Result<bool, SetError> {
        let id = self.named(name)?;
        match self.get(id).map(|s| &s.body) {
            Some(Body::List(_)) => self.change_list(id, op, adt, exist, now),
            _ => self.get_mut(id).ok_or(SetError::Missing)?.change(op, adt, exist, now),
        }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_list_set.c`: `list_set_uadt`.
    fn change_list(
        &mut self,
        list: SetId,
        op: Op,
        adt: &Adt,
        exist: bool,
        now: Instant,
    ) -> Result<bool, SetError> {
        let with = *self.get(list).ok_or(SetError::Missing)?.with();
        let ext = adt.extensions(&with)?;
        let member = |name: &str| self.find(name).filter(|id| self.get(*id).is_some());
        let id = adt.name.as_deref().and_then(member).ok_or(SetError::ListName)?;
        if self.get(id).is_some_and(|s| matches!(s.body, Body::List(_))) {
            return Err(SetError::ListLoop);
        }
        let place = match adt.nameref.as_deref() {
            None => Place::Any,
            Some(name) => {
                let id = member(name).ok_or(SetError::ListNameRef)?;
                if adt.before { Place::Before(id) } else { Place::After(id) }
            }
        };
        let Some(Body::List(body)) = self.get_mut(list).map(|s| &mut s.body) else {
            return Err(SetError::Missing);
        };
        let done = match op {
            Op::Test => return Ok(body.test(id, place, now)),
            Op::Add => body.add(id, place, &ext, exist, &with, now),
            Op::Del => body.del(id, place, &with, now),
        };
        match done {
            Err(SetError::Exist) if exist => Ok(true),
            done => done.map(|()| true),
        }
    }

    /// A list's members in order: name, extensions, seconds left.
    pub fn list_members(&self, list: &List, now: Instant) -> Vec<(&str, Ext, u32)> {
        let live = list.members.iter().filter(|m| !m.ext.expired(now));
        live.filter_map(|m| Some((self.get(m.id)?.name(), m.ext.clone(), m.ext.left(now)))).collect()
    }

    /// Brings all sets to the present, before they are listed.
    pub fn catch_up(&mut self, now: Instant) {
        self.slots.iter_mut().flatten().for_each(|s| s.catch_up(now));
    }

    /// A list's member by place, and whether its time is not over.
    fn member(&self, list: SetId, at: usize, now: Instant) -> Option<(SetId, bool)> {
        let Some(Body::List(l)) = self.get(list).map(|s| &s.body) else { return None };
        l.members.get(at).map(|m| (m.id, !m.ext.expired(now)))
    }

    /// Whether the set can be asked: enough directions, and a family that fits.
    fn fits(set: &Set, ask: &Ask) -> bool {
        ask.dirs.dim >= set.kind().dimension() && set.family().is_none_or(|f| f == ask.family)
    }

    /// Whether a packet is in a set.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_core.c`: `ip_set_test`; `ip_set_list_set.c`:
    /// `list_set_ktest`.
    pub fn test(&mut self, id: SetId, ask: &mut Ask, pkt: &Pkt<'_>) -> bool {
        let Some(set) = self.get_mut(id).filter(|s| Self::fits(s, ask)) else { return false };
        if !matches!(set.body, Body::List(_)) {
            let hit = set.test(ask, pkt);
            if hit == Hit::Fill {
                let _ = set.add(ask, pkt);
                return true;
            }
            let turned = ask.return_nomatch && set.kind().has_nomatch();
            return hit == if turned { Hit::Nomatch } else { Hit::Yes };
        }
        let (mut sub, mut at) = (*ask, 0);
        sub.counters = None;
        sub.skip_update |= ask.skip_sub_update;
        while let Some((member, lives)) = self.member(id, at, pkt.now) {
            if lives && self.test(member, &mut sub, pkt) {
                let Some(set) = self.get_mut(id) else { return true };
                let with = *set.with();
                ask.found = sub.found;
                let Body::List(list) = &mut set.body else { return true };
                return list.members.get_mut(at).is_none_or(|m| m.ext.met(&with, ask, pkt.now));
            }
            at += 1;
        }
        false
    }

    /// Adds a packet to a set, or to the first set of a list that takes it; what fails is not told.
    pub fn add(&mut self, id: SetId, ask: &Ask, pkt: &Pkt<'_>) -> bool {
        self.alter(id, ask, pkt, Set::add)
    }

    /// Deletes a packet from a set, or from the first set of a list that has it.
    pub fn del(&mut self, id: SetId, ask: &Ask, pkt: &Pkt<'_>) -> bool {
        self.alter(id, ask, pkt, Set::del)
    }

    fn alter(&mut self, id: SetId, ask: &Ask, pkt: &Pkt<'_>, change: Change) -> bool {
        let Some(set) = self.get_mut(id).filter(|s| Self::fits(s, ask)) else { return false };
        if !matches!(set.body, Body::List(_)) {
            return change(set, ask, pkt).is_ok();
        }
        let mut at = 0;
        while let Some((member, lives)) = self.member(id, at, pkt.now) {
            if lives && self.alter(member, ask, pkt, change) {
                return true;
            }
            at += 1;
        }
        false
    }
}

type Change = fn(&mut Set, &Ask, &Pkt<'_>) -> Result<(), SetError>;
