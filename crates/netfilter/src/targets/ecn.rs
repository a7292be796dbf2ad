//! `-j ECN`.

use packetwalk_trace::{DropReason, Table as TableId};
use packetwalk_wire::{Skb, TcpFlags, Transport, proto};

use super::Flow;
use crate::context::Scope;
use crate::env::Verdict;

/// Sets ECN bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EcnTarget {
    /// `--ecn-tcp-ece`.
    pub ece: Option<bool>,
    /// `--ecn-tcp-cwr`.
    pub cwr: Option<bool>,
    /// `--ecn-ip-ect`, 0 to 3.
    pub ect: Option<u8>,
}

impl EcnTarget {
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_ECN.c`: `ecn_tg`, `set_ect_ip`, `set_ect_tcp`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        if let Some(ect) = self.ect {
            skb.packet.ip.tos = skb.packet.ip.tos & !3 | ect & 3;
        }
        if self.ece.is_none() && self.cwr.is_none() {
            return Flow::Continue;
        }
        match &mut skb.packet.transport {
            Transport::Tcp(tcp) => {
                tcp.flags = set(set(tcp.flags, TcpFlags::ECE, self.ece), TcpFlags::CWR, self.cwr);
                Flow::Continue
            }
            Transport::Opaque { protocol: proto::TCP } => {
                // A later fragment's payload is taken for a TCP header.
                let reason = if skb.packet.payload.len() < 20 {
                    DropReason::NetfilterDrop
                } else {
                    DropReason::NotModelled
                };
                Flow::End(Verdict::Drop(reason))
            }
            _ => Flow::Continue,
        }
    }

    /// Only in mangle; TCP's bits only with `-p tcp` (`ecn_tg_check`).
    pub(crate) const fn scope(self) -> Scope {
        let scope = Scope::table(&[TableId::Mangle]);
        if self.ece.is_some() || self.cwr.is_some() {
            Scope { protos: &[proto::TCP], ..scope }
        } else {
            scope
        }
    }
}

const fn set(flags: TcpFlags, flag: TcpFlags, to: Option<bool>) -> TcpFlags {
    match to {
        None => flags,
        Some(true) => flags.with(flag),
        Some(false) => TcpFlags(flags.0 & !flag.0),
    }
}
