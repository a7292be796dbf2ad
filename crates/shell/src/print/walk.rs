//! A packet's way, explained: each event of a trace in words, with the row that decided it.
//!
//! [`explain`] makes plain data that a page can show; [`text`] prints it for a terminal. Rows are looked
//! up in the lab as it is now: explain a walk before the lab changes.

mod fields;
mod language;
mod leg;
mod link;
mod miss;
mod netfilter;
mod part;
mod phrase;
mod route;
mod scene;
mod step;
mod text;
mod tried;
mod verdict;

use std::rc::Rc;

use packetwalk_lab::Lab;
use packetwalk_trace::{Event, Hook, NeighStep, NsId, Step};
use packetwalk_wire::Instant;

pub use fields::Field;
pub use language::{Language, Say};
pub use leg::Leg;
pub use part::{Mark, alike, part};
pub use scene::{fdb_key, neighbour_key, route_key, rule_key};
pub use text::{Style, text};
pub use tried::{Tried, tried};
pub use verdict::{Outcome, Verdict};

/// Where in its namespace the packet is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// At a local socket, or the kernel's own responder.
    Socket,
    /// At an interface of this name.
    Device(String),
    /// In a bridge of this name.
    Bridge(String),
    /// In a netfilter hook.
    Hook(Hook),
    /// At the routing decision.
    Route,
}

/// A kind of table that a host has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableName {
    /// Routes.
    Routes,
    /// Netfilter's rules.
    Rules,
    /// Connections.
    Conntrack,
    /// Neighbours.
    Neighbours,
    /// A bridge's addresses.
    Fdb,
}

/// The row that decided a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// Its table.
    pub table: TableName,
    /// Names the row there: see [`rule_key`], [`route_key`], [`neighbour_key`], [`fdb_key`]; a
    /// connection's key is its number of `conntrack -o id`.
    pub key: String,
    /// The row as its tool prints it.
    pub text: String,
}

/// How a step went for the packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// It goes on.
    Plain,
    /// A rule or policy let it pass.
    Accept,
    /// Its header was rewritten.
    Rewrite,
    /// It arrived.
    Deliver,
    /// It ended here.
    Drop,
}

/// One event of a packet's way, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// Number of its event in the trace.
    pub event: usize,
    /// When.
    pub at: Instant,
    /// In which namespace.
    pub ns: NsId,
    /// The packet's number in the lab; 0 for ARP.
    pub packet: u32,
    /// Which part of the exchange.
    pub leg: Leg,
    /// Where the packet is.
    pub place: Place,
    /// A word or two, the same in every language: `route`, `nat PREROUTING`, `rewrite`; [`Language::title`]
    /// shows it.
    pub title: String,
    /// What a terminal shows beside the title: the row that decided, or what changed.
    pub line: String,
    /// What a terminal shows below that.
    pub note: Option<&'static str>,
    /// What happened and why, in one plain sentence.
    pub sentence: String,
    /// Of a rule that did not match, the first condition that was not met and what the packet has instead:
    /// `-i docker0: it came in by eth0`.
    pub why: Option<String>,
    /// Of a routing decision, what was looked at, in order; filled by [`Walk::look`].
    pub tried: Vec<Tried>,
    /// Only for those who want everything: a rule that did not match, an empty hook.
    pub detail: bool,
    /// How it went.
    pub tone: Tone,
    /// The row that decided.
    pub decided: Option<Decided>,
    /// The header after the step, each field with its value before where it changed.
    pub fields: Rc<[Field]>,
}

/// A whole walk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walk {
    /// The steps in order.
    pub steps: Vec<Explained>,
    /// How it ended.
    pub outcome: Outcome,
    /// The language it is told in.
    pub language: Language,
}

impl Walk {
    /// Adds to each routing decision what was looked at.
    pub fn look(&mut self, events: &[Event], lab: &Lab) {
        for step in &mut self.steps {
            step.tried =
                events.get(step.event).map(|event| tried(event, lab, self.language)).unwrap_or_default();
        }
    }
}

/// Explains a trace. `from` is the namespace whose packets are the requests.
pub fn explain(events: &[Event], lab: &Lab, from: NsId, language: Language) -> Walk {
    let (steps, mut outcome) = told(events, lab, from, language, &step::explain);
    let steps = in_reading_order(steps);
    outcome.step = steps.iter().position(|step| step.event == outcome.step).unwrap_or(0);
    Walk { steps, outcome, language }
}

/// How a walk ended, as [`explain`] says it, without the words for what did not end it.
pub fn ending(events: &[Event], lab: &Lab, from: NsId, language: Language) -> (Verdict, String) {
    let (_, Outcome { verdict, sentence, step: _ }) = told(events, lab, from, language, &step::ending);
    (verdict, sentence)
}

/// Each event as `tell` tells it, and how all ended; the outcome's step is an event's number.
fn told(
    events: &[Event],
    lab: &Lab,
    from: NsId,
    language: Language,
    tell: &dyn Fn(&mut scene::Scene<'_>, usize, &Event, Leg) -> Explained,
) -> (Vec<Explained>, Outcome) {
    let legs = leg::legs(events, from);
    let mut scene = scene::Scene::new(lab, language);
    let mut steps: Vec<Explained> = events
        .iter()
        .enumerate()
        .map(|(at, event)| tell(&mut scene, at, event, legs.get(at).copied().unwrap_or(Leg::Request)))
        .collect();
    // ARP matters while a packet waits for it; else a host only asks whether a neighbour is still there.
    let mut waiting = 0_u32;
    for (event, step) in events.iter().zip(&mut steps) {
        match event.step {
            Step::Neigh { step: NeighStep::Queued, .. } => waiting += 1,
            Step::Neigh { step: NeighStep::Resolved | NeighStep::Failed, .. } => {
                waiting = waiting.saturating_sub(1);
            }
            _ => {}
        }
        step.detail |= step.leg == Leg::Arp && waiting == 0;
    }
    let outcome = verdict::outcome(&scene, events, &steps, from);
    (steps, outcome)
}

/// A packet that is answered ends only after its answer has left: its end is told where it happened.
fn in_reading_order(steps: Vec<Explained>) -> Vec<Explained> {
    let mut ordered: Vec<Explained> = Vec::with_capacity(steps.len());
    for step in steps {
        let own = |other: &Explained| other.packet == step.packet && other.ns == step.ns;
        let at = if step.title == "drop" { ordered.iter().rposition(own) } else { None };
        match at {
            Some(at) => ordered.insert(at + 1, step),
            None => ordered.push(step),
        }
    }
    ordered
}
