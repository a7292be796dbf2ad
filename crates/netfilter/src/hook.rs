//! The five hooks: which steps run at each, in which order.

use std::sync::Arc;

use packetwalk_trace::{
    ChainId, Counted, DropReason, Hook, Manip, Observer, Step as TraceStep, Table as TableId,
};
use packetwalk_wire::{Family, IfIndex, Nfct, Packet, Skb};

use crate::conntrack::{Conntrack, Status};
use crate::context::Cx;
use crate::env::{Env, HookState, Host, Verdict};
use crate::log;
use crate::nat;
use crate::plan::{Plan, Registered};
use crate::shared::acct::{Account, AccountError};
use crate::shared::{Named, Shared, Wanted};
use crate::synproxy;
use crate::xtables::traverse::{Frame, traverse};
use crate::xtables::{Counters, Face, Rule, Ruleset, Table};

/// One thing that a hook does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Puts fragments together again, as long as conntrack is on.
    Defrag,
    /// A table's built-in chain; nat's is asked by [`Step::Nat`].
    Table(TableId),
    /// Finds or makes the packet's connection.
    Conntrack,
    /// Gives a new connection its mapping by the nat table, and rewrites the packet by it.
    Nat(Manip),
    /// Opens the way to a server for a client that SYNPROXY answered.
    Synproxy,
    /// Puts a new connection into the table.
    Confirm,
}

/// A step with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// At which hook.
    pub hook: Hook,
    /// Ascending within a hook.
    pub priority: i32,
    /// What is done.
    pub step: Step,
}

const fn at(hook: Hook, priority: i32, step: Step) -> Entry {
    Entry { hook, priority, step }
}

/// `NF_IP_PRI_*`.
mod pri {
    pub const DEFRAG: i32 = -400;
    pub const RAW: i32 = -300;
    pub const CONNTRACK: i32 = -200;
    pub const MANGLE: i32 = -150;
    pub const NAT_DST: i32 = -100;
    pub const FILTER: i32 = 0;
    pub const SECURITY: i32 = 50;
    pub const NAT_SRC: i32 = 100;
    pub const SYNPROXY: i32 = CONFIRM - 1;
    pub const CONFIRM: i32 = i32::MAX;
}

/// Every step of every hook, sorted by hook and priority. Both families run it.
///
/// # Source
/// Linux v6.18, `include/uapi/linux/netfilter_ipv4.h`: `enum nf_ip_hook_priorities`;
/// `net/netfilter/nf_nat_proto.c`: `nf_nat_ipv4_ops`; `net/netfilter/nf_conntrack_proto.c`:
/// `ipv4_conntrack_ops`; `net/netfilter/nf_synproxy_core.c`: `ipv4_synproxy_ops`;
/// `net/ipv4/netfilter/iptable_*.c`.
pub const HOOKS: [Entry; 25] = {
    use Hook::{Forward, Input, Output, Postrouting, Prerouting};
    [
        at(Prerouting, pri::DEFRAG, Step::Defrag),
        at(Prerouting, pri::RAW, Step::Table(TableId::Raw)),
        at(Prerouting, pri::CONNTRACK, Step::Conntrack),
        at(Prerouting, pri::MANGLE, Step::Table(TableId::Mangle)),
        at(Prerouting, pri::NAT_DST, Step::Nat(Manip::Dst)),
        at(Input, pri::MANGLE, Step::Table(TableId::Mangle)),
        at(Input, pri::FILTER, Step::Table(TableId::Filter)),
        at(Input, pri::SECURITY, Step::Table(TableId::Security)),
        at(Input, pri::NAT_SRC, Step::Nat(Manip::Src)),
        at(Input, pri::SYNPROXY, Step::Synproxy),
        at(Input, pri::CONFIRM, Step::Confirm),
        at(Forward, pri::MANGLE, Step::Table(TableId::Mangle)),
        at(Forward, pri::FILTER, Step::Table(TableId::Filter)),
        at(Forward, pri::SECURITY, Step::Table(TableId::Security)),
        at(Output, pri::DEFRAG, Step::Defrag),
        at(Output, pri::RAW, Step::Table(TableId::Raw)),
        at(Output, pri::CONNTRACK, Step::Conntrack),
        at(Output, pri::MANGLE, Step::Table(TableId::Mangle)),
        at(Output, pri::NAT_DST, Step::Nat(Manip::Dst)),
        at(Output, pri::FILTER, Step::Table(TableId::Filter)),
        at(Output, pri::SECURITY, Step::Table(TableId::Security)),
        at(Postrouting, pri::MANGLE, Step::Table(TableId::Mangle)),
        at(Postrouting, pri::NAT_SRC, Step::Nat(Manip::Src)),
        at(Postrouting, pri::SYNPROXY, Step::Synproxy),
        at(Postrouting, pri::CONFIRM, Step::Confirm),
    ]
};

