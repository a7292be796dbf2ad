//! Helpers read what connections say, and expect the connections that they agree on.

pub(super) mod ftp;
mod tftp;

use packetwalk_trace::DropReason;
use packetwalk_wire::{CtInfo, Instant, Nfct, Payloads, Skb, Transport};

use super::seqadj;
use super::{Conntrack, HelperKind, Status};
use crate::env::{Random, Verdict};

/// What a helper gets beside the connection table.
pub(super) struct Around<'a> {
    pub payloads: &'a mut Payloads,
    pub random: &'a mut dyn Random,
    pub now: Instant,
}

impl Conntrack {
    /// Asks the helper of a packet's connection, and shifts sequence numbers that a helper shifted before;
    /// call at POSTROUTING and INPUT right before [`Conntrack::confirm`].
    ///
    /// `on_lo`: the packet leaves or came by the loopback interface, where numbers are never shifted.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_proto.c`: `nf_confirm`.
    pub(crate) fn help(
        &mut self,
        skb: &mut Skb,
        on_lo: bool,
        payloads: &mut Payloads,
        random: &mut dyn Random,
        now: Instant,
    ) -> Verdict {
        let Some((conn, info)) = self.of(skb) else { return Verdict::Accept };
        let shifts = conn.status.has(Status::SEQ_ADJUST) && !on_lo;
        let helper = conn.helper;
        if helper.is_none() && !shifts || info == CtInfo::RelatedReply {
            return Verdict::Accept;
        }
        let mut around = Around { payloads, random, now };
        let verdict = match helper {
            None => Verdict::Accept,
            Some(HelperKind::Ftp) => ftp::help(self, skb, info, &mut around),
            Some(HelperKind::Tftp) => tftp::help(self, skb, &mut around),
        };
        if verdict == Verdict::Accept && shifts {
            self.shift(skb, info);
        }
        verdict
    }

    fn shift(&self, skb: &mut Skb, info: CtInfo) {
        let Nfct::Tracked(r) = skb.nfct else { return };
        let help = self.table.index_of(r).and_then(|slot| self.helps.get(slot));
        if let (Some(help), Transport::Tcp(tcp)) = (help, &mut skb.packet.transport) {
            let dir = Self::dir(info);
            seqadj::adjust(tcp, &help.seqadj[dir.index()], &help.seqadj[dir.other().index()]);
        }
    }
}

/// A packet that cannot be let through without being understood.
const fn drop() -> Verdict {
    Verdict::Drop(DropReason::NetfilterDrop)
}
