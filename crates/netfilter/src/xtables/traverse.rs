//! A packet's way through a table.

use packetwalk_trace::{ChainId, Counted, DropReason, Observer, RuleEnd, Step, Table as TableId};
use packetwalk_wire::extension::kind;
use packetwalk_wire::{Family, Pages};

use crate::context::{Cx, Met};
use crate::env::{Host, Verdict};
use crate::log;
use crate::shared::{Trace, TraceEnd};
use crate::targets::{Flow, Target};

use super::condition::Look;
use super::index::{Found, How, Index, Keys, TINY};
use super::{Chain, Face, Gap, Policy, Rule, Table};

/// Where a packet goes on after a called chain: the calling chain and the next rule's place in it.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    chain: ChainId,
    next: usize,
}

/// What one rule wants next.
enum Next {
    Rule,
    /// The rule acted, and may have changed the packet.
    Acted,
    Jump(ChainId),
    Goto(ChainId),
    Return,
    End(Verdict),
}

/// Carries a packet through the table's built-in chain of the hook, `base`, which is live.
///
/// `stack` is scratch space, kept by the caller so that a packet allocates nothing.
///
/// # Source
/// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `ipt_do_table`; `net/netfilter/nf_tables_core.c`:
/// `nft_do_chain`. A rule counts when all its conditions are met, before its target acts.
pub fn traverse<H: Host, O: Observer>(
    table: &mut Table,
    base: ChainId,
    stack: &mut Vec<Frame>,
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Verdict {
    let (id, face) = (table.id(), table.face());
    if O::ON {
        obs.step(cx.skb, Step::Table { table: id, hook: cx.state.hook });
    }
    stack.clear();
    cx.face = table.face();
    let mut look = look(cx);
    let (mut keys, mut read) = (Keys::EMPTY, false);
    let (mut at, mut index, mut first) = (base, 0, true);
    loop {
        let Some(chain) = table.chains.get_mut(at.index()).and_then(Option::as_deref_mut) else {
            return Verdict::Drop(DropReason::NetfilterDrop);
        };
        let Chain { rules, name, index: compiled, .. } = chain;
        // A rule goes to no built-in chain.
        let user = at != base;
        let mut place = Place { face, table: id, chain: at, name, user, index };
        let mut compiled = index_of(compiled, rules, cx.state.family, obs.misses());
        let (mut cursor, mut is_met) = (None, false);
        let mut rules = rules.single();
        let next = loop {
            if let Some(compiled) = &mut compiled {
                let cursor = cursor.get_or_insert_with(|| {
                    if !read {
                        keys.read(&look, cx.state, cx.skb);
                        read = true;
                    }
                    compiled.cursor(&mut keys, &look, cx.state)
                });
                let found = compiled.next(cursor, &keys, place.index);
                (place.index, is_met) = (found.place, found.how != How::Ask);
                if let Some(next) = plain(found, compiled, &place, &look, cx, obs) {
                    break next;
                }
            }
            let rule = match &mut rules {
                Ok(rules) => rules.get_mut(place.index).and_then(Option::as_mut),
                Err(rules) => {
                    if !is_met
                        && !rules.is_own(place.index)
                        && let Some(condition) = passed_over(rules, place.index, &look, cx)
                    {
                        if obs.misses() {
                            tell(&place, cx, obs, RuleEnd::NoMatch(condition));
                        }
                        place.index += 1;
                        continue;
                    }
                    rules.get_mut(place.index)
                }
            };
            let Some(rule) = rule else {
                if cx.skb.nf_trace && user {
                    place.trace(cx, "return");
                }
                break Next::Return;
            };
            match one(rule, is_met, &place, &mut look, &mut first, cx, obs) {
                Next::Rule => {}
                Next::Acted => (cursor, read) = (None, false),
                next => break next,
            }
            place.index += 1;
        };
        index = place.index;
        match next {
            Next::Rule | Next::Acted => {}
            Next::Jump(to) => {
                stack.push(Frame { chain: at, next: index + 1 });
                (at, index) = (to, 0);
            }
            Next::Goto(to) => (at, index) = (to, 0),
            Next::End(verdict) => {
                stack.clear();
                return verdict;
            }
            Next::Return => {
                if let Some(frame) = stack.pop() {
                    if O::ON {
                        obs.step(cx.skb, Step::ChainEnd { table: id, chain: at });
                    }
                    (at, index) = (frame.chain, frame.next);
                } else {
                    return policy(table, base, &look, first, cx, obs);
                }
            }
        }
    }
}

/// The condition for which a rule that a snapshot shares is passed over, as far as that can be told without the rule's
/// own state, and without asking anything twice that counts: a rule that is not met need not be copied.
#[cold]
fn passed_over<H: Host>(rules: &Pages<Rule>, at: usize, look: &Look, cx: &mut Cx<'_, '_, H>) -> Option<u8> {
    let rule = rules.get(at)?;
    if let Some(field) = rule.base.miss(look, cx.state) {
        return Some(rule.base.place(field));
    }
    for (n, m) in rule.matches.iter().enumerate() {
        match m.met_by_packet(cx)? {
            Met::Yes => {}
            Met::No => return Some(rule.base.count().saturating_add(n as u8)),
            _ => return None,
        }
    }
    None
}

/// The index of a chain that is not tiny, made if it is not there; none for a packet that is told of every rule.
#[inline]
fn index_of<'a>(
    index: &'a mut Option<Index>,
    rules: &Pages<Rule>,
    family: Family,
    misses: bool,
) -> Option<&'a mut Index> {
    (!misses && rules.len() > TINY).then(|| index.get_or_insert_with(|| Index::new(rules, family)))
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

