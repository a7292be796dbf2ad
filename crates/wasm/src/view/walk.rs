//! A whole walk.

use serde::Serialize;
use tsify::Tsify;

use super::{Kept, Output, Step, Text};

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Answered.
    Answered,
    /// It arrived; no answer was due or none came back.
    Delivered,
    /// Dropped on the way there.
    Dropped,
    /// Refused: somebody answered that it may not or cannot be.
    Refused,
    /// The answer was lost on its way back.
    ReplyLost,
    /// It never left: the sender's own kernel said no.
    NotSent,
}

/// How a walk ended, with its reason.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Which way.
    pub verdict: Verdict,
    /// Why, in one plain sentence.
    #[tsify(type = "string")]
    pub sentence: Text,
    /// The step that decided.
    pub step: u32,
}

/// Where two walks part: the first step of each that the other does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Parting {
    /// Of this walk; none if it ends before.
    pub here: Option<u32>,
    /// Of the other.
    pub there: Option<u32>,
}

/// A command's packets, step by step.
#[derive(Clone, PartialEq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Walk {
    /// Namespace the command ran in (`Namespace::id`).
    pub from: u32,
    /// The command.
    #[tsify(type = "string")]
    pub command: Text,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// How it ended.
    pub outcome: Outcome,
    /// What the command printed.
    pub output: Output,
    /// All texts.
    #[serde(skip)]
    pub texts: Kept,
}
