//! Hooks, rules, connection tracking and NAT.

use core::fmt::Write as _;

use packetwalk_netfilter::conntrack::{Conn, Status, Tuple};
use packetwalk_trace::{ChainId, CtSeen, CtStep, Event, Hook, Manip, NsId, RuleEnd, Table};
use packetwalk_wire::{Body, CtInfo, CtRef, Family, IfIndex, Packet, Payloads, proto};

use super::fields::Field;
use super::language::Say;
use super::miss::{Asked, Miss, miss};
use super::scene::{Scene, rule_key};
use super::step::Draft;
use super::{Decided, Place, TableName, Tone};
use crate::iptables;
use crate::print::conntrack;

pub(super) fn hook(scene: &Scene<'_>, ns: NsId, hook: Hook, iif: IfIndex, oif: IfIndex) -> Draft {
    let mut way = String::new();
    for (option, dev) in [("-i", iif), ("-o", oif)] {
        if dev.is_some() {
            let space = if way.is_empty() { "" } else { " " };
            let _ = write!(way, "{space}{option} {}", scene.dev(ns, dev));
        }
    }
    let name = hook.name();
    let sentence = match hook {
        Hook::Prerouting => Say::Prerouting,
        Hook::Input => Say::Input,
        Hook::Forward => Say::Forward,
        Hook::Output => Say::Output,
        Hook::Postrouting => Say::Postrouting,
    };
    Draft::new(Place::Hook(hook), name, way, scene.text(sentence)).detail()
}

pub(super) fn table(scene: &Scene<'_>, table: Table, hook: Hook) -> Draft {
    let title = format!("{} {}", table.name(), hook.name());
    Draft::new(Place::Hook(hook), title, "", scene.say(Say::TableAsked, &[&table.name()])).detail()
}

/// A rule and how it ended.
pub(super) fn rule(
    scene: &Scene<'_>,
    event: &Event,
    table: Table,
    chain: ChainId,
    rule: u32,
    end: RuleEnd,
) -> Draft {
    let ns = event.ns;
    let (hook, family) = here(scene, ns);
    let chain_name = scene.chain(ns, family, table, chain);
    let found = scene.rule(ns, family, table, chain, rule);
    let text = found.map_or_else(
        || scene.say(Say::RuleOf, &[&rule, &chain_name]),
        |(t, r)| iptables::rule_text(r, &chain_name, t),
    );
    let number = scene.say(Say::RuleNumber, &[&rule, &table.name(), &chain_name]);
    let target = |id| scene.chain(ns, family, table, id);
    let mut why = None;
    let (line, sentence, tone) = match end {
        RuleEnd::NoMatch(n) => {
            let asked = Asked { scene, ns, id: event.id, body: &event.body };
            let missed = found.map(|(_, r)| miss(&asked, family, r, n));
            let (condition, has) = match missed {
                Some(Miss { condition, has }) => (condition, has),
                None => (scene.text(Say::Condition).to_owned(), None),
            };
            let (sentence, failed) = match has {
                Some(has) => (
                    scene.say(Say::NoMatchBut, &[&number, &condition, &has]),
                    scene.say(Say::Miss, &[&condition, &has]),
                ),
                None => (scene.say(Say::NoMatch, &[&number, &condition]), condition),
            };
            let line = format!("{text}   ✗ {failed}");
            why = Some(failed);
            (line, sentence, Tone::Plain)
        }
        RuleEnd::Accept => (format!("{text}   ✓"), scene.say(Say::Accepts, &[&number]), Tone::Accept),
        RuleEnd::Drop => (format!("{text}   ✗ DROP"), scene.say(Say::Drops, &[&number]), Tone::Drop),
        RuleEnd::Reject => {
            let sentence = scene.say(Say::Rejects, &[&number]);
            (format!("{text}   ✗ REJECT"), sentence, Tone::Drop)
        }
        RuleEnd::Jump(to) => {
            let to = target(to);
            (format!("{text}   ↓ {to}"), scene.say(Say::Jumps, &[&number, &to]), Tone::Plain)
        }
        RuleEnd::Goto(to) => {
            let to = target(to);
            let sentence = scene.say(Say::Goes, &[&number, &to]);
            (format!("{text}   ↓ {to}"), sentence, Tone::Plain)
        }
        RuleEnd::Return => (format!("{text}   ↑"), scene.say(Say::Returns, &[&number]), Tone::Plain),
        RuleEnd::Continue => (
            format!("{text}   {}", scene.text(Say::AndOn)),
            scene.say(Say::Continues, &[&number]),
            Tone::Plain,
        ),
        RuleEnd::NotModelled => {
            let sentence = scene.say(Say::Stops, &[&number]);
            (format!("{text}   {}", scene.text(Say::NotSimulated)), sentence, Tone::Drop)
        }
    };
    let decided = Decided { table: TableName::Rules, key: rule_key(table, &chain_name, rule), text };
    let draft = Draft::new(Place::Hook(hook), format!("{} {chain_name}", table.name()), line, sentence)
        .decided(decided)
        .why(why)
        .tone(tone);
    if matches!(end, RuleEnd::NoMatch(_)) { draft.detail() } else { draft }
}

