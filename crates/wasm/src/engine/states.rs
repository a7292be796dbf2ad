//! The lab as of each step of a walk: the walk is run again, one thing at a time, and kept after each.

use packetwalk_shell::print::walk::{self as explained, Language};
use packetwalk_shell::{Collect, Given, Line, Shell, Terminal};
use packetwalk_trace::{CtStep, Event, NsId, Step};
use packetwalk_wire::Instant;

use super::tables::{self, ALL};
use super::walk::in_background;
use crate::view::{self, TableName};

/// How a walk was begun.
#[derive(Clone, Debug)]
pub enum Begun {
    /// A command, in the background.
    Command(NsId, String),
    /// A line typed at a terminal.
    Typed(Terminal, NsId, String),
}

impl Begun {
    /// Where, and what was typed.
    pub fn command(&self) -> (NsId, &str) {
        match self {
            Self::Command(ns, command) | Self::Typed(_, ns, command) => (*ns, command),
        }
    }

    /// Begins it on a lab; whether that went.
    fn again(&self, shell: &mut Shell) -> bool {
        match self {
            Self::Command(ns, command) => {
                let line = in_background(command);
                shell.run_line(*ns, line.as_bytes(), &mut Collect::default()) != Line::Incomplete
            }
            Self::Typed(terminal, ns, line) => shell.give(*terminal, *ns, line.as_bytes()) == Given::Taken,
        }
    }
}

/// States of a walk, made when they are first asked for.
#[derive(Clone, Debug)]
pub struct States {
    after: Shell,
    language: Language,
    events: Vec<Event>,
    /// Number of each step's event.
    order: Vec<usize>,
    /// What is needed to run it again.
    again: Option<(Shell, Begun)>,
    /// The lab when so many events had happened, in order.
    kept: Vec<(usize, Shell)>,
}

/// Which tables have changed in the middle of what a namespace does in one go.
#[derive(Clone, Copy, Debug, Default)]
struct Changed {
    rules: bool,
    conntrack: bool,
    neighbours: bool,
    fdb: bool,
    sockets: bool,
}

impl States {
    /// For a walk that was begun on a lab that was as `before` and is now as `after`.
    pub fn new(
        before: Shell,
        after: Shell,
        begun: Begun,
        events: Vec<Event>,
        order: Vec<usize>,
        language: Language,
    ) -> Self {
        Self { after, language, events, order, again: Some((before, begun)), kept: Vec::new() }
    }

    /// The tables of a namespace as of a step; `None` if there is no such step.
    pub fn tables(&mut self, step: u32, ns: NsId) -> Option<view::Tables> {
        let mut made = view::Tables::default();
        for table in ALL {
            tables::read(&mut made, self.lab(step, ns, table)?, ns, table, &mut |_| true);
        }
        Some(made)
    }

    /// A lab that has a table of a namespace as it is as of a step; `None` if there is no such step.
    pub fn lab(&mut self, step: u32, ns: NsId, table: TableName) -> Option<&Shell> {
        let step = self.order.get(step as usize).copied().unwrap_or(step as usize);
        if step == 0 && self.events.is_empty() {
            return Some(&self.after);
        }
        let event = self.events.get(step)?;
        if step + 1 == self.events.len() {
            return Some(&self.after);
        }
        if let Some((before, begun)) = self.again.take() {
            self.kept = run_again(before, &begun, &self.events);
        }
        let next = self.kept.partition_point(|(count, _)| *count <= step);
        let after = self.kept.get(next).map_or(&self.after, |(_, shell)| shell);
        let Some((begin, before)) = next.checked_sub(1).and_then(|at| self.kept.get(at)) else {
            return Some(after);
        };
        let here = self.events.get(*begin..=step)?.iter().filter(|event| event.ns == ns);
        Some(if event.ns == ns && Changed::by(here).has(table) { after } else { before })
    }

    /// What was looked at for the routing decision of a step.
    pub fn tried(&self, step: u32) -> Vec<view::Tried> {
        let event = self.order.get(step as usize).and_then(|at| self.events.get(*at));
        let tried =
            event.map(|event| explained::tried(event, &self.after.lab, self.language)).unwrap_or_default();
        tried.into_iter().map(|t| view::Tried { text: t.text, why: t.why, won: t.won }).collect()
    }

    /// Frames of the walk, as pcapng.
    pub fn pcap(&self) -> Vec<u8> {
        self.after.lab.pcapng()
    }
}

impl Changed {
    fn by<'a>(events: impl Iterator<Item = &'a Event>) -> Self {
        let mut changed = Self::default();
        for event in events {
            match event.step {
                Step::Rule { .. } | Step::Policy { .. } => changed.rules = true,
                Step::Conntrack(CtStep::Found(..) | CtStep::Confirmed(_) | CtStep::Destroyed(_)) => {
                    changed.conntrack = true;
                }
                Step::Neigh { .. } | Step::Arp => changed.neighbours = true,
                Step::BridgeLearn { .. } | Step::Bridge { .. } => changed.fdb = true,
                Step::Deliver | Step::Send => changed.sockets = true,
                _ => {}
            }
        }
        changed
    }

    const fn has(self, table: TableName) -> bool {
        match table {
            TableName::Routes => false,
            TableName::Rules => self.rules,
            TableName::Conntrack => self.conntrack,
            TableName::Neighbours => self.neighbours,
            TableName::Fdb => self.fdb,
            TableName::Sockets => self.sockets,
        }
    }
}

/// Runs the walk on `shell` once more and keeps the lab after each thing that happens, as long as it is
/// what happened the first time.
fn run_again(mut shell: Shell, begun: &Begun, events: &[Event]) -> Vec<(usize, Shell)> {
    let mut kept = vec![(0, shell.clone())];
    shell.lab.start_trace();
    if !begun.again(&mut shell) {
        return kept;
    }
    loop {
        let (known, done) = (kept.last().map_or(0, |(count, _)| *count), shell.lab.trace().len());
        if shell.lab.trace().get(known..) != events.get(known..done) {
            return kept;
        }
        if known < done {
            let mut copy = shell.clone();
            copy.lab.forget_trace();
            kept.push((done, copy));
        }
        let Some(next) = events.get(done) else { return kept };
        if !advance(&mut shell, next.at) {
            return kept;
        }
    }
}

/// Does the next thing that is due up to `until`; `false` when nothing comes of it.
fn advance(shell: &mut Shell, until: Instant) -> bool {
    let done = shell.lab.trace().len();
    // Processes have their turn first: what arrived may make them send.
    for _ in 0..8 {
        let now = shell.lab.now();
        shell.run_until(now, &mut Collect::default());
        if shell.lab.trace().len() > done {
            return true;
        }
    }
    // No further than a process sleeps: the network alone would pass over it.
    let now = shell.lab.now();
    let until = shell.next_date().map_or(until, |date| date.clamp(now, until.max(now)));
    let moved = now < until;
    shell.lab.step(until) || moved
}
