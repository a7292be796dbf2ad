//! A walk: a command's packets, explained.

use std::rc::Rc;

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::{self as explained, Language, Say};
use packetwalk_shell::{Line, Shell, Terminal};
use packetwalk_trace::{CtStep, DropReason, Event, NeighStep, NsId, RuleEnd, Step as Trace, Table};
use packetwalk_wire::{Body, Family, Icmp, IfIndex, Packet, TcpFlags, Transport, sorted::Map};

use super::states::{Begun, States};
use super::{Chunks, Trouble};
use crate::view::{self, Decided, Field, Leg, Outcome, Place, TableName, Text, Texts, Tone, Verdict};

/// Most steps that a walk keeps: a ping has about a hundred.
const MOST_STEPS: usize = 20_000;

/// The same of what was typed, which may go on for long.
const MOST_TYPED: usize = 2_000;

/// What programs said at terminals while a walk was taken.
pub type Aside = Vec<(Terminal, Vec<u8>)>;

/// Runs a command under observation. It runs as a background job, so that the same run can be repeated
/// and stopped at any time.
///
/// # Errors
/// [`Trouble`] if the command is incomplete.
pub fn walk(
    shell: &mut Shell,
    ns: NsId,
    command: &str,
    language: Language,
) -> Result<(view::Walk, States, Aside), Trouble> {
    // What earlier commands have on their way is no part of this walk.
    let mut early = Chunks::default();
    shell.land(&mut early);
    let before = shell.clone();
    shell.lab.start_trace();
    shell.lab.captures.on = true;
    shell.lab.captures.frames.clear();
    let ran = run(shell, ns, command);
    let mut late = Chunks::default();
    shell.land(&mut late);
    let mut events = shell.lab.stop_trace();
    shell.lab.captures.on = false;
    let (said, mut aside) = match ran {
        Ok(ran) => ran,
        Err(trouble) => {
            *shell = before;
            return Err(trouble);
        }
    };
    aside.splice(0..0, early.aside);
    aside.append(&mut late.aside);
    events.truncate(MOST_STEPS);
    let begun = Begun::Command(ns, command.to_owned());
    let (walk, states) = explained_as(before, shell, begun, events, ns, said, language);
    Ok((walk, states, aside))
}

/// A walk of what was typed at a terminal, which has shown the output; it begins where the first packet was sent.
pub fn told(
    before: Shell,
    shell: &Shell,
    begun: Begun,
    mut events: Vec<Event>,
    language: Language,
) -> (view::Walk, States) {
    events.truncate(MOST_TYPED);
    let sender = events.iter().find(|event| event.step == Trace::Send).map(|event| event.ns);
    let from = sender.unwrap_or(begun.command().0);
    let said = (Chunks::default(), 0);
    explained_as(before, shell, begun, events, from, said, language)
}

fn explained_as(
    before: Shell,
    shell: &Shell,
    begun: Begun,
    events: Vec<Event>,
    from: NsId,
    (said, status): (Chunks, u8),
    language: Language,
) -> (view::Walk, States) {
    let (ns, command) = begun.command();
    let told = explained::explain(&events, &shell.lab, from, language);
    let order = told.steps.iter().map(|step| step.event).collect();
    let mut texts = Texts::default();
    let output = said.output(status, &mut texts);
    let mut steps = steps(&shell.lab, &events, told.steps, language, &mut texts);
    let mut outcome = Outcome {
        verdict: verdict(told.outcome.verdict),
        sentence: texts.of(&told.outcome.sentence),
        step: told.outcome.step as u32,
    };
    if steps.is_empty() {
        let step = nothing_sent(&shell.lab, ns, &output, language, &mut texts);
        let (verdict, sentence) = match output.status {
            0 => (Verdict::Delivered, texts.of(language.text(Say::SentNothing))),
            _ => (Verdict::NotSent, step.sentence.clone()),
        };
        outcome = Outcome { verdict, sentence, step: 0 };
        steps.push(step);
    }
    let (from, command, texts) = (u32::from(ns.0), texts.of(command), texts.keep());
    let walk = view::Walk { from, command, steps, outcome, output, texts };
    let states = States::new(before, shell.clone(), begun, events, order, language);
    (walk, states)
}

