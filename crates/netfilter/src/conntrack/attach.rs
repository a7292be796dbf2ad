//! Answers that the host makes about a tracked packet belong to its connection.

use packetwalk_wire::{CtInfo, CtRef, Instant, Nfct, Skb};

use super::conn::Place;
use super::event::What;
use super::time::Jiffies;
use super::{Conntrack, Proto, Status, TcpState};

impl Conntrack {
    /// Gives an ICMP error or TCP reset (`to`) the connection of the packet that it is about (`from`):
    /// RELATED, in the other direction. Nothing happens when `from` has none; where it is untracked, the answer is
    /// related to [`Nfct::Nothing`].
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_attach`; called by `icmp_glue_bits`
    /// (`net/ipv4/icmp.c`), its ICMPv6 twin and `nf_send_reset`.
    pub fn attach(&self, from: &Skb, to: &mut Skb) {
        let r = match from.nfct {
            Nfct::Tracked(r) => r,
            Nfct::None => return,
            Nfct::Untracked | Nfct::Nothing => {
                to.nfct = Nfct::Nothing;
                return;
            }
        };
        if self.get(r).is_none_or(|c| c.place == Place::Template) {
            return;
        }
        let info = if r.info.is_reply() { CtInfo::Related } else { CtInfo::RelatedReply };
        to.nfct = Nfct::Tracked(CtRef { info, ..r });
    }

    /// A TCP reset is sent about a packet (`REJECT --reject-with tcp-reset`): its confirmed connection is
    /// closed.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `nf_conntrack_tcp_set_closing`.
    pub fn set_closing(&mut self, skb: &Skb, now: Instant) {
        let Nfct::Tracked(r) = skb.nfct else { return };
        let timeout = Jiffies::secs(self.sysctls.tcp_timeout_close);
        let Some(slot) = self.table.index_of(r) else { return };
        let Some(conn) = self.table.slots.get_mut(slot) else { return };
        if !conn.is_confirmed() {
            return;
        }
        let fixed = conn.status.has(Status::FIXED_TIMEOUT);
        let Proto::Tcp(tcp) = &mut conn.proto else { return };
        let was = tcp.state;
        tcp.state = TcpState::Close;
        if was != TcpState::Close && !fixed {
            conn.timeout = Jiffies::at(now).plus(timeout);
            self.table.rearm(slot, Jiffies::at(now));
            self.cache(slot, What::PROTO);
        }
    }
}
