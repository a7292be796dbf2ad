//! The lookup itself: rules, tables, prefixes, routes.

use packetwalk_trace::{RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::bits;
use crate::result::{Flow, Hit, NoRoute};
use crate::route::{NextHop, Route, table_id};
use crate::rule::RuleAction;
use crate::table::{Chain, Node};

/// How one prefix or table answered.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    /// This way out of this route, to a prefix of this length.
    Way(&'a Route, usize, u8),
    /// A route of a type that refuses, to a prefix of this length.
    Refused(&'a Route, u8),
    /// `throw`: the next rule is asked.
    Throw,
    /// Nothing: shorter prefixes, then the next rule.
    Nothing,
}

/// What a type of route answers a sender with; `None` for those that carry packets and for `throw`.
///
/// # Source
/// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_props`.
pub const fn refusal(kind: RouteKind) -> Option<SendError> {
    match kind {
        RouteKind::Blackhole | RouteKind::Nat => Some(SendError::Inval),
        RouteKind::Unreachable => Some(SendError::HostUnreach),
        RouteKind::Prohibit => Some(SendError::Access),
        _ => None,
    }
}

impl Routing {
    /// Asks the rules and tables for a route.
    ///
    /// # Errors
    /// [`NoRoute`], with ENETUNREACH where nothing matched.
    ///
    /// # Source
    /// Linux v6.18, `include/net/ip_fib.h`: `fib_lookup`; `net/core/fib_rules.c`: `fib_rules_lookup`;
    /// `net/ipv6/fib6_rules.c`: `fib6_rule_lookup`.
    pub fn fib_lookup<'a>(&'a self, flow: &Flow) -> Result<Hit<'a>, NoRoute<'a>> {
        let family = flow.family();
        let rules = self.rules_of(family);
        let none = NoRoute { error: SendError::NetUnreach, by: None };
        if !rules.custom && family == Family::V4 {
            let found = match self.merged(flow) {
                Found::Nothing | Found::Throw => self.table_lookup(table_id::DEFAULT, flow),
                found => found,
            };
            return answer(found, flow, None).unwrap_or(Err(none));
        }
        let mut at = 0;
        while let Some(rule) = rules.list.get(at) {
            at += 1;
            if !rule.matches(flow) {
                continue;
            }
            let table = match rule.action {
                RuleAction::Table(table) => table,
                RuleAction::Nop => continue,
                RuleAction::Goto(target) => {
                    at = rules.list.iter().position(|r| r.priority >= target).unwrap_or(at).max(at);
                    continue;
                }
                RuleAction::Blackhole => return Err(NoRoute { error: SendError::Inval, by: None }),
                RuleAction::Unreachable => return Err(none),
                RuleAction::Prohibit => return Err(NoRoute { error: SendError::Access, by: None }),
            };
            let found = self.table_lookup(table, flow);
            if let Found::Way(_, _, len) = found
                && rule.suppress_prefixlength.is_some_and(|most| len <= most)
            {
                continue;
            }
            if let Some(end) = answer(found, flow, Some(rule.priority)) {
                return end;
            }
        }
        Err(none)
    }

    /// One table's answer.
    pub(crate) fn table_lookup(&self, id: u32, flow: &Flow) -> Found<'_> {
        let Some(table) = self.tables(flow.family()).get(id) else { return Found::Nothing };
        let mut chain = table.chain(bits::of(flow.dst));
        while let Some(node) = chain.peek() {
            match self.ask(node, flow) {
                Found::Nothing => chain.skip(),
                found => return found,
            }
        }
        Found::Nothing
    }

    /// IPv4's local and main tables as one, as they are until the first rule is changed: the longest
    /// prefix of both wins, local first where they are alike.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_trie.c`: `fib_trie_table`, `fib_trie_unmerge`.
    pub(crate) fn merged(&self, flow: &Flow) -> Found<'_> {
        let address = bits::of(flow.dst);
        let chain = |id| self.v4.get(id).map(|t| t.chain(address));
        let (mut local, mut main) = (chain(table_id::LOCAL), chain(table_id::MAIN));
        loop {
            let a = local.as_ref().and_then(Chain::peek);
            let b = main.as_ref().and_then(Chain::peek);
            let (node, from) = match (a, b) {
                (Some(a), Some(b)) if a.len < b.len => (b, &mut main),
                (Some(a), _) => (a, &mut local),
                (None, Some(b)) => (b, &mut main),
                (None, None) => return Found::Nothing,
            };
            match self.ask(node, flow) {
                Found::Nothing => {}
                found => return found,
            }
            if let Some(chain) = from {
                chain.skip();
            }
        }
    }

    fn ask<'a>(&self, node: Node<'a>, flow: &Flow) -> Found<'a> {
        match flow.family() {
            Family::V4 => self.ask4(node, flow),
            Family::V6 => self.ask6(node, flow),
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/fib_trie.c`: `fib_table_lookup` (its last part), `fib_lookup_good_nhc`.
    fn ask4<'a>(&self, node: Node<'a>, flow: &Flow) -> Found<'a> {
        for route in node.routes {
            if route.tos != 0 && route.tos & 0xfc != flow.tos & 0xfc {
                continue;
            }
            if route.scope < flow.scope || route.is_dead() {
                continue;
            }
            if route.kind == RouteKind::Throw {
                return Found::Throw;
            }
            if refusal(route.kind).is_some() {
                return Found::Refused(route, node.len);
            }
            let usable = |nh: &NextHop| {
                let down = nh.linkdown && !flow.ignore_linkstate && self.ignores_linkdown(nh.oif);
                !(nh.dead || down) && (flow.oif == IfIndex::NONE || flow.oif == nh.oif)
            };
            if let Some(nh) = route.nexthops.iter().position(usable) {
                return Found::Way(route, nh, node.len);
            }
        }
        Found::Nothing
    }

    fn ignores_linkdown(&self, dev: IfIndex) -> bool {
        self.dev(dev).is_some_and(|d| d.conf.ignore_linkdown)
    }
}

/// `None`: go on with the next rule.
fn answer<'a>(found: Found<'a>, flow: &Flow, rule: Option<u32>) -> Option<Result<Hit<'a>, NoRoute<'a>>> {
    let dst = flow.dst;
    let of = |route: &Route| match (rule, route.table) {
        (Some(rule), _) => rule,
        (None, table_id::LOCAL) => 0,
        (None, table_id::MAIN) => 32766,
        (None, _) => 32767,
    };
    match found {
        Found::Way(route, nh, len) => Some(Ok(Hit { rule: of(route), route, dst, len, nh })),
        Found::Refused(route, len) => {
            let error = refusal(route.kind).unwrap_or(SendError::NetUnreach);
            Some(Err(NoRoute { error, by: Some(Hit { rule: of(route), route, dst, len, nh: 0 }) }))
        }
        Found::Throw | Found::Nothing => None,
    }
}