/// The only step of a walk without packets: the sender's own kernel refused, or the command had no need.
fn nothing_sent(
    lab: &Lab,
    ns: NsId,
    output: &view::Output,
    language: Language,
    texts: &mut Texts,
) -> view::Step {
    let name = lab.label(ns);
    let (stdout, stderr) = (texts.get(&output.stdout), texts.get(&output.stderr));
    let said = stderr.lines().chain(stdout.lines()).map(str::trim).find(|line| !line.is_empty());
    let said = said.unwrap_or_else(|| language.text(Say::Nothing)).to_owned();
    let unreachable = stderr.contains("Network is unreachable");
    let say = if unreachable { Say::NoRouteOut } else { Say::NoPacket };
    let sentence = language.say(say, &[&name, &said]);
    view::Step {
        index: 0,
        micros: 0.0,
        ns: u32::from(ns.0),
        packet: 0,
        leg: Leg::Request,
        what: texts.of(""),
        place: Place::Route,
        title: texts.of("not sent"),
        label: texts.of(&language.title("not sent")),
        line: texts.of(&said),
        sentence: texts.of(&sentence),
        why: None,
        detail: false,
        tone: if output.status == 0 { Tone::Plain } else { Tone::Drop },
        decided: None,
        header: Rc::default(),
    }
}

/// The line that starts a command in the background.
pub fn in_background(command: &str) -> String {
    format!("{{ {command}\n}} &")
}

fn run(shell: &mut Shell, ns: NsId, command: &str) -> Result<((Chunks, u8), Aside), Trouble> {
    let mut chunks = Chunks::default();
    if shell.run_line(ns, in_background(command).as_bytes(), &mut chunks) == Line::Incomplete {
        return Err(Trouble::plain("the command is not complete"));
    }
    match shell.run_line(ns, b"wait $!", &mut chunks) {
        Line::Done(status) | Line::Exit(status) => {
            let aside = std::mem::take(&mut chunks.aside);
            Ok(((chunks, status), aside))
        }
        Line::Incomplete => Err(Trouble::plain("the command is not complete")),
    }
}

fn steps(
    lab: &Lab,
    events: &[Event],
    told: Vec<explained::Explained>,
    language: Language,
    texts: &mut Texts,
) -> Vec<view::Step> {
    let start = events.first().map_or(0, |e| e.at.0);
    let mut places: Map<(NsId, u32), Place> = Map::new();
    let mut steps: Vec<view::Step> = Vec::with_capacity(told.len());
    let mut last: Rc<[explained::Field]> = Rc::default();
    for told in told {
        let Some(event) = events.get(told.event) else { continue };
        let seat = (event.ns, event.id);
        let stays = matches!(event.step, Trace::Drop(_) | Trace::Answer | Trace::Arp);
        let place = match places.get(&seat) {
            Some(last) if stays => last.clone(),
            _ => place(&told.place, texts),
        };
        places.insert(seat, place.clone());
        let header = match steps.last() {
            Some(step) if Rc::ptr_eq(&last, &told.fields) => Rc::clone(&step.header),
            _ => told.fields.iter().map(|of| field(of, texts)).collect(),
        };
        last = told.fields;
        let title = texts.of(&told.title);
        steps.push(view::Step {
            index: steps.len() as u32,
            micros: event.at.0.saturating_sub(start) as f64 / 1000.0,
            ns: u32::from(event.ns.0),
            packet: event.id,
            leg: leg(told.leg),
            what: what(&event.body, language, texts),
            place,
            label: if language == Language::En {
                title.clone()
            } else {
                texts.of(&language.title(&told.title))
            },
            title,
            line: texts.of(&told.line),
            sentence: texts.of(&told.sentence),
            why: told.why.map(|why| texts.of(&why)),
            detail: told.detail || is_small(lab, event),
            tone: tone(told.tone),
            decided: told.decided.map(|of| decided(&of, texts)),
            header,
        });
    }
    hush_bystanders(events, &mut steps);
    name_reasons(events, &mut steps, language, texts);
    steps
}

