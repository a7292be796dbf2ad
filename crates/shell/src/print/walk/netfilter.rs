//! Hooks, rules, connection tracking and NAT.

use core::fmt::Write as _;

use packetwalk_netfilter::conntrack::{Conn, Status, Tuple};
use packetwalk_trace::{ChainId, CtSeen, CtStep, Event, Hook, Manip, NsId, RuleEnd, Table};
use packetwalk_wire::{Body, CtInfo, CtRef, Family, IfIndex, Packet, Payloads, proto};

use super::fields::Field;
use super::miss::{Asked, miss};
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
        Hook::Prerouting => "Before routing: destinations can still be rewritten here.",
        Hook::Input => "The packet is for this host: its own filters are asked.",
        Hook::Forward => "The packet is passing through: the host's filters are asked whether it may.",
        Hook::Output => "This host made the packet: its filters are asked whether it may leave.",
        Hook::Postrouting => "After routing: sources can be rewritten here.",
    };
    Draft::new(Place::Hook(hook), name, way, sentence).detail()
}

pub(super) fn table(table: Table, hook: Hook) -> Draft {
    let title = format!("{} {}", table.name(), hook.name());
    Draft::new(
        Place::Hook(hook),
        title,
        "",
        format!("The {} table's rules are asked in order.", table.name()),
    )
    .detail()
}

