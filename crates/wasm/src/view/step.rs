//! A step of a packet's way, explained.

use std::rc::Rc;

use serde::Serialize;
use tsify::Tsify;

use super::{Field, Text, Texts};

/// Which part of the exchange a step belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Leg {
    /// Towards the destination.
    Request,
    /// Back to the sender.
    Reply,
    /// An ICMP error or a reset about the request.
    Error,
    /// ARP: who has this address?
    Arp,
}

/// Where in its namespace the packet is.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Place {
    /// At a local socket, or the kernel's own responder.
    Socket,
    /// At an interface.
    Device {
        /// Its name.
        #[tsify(type = "string")]
        name: Text,
    },
    /// In a bridge.
    Bridge {
        /// The bridge's name.
        #[tsify(type = "string")]
        name: Text,
    },
    /// In a netfilter hook.
    Hook {
        /// `PREROUTING`, `INPUT`, `FORWARD`, `OUTPUT` or `POSTROUTING`.
        #[tsify(type = "string")]
        name: Text,
    },
    /// At the routing decision.
    Route,
}

/// A table of [`Tables`](super::Tables).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
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
    /// Sockets.
    Sockets,
}

impl TableName {
    /// The table that JavaScript calls so.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "routes" => Self::Routes,
            "rules" => Self::Rules,
            "conntrack" => Self::Conntrack,
            "neighbours" => Self::Neighbours,
            "fdb" => Self::Fdb,
            "sockets" => Self::Sockets,
            _ => return None,
        })
    }
}

/// The row that decided a step.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// Its table.
    pub table: TableName,
    /// Its key there.
    #[tsify(type = "string")]
    pub key: Text,
    /// The row as its tool prints it, short.
    #[tsify(type = "string")]
    pub text: Text,
}

/// A policy rule or route that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// As its tool prints it.
    pub text: String,
    /// Why it was taken, or was not.
    pub why: String,
    /// Whether it decided.
    pub won: bool,
}

/// How a step went for the packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
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

/// One step of one packet.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Number in the walk, from 0.
    pub index: u32,
    /// Virtual time since the walk began, in microseconds.
    pub micros: f64,
    /// Namespace (`Namespace::id`).
    pub ns: u32,
    /// Packet's number in the lab; 0 for ARP.
    pub packet: u32,
    /// Part of the exchange.
    pub leg: Leg,
    /// What the packet is: `echo request`, `SYN`, `who has 172.17.42.1?`
    #[tsify(type = "string")]
    pub what: Text,
    /// Where the packet is.
    pub place: Place,
    /// A word or two, the same in every language: `route`, `nat PREROUTING`, `rewrite`.
    #[tsify(type = "string")]
    pub title: Text,
    /// The title as it is shown, in the lab's language.
    #[tsify(type = "string")]
    pub label: Text,
    /// What a list shows beside the title: the row that decided, or what changed.
    #[tsify(type = "string")]
    pub line: Text,
    /// What happened and why, in one plain sentence.
    #[tsify(type = "string")]
    pub sentence: Text,
    /// Of a rule that did not match, the first condition that was not met and what the packet has instead.
    #[tsify(type = "string | undefined")]
    pub why: Option<Text>,
    /// True for what an expert asks for: rules that did not match, table by table.
    pub detail: bool,
    /// How it went.
    pub tone: Tone,
    /// The row that decided.
    pub decided: Option<Decided>,
    /// The header after the step; steps that do not change it share it.
    pub header: Rc<[Field]>,
}

impl Step {
    /// The same step, its texts among others.
    #[must_use]
    pub fn with(&self, texts: &mut Texts) -> Self {
        let mut step = self.clone();
        if let Place::Device { name } | Place::Bridge { name } | Place::Hook { name } = &mut step.place {
            *name = texts.of(name);
        }
        let Self { what, title, label, line, sentence, why, .. } = &mut step;
        for text in [what, title, label, line, sentence].into_iter().chain(why) {
            *text = texts.of(text);
        }
        if let Some(Decided { key, text, .. }) = &mut step.decided {
            (*key, *text) = (texts.of(key), texts.of(text));
        }
        let fields = self.header.iter().map(|Field { name, value, before }| {
            let before = before.as_ref().map(|before| texts.of(before));
            Field { name: texts.of(name), value: texts.of(value), before }
        });
        step.header = fields.collect();
        step
    }
}