/// A packet is rewritten by the rule that matched just before, or by what its connection's entry says.
fn name_reasons(events: &[Event], steps: &mut [view::Step], language: Language, texts: &mut Texts) {
    let mut last: Map<(NsId, u32), Decided> = Map::new();
    for (event, step) in events.iter().zip(steps) {
        let seat = (event.ns, event.id);
        let reason = match event.step {
            Trace::Rule { table: Table::Nat, end: RuleEnd::Accept, .. }
            | Trace::Conntrack(CtStep::Found(..)) => step.decided.clone(),
            _ => None,
        };
        if let Some(reason) = reason {
            last.insert(seat, reason);
        }
        if matches!(event.step, Trace::Nat { .. }) && step.decided.is_none() {
            step.decided = last.get(&seat).cloned();
            let rule = step.decided.as_ref().filter(|d| d.table == TableName::Rules);
            if let Some((_, target)) = rule.and_then(|d| texts.get(&d.text).split_once("-j ")) {
                let target = target.split(' ').next().unwrap_or(target);
                let sentence = language.say(Say::Rewrites, &[&target, &texts.get(&step.line)]);
                step.sentence = texts.of(&sentence);
            }
        }
    }
}

/// Whether only an expert asks for this: a neighbour that is known, and what a mere switch does besides
/// choosing a port.
fn is_small(lab: &Lab, event: &Event) -> bool {
    let Some(stack) = lab.stack(event.ns) else { return false };
    let is_bridge = |dev| stack.links.get(dev).is_some_and(|d| d.bridge().is_some());
    match event.step {
        Trace::Neigh { step: NeighStep::Hit, .. } => true,
        Trace::Receive(dev) if is_bridge(dev) => true,
        Trace::Receive(_) | Trace::Transmit(_) => {
            matches!(event.body, Body::Arp(_))
                || stack.links.iter().any(|d| is_bridge(d.index))
                    && stack
                        .routing
                        .devs()
                        .iter()
                        .all(|d| d.addrs(Family::V4).is_empty() || d.index == IfIndex::LO)
        }
        Trace::Bridge { .. } => matches!(event.body, Body::Arp(_)),
        _ => false,
    }
}

/// What happens to a flooded frame at those whom it does not concern is a detail.
fn hush_bystanders(events: &[Event], steps: &mut [view::Step]) {
    for (end, last) in events.iter().enumerate() {
        let Trace::Drop(DropReason::OtherHost | DropReason::UnhandledProto | DropReason::NotJoined) =
            last.step
        else {
            continue;
        };
        let visit = |e: &Event| e.ns == last.ns && e.id == last.id && e.at == last.at;
        let before = events.iter().zip(steps.iter_mut()).take(end + 1).rev();
        for (event, step) in before.take_while(|(e, _)| visit(e)) {
            if !matches!(event.step, Trace::Bridge { .. } | Trace::Transmit(_)) {
                step.detail = true;
                step.tone = Tone::Plain;
            }
        }
    }
}

/// Where two walks part; `None` if they go one way. Details do not count.
pub fn part(here: &view::Walk, names: &Lab, there: &view::Walk, other: &Lab) -> Option<view::Parting> {
    let of = |walk: &view::Walk, lab: &Lab| -> (Vec<u32>, Vec<explained::Mark>) {
        let told = walk.steps.iter().filter(|step| !step.detail);
        told.map(|step| {
            let ns = lab.label(NsId(step.ns as u16)).to_owned();
            let row = step.decided.as_ref().map_or_else(String::new, |d| d.text.to_string());
            (step.index, explained::Mark { ns, title: step.title.to_string(), row })
        })
        .unzip()
    };
    let ((at, a), (to, b)) = (of(here, names), of(there, other));
    let first = explained::part(&a, &b, &explained::alike)?;
    Some(view::Parting { here: at.get(first).copied(), there: to.get(first).copied() })
}