/// More than so many are not kept for a program that does not take them.
const MOST_TRACES: usize = 1 << 16;

/// Where a packet is in a table.
struct Place<'a> {
    face: Face,
    table: TableId,
    chain: ChainId,
    #[allow(clippy::borrowed_box, reason = "where the name is need not be read, unless it is asked")]
    name: &'a Box<str>,
    /// The chain is no built-in one.
    user: bool,
    index: usize,
}

impl Place<'_> {
    /// The rule has a part that is not modelled: whoever runs the hook tells of it.
    #[cold]
    fn gap<H: Host>(&self, cx: &mut Cx<'_, '_, H>, option: &'static str, name: &'static str) {
        let Self { face, table, chain, index: rule, .. } = *self;
        cx.shared.gap = Some(Gap { face, family: cx.state.family, table, chain, rule, option, name });
    }

    /// A rule, or the end of a chain, that a traced packet met: the legacy face writes it to the log.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `trace_packet`.
    #[cold]
    fn trace<H: Host>(&self, cx: &mut Cx<'_, '_, H>, what: &str) {
        if self.face == Face::Legacy && cx.shared.logging {
            let prefix = format!("TRACE: {}:{}:{what}:{} ", self.table.name(), self.name, self.index + 1);
            log::packet(cx, log::WARNING, &prefix, log::DEFAULT);
        }
    }

    /// The same in the nft face, which tells it to those that listen.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_tables_trace.c`: `nft_trace_notify`.
    #[cold]
    fn told<H: Host>(&self, cx: &mut Cx<'_, '_, H>, first: &mut bool, end: TraceEnd) {
        if self.face == Face::Nft && cx.shared.tracers > 0 && cx.shared.traces.len() < MOST_TRACES {
            let (iif, oif) = (log::iif(cx.skb, cx.state), cx.state.oif.index);
            let Self { table, chain, .. } = *self;
            cx.shared.traces.push(Trace { skb: *cx.skb, iif, oif, first: *first, table, chain, end });
            *first = false;
        }
    }

    /// The rule counted the packet.
    fn counted<H: Host>(&self, cx: &Cx<'_, '_, H>) -> Counted {
        let Self { face, table, chain, .. } = *self;
        let rule = Some(u32::try_from(self.index).unwrap_or(u32::MAX));
        Counted { face: face as u8, family: cx.state.family, table, chain, rule }
    }

    /// What a rule is called: a bare verdict looks like the end of its chain
    /// (`get_chainname_rulenum`).
    fn comment(&self, rule: &Rule) -> &'static str {
        let verdict = matches!(rule.target, Target::Accept | Target::Drop | Target::Return);
        match verdict && rule.conditions() == 0 {
            true if self.user => "return",
            true => "policy",
            false => "rule",
        }
    }
}

/// Tells how a rule ended.
#[inline]
fn tell<H: Host, O: Observer>(place: &Place<'_>, cx: &Cx<'_, '_, H>, obs: &mut O, end: RuleEnd) {
    if O::ON {
        let rule = u32::try_from(place.index + 1).unwrap_or(u32::MAX);
        obs.step(cx.skb, Step::Rule { table: place.table, chain: place.chain, rule, end });
    }
}

/// A rule of which the index knows all takes the packet: it is counted there, and the rule not looked at.
#[inline]
fn plain<H: Host, O: Observer>(
    found: Found,
    index: &mut Index,
    place: &Place<'_>,
    look: &Look,
    cx: &Cx<'_, '_, H>,
    obs: &mut O,
) -> Option<Next> {
    let (end, next) = match found.how {
        How::Ask | How::Met => return None,
        How::Accept => (RuleEnd::Accept, Next::End(Verdict::Accept)),
        How::Drop => (RuleEnd::Drop, Next::End(Verdict::Drop(DropReason::NetfilterDrop))),
        How::Return => (RuleEnd::Return, Next::Return),
    };
    if cx.skb.nf_trace {
        return None;
    }
    index.count(found.place, look.len)?;
    if O::ON {
        obs.counted(place.counted(cx));
    }
    tell(place, cx, obs, end);
    Some(next)
}