const _: () = {
    let mut i = 1;
    while i < HOOKS.len() {
        let (a, b) = (HOOKS[i - 1], HOOKS[i]);
        let sorted = if a.hook as usize == b.hook as usize {
            a.priority < b.priority
        } else {
            (a.hook as usize) < b.hook as usize
        };
        assert!(sorted, "HOOKS is sorted by hook, then priority");
        i += 1;
    }
};

/// First place in [`HOOKS`] of each hook.
pub(crate) const FIRST: [u8; 5] = {
    let mut first = [0; 5];
    let mut i = HOOKS.len();
    while i > 0 {
        i -= 1;
        first[HOOKS[i].hook as usize] = i as u8;
    }
    first
};

/// Where a hook goes on after the caller routed the packet anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub struct Resume(u8);

/// What a hook wants of its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Outcome {
    /// The hook ended.
    Done(Verdict),
    /// Only in OUTPUT: mangle or DNAT changed what routing looks at. The caller looks up the route again
    /// with the packet as it is now (`ip_route_me_harder`); when that fails it drops the packet, else it
    /// calls [`Netfilter::resume`] with the hook's state as before: the later steps still see the old `-o`.
    Reroute(Resume),
}

/// One namespace's netfilter.
#[derive(Clone, Debug)]
pub struct Netfilter {
    /// Connections and NAT mappings, of both families.
    pub ct: Conntrack,
    /// What rules share by name.
    pub shared: Shared,
    /// By face, then family.
    rules: [[Ruleset; 2]; 2],
    /// What is registered, by family.
    registered: [Registered; 2],
    /// What follows for the hooks, by family.
    plans: [Plan; 2],
    generation: u64,
    stack: Vec<Frame>,
    /// Rules that force accounting on.
    accounting: usize,
    /// What rules share, as far as the kernel asks it of a new rule.
    named: Arc<Named>,
}

impl Default for Netfilter {
    fn default() -> Self {
        let face = |f| [Ruleset::new(f, Family::V4), Ruleset::new(f, Family::V6)];
        Self {
            ct: Conntrack::default(),
            shared: Shared::default(),
            rules: [face(Face::Nft), face(Face::Legacy)],
            registered: [Registered::default(); 2],
            plans: [Plan::IDLE; 2],
            generation: 0,
            stack: Vec::new(),
            accounting: 0,
            named: Arc::default(),
        }
    }
}

impl Netfilter {
    /// Without tables or connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rules of one face and family.
    pub const fn rules(&self, face: Face, family: Family) -> &Ruleset {
        &self.rules[face as usize][family as usize]
    }

    /// Changes the rules; the hooks that they need are registered or released when `change` returns.
    pub fn change<T>(&mut self, face: Face, family: Family, change: impl FnOnce(&mut Ruleset) -> T) -> T {
        let result = change(&mut self.rules[face as usize][family as usize]);
        self.generation += 1;
        self.follow(face, family);
        result
    }

    /// Rules were changed: what they share and ask of the namespace follows.
    fn follow(&mut self, face: Face, family: Family) {
        let mut wanted = Wanted::default();
        for rules in self.rules.iter().flatten() {
            rules.wants(&mut wanted);
        }
        // The legacy face checks every rule of the table again, which forces accounting on again.
        let again = face == Face::Legacy && wanted.accounting > 0;
        if again || wanted.accounting > self.accounting {
            self.ct.sysctls.acct = 1;
        }
        self.accounting = wanted.accounting;
        let f = family as usize;
        let faces = [&self.rules[0][f], &self.rules[1][f]];
        let conntrack = faces.iter().any(|rules| rules.needs_conntrack());
        let registered = Registered {
            conntrack,
            defrag: conntrack || wanted.whole[f],
            nat: faces.iter().any(|rules| rules.has_nat()),
            synproxy: wanted.synproxy[f],
        };
        self.registered[f] = registered;
        self.plans[f] = Plan::new(faces, registered);
        self.ct.labels_used = wanted.labels > 0;
        self.shared.follow(&wanted);
        self.name();
    }

