//! A packet's way through a table.

use packetwalk_trace::{ChainId, DropReason, Observer, RuleEnd, Step, Table as TableId};
use packetwalk_wire::extension::kind;

use crate::context::{Cx, Met};
use crate::env::{Host, Verdict};
use crate::targets::{Flow, Target};

use super::condition::Look;
use super::{Face, Policy, Table};

/// Where a packet goes on after a called chain: the calling chain and the next rule's place in it.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    chain: ChainId,
    next: usize,
}

/// What one rule wants next.
enum Next {
    Rule,
    Jump(ChainId),
    Goto(ChainId),
    Return,
    End(Verdict),
}

/// Carries a packet through the table's built-in chain of the hook.
///
/// `stack` is scratch space, kept by the caller so that a packet allocates nothing.
///
/// # Source
/// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `ipt_do_table`; `net/netfilter/nf_tables_core.c`:
/// `nft_do_chain`. A rule counts when all its conditions are met, before its target acts.
pub fn traverse<H: Host, O: Observer>(
    table: &mut Table,
    stack: &mut Vec<Frame>,
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Verdict {
    let id = table.id();
    let Some(base) = table.base_of(cx.state.hook) else { return Verdict::Accept };
    if !table.chain(base).is_some_and(super::Chain::is_live) {
        return Verdict::Accept;
    }
    if O::ON {
        obs.step(cx.skb, Step::Table { table: id, hook: cx.state.hook });
    }
    stack.clear();
    cx.face = table.face();
    let mut look = look(cx);
    let mut at = base;
    let mut index = 0;
    loop {
        let Some(chain) = table.chains.get_mut(usize::from(at.0)).and_then(Option::as_mut) else {
            return Verdict::Drop(DropReason::NetfilterDrop);
        };
        let next = match chain.rules.get_mut(index) {
            Some(rule) => one(rule, id, at, index, &mut look, cx, obs),
            None => Next::Return,
        };
        match next {
            Next::Rule => index += 1,
            Next::Jump(to) => {
                stack.push(Frame { chain: at, next: index + 1 });
                (at, index) = (to, 0);
            }
            Next::Goto(to) => (at, index) = (to, 0),
            Next::End(verdict) => return verdict,
            Next::Return => {
                if let Some(frame) = stack.pop() {
                    if O::ON {
                        obs.step(cx.skb, Step::ChainEnd { table: id, chain: at });
                    }
                    (at, index) = (frame.chain, frame.next);
                } else {
                    return policy(table, base, &look, cx, obs);
                }
            }
        }
    }
}

/// What the rules' own conditions ask. The nft face takes an authentication header for the upper layer.
///
/// # Source
/// Linux v6.18, `include/net/netfilter/nf_tables_ipv6.h`: `__nft_set_pktinfo_ipv6_validate`.
fn look<H: Host>(cx: &Cx<'_, '_, H>) -> Look {
    let mut look = Look::at(cx.skb);
    let ext = cx.skb.packet.ip.ext;
    if cx.face == Face::Nft
        && !ext.is_empty()
        && ext.iter(cx.env.payloads).any(|(number, _)| number == kind::AUTH)
    {
        look.proto = kind::AUTH;
    }
    look
}

/// Asks one rule.
#[inline]
fn one<H: Host, O: Observer>(
    rule: &mut super::Rule,
    table: TableId,
    chain: ChainId,
    index: usize,
    look: &mut Look,
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Next {
    let tell = |cx: &Cx<'_, '_, H>, obs: &mut O, end: RuleEnd| {
        if O::ON {
            let rule = u16::try_from(index + 1).unwrap_or(u16::MAX);
            obs.step(cx.skb, Step::Rule { table, chain, rule, end });
        }
    };
    if let Some(field) = rule.base.miss(look, cx.state) {
        if O::ON {
            tell(cx, obs, RuleEnd::NoMatch(rule.base.place(field)));
        }
        return Next::Rule;
    }
    let mut malformed = false;
    for (n, m) in rule.matches.iter_mut().enumerate() {
        match m.met(cx) {
            Met::Yes => {}
            Met::No => {
                if O::ON {
                    tell(cx, obs, RuleEnd::NoMatch(rule.base.count().saturating_add(n as u8)));
                }
                return Next::Rule;
            }
            Met::HotdropMet if cx.face == Face::Legacy => malformed = true,
            Met::Hotdrop | Met::HotdropMet => {
                tell(cx, obs, RuleEnd::Drop);
                return Next::End(Verdict::Drop(DropReason::NetfilterDrop));
            }
            Met::NotModelled => {
                tell(cx, obs, RuleEnd::NotModelled);
                return Next::End(Verdict::Drop(DropReason::NotModelled));
            }
        }
    }
    rule.counters.count(look.len);
    if malformed {
        tell(cx, obs, RuleEnd::Drop);
        return Next::End(Verdict::Drop(DropReason::NetfilterDrop));
    }
    let (end, next) = match &mut rule.target {
        Target::Jump(to) => (RuleEnd::Jump(*to), Next::Jump(*to)),
        Target::Goto(to) => (RuleEnd::Goto(*to), Next::Goto(*to)),
        Target::Return => (RuleEnd::Return, Next::Return),
        Target::Accept => (RuleEnd::Accept, Next::End(Verdict::Accept)),
        Target::Drop => (RuleEnd::Drop, Next::End(Verdict::Drop(DropReason::NetfilterDrop))),
        target => match target.act(cx, obs) {
            Flow::Continue => {
                *look = self::look(cx);
                (RuleEnd::Continue, Next::Rule)
            }
            Flow::End(verdict) => {
                let end = match verdict {
                    Verdict::Accept => RuleEnd::Accept,
                    Verdict::Drop(DropReason::NotModelled) => RuleEnd::NotModelled,
                    Verdict::Drop(_) => RuleEnd::Drop,
                    Verdict::Reject(_) => RuleEnd::Reject,
                };
                (end, Next::End(verdict))
            }
        },
    };
    tell(cx, obs, end);
    next
}

fn policy<H: Host, O: Observer>(
    table: &mut Table,
    base: ChainId,
    look: &Look,
    cx: &Cx<'_, '_, H>,
    obs: &mut O,
) -> Verdict {
    let id = table.id();
    let chain = table.chains.get_mut(usize::from(base.0)).and_then(Option::as_mut);
    let Some(base_chain) = chain.and_then(|c| c.base.as_mut()) else { return Verdict::Accept };
    if base_chain.counts {
        base_chain.counters.count(look.len);
    }
    let accept = base_chain.policy == Policy::Accept;
    if O::ON {
        obs.step(cx.skb, Step::Policy { table: id, chain: base, accept });
    }
    if accept { Verdict::Accept } else { Verdict::Drop(DropReason::NetfilterDrop) }
}
