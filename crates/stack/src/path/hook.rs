//! Calls a netfilter hook and carries out its verdict.

use std::net::IpAddr;

use packetwalk_netfilter::log::Line;
use packetwalk_netfilter::{Dev, Env, HookState, Host, Outcome, RejectWith, Verdict};
use packetwalk_trace::{DropReason, Hook, Observer, SendError};
use packetwalk_wire::{IfIndex, Skb};

use super::Next;
use crate::host::HostView;
use crate::{Cx, Dst, LogLine, Stack};

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
        let host = HostView { links: &self.links, routing: &self.routing, sockets: &self.sockets };
        let dev = |index: IfIndex| if index.is_some() { host.dev(index) } else { Dev::default() };
        let (iif, oif) = (dev(iif), dev(oif));
        let state = HookState { hook, family: skb.packet.family(), iif, oif, next_hop };
        let mut env = Env { now: cx.now, host: &host, payloads: cx.payloads, random: &mut self.random };
        self.nf.shared.logging = cx.log.all_netns;
        let mut end = self.nf.run(&state, skb, &mut env, cx.obs);
        self.after_rules(cx);
        let mut route = None;
        loop {
            match end {
                Outcome::Done(Verdict::Accept) => return HookEnd::Go(route),
                Outcome::Done(Verdict::Drop(DropReason::NfQueue)) => return HookEnd::Stop,
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
        if hook == Hook::Output {
            cx.fail(skb.id, SendError::Perm);
        }
        HookEnd::Stop
    }

    /// Carries out what rules left behind: lines for the log, and copies.
    fn after_rules<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        for Line { level, text } in self.nf.shared.log.drain(..) {
            cx.log.write(LogLine { at: cx.now, level, text });
        }
        self.send_copies(cx);
    }

    fn reject<O: Observer>(&mut self, cx: &mut Cx<'_, O>, hook: Hook, skb: &Skb, with: RejectWith) {
        match with {
            RejectWith::Icmp { ty, code } => self.icmp_error(cx, skb, hook == Hook::Input, ty, code, 0),
            RejectWith::TcpReset => self.reject_reset(cx, skb),
        }
    }

    /// Sends a packet made here before anything else goes on, as the kernel does.
    pub(crate) fn send_now<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: Skb, dst: Dst) {
        self.carry(cx, Next::Output(skb, dst));
    }
}
