//! Carries frames from namespace to namespace: those that arrive together, together and where they lie.

use packetwalk_stack::path::Next;
use packetwalk_stack::{AHEAD, Cx, Flight, Stack, launch};
use packetwalk_trace::{NsId, Observer};
use packetwalk_wire::Instant;

use super::{Action, Lab, of};

impl Lab {
    /// Runs until nothing is due at or before `limit`.
    pub fn run_until(&mut self, limit: Instant) {
        while self.carry_all(limit) || self.next(limit) {}
        self.write_back();
    }

    /// Carries the flights that are in the air now where they are, as long as nothing else comes before the next one;
    /// `false` if that is so for the first.
    fn carry_all(&mut self, limit: Instant) -> bool {
        let mut all = core::mem::replace(&mut self.flights, core::mem::take(&mut self.spare));
        let flights = all.make_contiguous();
        let (mut done, mut onward) = (0, None);
        while let Some(&Flight { at, .. }) = flights.get(done).filter(|flight| flight.at <= limit) {
            let launched = self.flights.front().map(|flight| flight.at);
            if onward.into_iter().chain(launched).any(|other| other < at)
                || self.next_timer().is_some_and(|(timer, _)| timer < at)
            {
                break;
            }
            self.now = self.now.max(at);
            // What follows from these is due no earlier.
            while let Some(rest) =
                flights.get_mut(done..).filter(|rest| rest.first().is_some_and(|f| f.at == at))
            {
                let ns = rest.first().map(|flight| flight.to.0);
                let same = rest.iter().take_while(|f| f.at == at && Some(f.to.0) == ns).count();
                let Some((ns, together)) = ns.zip(rest.get_mut(..same)) else { break };
                self.arrive(ns, together);
                done += same;
                onward = onward.or_else(|| together.iter().find(|f| f.is_on_its_way()).map(|f| f.at));
            }
        }
        // Those that wait set out first, then those that flew on, then those that were launched.
        if done < all.len() {
            let mut rest = all.split_off(done);
            all.retain(Flight::is_on_its_way);
            for flight in all.drain(..) {
                launch(&mut rest, flight);
            }
            all = rest;
        } else if onward.is_some() {
            all.retain(Flight::is_on_its_way);
        } else {
            all.clear();
        }
        core::mem::swap(&mut all, &mut self.flights);
        for flight in all.drain(..) {
            launch(&mut self.flights, flight);
        }
        self.spare = all;
        done > 0
    }

    /// Flights arrive in a namespace; what is for one that is gone ends.
    pub(super) fn arrive(&mut self, ns: NsId, flights: &mut [Flight]) {
        if self.act(ns, Arrivals(flights)).is_none() {
            flights.iter_mut().for_each(Flight::end);
        }
    }

    pub(super) fn write_back(&mut self) {
        while let Some(ns) = self.behind.pop() {
            if let Some(space) = of(&mut self.spaces, ns) {
                space.behind = false;
                space.stack.write_back();
            }
        }
    }
}

/// Flights that arrive at the same time.
struct Arrivals<'a>(&'a mut [Flight]);

impl Action for Arrivals<'_> {
    type Output = ();
    fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) {
        let mut settled = true;
        for some in self.0.chunks_mut(AHEAD) {
            if stack.has_many_flows() {
                stack.look_ahead(some);
            }
            for flight in some {
                let Flight { to, upper, ether, .. } = flight;
                let first = upper.map_or(Next::Receive(to.1), |upper| Next::Macvlan(to.1, upper));
                match stack.run(cx, first, ether) {
                    Some(to) => flight.go_on(stack.id, to, cx.now + cx.latency),
                    None => flight.end(),
                }
                settled &= stack.settled;
            }
        }
        stack.settled = settled;
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use packetwalk_wire::arp::ArpOp;
    use packetwalk_wire::{Arp, Body, Frame, IfIndex, Mac};

    use super::*;

    /// A frame for a namespace that is gone when it would arrive.
    fn lost() -> Lab {
        let mut lab = Lab::new(0);
        let ns = lab.add_ns("a").expect("it is the first");
        let [sender_ip, target_ip] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
        let [src, dst] = [Mac::ZERO, Mac::BROADCAST];
        let arp = Arp { op: ArpOp::Request, sender_mac: src, sender_ip, target_mac: Mac::ZERO, target_ip };
        let frame = Frame { dst, src, body: Body::Arp(arp) };
        lab.receive(ns, IfIndex::LO, [frame, frame]);
        lab.end_ns(ns);
        assert!(lab.has_flights());
        lab
    }

    #[test]
    fn what_is_for_nobody_ends() {
        let until = Instant::ZERO + Duration::from_secs(1);
        let mut lab = lost();
        lab.run_until(until);
        assert!(!lab.has_flights() && lab.now() == until);
        let mut lab = lost();
        assert!((0..10).any(|_| !lab.step(until)) && !lab.has_flights());
    }
}
