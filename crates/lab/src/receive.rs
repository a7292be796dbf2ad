//! Frames that come from outside of the lab.

use packetwalk_stack::path::{Content, Ether};
use packetwalk_stack::{Cx, Flight, Stack, launch};
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
        for Frame { dst, src, body } in self.frames {
            let content = match body {
                Body::Arp(arp) => Content::Arp(arp),
                Body::Ip(packet) => Content::Ip(Skb::new(cx.new_id(), packet)),
            };
            let ether = Ether { dst, src, content };
            let _ = launch(cx.flights, Flight { at: cx.now, to: (stack.id, self.dev), upper: None, ether });
        }
    }
}
