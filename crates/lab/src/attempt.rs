//! Something tried: afterwards the lab is as it was before.

use std::collections::VecDeque;

use packetwalk_stack::{Captures, Flight, Gap, KernelLog};
use packetwalk_trace::{NsId, Recorder};
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Instant, Payloads};

use crate::Lab;
use crate::lab::{Space, Timers};

/// A lab as it was, without the namespaces that nothing was done in.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Namespaces as they were before the first thing that was done in them. The rules stay where they are, and count
    /// on, unless they have a memory.
    spaces: Map<NsId, (Space, Rules)>,
    now: Instant,
    timers: Timers,
    arrived: Vec<NsId>,
    payloads: Payloads,
    last_id: u32,
    flights: VecDeque<Flight>,
    recorder: Option<Recorder>,
    captures: Captures,
    log: KernelLog,
    gaps: Vec<Gap>,
}

/// Where the rules of a namespace that was kept are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rules {
    /// In the copy.
    Copied,
    /// Still in the namespace.
    Left,
}

impl Kept {
    /// Keeps a namespace, before anything is done in it.
    pub(crate) fn keep(&mut self, ns: NsId, space: &mut Space) {
        if self.spaces.contains_key(&ns) {
            return;
        }
        let kept = if space.stack.nf.has_memory() {
            (space.clone(), Rules::Copied)
        } else {
            let rules = space.stack.nf.take_rules();
            let copy = space.clone();
            space.stack.nf.give_rules(rules);
            (copy, Rules::Left)
        };
        self.spaces.insert(ns, kept);
    }
}

impl Lab {
    /// Does something that is undone: only rules' counters go on. `attempt` may do what goes through
    /// [`Lab::stack_mut`] and the calls of sockets, and let time pass; it may not make or end namespaces or
    /// interfaces. Nothing is undone within another attempt until that ends.
    pub fn attempt<T>(&mut self, attempt: impl FnOnce(&mut Self) -> T) -> T {
        if self.kept.is_some() {
            return attempt(self);
        }
        self.next_timer();
        self.kept = Some(Box::new(Kept {
            spaces: Map::new(),
            now: self.now,
            timers: self.timers.clone(),
            arrived: self.arrived.clone(),
            payloads: self.payloads.clone(),
            last_id: self.last_id,
            flights: self.flights.clone(),
            recorder: self.recorder.clone(),
            captures: self.captures.clone(),
            log: self.log.clone(),
            gaps: self.gaps.clone(),
        }));
        let output = attempt(self);
        if let Some(kept) = self.kept.take() {
            self.go_back(*kept);
        }
        output
    }

    fn go_back(&mut self, kept: Kept) {
        let Kept { spaces, now, timers, arrived, payloads, last_id, flights, recorder, captures, log, gaps } =
            kept;
        for (ns, (mut space, rules)) in spaces {
            let Some(Some(place)) = self.spaces.get_mut(usize::from(ns.0)) else { continue };
            if rules == Rules::Left {
                space.stack.nf.give_rules(place.stack.nf.take_rules());
            }
            *place = space;
        }
        (self.now, self.timers, self.arrived, self.payloads) = (now, timers, arrived, payloads);
        (self.last_id, self.flights, self.recorder) = (last_id, flights, recorder);
        (self.captures, self.log, self.gaps) = (captures, log, gaps);
    }
}
