//! How a walk ended.

use core::fmt::Display;

use packetwalk_trace::{DropReason, Event, NeighStep, NsId, RuleEnd, Step};
use packetwalk_wire::{Body, Icmp};

use super::language::Say;
use super::scene::Scene;
use super::{Explained, Leg, Tone, phrase};

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Answered.
    Answered,
    /// It arrived; no answer was due, or none came back.
    Delivered,
    /// Dropped on the way there.
    Dropped,
    /// Refused: somebody answered that it may not or cannot be.
    Refused,
    /// The answer was lost on its way back.
    ReplyLost,
    /// It never left: the sender's own kernel said no.
    NotSent,
}

/// How a walk ended, with its reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Which way.
    pub verdict: Verdict,
    /// Why, in one plain sentence.
    pub sentence: String,
    /// The step that decided, a number in the list of steps.
    pub step: usize,
}

/// The ports that traceroute's datagrams go to.
const TRACED: core::ops::RangeInclusive<u16> = 33_434..=33_534;

/// A walk to be judged.
struct Judge<'a> {
    scene: &'a Scene<'a>,
    events: &'a [Event],
    steps: &'a [Explained],
    from: NsId,
}

pub(super) fn outcome(scene: &Scene<'_>, events: &[Event], steps: &[Explained], from: NsId) -> Outcome {
    Judge { scene, events, steps, from }.outcome()
}

