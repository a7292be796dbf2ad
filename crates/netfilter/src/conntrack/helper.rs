//! Helpers: which connections have one, what it remembers, and what NAT must adjust after it.

use packetwalk_wire::{CtInfo, CtRef, Nfct, Skb};

use super::expect::Follow;
use super::help::ftp::Ftp;
use super::pages::Pages;
use super::seqadj::SeqAdj;
use super::{Conn, Conntrack};
use crate::synproxy::Proxied;

/// A helper that is modelled (`struct nf_conntrack_helper`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HelperKind {
    /// `ftp`, over TCP.
    Ftp,
    /// `tftp`, over UDP.
    Tftp,
}

impl HelperKind {
    /// Its name, as `CT --helper` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Tftp => "tftp",
        }
    }

    /// The helper of a name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Ftp, Self::Tftp].into_iter().find(|kind| kind.name() == name)
    }

    /// The protocol that it is for.
    pub const fn protocol(self) -> u8 {
        match self {
            Self::Ftp => packetwalk_wire::proto::TCP,
            Self::Tftp => packetwalk_wire::proto::UDP,
        }
    }
}

/// What only connections with a helper, and those that were expected, carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Help {
    /// The connection that expected this one.
    pub master: Option<CtRef>,
    /// The mapping that an expected connection is to get.
    pub follow: Option<Follow>,
    /// What the ftp helper remembers.
    pub ftp: Ftp,
    /// What SYNPROXY remembers.
    pub proxied: Option<Proxied>,
    /// How far payload that NAT changed shifted the sequence numbers, by direction.
    pub seqadj: [SeqAdj; 2],
}

/// [`Help`] by slot; as long as there is no helper, empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Helps(Pages<Help, 5>);

impl Helps {
    pub(super) fn at(&mut self, slot: usize) -> &mut Help {
        self.0.at(slot)
    }

    pub(super) fn get(&self, slot: usize) -> Option<&Help> {
        self.0.get(slot)
    }

    /// A slot gets a new connection.
    pub(super) fn begin(&mut self, slot: usize) {
        if let Some(help) = self.0.get_mut(slot) {
            *help = Help::default();
        }
    }

    /// Slots whose connection was expected by `master`.
    pub(super) fn children(&self, master: CtRef) -> impl Iterator<Item = usize> {
        let same = move |m: CtRef| (m.index, m.generation) == (master.index, master.generation);
        self.0.iter().filter(move |(_, h)| h.master.is_some_and(same)).map(|(slot, _)| slot)
    }
}

impl Conntrack {
    /// The helper of a connection.
    pub fn helper(&self, r: CtRef) -> Option<HelperKind> {
        self.get(r)?.helper
    }

    /// The connection that expected this one (`ct->master`), as long as it can be read.
    pub fn master(&self, r: CtRef) -> Option<(CtRef, &Conn)> {
        let master = self.helps.get(self.table.index_of(r)?)?.master?;
        Some((master, self.get(master)?))
    }

    /// How many hold the entry: the table, and each connection that it expected.
    pub fn uses(&self, r: CtRef) -> u32 {
        let held = |&slot: &usize| self.table.slots.get(slot).is_some_and(Conn::is_confirmed);
        1 + self.helps.children(r).filter(held).count() as u32
    }

    /// Gives a packet that has no connection yet a template: it is tracked in the template's zone, and a
    /// connection that it begins gets the template's helper.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_target`.
    pub fn give_template(&self, skb: &mut Skb, template: CtRef) {
        if skb.nfct == Nfct::None {
            skb.nfct = Nfct::Tracked(CtRef { info: CtInfo::New, ..template });
        }
    }
}
