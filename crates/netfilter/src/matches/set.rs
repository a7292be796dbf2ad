//! `-m set`.

use crate::context::Cx;
use crate::env::Host;
use crate::ipset::{Ask, CounterTest, Dirs, Pkt, SetId};

/// A set that a rule names, and the directions that it asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Name: it stays as long as the rule is there.
    pub name: Box<str>,
    /// Number.
    pub id: SetId,
    /// `src,dst …`.
    pub dirs: Dirs,
}

/// `--match-set`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Set {
    /// The set; `None` until the option was read.
    pub set: Option<Named>,
    /// `!` stands before `--match-set`.
    pub not: bool,
    /// `--return-nomatch`.
    pub return_nomatch: bool,
    /// `! --update-counters`.
    pub skip_update: bool,
    /// `! --update-subcounters`.
    pub skip_sub_update: bool,
    /// `--packets-eq` …
    pub packets: CounterTest,
    /// `--bytes-eq` …
    pub bytes: CounterTest,
}

impl Set {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_set.c`: `set_match_v4`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> bool {
        let Some(set) = &self.set else { return self.not };
        let compares = self.packets != CounterTest::Any || self.bytes != CounterTest::Any;
        let mut ask = Ask {
            return_nomatch: self.return_nomatch,
            skip_update: self.skip_update,
            skip_sub_update: self.skip_sub_update,
            counters: compares.then_some((self.packets, self.bytes)),
            len: Some(cx.skb.packet.len()),
            ..Ask::new(set.dirs, cx.state.family)
        };
        let pkt = Pkt { skb: cx.skb, state: cx.state, payloads: cx.env.payloads, now: cx.env.now };
        cx.shared.sets.test(set.id, &mut ask, &pkt) != self.not
    }
}