/// The hook and family that the namespace is in.
fn here(scene: &Scene<'_>, ns: NsId) -> (Hook, Family) {
    scene.at.get(&ns).map_or((Hook::Prerouting, Family::V4), |at| (at.hook, at.family))
}

pub(super) fn chain_end(scene: &Scene<'_>, ns: NsId, table: Table, chain: ChainId) -> Draft {
    let (hook, family) = here(scene, ns);
    let name = scene.chain(ns, family, table, chain);
    let (line, sentence) = (scene.text(Say::ChainEnd), scene.say(Say::ChainEnds, &[&name]));
    Draft::new(Place::Hook(hook), format!("{} {name}", table.name()), line, sentence).detail()
}

pub(super) fn policy(scene: &Scene<'_>, ns: NsId, table: Table, chain: ChainId, accept: bool) -> Draft {
    let (hook, family) = here(scene, ns);
    let name = scene.chain(ns, family, table, chain);
    let word = if accept { "ACCEPT" } else { "DROP" };
    let text = format!("-P {name} {word}");
    let say = if accept { Say::PolicyAccepts } else { Say::PolicyDrops };
    let sentence = scene.say(say, &[&table.name(), &name]);
    let mark = if accept { "✓" } else { "✗" };
    let decided = Decided { table: TableName::Rules, key: rule_key(table, &name, 0), text: text.clone() };
    let draft = Draft::new(
        Place::Hook(hook),
        format!("{} {name}", table.name()),
        format!("{text}   {mark}"),
        sentence,
    )
    .decided(decided);
    // NAT's policies decide nothing.
    match (accept, table) {
        (true, Table::Filter) => draft.tone(Tone::Accept),
        (true, _) => draft.detail(),
        (false, _) => draft.tone(Tone::Drop),
    }
}

pub(super) fn conntrack(scene: &Scene<'_>, ns: NsId, step: CtStep, body: &Body) -> Draft {
    let (hook, _) = here(scene, ns);
    let draft = |line: String, sentence: String, decided: Option<Decided>| {
        let draft = Draft::new(Place::Hook(hook), "conntrack", line, sentence);
        match decided {
            Some(decided) => draft.decided(decided),
            None => draft,
        }
    };
    let tuple = || match body {
        Body::Ip(packet) => tuple_text(packet, &scene.lab.payloads),
        Body::Arp(_) => String::new(),
    };
    // The row of an entry that is gone by now is what the packet says of it.
    let row = |decided: &Option<Decided>| decided.as_ref().map_or_else(tuple, |d| d.text.clone());
    match step {
        CtStep::New(_) => {
            let tuple = tuple();
            draft(format!("NEW  {tuple}"), scene.text(Say::IsNew).to_owned(), None)
        }
        CtStep::Found(r, seen) => {
            let (state, what) = match r.info {
                CtInfo::New => (Say::NewOf, Say::StillNew),
                CtInfo::Established => (Say::EstablishedOf, Say::Original),
                CtInfo::EstablishedReply => (Say::ReplyOf, Say::InReply),
                CtInfo::Related | CtInfo::RelatedReply => (Say::RelatedTo, Say::Related),
            };
            let what = scene.text(what);
            let decided = entry(scene, ns, r, seen);
            let line = scene.say(state, &[&row(&decided)]);
            if has_mapping(scene, ns, r) {
                let mapped = scene.text(Say::Mapped);
                draft(line, scene.say(Say::FullBoth, &[&what, &mapped]), decided).note(mapped)
            } else {
                draft(line, scene.say(Say::Full, &[&what]), decided)
            }
        }
        CtStep::Invalid => draft("INVALID".to_owned(), scene.text(Say::Invalid).to_owned(), None),
        CtStep::Untracked => draft("UNTRACKED".to_owned(), scene.text(Say::Untracked).to_owned(), None),
        CtStep::Confirmed(r) => {
            let decided = entry(scene, ns, r, CtSeen { replied: false, assured: false });
            let line = scene.say(Say::ConfirmedRow, &[&row(&decided)]);
            draft(line, scene.text(Say::Confirmed).to_owned(), decided)
        }
        CtStep::Clash(_) => {
            draft(scene.text(Say::ClashRow).to_owned(), scene.text(Say::Clash).to_owned(), None)
        }
        CtStep::Destroyed(_) => {
            draft(scene.text(Say::DestroyedRow).to_owned(), scene.text(Say::Destroyed).to_owned(), None)
        }
    }
}

