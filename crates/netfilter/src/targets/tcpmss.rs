//! `-j TCPMSS`.

use packetwalk_trace::DropReason;
use packetwalk_wire::{Family, TcpFlags, Transport};

use super::Flow;
use crate::context::Cx;
use crate::env::{Host, Verdict};

/// Which maximum segment size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mss {
    /// `--set-mss`.
    Set(u16),
    /// `--clamp-mss-to-pmtu`.
    ClampToPmtu,
}

/// Lowers the MSS option of a SYN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tcpmss {
    /// To what.
    pub mss: Mss,
}

impl Tcpmss {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TCPMSS.c`: `tcpmss_mangle_packet`, `tcpmss_tg4`, `tcpmss_tg6`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        const DROP: Flow = Flow::End(Verdict::Drop(DropReason::NetfilterDrop));
        let packet = &cx.skb.packet;
        if packet.ip.frag.is_some_and(|f| f.offset != 0) {
            return Flow::Continue;
        }
        let (family, src, dst, payload) =
            (packet.family(), packet.ip.src, packet.ip.dst, packet.payload.len());
        let headers = match family {
            Family::V4 => 40,
            Family::V6 => 60,
        };
        let mss = match self.mss {
            Mss::Set(mss) => mss,
            Mss::ClampToPmtu => {
                let (Some(there), Some(back)) = (cx.env.host.path_mtu(dst), cx.env.host.path_mtu(src)) else {
                    return Flow::End(Verdict::Drop(DropReason::NotModelled));
                };
                let mtu = there.min(back);
                if mtu <= headers {
                    return DROP;
                }
                u16::try_from(mtu - headers).unwrap_or(u16::MAX)
            }
        };
        let Transport::Tcp(tcp) = &mut cx.skb.packet.transport else { return DROP };
        if let Some(old) = tcp.options.mss {
            tcp.options.mss = Some(old.min(mss));
            return Flow::Continue;
        }
        // There is room for an option only where nothing follows the header.
        if payload == 0 {
            let default = match family {
                Family::V4 => 536,
                Family::V6 => 1220,
            };
            tcp.options.mss = Some(mss.min(default));
        }
        Flow::Continue
    }

    /// Whether a tcp match asks for SYN, as the target wants of its rule (`find_syn_match`).
    pub fn allowed_with(matches: &[crate::matches::Match]) -> bool {
        matches.iter().any(|m| match m {
            crate::matches::Match::Tcp(tcp) => {
                tcp.flags.is_some_and(|c| !c.not && c.is.1 & TcpFlags::SYN.0 != 0)
            }
            _ => false,
        })
    }
}
