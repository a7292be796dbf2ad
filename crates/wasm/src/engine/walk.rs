//! A walk: a command's packets, explained.

use std::collections::BTreeMap;

use packetwalk_shell::print::walk as explained;
use packetwalk_shell::{Line, Shell};
use packetwalk_trace::{DropReason, Event, NsId, Step as Trace};
use packetwalk_wire::{Body, Family, Icmp, Packet, TcpFlags, Transport};

use super::states::States;
use super::{Chunks, Trouble};
use crate::view::{self, Decided, Field, Leg, Outcome, Place, TableName, Tone, Verdict};

/// Most steps that a walk keeps: a ping has about a hundred.
const MOST_STEPS: usize = 20_000;

/// Runs a command under observation. It runs as a background job, so that the same run can be repeated
/// and stopped at any time.
///
/// # Errors
/// [`Trouble`] if the command is incomplete.
pub fn walk(shell: &mut Shell, ns: NsId, command: &str) -> Result<(view::Walk, States), Trouble> {
    let before = shell.clone();
    shell.lab.start_trace();
    shell.lab.captures.on = true;
    shell.lab.captures.frames.clear();
    let ran = run(shell, ns, command);
    let mut events = shell.lab.stop_trace();
    shell.lab.captures.on = false;
    let output = match ran {
        Ok(output) => output,
        Err(trouble) => {
            *shell = before;
            return Err(trouble);
        }
    };
    events.truncate(MOST_STEPS);
    let told = explained::explain(&events, &shell.lab, ns);
    let steps = steps(&events, told.steps);
    let outcome = Outcome {
        verdict: verdict(told.outcome.verdict),
        sentence: told.outcome.sentence,
        step: told.outcome.step as u32,
    };
    let walk = view::Walk { from: u32::from(ns.0), command: command.to_owned(), steps, outcome, output };
    let states = States::new(before, shell.clone(), ns, command, events);
    Ok((walk, states))
}

/// The line that starts a command in the background.
pub fn in_background(command: &str) -> String {
    format!("{{ {command}\n}} &")
}

fn run(shell: &mut Shell, ns: NsId, command: &str) -> Result<view::Output, Trouble> {
    let mut chunks = Chunks::default();
    if shell.run_line(ns, in_background(command).as_bytes(), &mut chunks) == Line::Incomplete {
        return Err(Trouble::plain("the command is not complete"));
    }
    match shell.run_line(ns, b"wait $!", &mut chunks) {
        Line::Done(status) | Line::Exit(status) => Ok(chunks.output(status)),
        Line::Incomplete => Err(Trouble::plain("the command is not complete")),
    }
}

fn steps(events: &[Event], told: Vec<explained::Explained>) -> Vec<view::Step> {
    let start = events.first().map_or(0, |e| e.at.0);
    let mut places: BTreeMap<(NsId, u32), Place> = BTreeMap::new();
    let mut steps: Vec<view::Step> = Vec::with_capacity(told.len());
    for (event, told) in events.iter().zip(told) {
        let seat = (event.ns, event.id);
        let stays = matches!(event.step, Trace::Drop(_) | Trace::Answer | Trace::Arp);
        let place = match places.get(&seat) {
            Some(last) if stays => last.clone(),
            _ => place(told.place),
        };
        places.insert(seat, place.clone());
        steps.push(view::Step {
            index: steps.len() as u32,
            micros: event.at.0.saturating_sub(start) as f64 / 1000.0,
            ns: u32::from(event.ns.0),
            packet: event.id,
            leg: leg(told.leg),
            what: what(&event.body),
            place,
            title: told.title,
            line: told.line,
            sentence: told.sentence,
            detail: told.detail,
            tone: tone(told.tone),
            decided: told.decided.map(decided),
            header: told
                .fields
                .into_iter()
                .map(|f| Field { name: f.name.to_owned(), value: f.value, before: f.before })
                .collect(),
        });
    }
    hush_bystanders(events, &mut steps);
    steps
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

fn place(place: explained::Place) -> Place {
    match place {
        explained::Place::Socket => Place::Socket,
        explained::Place::Device(name) => Place::Device { name },
        explained::Place::Bridge(name) => Place::Bridge { name },
        explained::Place::Hook(hook) => Place::Hook { name: hook.name().to_owned() },
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

fn decided(decided: explained::Decided) -> Decided {
    let table = match decided.table {
        explained::TableName::Routes => TableName::Routes,
        explained::TableName::Rules => TableName::Rules,
        explained::TableName::Conntrack => TableName::Conntrack,
        explained::TableName::Neighbours => TableName::Neighbours,
        explained::TableName::Fdb => TableName::Fdb,
    };
    Decided { table, key: decided.key, text: decided.text }
}

/// What a packet is, in a word or two: the heading of its steps.
fn what(body: &Body) -> String {
    match body {
        Body::Arp(_) => String::new(),
        Body::Ip(Packet { transport: Transport::Tcp(tcp), payload, .. }) => {
            let names = [
                (TcpFlags::SYN, "SYN"),
                (TcpFlags::FIN, "FIN"),
                (TcpFlags::RST, "RST"),
                (TcpFlags::ACK, "ACK"),
            ];
            let set: Vec<&str> = names.iter().filter(|(f, _)| tcp.flags.has(*f)).map(|(_, n)| *n).collect();
            if payload.is_empty() { set.join("-") } else { "data".to_owned() }
        }
        Body::Ip(Packet { transport: Transport::Udp(_), .. }) => "datagram".to_owned(),
        Body::Ip(packet) => match (packet.family(), packet.icmp().map(Icmp::type_code)) {
            (Family::V4, Some((8, _))) | (Family::V6, Some((128, _))) => "echo request".to_owned(),
            (Family::V4, Some((0, _))) | (Family::V6, Some((129, _))) => "echo reply".to_owned(),
            (_, Some(_)) => "ICMP".to_owned(),
            (_, None) => format!("protocol {}", packet.protocol()),
        },
    }
}
