//! One event.

use std::rc::Rc;

use packetwalk_trace::{Event, NeighStep, RuleEnd, Step, Table};
use packetwalk_wire::Body;

use super::language::Say;
use super::scene::Scene;
use super::{Decided, Explained, Leg, Place, Tone, link, netfilter, phrase, route};

/// What is said of an event, before what all events have is added.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    place: Place,
    title: String,
    line: String,
    sentence: String,
    detail: bool,
    tone: Tone,
    decided: Option<Decided>,
    note: Option<&'static str>,
    why: Option<String>,
}

impl Draft {
    pub fn new(
        place: Place,
        title: impl Into<String>,
        line: impl Into<String>,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            place,
            title: title.into(),
            line: line.into(),
            sentence: sentence.into(),
            detail: false,
            tone: Tone::Plain,
            decided: None,
            note: None,
            why: None,
        }
    }

    pub fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    pub fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }

    /// The condition that was not met.
    pub fn why(mut self, why: Option<String>) -> Self {
        self.why = why;
        self
    }

    pub fn decided(mut self, decided: Decided) -> Self {
        self.decided = Some(decided);
        self
    }
}

pub(super) fn explain(scene: &mut Scene<'_>, at: usize, event: &Event, leg: Leg) -> Explained {
    let known = event.id != 0;
    let before = if known { scene.last.get(&event.id).copied() } else { None };
    let fields = scene.header(&event.body, before);
    if known {
        scene.last.insert(event.id, event.body);
    }
    scene.see(event);
    let summary = match event.step {
        Step::Send | Step::Deliver | Step::Arp => {
            phrase::summary(&mut scene.printer, &event.body, &scene.lab.payloads)
        }
        _ => String::new(),
    };
    let draft = draft(scene, event, leg, &fields, summary);
    explained(at, event, leg, draft, fields)
}

/// The same with no more words than an outcome may be told in: most events only have to be known for what they are.
pub(super) fn ending(scene: &mut Scene<'_>, at: usize, event: &Event, leg: Leg) -> Explained {
    let Some(is_detail) = passes(scene, event) else { return explain(scene, at, event, leg) };
    if event.id != 0 {
        scene.last.insert(event.id, event.body);
    }
    scene.see(event);
    let draft = Draft::new(Place::Route, "", "", "");
    explained(at, event, leg, if is_detail { draft.detail() } else { draft }, Rc::default())
}

/// Of an event that cannot end a walk: whether it is a detail.
fn passes(scene: &Scene<'_>, event: &Event) -> Option<bool> {
    Some(match event.step {
        Step::Send | Step::Deliver | Step::Receive(_) | Step::Bridge { .. } | Step::Conntrack(_) => false,
        Step::Transmit(dev) => scene.is_bridge(event.ns, dev),
        Step::BridgeLearn { .. } | Step::Hook { .. } | Step::Table { .. } => true,
        Step::ChainEnd { .. } | Step::NatSetup { .. } | Step::Answer => true,
        Step::Rule { end, .. } => match end {
            RuleEnd::Accept | RuleEnd::Jump(_) | RuleEnd::Goto(_) | RuleEnd::Return | RuleEnd::Continue => {
                false
            }
            RuleEnd::NoMatch(_) => true,
            RuleEnd::Drop | RuleEnd::Reject | RuleEnd::NotModelled => return None,
        },
        Step::Policy { table, accept: true, .. } => table != Table::Filter,
        Step::RouteInput(step) | Step::RouteOutput(step) if !route::refuses(&step) => false,
        Step::Neigh { step: NeighStep::Hit | NeighStep::Resolved, .. } => false,
        _ => return None,
    })
}

fn explained(at: usize, event: &Event, leg: Leg, draft: Draft, fields: Rc<[super::Field]>) -> Explained {
    Explained {
        event: at,
        at: event.at,
        ns: event.ns,
        packet: event.id,
        leg,
        place: draft.place,
        title: draft.title,
        line: draft.line,
        sentence: draft.sentence,
        detail: draft.detail,
        tone: draft.tone,
        decided: draft.decided,
        note: draft.note,
        why: draft.why,
        tried: Vec::new(),
        fields,
    }
}