/// A rule and how it ended.
pub(super) fn rule(
    scene: &Scene<'_>,
    event: &Event,
    table: Table,
    chain: ChainId,
    rule: u16,
    end: RuleEnd,
) -> Draft {
    let ns = event.ns;
    let (hook, family) = here(scene, ns);
    let chain_name = scene.chain(ns, family, table, chain);
    let found = scene.rule(ns, family, table, chain, rule);
    let text = found.map_or_else(
        || format!("rule {rule} of {chain_name}"),
        |(t, r)| iptables::rule_text(r, &chain_name, t),
    );
    let number = format!("Rule {rule} of {} {chain_name}", table.name());
    let target = |id| scene.chain(ns, family, table, id);
    let mut why = None;
    let (line, sentence, tone) = match end {
        RuleEnd::NoMatch(n) => {
            let asked = Asked { scene, ns, id: event.id, body: &event.body };
            let failed = found.map_or_else(|| "a condition".to_owned(), |(_, r)| miss(&asked, family, r, n));
            let sentence = match failed.split_once(": ") {
                Some((condition, has)) => {
                    format!("{number} does not match: it asks for “{condition}”, but {has}.")
                }
                None => format!("{number} does not match: “{failed}” is not met."),
            };
            let line = format!("{text}   ✗ {failed}");
            why = Some(failed);
            (line, sentence, Tone::Plain)
        }
        RuleEnd::Accept => {
            (format!("{text}   ✓"), format!("{number} matches and accepts the packet."), Tone::Accept)
        }
        RuleEnd::Drop => {
            (format!("{text}   ✗ DROP"), format!("{number} matches and drops the packet."), Tone::Drop)
        }
        RuleEnd::Reject => {
            let sentence = format!("{number} matches and rejects the packet: its sender is told.");
            (format!("{text}   ✗ REJECT"), sentence, Tone::Drop)
        }
        RuleEnd::Jump(to) => {
            let to = target(to);
            (format!("{text}   ↓ {to}"), format!("{number} matches: the chain {to} is asked."), Tone::Plain)
        }
        RuleEnd::Goto(to) => {
            let to = target(to);
            let sentence = format!("{number} matches: the chain {to} decides, and does not come back.");
            (format!("{text}   ↓ {to}"), sentence, Tone::Plain)
        }
        RuleEnd::Return => {
            (format!("{text}   ↑"), format!("{number} matches: back to the chain that asked."), Tone::Plain)
        }
        RuleEnd::Continue => (
            format!("{text}   ✓ and on"),
            format!("{number} matches, does its work, and the next rule follows."),
            Tone::Plain,
        ),
        RuleEnd::NotModelled => {
            let sentence =
                format!("{number} uses what is not simulated: the packet stops rather than guess.");
            (format!("{text}   ? not simulated"), sentence, Tone::Drop)
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
    let sentence = format!("The chain {name} ends: back to the chain that asked.");
    Draft::new(Place::Hook(hook), format!("{} {name}", table.name()), "↑ end of the chain", sentence).detail()
}

pub(super) fn policy(scene: &Scene<'_>, ns: NsId, table: Table, chain: ChainId, accept: bool) -> Draft {
    let (hook, family) = here(scene, ns);
    let name = scene.chain(ns, family, table, chain);
    let word = if accept { "ACCEPT" } else { "DROP" };
    let text = format!("-P {name} {word}");
    let sentence = if accept {
        format!("No rule of {} {name} decided: its policy accepts.", table.name())
    } else {
        format!("No rule of {} {name} decided: its policy drops the packet.", table.name())
    };
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
            draft(
                format!("NEW  {tuple}"),
                "Connection tracking has not seen this flow: it is NEW.".to_owned(),
                None,
            )
        }
        CtStep::Found(r, seen) => {
            let (state, what) = match r.info {
                CtInfo::New => ("NEW, of", "It belongs to a flow that has not been answered yet: still NEW"),
                CtInfo::Established => {
                    ("ESTABLISHED, of", "It belongs to a known connection, in its original direction")
                }
                CtInfo::EstablishedReply => {
                    ("ESTABLISHED, reply of", "It belongs to a known connection, in reply direction")
                }
                CtInfo::Related | CtInfo::RelatedReply => {
                    ("RELATED, about", "It is about a known connection: RELATED")
                }
            };
            let decided = entry(scene, ns, r, seen);
            let line = format!("{state} {}", row(&decided));
            if has_mapping(scene, ns, r) {
                draft(line, format!("{what}. {MAPPED}."), decided).note(MAPPED)
            } else {
                draft(line, format!("{what}."), decided)
            }
        }
        CtStep::Invalid => {
            let sentence = "It makes no sense for any connection: INVALID. NAT leaves it alone.";
            draft("INVALID".to_owned(), sentence.to_owned(), None)
        }
        CtStep::Untracked => {
            draft("UNTRACKED".to_owned(), "A rule exempts it from tracking.".to_owned(), None)
        }
        CtStep::Confirmed(r) => {
            let decided = entry(scene, ns, r, CtSeen { replied: false, assured: false });
            let sentence = "The new connection goes into the table.".to_owned();
            draft(format!("confirmed  {}", row(&decided)), sentence, decided)
        }
        CtStep::Clash(_) => {
            draft("clash".to_owned(), "Another connection took the same tuple meanwhile.".to_owned(), None)
        }
        CtStep::Destroyed(_) => draft(
            "destroyed".to_owned(),
            "The packet ended the connection: its entry is gone.".to_owned(),
            None,
        ),
    }
}

/// What a known entry means for NAT.
const MAPPED: &str = "The nat table is not asked: the entry has its mapping already";

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
    let half = if manip == Manip::Src { "source" } else { "destination" };
    let (line, sentence) = if by_rule {
        (
            format!("new {half} for this connection"),
            format!("The connection gets a new {half}, for all its packets."),
        )
    } else {
        (
            format!("{half} stays"),
            format!("No rule wants another {half} for this connection: it stays as it is."),
        )
    };
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
        "NAT looked at the packet and changed nothing.".to_owned()
    } else if info.is_reply() {
        format!("The connection's entry turns the rewriting back: {line}.")
    } else {
        format!("The connection's entry says: {line}.")
    };
    let draft = Draft::new(Place::Hook(hook), "rewrite", line, sentence);
    if changed.is_empty() { draft.detail() } else { draft.tone(Tone::Rewrite) }
}
