//! What time does to neighbours: questions again, doubt, and giving up.

use std::time::Duration;

use packetwalk_wire::{Family, Instant};

use crate::neighbour::{Neighbours, probe};
use crate::nud::{NudState, TimerEvent};

impl Neighbours {
    /// When [`Neighbours::on_timer`] is next wanted.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.first_key_value().map(|(&(at, _), ())| at)
    }

    /// Does what is due at `now`.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_timer_handler`.
    pub fn on_timer(&mut self, now: Instant) -> Vec<TimerEvent> {
        let mut events = Vec::new();
        while let Some((&(at, id), ())) = self.timers.first_key_value() {
            if at > now {
                break;
            }
            self.arm(id, None);
            if let Some(event) = self.due(id, now) {
                events.push(event);
            }
        }
        events
    }

    fn due(&mut self, id: u32, now: Instant) -> Option<TimerEvent> {
        let neigh = self.slots.get(id as usize)?.as_ref()?;
        let (dev, family, state) = (neigh.dev, Family::of(neigh.addr), neigh.state);
        if !state.in_timer() {
            return None;
        }
        let params = *self.params(Some(dev), family);
        let reachable = self.reachable_time(dev, family, now);
        let neigh = self.slot(id)?;
        let next = match state {
            NudState::Reachable if now < neigh.confirmed + reachable => Some(neigh.confirmed + reachable),
            NudState::Reachable if now <= neigh.used + params.delay() => {
                (neigh.state, neigh.updated) = (NudState::Delay, now);
                Some(now + params.delay())
            }
            NudState::Reachable => {
                (neigh.state, neigh.updated) = (NudState::Stale, now);
                None
            }
            NudState::Delay if now <= neigh.confirmed + params.delay() => {
                (neigh.state, neigh.updated) = (NudState::Reachable, now);
                Some((neigh.confirmed + reachable).max(now + Duration::from_millis(1)))
            }
            NudState::Delay => {
                (neigh.state, neigh.updated, neigh.probes) = (NudState::Probe, now, 0);
                Some(now + params.retrans())
            }
            _ => Some(now + params.retrans()),
        };
        let asking = matches!(neigh.state, NudState::Incomplete | NudState::Probe);
        let event = if asking && neigh.probes >= params.max_probes(neigh.state == NudState::Probe) {
            (neigh.state, neigh.updated) = (NudState::Failed, now);
            neigh.queue_bytes = 0;
            let queue = std::mem::take(&mut neigh.queue);
            return Some(TimerEvent::Failed { addr: neigh.addr, dev, queue });
        } else if asking {
            Some(TimerEvent::Solicit(probe(neigh, &params)))
        } else {
            None
        };
        self.arm(id, next);
        event
    }
}
