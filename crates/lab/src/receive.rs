//! Frames that come from outside of the lab.

use packetwalk_stack::path::{Content, Ether};
use packetwalk_stack::{Cx, Flight, Stack, launch, new_id};
use packetwalk_trace::{NsId, Observer};
use packetwalk_wire::{Body, Frame, IfIndex, Skb};

use crate::Lab;
use crate::lab::Action;

impl Lab {
    /// Frames come in by an interface now, as a driver hands them over: the next steps carry them. Nothing happens when there
    /// is no such namespace.
    pub fn receive(&mut self, ns: NsId, dev: IfIndex, frames: impl IntoIterator<Item = Frame>) {
        self.with(ns, Received { dev, frames });
    }
}

struct Received<I> {
    dev: IfIndex,
    frames: I,
}

impl<I: IntoIterator<Item = Frame>> Action for Received<I> {
    type Output = ();
    fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) {
        stack.settled = true;
        let (at, to) = (cx.now, (stack.id, self.dev));
        let last_id = &mut *cx.last_id;
        let flights = self.frames.into_iter().map(|Frame { dst, src, body }| {
            let content = match body {
                Body::Arp(arp) => Content::Arp(arp),
                Body::Ip(packet) => Content::Ip(Skb::new(new_id(last_id), packet)),
            };
            Flight { at, to, upper: None, ether: Ether { dst, src, content } }
        });
        if cx.flights.back().is_none_or(|last| last.at <= at) {
            cx.flights.extend(flights);
        } else {
            flights.for_each(|flight| {
                launch(cx.flights, flight);
            });
        }
    }
}