    /// Whether every long chain is compiled.
    pub fn is_compiled(&self) -> bool {
        self.rules.iter().flatten().flat_map(Ruleset::created).all(Table::is_compiled)
    }

    /// Compiles long chains that are not yet, rather than when the first packet comes that nobody traces: snapshots share it.
    pub fn compile(&mut self) {
        self.rules.iter_mut().flatten().for_each(Ruleset::compile);
    }

    /// Some rule is of SYNPROXY.
    pub fn has_synproxy(&self) -> bool {
        self.registered.iter().any(|r| r.synproxy)
    }

    /// What rules may name may have changed: they are told.
    fn name(&mut self) {
        if self.named.is_empty() && self.shared.names_nothing() {
            return;
        }
        let named = self.shared.named();
        if named != *self.named {
            self.named = Arc::new(named);
            for rules in self.rules.iter_mut().flatten() {
                rules.set_named(&self.named);
            }
        }
    }

    /// The accounting objects of `nfacct`, in the order in which they were made.
    pub fn accounts(&self) -> &[Account] {
        &self.shared.accounts
    }

    /// Makes an accounting object.
    ///
    /// # Errors
    /// [`AccountError::Busy`] if there is one of that name.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nfnetlink_acct.c`: `nfnl_acct_new`.
    pub fn add_account(&mut self, account: Account) -> Result<(), AccountError> {
        if self.shared.account(&account.name).is_some() {
            return Err(AccountError::Busy);
        }
        self.shared.accounts.push(account);
        self.name();
        Ok(())
    }

    /// An accounting object counts from 0 again.
    pub fn reset_account(&mut self, name: &str) {
        if let Some(account) = self.shared.account(name) {
            account.reset();
        }
    }

    /// Takes an accounting object away.
    ///
    /// # Errors
    /// [`AccountError`]: there is none, or a rule counts in it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nfnetlink_acct.c`: `nfnl_acct_try_del`.
    pub fn delete_account(&mut self, name: &str) -> Result<(), AccountError> {
        if self.shared.account(name).is_none() {
            return Err(AccountError::Missing);
        }
        let mut wanted = Wanted::default();
        for rules in self.rules.iter().flatten() {
            rules.wants(&mut wanted);
        }
        if wanted.accounts.iter().any(|used| **used == *name) {
            return Err(AccountError::Busy);
        }
        self.shared.accounts.retain(|account| *account.name != *name);
        self.name();
        Ok(())
    }

    /// Changes with every change of any rule; counters do not count as one.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether connections of this family are tracked: only as long as some rule needs it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_conntrack_proto.c`: `nf_ct_netns_do_get`.
    pub const fn tracks(&self, family: Family) -> bool {
        self.registered[family as usize].conntrack
    }

    /// Whether the datagram that this fragment is of has to be put together first: for connection tracking, unless
    /// that saw it before, on its way out by `lo`, or for a rule that looks for a socket.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/nf_defrag_ipv4.c`: `ipv4_conntrack_defrag`;
    /// `net/ipv6/netfilter/nf_defrag_ipv6_hooks.c`: `ipv6_defrag`.
    pub fn wants_whole(&self, skb: &Skb) -> bool {
        let family = skb.packet.family();
        let seen = match skb.nfct {
            Nfct::None | Nfct::Nothing => false,
            Nfct::Tracked(_) => family == Family::V6,
            Nfct::Untracked => true,
        };
        skb.packet.ip.frag.is_some() && self.registered[family as usize].defrag && !seen
    }

    /// Whether a hook does anything at all with packets of a family.
    #[inline]
    pub const fn acts(&self, hook: Hook, family: Family) -> bool {
        self.plans[family as usize].acts(hook)
    }

