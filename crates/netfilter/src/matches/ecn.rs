//! `-m ecn`.

use packetwalk_wire::{TcpFlags, Transport, proto};

use crate::context::{Cx, Scope};
use crate::env::Host;
use crate::raw;
use crate::xtables::Cond;

/// ECN bits of the IP and TCP headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ecn {
    /// `--ecn-tcp-cwr`; whether it is negated.
    pub cwr: Option<Cond<()>>,
    /// `--ecn-tcp-ece`.
    pub ece: Option<Cond<()>>,
    /// `--ecn-ip-ect`, 0 to 3.
    pub ect: Option<Cond<u8>>,
}

impl Ecn {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_ecn.c`: `ecn_mt4`, `ecn_mt6`.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> bool {
        let packet = &cx.skb.packet;
        if self.ect.is_some_and(|c| (packet.ip.tos & 3 == c.is) == c.not) {
            return false;
        }
        if self.cwr.is_none() && self.ece.is_none() {
            return true;
        }
        let flags = match packet.transport {
            Transport::Tcp(tcp) => tcp.flags,
            _ => match raw::field::<20>(raw::fragment(cx), 0) {
                Some([_, _, _, _, _, _, _, _, _, _, _, _, _, flags, ..]) => TcpFlags(flags),
                None => return false,
            },
        };
        let bit = |c: Option<Cond<()>>, flag| c.is_none_or(|c| flags.has(flag) != c.not);
        bit(self.ece, TcpFlags::ECE) && bit(self.cwr, TcpFlags::CWR)
    }

    /// TCP's bits only with `-p tcp` (`ecn_mt_check4`).
    pub(crate) const fn scope(self) -> Scope {
        if self.cwr.is_some() || self.ece.is_some() { Scope::proto(&[proto::TCP]) } else { Scope::ANY }
    }
}
