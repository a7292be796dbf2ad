//! What a connection carries for SYNPROXY.

use packetwalk_wire::CtRef;

use super::event::What;
use super::{Conntrack, HelperKind, Status, Zone};
use crate::synproxy::Proxied;

/// What a packet brings along to connection tracking, for a connection that it begins.
#[derive(Clone, Copy, Default)]
pub(super) struct Brought {
    pub zone: Zone,
    pub helper: Option<HelperKind>,
    /// It is a SYN to a server behind SYNPROXY.
    pub proxied: bool,
}

impl Conntrack {
    /// The template of SYNs to servers (`synproxy_net::tmpl`).
    pub(crate) fn synproxy_template(&mut self) -> CtRef {
        if let Some(r) = self.synproxy_template {
            return r;
        }
        let r = self.new_template(Zone::DEFAULT, None);
        *self.synproxy_template.insert(r)
    }

    /// Whether a template is that one.
    pub(super) fn is_synproxy(&self, r: CtRef) -> bool {
        self.synproxy_template.is_some_and(|t| (t.index, t.generation) == (r.index, r.generation))
    }

    /// What is remembered of the client's handshake (`nfct_synproxy`).
    pub(crate) fn proxied(&self, r: CtRef) -> Option<Proxied> {
        self.helps.get(self.table.index_of(r)?)?.proxied
    }

    /// Remembers it.
    pub(crate) fn set_proxied(&mut self, r: CtRef, proxied: Proxied) {
        if let Some(slot) = self.table.index_of(r) {
            self.helps.at(slot).proxied = Some(proxied);
            self.cache(slot, What::SYNPROXY);
        }
    }

    /// From here on the numbers of the direction that `r` tells are shifted by `off`.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_seqadj.c`: `nf_ct_seqadj_init`.
    pub fn shift_from_here(&mut self, r: CtRef, off: u32) {
        let Some(slot) = self.table.index_of(r).filter(|_| off != 0) else { return };
        let Some(conn) = self.table.slots.get_mut(slot) else { return };
        conn.status.set(Status::SEQ_ADJUST);
        let dir = Self::dir(r.info);
        self.helps.at(slot).seqadj[dir.index()].init(off as i32);
    }

    /// The same, which is told to those that listen.
    pub fn shift_proxied(&mut self, r: CtRef, off: u32) {
        self.shift_from_here(r, off);
        if let Some(slot) = self.table.index_of(r) {
            self.cache(slot, What::SEQADJ);
        }
    }
}