    /// Carries a packet through a hook.
    ///
    /// After [`Verdict::Drop`] the packet's connection, if it was not confirmed, is gone already. After
    /// [`Verdict::Reject`] it is still there, for the answer attaches to it (`nf_ct_attach`): the caller
    /// sends the answer first, then calls [`Self::drop_skb`].
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/core.c`: `nf_hook_slow`.
    #[inline]
    pub fn run<H: Host, O: Observer>(
        &mut self,
        state: &HookState,
        skb: &mut Skb,
        env: &mut Env<'_, H>,
        obs: &mut O,
    ) -> Outcome {
        if O::ON {
            obs.step(
                skb,
                TraceStep::Hook {
                    hook: state.hook,
                    family: state.family,
                    iif: state.iif.index,
                    oif: state.oif.index,
                },
            );
        }
        self.steps(FIRST[state.hook as usize], state, skb, env, obs)
    }

    /// Goes on after [`Outcome::Reroute`].
    pub fn resume<H: Host, O: Observer>(
        &mut self,
        at: Resume,
        state: &HookState,
        skb: &mut Skb,
        env: &mut Env<'_, H>,
        obs: &mut O,
    ) -> Outcome {
        self.steps(at.0, state, skb, env, obs)
    }

    /// Whether the caller of a hook has something to carry out: lines for the log, copies, answers.
    #[inline]
    pub const fn left_something(&self) -> bool {
        let Shared { log, copies, answers, .. } = &self.shared;
        self.ct.overflows != 0 || !log.is_empty() || !copies.is_empty() || !answers.is_empty()
    }

    /// Whether a hook has anything to do with packets that come in, until they are taken or sent on.
    pub fn acts_on_input(&self) -> bool {
        let hooks = [Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Postrouting];
        self.plans.iter().any(|plan| hooks.iter().any(|hook| plan.acts(*hook)))
    }

    /// Whether some rule looks at the port that a connection comes from, of rules that repeat.
    pub fn asks_source_port(&self) -> bool {
        let mut rules = self.rules.iter().flatten().flat_map(Ruleset::created).flat_map(Table::rules);
        rules.any(Rule::asks_source_port)
    }

    /// Counts packets where one just like them was counted.
    pub fn count(&mut self, all: &[Counted], packets: Counters) {
        // One table's lie together mostly.
        for of_table in all.chunk_by(|a, b| (a.face, a.family, a.table) == (b.face, b.family, b.table)) {
            let Some(first) = of_table.first() else { continue };
            let rules = self.rules.get_mut(usize::from(first.face));
            let rules = rules.map(|face| &mut face[first.family as usize]);
            let Some(table) = rules.and_then(|rules| rules.get_mut(first.table)) else { continue };
            for at in of_table {
                table.count(at.chain, at.rule, packets);
            }
        }
    }

    /// Lets go of a packet that ended outside a hook, or that was rejected: a connection that it began and
    /// that was not confirmed is forgotten. Harmless for any other packet.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_conntrack_core.c`: `nf_ct_destroy` by `nf_conntrack_put`.
    pub fn drop_skb(&mut self, skb: &Skb) {
        self.ct.release(skb);
    }

    /// Conntrack found a packet INVALID, and the namespace wants that logged.
    fn log_complaint<H: Host>(&mut self, state: &HookState, skb: &mut Skb, env: &mut Env<'_, H>) {
        let Some(why) = self.ct.complaint.take() else { return };
        let mut cx = Cx { skb, state, ct: &mut self.ct, face: Face::Nft, shared: &mut self.shared, env };
        log::packet(&mut cx, log::NOTICE, &why, log::DEFAULT);
    }

    fn steps<H: Host, O: Observer>(
        &mut self,
        from: u8,
        state: &HookState,
        skb: &mut Skb,
        env: &mut Env<'_, H>,
        obs: &mut O,
    ) -> Outcome {
        let mut left = self.plans[state.family as usize].from(state.hook, from);
        while left != 0 {
            let place = left.trailing_zeros() as u8;
            left &= left - 1;
            let Some(entry) = HOOKS.get(usize::from(place)) else { break };
            let mangle = state.hook == Hook::Output && entry.step == Step::Table(TableId::Mangle);
            let before = mangle.then(|| Routed::by(skb));
            let verdict = self.step(place, entry.step, state, skb, env, obs);
            match verdict {
                Verdict::Accept | Verdict::Bypass => {}
                Verdict::Reject(_) => return Outcome::Done(verdict),
                Verdict::Drop(reason) => {
                    if O::ON {
                        obs.step(skb, TraceStep::Drop(reason));
                    }
                    self.drop_skb(skb);
                    return Outcome::Done(verdict);
                }
            }
            if before.is_some_and(|before| before.matters(skb))
                || (state.hook == Hook::Output
                    && entry.step == Step::Nat(Manip::Dst)
                    && nat::output_reroutes(&self.ct, skb))
            {
                return Outcome::Reroute(Resume(place + 1));
            }
        }
        Outcome::Done(Verdict::Accept)
    }

