//! Conntrack zones: separate tables in one.

use super::Dir;

/// Which directions a zone's number counts for; in the others it is 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ZoneDir {
    /// Both (`--zone`).
    #[default]
    Both,
    /// Original (`--zone-orig`).
    Original,
    /// Reply (`--zone-reply`).
    Reply,
}

/// A zone (`struct nf_conntrack_zone`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Zone {
    /// Number; 0 is the default zone.
    pub id: u16,
    /// Directions.
    pub dir: ZoneDir,
    /// Of a template alone: the number is the packet's mark.
    pub mark: bool,
}

impl Zone {
    /// Zone 0, both directions.
    pub const DEFAULT: Self = Self { id: 0, dir: ZoneDir::Both, mark: false };

    /// The zone that a template gives to a packet of this mark (`nf_ct_zone_tmpl`).
    #[must_use]
    pub const fn for_mark(self, mark: u32) -> Self {
        let id = if self.mark { mark as u16 } else { self.id };
        Self { id, dir: self.dir, mark: false }
    }

    /// The number that counts in a direction (`nf_ct_zone_id`).
    pub const fn id_in(self, dir: Dir) -> u16 {
        match (self.dir, dir) {
            (ZoneDir::Both, _) | (ZoneDir::Original, Dir::Original) | (ZoneDir::Reply, Dir::Reply) => self.id,
            _ => 0,
        }
    }
}
