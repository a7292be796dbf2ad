//! Frames that come from outside of the lab.

use packetwalk_stack::path::{Content, Ether};
use packetwalk_stack::{Cx, Flight, Stack};
use packetwalk_trace::{NsId, Observer};
use packetwalk_wire::{Body, Frame, IfIndex, Skb};

use crate::Lab;
use crate::lab::Action;

impl Lab {
    /// A frame comes in by an interface now, as a driver hands it over: the next steps carry it. Nothing happens when there
    /// is no such namespace.
    pub fn receive(&mut self, ns: NsId, dev: IfIndex, frame: Frame) {
        self.with(ns, Received { dev, frame });
    }
}

struct Received {
    dev: IfIndex,
    frame: Frame,
}

impl Action for Received {
    type Output = ();
    fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) {
        let Frame { dst, src, body } = self.frame;
        let content = match body {
            Body::Arp(arp) => Content::Arp(arp),
            Body::Ip(packet) => Content::Ip(Skb::new(cx.new_id(), packet)),
        };
        let ether = Ether { dst, src, content };
        stack.settled = true;
        let _ = cx.launch(Flight { at: cx.now, to: (stack.id, self.dev), upper: None, ether });
    }
}