    fn step<H: Host, O: Observer>(
        &mut self,
        place: u8,
        step: Step,
        state: &HookState,
        skb: &mut Skb,
        env: &mut Env<'_, H>,
        obs: &mut O,
    ) -> Verdict {
        let bases = self.plans[state.family as usize].bases(place);
        match step {
            Step::Defrag if self.wants_whole(skb) => Verdict::Drop(DropReason::NotModelled),
            Step::Defrag => Verdict::Accept,
            Step::Conntrack => {
                let verdict = self.ct.packet_in(state.hook, skb, env.payloads, env.now, obs);
                self.log_complaint(state, skb, env);
                nat::follow_master(&mut self.ct, skb, env);
                verdict
            }
            Step::Synproxy => synproxy::packet(&mut self.ct, &mut self.shared, skb, env.now),
            Step::Confirm => {
                let on_lo = state.iif.index == IfIndex::LO || state.oif.index == IfIndex::LO;
                match self.ct.help(skb, on_lo, env.payloads, env.random, env.now) {
                    Verdict::Accept => self.ct.confirm(skb, env.now, obs),
                    verdict => verdict,
                }
            }
            Step::Nat(_) => {
                let (rules, stack, shared) = (&mut self.rules, &mut self.stack, &mut self.shared);
                nat::inet_fn(&mut self.ct, skb, state, env, obs, |ct, skb, env, obs| {
                    let mut cx = Cx { skb, state, ct, face: Face::Nft, shared, env };
                    tables(rules, stack, (TableId::Nat, bases), &mut cx, obs)
                })
            }
            Step::Table(id) => {
                let mut cx =
                    Cx { skb, state, ct: &mut self.ct, face: Face::Nft, shared: &mut self.shared, env };
                tables(&mut self.rules, &mut self.stack, (id, bases), &mut cx, obs)
            }
        }
    }
}

/// Asks the table of both faces, until one does not accept or gives the connection its mapping.
///
/// Differs: the kernel asks them in the order in which they were registered.
fn tables<H: Host, O: Observer>(
    rules: &mut [[Ruleset; 2]; 2],
    stack: &mut Vec<Frame>,
    (id, bases): (TableId, [Option<ChainId>; 2]),
    cx: &mut Cx<'_, '_, H>,
    obs: &mut O,
) -> Verdict {
    for (face, base) in rules.iter_mut().zip(bases) {
        let Some(base) = base else { continue };
        let Some(table) = face[cx.state.family as usize].get_mut(id) else { continue };
        let verdict = traverse(table, base, stack, cx, obs);
        match verdict {
            Verdict::Bypass if id != TableId::Nat => {}
            Verdict::Accept if id != TableId::Nat || !is_mapped(cx) => {}
            _ => return verdict,
        }
    }
    Verdict::Accept
}

/// The connection's half that this hook maps has its mapping.
fn is_mapped<H: Host>(cx: &Cx<'_, '_, H>) -> bool {
    let bit = match nat::manip_of(cx.state.hook) {
        Manip::Src => Status::SRC_NAT_DONE,
        Manip::Dst => Status::DST_NAT_DONE,
    };
    cx.ct.of(cx.skb).is_some_and(|(conn, _)| conn.status().has(bit))
}

/// What a change in mangle OUTPUT is judged by.
///
/// # Source
/// Linux v6.18, `net/ipv4/netfilter/iptable_mangle.c`: `ipt_mangle_out`;
/// `net/ipv6/netfilter/ip6table_mangle.c`: `ip6t_mangle_out`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Routed {
    packet: Packet,
    mark: u32,
}

impl Routed {
    const fn by(skb: &Skb) -> Self {
        Self { packet: skb.packet, mark: skb.mark }
    }

    fn matters(&self, skb: &Skb) -> bool {
        let (a, b) = (&self.packet.ip, &skb.packet.ip);
        a.src != b.src
            || a.dst != b.dst
            || self.mark != skb.mark
            || a.tos != b.tos
            || (b.family() == Family::V6 && a.ttl != b.ttl)
    }
}

/// The tables whose built-in chains hang at a hook, in the order in which a packet meets them.
pub fn tables_at(hook: Hook) -> impl Iterator<Item = TableId> {
    HOOKS.iter().filter(move |e| e.hook == hook).filter_map(|e| match e.step {
        Step::Table(id) => Some(id),
        Step::Nat(_) => Some(TableId::Nat),
        _ => None,
    })
}
