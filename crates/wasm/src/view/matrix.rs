//! Who can reach whom.

use serde::Serialize;
use tsify::Tsify;

use super::Verdict;

/// A namespace as a source, and as destinations.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MatrixPlace {
    /// Its name, as commands have it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its addresses.
    pub addresses: Vec<String>,
}

/// What a matrix consists of, before anything is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// The places.
    pub places: Vec<MatrixPlace>,
    /// The ports: `tcp/80`.
    pub ports: Vec<String>,
    /// Of each port the first one that nothing tells from it.
    pub like: Vec<u32>,
    /// Places that nothing tells apart.
    pub classes: Vec<Vec<u32>>,
    /// How many questions there are.
    pub questions: u32,
    /// How many more ports have listeners.
    pub left_out: u32,
}

/// How a question ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MatrixCell {
    /// Which way.
    pub verdict: Verdict,
    /// Who answered or refused, or whose socket has it: a place's number.
    pub by: Option<u32>,
    /// Why, in one plain sentence, with `FROM` and `TO` for the two.
    pub why: String,
}

/// A pair that chance tells from others of its classes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MatrixPair {
    /// The source.
    pub from: u32,
    /// The destination.
    pub to: u32,
    /// What became of it.
    pub cell: MatrixCell,
}

/// The answer for all pairs of two classes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MatrixShare {
    /// Class of the source.
    pub from: u32,
    /// Class of the destination.
    pub to: u32,
    /// Which of the destination's addresses.
    pub address: u32,
    /// Which port.
    pub port: u32,
    /// The source is the destination.
    pub own: bool,
    /// What became of it.
    pub cell: MatrixCell,
    /// Pairs of these classes with answers of their own.
    pub others: Vec<MatrixPair>,
}
