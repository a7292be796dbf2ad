//! The body of a list of sets.

use core::time::Duration;

use packetwalk_wire::Instant;

use super::SetError;
use super::ext::{Ext, NewExt, With};
use super::sets::SetId;

/// A member of a list.
#[derive(Clone, Debug)]
pub(super) struct ListMember {
    pub(super) id: SetId,
    pub(super) ext: Ext,
}

/// Where in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Any,
    Before(SetId),
    After(SetId),
}

/// Sets in order.
#[derive(Clone, Debug)]
pub struct List {
    /// `size`, which limits nothing.
    pub size: u32,
    pub(super) members: Vec<ListMember>,
    gc_at: Instant,
}

impl List {
    pub(super) fn new(size: Option<u32>, with: &With, now: Instant) -> Self {
        let gc_at = now + Duration::from_secs(with.gc_period());
        Self { size: size.unwrap_or(8).max(4), members: Vec::new(), gc_at }
    }

    /// Bytes in the kernel's memory.
    pub(super) fn memory(&self, with: &With) -> usize {
        let comments: usize = self.members.iter().map(|m| m.ext.memory()).sum();
        80 + self.members.len() * with.elem_len((48, 8)) + comments
    }

    /// Throws out members whose time is over (`set_cleanup_entries`).
    pub(super) fn clean(&mut self, with: &With, now: Instant) {
        if with.timeout.is_some() {
            self.members.retain(|m| !m.ext.expired(now));
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
        self.clean(with, last);
    }

    fn at(&self, id: SetId) -> Option<usize> {
        self.members.iter().position(|m| m.id == id)
    }

    /// Whether a member is there, and in its place.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_list_set.c`: `list_set_utest`.
    pub(super) fn test(&self, id: SetId, place: Place, now: Instant) -> bool {
        let live: Vec<SetId> = self.members.iter().filter(|m| !m.ext.expired(now)).map(|m| m.id).collect();
        let Some(at) = live.iter().position(|m| *m == id) else { return false };
        match place {
            Place::Any => true,
            Place::Before(next) => live.get(at + 1) == Some(&next),
            Place::After(prev) => at > 0 && live.get(at - 1) == Some(&prev),
        }
    }

    /// Adds a member.
    ///
    /// # Errors
    /// [`SetError::ListRefExist`], [`SetError::Exist`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_list_set.c`: `list_set_uadd`.
    pub(super) fn add(
        &mut self,
        id: SetId,
        place: Place,
        ext: &NewExt<'_>,
        exist: bool,
        with: &With,
        now: Instant,
    ) -> Result<(), SetError> {
        self.clean(with, now);
        let reference = match place {
            Place::Any => None,
            Place::Before(next) | Place::After(next) if next == id => return Err(SetError::ListRefExist),
            Place::Before(next) => Some(self.at(next).ok_or(SetError::ListRefExist)?),
            Place::After(prev) => Some(self.at(prev).ok_or(SetError::ListRefExist)? + 1),
        };
        if let Some(old) = self.members.iter_mut().find(|m| m.id == id) {
            if !exist {
                return Err(SetError::Exist);
            }
            old.ext.set(ext, with, now);
            return Ok(());
        }
        let mut new = ListMember { id, ext: Ext::default() };
        new.ext.set(ext, with, now);
        self.members.insert(reference.unwrap_or(self.members.len()), new);
        Ok(())
    }

    /// Deletes a member.
    ///
    /// # Errors
    /// [`SetError::ListRefExist`], [`SetError::Exist`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/ipset/ip_set_list_set.c`: `list_set_udel`.
    pub(super) fn del(&mut self, id: SetId, place: Place, with: &With, now: Instant) -> Result<(), SetError> {
        self.clean(with, now);
        let missing = if place == Place::Any { SetError::Exist } else { SetError::ListRefExist };
        let at = self.at(id).ok_or(missing)?;
        let id_at = |i: Option<usize>| i.and_then(|i| self.members.get(i)).map(|m| m.id);
        let right = match place {
            Place::Any => true,
            Place::Before(next) => id_at(Some(at + 1)) == Some(next),
            Place::After(prev) => id_at(at.checked_sub(1)) == Some(prev),
        };
        if !right {
            return Err(SetError::ListRefExist);
        }
        self.members.remove(at);
        Ok(())
    }
}