impl Judge<'_> {
    fn outcome(&self) -> Outcome {
        let sender = self.scene.ns(self.from);
        let say = |what, values: &[&dyn Display]| self.scene.say(what, values);
        let what = |at: usize| {
            self.events.get(at).map(|e| phrase::what(self.scene.language, &e.body)).unwrap_or_default()
        };
        let done = |verdict, step, sentence| Outcome { verdict, sentence, step };
        if self.events.is_empty() {
            return done(Verdict::NotSent, 0, say(Say::NothingLeft, &[&sender]));
        }
        let dst = self.destination();
        let home = |leg| self.last(move |e, s| s.leg == leg && e.step == Step::Deliver && e.ns == self.from);
        if let Some(at) =
            self.first(|e, s| s.leg == Leg::Reply && e.step == Step::Deliver && e.ns == self.from)
        {
            let sentence = say(Say::AnsweredAfter, &[&dst, &sender, &self.time(at)]);
            return done(Verdict::Answered, at, sentence);
        }
        if let Some(at) = self.reached() {
            let sentence = say(Say::Reached, &[&dst, &what(at), &self.time(at)]);
            return done(Verdict::Answered, at, sentence);
        }
        // That a probe's time to live ran out is what it was sent for.
        let probing = self.is_probing();
        let dropped = self.last(|e, s| {
            s.leg == Leg::Request
                && s.tone == Tone::Drop
                && !(probing && e.step == Step::Drop(DropReason::TtlExceeded))
        });
        let reason = |at: Option<usize>| at.and_then(|at| self.why(at));
        if let Some(at) = home(Leg::Error).filter(|at| dropped.is_none_or(|last| !probing || last < *at)) {
            let by = self.events.get(at).and_then(|e| match e.body {
                Body::Ip(packet) => Some(say(Say::From, &[&packet.ip.src])),
                Body::Arp(_) => None,
            });
            let why = reason(dropped).map(|why| say(Say::Because, &[&why])).unwrap_or_default();
            let sentence = say(Say::Got, &[&sender, &what(at), &by.unwrap_or_default(), &why]);
            return done(Verdict::Refused, dropped.unwrap_or(at), sentence);
        }
        let arrived = self.last(|e, s| s.leg == Leg::Request && e.step == Step::Deliver);
        let lost = self.last(|_, s| matches!(s.leg, Leg::Reply | Leg::Error) && s.tone == Tone::Drop);
        if let (Some(at), true) = (lost, arrived.is_some() || dropped.is_none()) {
            let why = reason(lost).unwrap_or_default();
            return done(Verdict::ReplyLost, at, say(Say::AnswerLost, &[&dst, &why]));
        }
        let left = self.first(|e, s| s.leg == Leg::Request && matches!(e.step, Step::Transmit(_)));
        let said = self.last(|e, _| matches!(e.step, Step::Errno(_)) && e.ns == self.from);
        if let (Some(at), None) = (said, left) {
            let cause = self.last(|e, s| {
                s.leg == Leg::Request && s.tone == Tone::Drop && !matches!(e.step, Step::Errno(_))
            });
            let said = self.steps.get(at).map(|s| s.line.as_str()).unwrap_or_default();
            let why = reason(cause).map(|why| say(Say::Because, &[&why])).unwrap_or_default();
            let sentence = say(Say::NeverLeft, &[&sender, &said, &why]);
            return done(Verdict::NotSent, cause.unwrap_or(at), sentence);
        }
        if let Some(at) = dropped {
            let why = reason(dropped).unwrap_or_default();
            return done(Verdict::Dropped, at, say(Say::Lost, &[&dst, &why]));
        }
        if let Some((at, why)) = self.waiting() {
            return done(Verdict::Dropped, at, say(Say::DidNotLeave, &[&dst, &why]));
        }
        if let Some(at) = arrived {
            let ns = self.events.get(at).map_or("", |e| self.scene.ns(e.ns));
            return done(Verdict::Delivered, at, say(Say::ArrivedIn, &[&ns]));
        }
        let at = self.steps.len().saturating_sub(1);
        done(Verdict::Dropped, at, say(Say::NothingHeard, &[&dst]))
    }

    /// Whether the command looks for the routers on the way, as traceroute does: by packets of short lives.
    fn is_probing(&self) -> bool {
        const SHORT: u8 = 32;
        let mut sent = self.events.iter().filter_map(|e| match (e.body, e.step) {
            (Body::Ip(packet), Step::Send) if e.ns == self.from && !packet.is_icmp_error() => Some(packet),
            _ => None,
        });
        let Some(first) = sent.next() else { return false };
        let is_traced = first.ports().is_some_and(|(_, dport)| TRACED.contains(&dport));
        first.ip.ttl < SHORT && (is_traced || sent.any(|packet| packet.ip.ttl > first.ip.ttl))
    }

    /// Where a probe's end was told by its destination itself: nobody listens on its port.
    fn reached(&self) -> Option<usize> {
        let target = self.events.iter().find_map(|e| match (e.body, e.step) {
            (Body::Ip(packet), Step::Send) => Some(packet.ip.dst),
            _ => None,
        })?;
        self.first(|e, s| {
            let Body::Ip(packet) = e.body else { return false };
            let is_port = match packet.icmp().map(Icmp::type_code) {
                Some((ty, code)) => phrase::error(packet.family(), ty, code) == Some(Say::PortUnreachable),
                None => true,
            };
            s.leg == Leg::Error
                && e.step == Step::Deliver
                && e.ns == self.from
                && is_port
                && packet.ip.src == target
        })
        .filter(|_| self.is_probing())
    }

    /// Where the last request waits for a neighbour that did not answer until the command ended.
    fn waiting(&self) -> Option<(usize, String)> {
        let (at, (event, _)) = self
            .events
            .iter()
            .zip(self.steps)
            .enumerate()
            .rfind(|(_, (_, s))| s.leg == Leg::Request && !s.detail)?;
        let Step::Neigh { next_hop, dev, step: NeighStep::Queued } = event.step else { return None };
        let (ns, dev) = (self.scene.ns(event.ns), self.scene.dev(event.ns, dev));
        let asks = if next_hop.is_ipv6() { self.scene.text(Say::Discovery) } else { "ARP" };
        Some((at, self.scene.say(Say::StillAsking, &[&ns, &asks, &next_hop, &dev])))
    }

    fn first(&self, f: impl Fn(&Event, &Explained) -> bool) -> Option<usize> {
        self.events.iter().zip(self.steps).position(|(e, s)| f(e, s))
    }

    fn last(&self, f: impl Fn(&Event, &Explained) -> bool) -> Option<usize> {
        let pairs = self.events.iter().zip(self.steps);
        pairs.enumerate().filter(|(_, (e, s))| f(e, s)).last().map(|(at, _)| at)
    }

    /// Where the first packet went.
    fn destination(&self) -> String {
        let sent = self.events.iter().find_map(|e| match (e.body, e.step) {
            (Body::Ip(packet), Step::Send) => Some(packet.ip.dst.to_string()),
            _ => None,
        });
        sent.unwrap_or_else(|| self.scene.text(Say::TheDestination).to_owned())
    }

    /// Time from the beginning to a step.
    fn time(&self, at: usize) -> String {
        let ends = self.steps.first().zip(self.steps.get(at));
        ends.map(|(first, last)| micros(last.at.since(first.at))).unwrap_or_default()
    }

    /// Why the packet ended at a step: the rule, route or neighbour before it that said so, else the
    /// drop's own reason.
    fn why(&self, at: usize) -> Option<String> {
        let (event, step) = (self.events.get(at)?, self.steps.get(at)?);
        let place = self.scene.ns(event.ns);
        let before = self.events.iter().zip(self.steps).take(at + 1).rev();
        let cause = before
            .filter(|(e, _)| e.id == event.id && e.ns == event.ns)
            .take(6)
            .filter(|(_, s)| s.tone == Tone::Drop)
            .find_map(|(e, s)| self.cause(e, s));
        let cause = cause.unwrap_or_else(|| match event.step {
            Step::Drop(reason) => self.scene.reason(&event.body, reason),
            _ => step.line.clone(),
        });
        Some(self.scene.say(Say::InPlace, &[&place, &cause]))
    }

    fn cause(&self, event: &Event, step: &Explained) -> Option<String> {
        let scene = self.scene;
        match event.step {
            Step::NoRoute => Some(step.line.clone()),
            Step::Neigh { next_hop, dev, .. } => {
                Some(scene.say(Say::NobodyOn, &[&scene.dev(event.ns, dev), &next_hop]))
            }
            Step::Rule { table, end, .. } => {
                let text = step.decided.as_ref().map(|d| d.text.as_str()).unwrap_or_default();
                let did = match end {
                    RuleEnd::Reject => Say::DidReject,
                    RuleEnd::NotModelled => Say::DidStop,
                    _ => Say::DidDrop,
                };
                Some(scene.say(Say::RuleDid, &[&table.name(), &text, &scene.text(did)]))
            }
            Step::Policy { table, .. } => {
                let text = step.decided.as_ref().map(|d| d.text.as_str()).unwrap_or_default();
                Some(scene.say(Say::PolicyDid, &[&table.name(), &text]))
            }
            Step::RouteInput(_) | Step::RouteOutput(_) => Some(scene.say(Say::RouteRefuses, &[&step.line])),
            _ => None,
        }
    }
}

/// A time with a fitting unit.
pub(super) fn micros(time: core::time::Duration) -> String {
    match time.as_micros() {
        us @ 0..10_000 => format!("{us} µs"),
        us @ 10_000..10_000_000 => format!("{} ms", us / 1000),
        us => format!("{} s", us / 1_000_000),
    }
}