fn place(place: &explained::Place, texts: &mut Texts) -> Place {
    match place {
        explained::Place::Socket => Place::Socket,
        explained::Place::Device(name) => Place::Device { name: texts.of(name) },
        explained::Place::Bridge(name) => Place::Bridge { name: texts.of(name) },
        explained::Place::Hook(hook) => Place::Hook { name: texts.of(hook.name()) },
        explained::Place::Route => Place::Route,
    }
}

const fn leg(leg: explained::Leg) -> Leg {
    match leg {
        explained::Leg::Request => Leg::Request,
        explained::Leg::Reply => Leg::Reply,
        explained::Leg::Error => Leg::Error,
        explained::Leg::Arp => Leg::Arp,
    }
}

const fn tone(tone: explained::Tone) -> Tone {
    match tone {
        explained::Tone::Plain => Tone::Plain,
        explained::Tone::Accept => Tone::Accept,
        explained::Tone::Rewrite => Tone::Rewrite,
        explained::Tone::Deliver => Tone::Deliver,
        explained::Tone::Drop => Tone::Drop,
    }
}

const fn verdict(verdict: explained::Verdict) -> Verdict {
    match verdict {
        explained::Verdict::Answered => Verdict::Answered,
        explained::Verdict::Delivered => Verdict::Delivered,
        explained::Verdict::Dropped => Verdict::Dropped,
        explained::Verdict::Refused => Verdict::Refused,
        explained::Verdict::ReplyLost => Verdict::ReplyLost,
        explained::Verdict::NotSent => Verdict::NotSent,
    }
}

fn field(field: &explained::Field, texts: &mut Texts) -> Field {
    let mut text = |text: &String| texts.of(text);
    let (value, before) = (text(&field.value), field.before.as_ref().map(text));
    Field { name: texts.of(field.name), value, before }
}

fn decided(decided: &explained::Decided, texts: &mut Texts) -> Decided {
    let table = match decided.table {
        explained::TableName::Routes => TableName::Routes,
        explained::TableName::Rules => TableName::Rules,
        explained::TableName::Conntrack => TableName::Conntrack,
        explained::TableName::Neighbours => TableName::Neighbours,
        explained::TableName::Fdb => TableName::Fdb,
    };
    Decided { table, key: texts.of(&decided.key), text: texts.of(&decided.text) }
}

/// What a packet is, in a word or two: the heading of its steps.
fn what(body: &Body, language: Language, texts: &mut Texts) -> Text {
    let say = match body {
        Body::Arp(_) => return texts.of(""),
        Body::Ip(Packet { transport: Transport::Tcp(tcp), payload, .. }) if payload.is_empty() => {
            let names = [
                (TcpFlags::SYN, "SYN"),
                (TcpFlags::FIN, "FIN"),
                (TcpFlags::RST, "RST"),
                (TcpFlags::ACK, "ACK"),
            ];
            let set: Vec<&str> = names.iter().filter(|(f, _)| tcp.flags.has(*f)).map(|(_, n)| *n).collect();
            return texts.of(&set.join("-"));
        }
        Body::Ip(Packet { transport: Transport::Tcp(_), .. }) => Say::Data,
        Body::Ip(Packet { transport: Transport::Udp(_), .. }) => Say::Datagram,
        Body::Ip(packet) => match (packet.family(), packet.icmp().map(Icmp::type_code)) {
            (Family::V4, Some((8, _))) | (Family::V6, Some((128, _))) => Say::EchoRequestShort,
            (Family::V4, Some((0, _))) | (Family::V6, Some((129, _))) => Say::EchoReplyShort,
            (_, Some(_)) => return texts.of("ICMP"),
            (_, None) => return texts.of(&language.say(Say::Protocol, &[&packet.protocol()])),
        },
    };
    texts.of(language.text(say))
}