/// Whether NAT is set up for an entry, be it by a rule or for nothing to change.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_nat_core.c`: `nf_nat_inet_fn`.
fn has_mapping(scene: &Scene<'_>, ns: NsId, r: CtRef) -> bool {
    let status = scene.stack(ns).and_then(|stack| stack.nf.ct.get(r)).map(Conn::status);
    status.is_some_and(|s| s.has(Status::SRC_NAT_DONE) || s.has(Status::DST_NAT_DONE))
}

/// The entry as `conntrack -L` printed it at the step, from its addresses on.
fn entry(scene: &Scene<'_>, ns: NsId, r: CtRef, seen: CtSeen) -> Option<Decided> {
    let ct = &scene.stack(ns)?.nf.ct;
    let mut entry = conntrack::Entry::of(ct, r)?;
    (entry.counters, entry.seen) = (None, seen);
    let mut text = String::new();
    conntrack::line(&entry, scene.lab.now(), conntrack::Style::default(), &mut text);
    let name = conntrack::protocol_name(entry.conn.protocol());
    // The timeout is of now, not of the step: it is left out, and so is what is the same for all.
    let from = text.find("src=").unwrap_or(0);
    let end = text.find(" mark=0 use=").unwrap_or(text.len());
    let text = format!("{name} {}", text.get(from..end).unwrap_or_default());
    Some(Decided { table: TableName::Conntrack, key: entry.conn.id().to_string(), text })
}

fn tuple_text(packet: &Packet, payloads: &Payloads) -> String {
    let Some(tuple) = Tuple::of_packet(packet, payloads) else { return String::new() };
    let mut text =
        format!("{} src={} dst={}", conntrack::protocol_name(tuple.protocol), tuple.src, tuple.dst);
    let _ = match tuple.protocol {
        proto::ICMP | proto::ICMPV6 => {
            write!(text, " type={} code={} id={}", tuple.icmp_type(), tuple.icmp_code(), tuple.icmp_id())
        }
        _ => write!(text, " sport={} dport={}", tuple.sport, tuple.dport),
    };
    text
}

pub(super) fn nat_setup(scene: &Scene<'_>, ns: NsId, manip: Manip, by_rule: bool) -> Draft {
    let (hook, _) = here(scene, ns);
    let half = scene.text(if manip == Manip::Src { Say::Source } else { Say::Destination });
    let (line, sentence) = if by_rule { (Say::NewHalf, Say::GetsNew) } else { (Say::Stays, Say::StaysAsIs) };
    let (line, sentence) = (scene.say(line, &[&half]), scene.say(sentence, &[&half]));
    Draft::new(Place::Hook(hook), "nat", line, sentence).detail()
}

/// NAT rewrote the packet: what was and what is.
pub(super) fn nat(scene: &Scene<'_>, ns: NsId, info: CtInfo, fields: &[Field]) -> Draft {
    let (hook, _) = here(scene, ns);
    let changed: Vec<String> = fields
        .iter()
        .filter_map(|f| Some(format!("{} {} → {}", f.name, f.before.as_ref()?, f.value)))
        .collect();
    let line = changed.join(", ");
    let sentence = if changed.is_empty() {
        scene.text(Say::NatNothing).to_owned()
    } else if info.is_reply() {
        scene.say(Say::NatBack, &[&line])
    } else {
        scene.say(Say::NatSays, &[&line])
    };
    let draft = Draft::new(Place::Hook(hook), "rewrite", line, sentence);
    if changed.is_empty() { draft.detail() } else { draft.tone(Tone::Rewrite) }
}