fn draft(scene: &Scene<'_>, event: &Event, leg: Leg, fields: &[super::Field], summary: String) -> Draft {
    let (ns, body) = (event.ns, &event.body);
    match event.step {
        Step::Send => Draft::new(
            Place::Socket,
            "send",
            summary,
            scene.say(Say::Sends, &[&scene.ns(ns), &phrase::what(scene.language, body)]),
        ),
        Step::Receive(dev) => link::receive(scene, ns, dev, body),
        Step::Transmit(dev) => link::transmit(scene, ns, dev),
        Step::BridgeLearn { bridge, port } => link::learn(scene, ns, bridge, port),
        Step::Bridge { bridge, from, to } => link::bridge(scene, ns, bridge, from, to),
        Step::Hook { hook, iif, oif, .. } => netfilter::hook(scene, ns, hook, iif, oif),
        Step::Table { table, hook } => netfilter::table(scene, table, hook),
        Step::Rule { table, chain, rule, end } => netfilter::rule(scene, event, table, chain, rule, end),
        Step::ChainEnd { table, chain } => netfilter::chain_end(scene, ns, table, chain),
        Step::Policy { table, chain, accept } => netfilter::policy(scene, ns, table, chain, accept),
        Step::Conntrack(step) => netfilter::conntrack(scene, ns, step, body),
        Step::NatSetup { manip, by_rule } => netfilter::nat_setup(scene, ns, manip, by_rule),
        Step::Nat { info, .. } => netfilter::nat(scene, ns, info, fields),
        Step::RouteInput(step) => route::decision(scene, ns, &step, body, false),
        Step::RouteOutput(step) => route::decision(scene, ns, &step, body, true),
        Step::NoRoute => route::none(scene, body),
        Step::Ttl => {
            let ttl = fields.iter().find(|f| f.name == "ttl");
            let line = ttl
                .and_then(|f| Some(format!("{} → {}", f.before.as_ref()?, f.value)))
                .unwrap_or_else(|| scene.text(Say::OneLess).to_owned());
            Draft::new(Place::Route, "ttl", line, scene.text(Say::TakesOne)).tone(Tone::Rewrite)
        }
        Step::Neigh { next_hop, dev, step } => link::neighbour(scene, ns, next_hop, dev, step),
        Step::Arp => {
            let sentence = match body {
                Body::Arp(arp) if arp.op == packetwalk_wire::arp::ArpOp::Request => {
                    scene.say(Say::Asks, &[&scene.ns(ns), &arp.target_ip])
                }
                Body::Arp(arp) => {
                    scene.say(Say::AnswersArp, &[&scene.ns(ns), &arp.sender_ip, &arp.sender_mac])
                }
                Body::Ip(_) => scene.say(Say::Sends, &[&scene.ns(ns), &phrase::what(scene.language, body)]),
            };
            let title = if matches!(body, Body::Arp(_)) { "arp" } else { "discovery" };
            Draft::new(Place::Socket, title, summary, sentence)
        }
        Step::Deliver => deliver(scene, event, leg, summary),
        Step::Answer => {
            let sentence = scene.say(Say::MakesAnswer, &[&scene.ns(ns)]);
            Draft::new(Place::Socket, "answer", scene.text(Say::KernelAnswers), sentence).detail()
        }
        Step::Drop(reason) => {
            let why = scene.reason(body, reason);
            let line = format!("{}: {why}", reason.name());
            let sentence = scene.say(Say::Ends, &[&scene.ns(ns), &why]);
            Draft::new(Place::Socket, "drop", line, sentence).tone(Tone::Drop)
        }
        Step::Errno(error) => {
            let sentence = scene.say(Say::GetsError, &[&scene.ns(ns), &error.text()]);
            Draft::new(Place::Socket, "error", format!("{}: {}", error.name(), error.text()), sentence)
                .tone(Tone::Drop)
        }
    }
}

fn deliver(scene: &Scene<'_>, event: &Event, leg: Leg, line: String) -> Draft {
    let (ns, what) = (scene.ns(event.ns), phrase::what(scene.language, &event.body));
    let sentence = match leg {
        Leg::Request => scene.say(Say::Received, &[&ns, &what]),
        Leg::Reply => capital(&scene.say(Say::ArrivesBack, &[&what, &ns])),
        Leg::Error => scene.say(Say::IsTold, &[&ns, &what]),
        Leg::Arp => scene.say(Say::Takes, &[&ns, &what]),
    };
    let tone = if leg == Leg::Arp { Tone::Plain } else { Tone::Deliver };
    Draft::new(Place::Socket, "deliver", line, sentence).tone(tone)
}

/// With a capital letter at its beginning.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