/// Asks one rule, unless it is known to be met.
#[inline]
fn one<H: Host, O: Observer>(
    rule: &mut Rule,
    is_met: bool,
    place: &Place<'_>,
    look: &mut Look,
    first: &mut bool,
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Next {
    if !is_met && let Some(field) = rule.base.miss(look, cx.state) {
        if obs.misses() {
            tell(place, cx, obs, RuleEnd::NoMatch(rule.base.place(field)));
        }
        return Next::Rule;
    }
    let mut malformed = false;
    let matches = if is_met { &mut [] } else { &mut *rule.matches };
    for (n, m) in matches.iter_mut().enumerate() {
        if O::ON && !m.repeats() {
            obs.unlike();
        }
        match m.met(cx) {
            Met::Yes => {}
            Met::No => {
                if obs.misses() {
                    tell(place, cx, obs, RuleEnd::NoMatch(rule.base.count().saturating_add(n as u8)));
                }
                return Next::Rule;
            }
            Met::HotdropMet if cx.face == Face::Legacy => malformed = true,
            Met::Hotdrop | Met::HotdropMet => {
                tell(place, cx, obs, RuleEnd::Drop);
                return Next::End(Verdict::Drop(DropReason::NetfilterDrop));
            }
            Met::NotModelled => {
                place.gap(cx, "-m", m.name());
                tell(place, cx, obs, RuleEnd::NotModelled);
                return Next::End(Verdict::Drop(DropReason::NotModelled));
            }
        }
    }
    rule.counters.count(look.len);
    if O::ON {
        obs.counted(place.counted(cx));
        if !rule.target.repeats() {
            obs.unlike();
        }
    }
    if cx.skb.nf_trace {
        let comment = place.comment(rule);
        place.trace(cx, comment);
    }
    if malformed {
        tell(place, cx, obs, RuleEnd::Drop);
        return Next::End(Verdict::Drop(DropReason::NetfilterDrop));
    }
    let (end, next) = match &mut rule.target {
        Target::Jump(to) => (RuleEnd::Jump(*to), Next::Jump(*to)),
        Target::Goto(to) => (RuleEnd::Goto(*to), Next::Goto(*to)),
        Target::Return => (RuleEnd::Return, Next::Return),
        Target::Accept => (RuleEnd::Accept, Next::End(Verdict::Accept)),
        Target::None => (RuleEnd::Continue, Next::Rule),
        Target::Drop => (RuleEnd::Drop, Next::End(Verdict::Drop(DropReason::NetfilterDrop))),
        target => match target.act(cx, obs) {
            Flow::End(verdict @ Verdict::Drop(DropReason::NotModelled)) => {
                place.gap(cx, "-j", target.name().unwrap_or_default());
                (RuleEnd::NotModelled, Next::End(verdict))
            }
            Flow::Continue => {
                *look = self::look(cx);
                (RuleEnd::Continue, Next::Acted)
            }
            Flow::End(verdict) => {
                let end = match verdict {
                    Verdict::Accept | Verdict::Bypass => RuleEnd::Accept,
                    Verdict::Drop(_) => RuleEnd::Drop,
                    Verdict::Reject(_) => RuleEnd::Reject,
                };
                (end, Next::End(verdict))
            }
        },
    };
    if cx.skb.nf_trace {
        place.told(cx, first, TraceEnd::Rule(rule.handle, end));
    }
    tell(place, cx, obs, end);
    next
}

fn policy<H: Host, O: Observer>(
    table: &mut Table,
    base: ChainId,
    look: &Look,
    mut first: bool,
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Verdict {
    let (id, face) = (table.id(), table.face());
    let chain = table.chains.get_mut(base.index()).and_then(Option::as_deref_mut);
    let Some(chain) = chain else { return Verdict::Accept };
    if cx.skb.nf_trace {
        let index = chain.rules.len();
        let place = Place { face, table: id, chain: base, name: &chain.name, user: false, index };
        place.trace(cx, "policy");
        let accept = chain.base.is_some_and(|b| b.policy == Policy::Accept);
        place.told(cx, &mut first, TraceEnd::Policy(accept));
    }
    let Some(base_chain) = chain.base.as_mut() else { return Verdict::Accept };
    if base_chain.counts {
        base_chain.counters.count(look.len);
        if O::ON {
            let family = cx.state.family;
            obs.counted(Counted { face: face as u8, family, table: id, chain: base, rule: None });
        }
    }
    let accept = base_chain.policy == Policy::Accept;
    if O::ON {
        obs.step(cx.skb, Step::Policy { table: id, chain: base, accept });
    }
    if accept { Verdict::Accept } else { Verdict::Drop(DropReason::NetfilterDrop) }
}
