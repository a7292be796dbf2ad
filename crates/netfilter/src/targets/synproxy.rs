//! `-j SYNPROXY`.

use packetwalk_trace::DropReason;
use packetwalk_wire::{TcpFlags, TcpOptions, Transport};

use super::Flow;
use crate::context::Cx;
use crate::env::{Host, Verdict};
use crate::synproxy::{self, Asked};

/// Answers for a server until the client has shown that it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Synproxy {
    /// `--sack-perm`.
    pub sack: bool,
    /// `--timestamp`.
    pub timestamp: bool,
    /// `--wscale`.
    pub wscale: Option<u8>,
    /// `--mss`.
    pub mss: Option<u16>,
    /// `--ecn`.
    pub ecn: bool,
}

impl Synproxy {
    /// A SYN is answered with a cookie, the ACK of one begins the way to the server; other segments go on.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_SYNPROXY.c`: `synproxy_tg4`; `net/ipv6/netfilter/ip6t_SYNPROXY.c`:
    /// `synproxy_tg6`.
    pub fn act<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> Flow {
        const DROP: Flow = Flow::End(Verdict::Drop(DropReason::NetfilterDrop));
        let packet = cx.skb.packet;
        let (Transport::Tcp(tcp), false) = (packet.transport, packet.ip.bad_csum) else { return DROP };
        let ends = tcp.flags.0 & (TcpFlags::FIN.0 | TcpFlags::RST.0) != 0;
        let (syn, ack) = (tcp.flags.has(TcpFlags::SYN), tcp.flags.has(TcpFlags::ACK));
        if syn && !ack && !ends {
            cx.shared.synproxy.syn_received += 1;
            let ecn = tcp.flags.has(TcpFlags::ECE.with(TcpFlags::CWR)) && self.ecn;
            synproxy::answer_syn(cx, &tcp, self.offers(&tcp.options), ecn, self.wscale);
        } else if ack && !syn && !ends {
            let (ct, shared) = (&mut *cx.ct, &mut *cx.shared);
            if !synproxy::take_ack(ct, shared, &packet, Asked::of(&tcp), tcp.seq, cx.env.now) {
                return DROP;
            }
        } else {
            return Flow::Continue;
        }
        Flow::End(Verdict::Drop(DropReason::Consumed))
    }

    /// What both the SYN and the rule have. Without time stamps a cookie has room for the segment size alone.
    fn offers(&self, syn: &TcpOptions) -> TcpOptions {
        let timestamp = syn.timestamp.filter(|_| self.timestamp);
        let more = timestamp.is_some();
        TcpOptions {
            mss: self.mss.filter(|_| syn.mss.is_some()),
            timestamp,
            sack_permitted: more && self.sack && syn.sack_permitted,
            wscale: syn.wscale.filter(|_| more && self.wscale.is_some()),
            ..TcpOptions::default()
        }
    }
}
