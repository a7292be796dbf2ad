//! Calls a netfilter hook and carries out its verdict.

use std::net::IpAddr;

use packetwalk_netfilter::log::Line;
use packetwalk_netfilter::{Dev, Env, HookState, Host, Outcome, RejectWith, Verdict};
use packetwalk_trace::{DropReason, Hook, Observer, SendError};
use packetwalk_wire::checksum::Sum;
use packetwalk_wire::{Family, IfIndex, Skb, Transport, proto};

use super::{Ether, Next};
use crate::host::HostView;
use crate::{Cx, Dst, LogLine, Stack, Unmodelled};

/// How a hook ended for the path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HookEnd {
    /// The packet goes on; by another route, if OUTPUT changed what routing looks at.
    Go(Option<Dst>),
    /// The packet ended; everything is said and done.
    Stop,
}

impl Stack {
    pub(crate) fn hook<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        hook: Hook,
        skb: &mut Skb,
        iif: IfIndex,
        oif: IfIndex,
        next_hop: Option<IpAddr>,
    ) -> HookEnd {
        let family = skb.packet.family();
        if cx.obs.is_idle() && !self.nf.acts(hook, family) {
            return HookEnd::Go(None);
        }
        let host = HostView { links: &self.links, routing: &self.routing, sockets: &self.sockets };
        let dev = |index: IfIndex| if index.is_some() { host.dev(index) } else { Dev::default() };
        let (iif, oif) = (dev(iif), dev(oif));
        let state = HookState { hook, family, iif, oif, next_hop };
        let mut env = Env { now: cx.now, host: &host, payloads: cx.payloads, random: &mut self.random };
        self.nf.shared.logging = cx.log.all_netns;
        let mut end = self.nf.run(&state, skb, &mut env, cx.obs);
        self.after_rules(cx);
        let mut route = None;
        loop {
            match end {
                Outcome::Done(Verdict::Accept | Verdict::Bypass) => return HookEnd::Go(route),
                Outcome::Done(Verdict::Drop(DropReason::NfQueue | DropReason::Consumed)) => {
                    return HookEnd::Stop;
                }
                Outcome::Done(Verdict::Drop(DropReason::NotModelled)) => {
                    let rule = self.nf.shared.gap.take();
                    self.tell_gap(cx, rule.map_or(Unmodelled::Fragment, Unmodelled::Rule));
                    break;
                }
                Outcome::Done(Verdict::Drop(_)) => break,
                Outcome::Done(Verdict::Reject(with)) => {
                    self.reject(cx, hook, skb, with);
                    self.drop(cx, skb, DropReason::NetfilterDrop);
                    break;
                }
                Outcome::Reroute(resume) => {
                    match self.route_me_harder(skb) {
                        Ok(dst) => {
                            Self::say_route(cx, skb, &dst);
                            route = Some(dst);
                        }
                        Err(error) => {
                            cx.fail(skb.id, error);
                            self.drop(cx, skb, DropReason::IpOutNoRoutes);
                            return HookEnd::Stop;
                        }
                    }
                    let host =
                        HostView { links: &self.links, routing: &self.routing, sockets: &self.sockets };
                    let mut env =
                        Env { now: cx.now, host: &host, payloads: cx.payloads, random: &mut self.random };
                    end = self.nf.resume(resume, &state, skb, &mut env, cx.obs);
                    self.after_rules(cx);
                }
            }
        }
        if matches!(hook, Hook::Output | Hook::Postrouting) {
            cx.fail(skb.id, SendError::Perm);
        }
        HookEnd::Stop
    }

    /// Carries out what rules left behind: lines for the log, and copies.
    #[inline]
    fn after_rules<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        if self.nf.left_something() {
            self.tidy_after_rules(cx);
        }
    }

    #[cold]
    fn tidy_after_rules<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        for Line { level, text } in self.nf.shared.log.drain(..) {
            cx.log.write(LogLine { at: cx.now, level, text });
        }
        let full = std::mem::take(&mut self.nf.ct.overflows);
        cx.log.table_full(self.id, full, cx.now);
        self.send_copies(cx);
        self.send_answers(cx);
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `icmp_xmit_lock`; `net/ipv6/icmp.c`: `icmpv6_xmit_lock`.
    fn reject<O: Observer>(&mut self, cx: &mut Cx<'_, O>, hook: Hook, skb: &Skb, with: RejectWith) {
        // An answer of the kernel's own is sent under ICMP's lock, so that nothing can be said about it; neighbour
        // discovery has none.
        let icmp = match (skb.packet.family(), skb.packet.transport) {
            (Family::V6, Transport::Icmp(message)) => !matches!(message.type_code().0, 130..=137 | 143),
            (_, transport) => matches!(transport, Transport::Icmp(_)),
        };
        if hook == Hook::Output && icmp && skb.uid.is_none() && skb.iif == IfIndex::NONE {
            return;
        }
        match with {
            RejectWith::Icmp { .. } if !sums_up(cx, skb) => {}
            RejectWith::Icmp { ty, code } => self.icmp_error(cx, skb, ty, code, 0),
            RejectWith::TcpReset => self.reject_reset(cx, skb),
        }
    }

    /// Sends a packet made here before anything else goes on, as the kernel does.
    pub(crate) fn send_now<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: Skb, dst: Dst) {
        self.sending += 1;
        self.carry(cx, Next::Output, &mut Ether::bare(skb), &mut { dst });
        self.sending -= 1;
    }
}

/// Whether REJECT believes the packet's checksum, without which it says nothing: that of a fragment, and of a
/// protocol that has none, is wrong.
///
/// # Source
/// Linux v6.18, `include/net/netfilter/nf_reject.h`: `nf_reject_verify_csum`;
/// `net/ipv4/netfilter/nf_reject_ipv4.c`: `nf_send_unreach`; `net/ipv6/netfilter/nf_reject_ipv6.c`:
/// `reject6_csum_ok`.
fn sums_up<O: Observer>(cx: &Cx<'_, O>, skb: &Skb) -> bool {
    let packet = skb.packet;
    let protocol = packet.protocol();
    if let Some(frag) = packet.ip.frag
        && frag.offset != 0
    {
        return false;
    }
    if packet.family() == Family::V6 && packet.len() == packet.ip.header_len() {
        return false;
    }
    if matches!(protocol, proto::GRE | proto::AH | proto::ESP | proto::SCTP | proto::UDPLITE) {
        return true;
    }
    match packet.transport {
        Transport::Opaque { .. } => {
            let sum = match packet.family() {
                Family::V4 => Sum::default(),
                Family::V6 => {
                    let len = usize::from(packet.payload.len());
                    Sum::default().pseudo(packet.ip.src, packet.ip.dst, protocol, len)
                }
            };
            sum.bytes(cx.payloads.bytes(packet.payload)).finish() == 0
        }
        _ => packet.ip.frag.is_none() && !packet.ip.bad_csum,
    }
}
