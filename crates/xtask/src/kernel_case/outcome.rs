//! What came of a case on one side.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// All that is compared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// The packets that each interface carried: `HOST IF in|out`, then a line each.
    pub carried: BTreeMap<String, Vec<String>>,
    /// Steps that gave an error: step number, the error's name.
    pub errors: Vec<String>,
    /// `HOST 4|6`: what `iptables-save -c` printed, without comments.
    pub saved: BTreeMap<String, Vec<String>>,
    /// `HOST 4|6`: what `conntrack -L` printed, sorted.
    pub connections: BTreeMap<String, Vec<String>>,
    /// A packet met what the simulator refuses by name: what that was.
    pub not_modelled: Option<String>,
    /// Every packet in order, with its step: for people, not compared.
    pub story: Vec<String>,
}

impl Outcome {
    /// A packet on an interface.
    pub fn carry(&mut self, step: usize, place: &str, line: String) {
        self.story.push(format!("{step} {place}: {line}"));
        self.carried.entry(place.to_owned()).or_default().push(line);
    }

    /// A step's error.
    pub fn error(&mut self, step: usize, what: &str) {
        self.story.push(format!("{step} error: {what}"));
        self.errors.push(format!("{step} {what}"));
    }

    /// Output of `iptables-save -c`.
    pub fn save(&mut self, place: String, text: &str) {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        self.saved.insert(place, lines.map(|line| line.trim_end().to_owned()).collect());
    }

    /// Output of `conntrack -L`.
    pub fn list(&mut self, place: String, text: &str) {
        let one = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> = text.lines().map(one).filter(|line| !line.is_empty()).collect();
        lines.sort_by_key(|line| super::compare::without_timeout(line).0);
        self.connections.insert(place, lines);
    }

    /// As JSON; each line of text once, and numbers in its place.
    pub fn json(&self) -> Value {
        let mut texts: Vec<&str> = Vec::new();
        let mut number = |text| match texts.iter().position(|t| *t == text) {
            Some(at) => at,
            None => {
                texts.push(text);
                texts.len() - 1
            }
        };
        let carried: Map<String, Value> = self
            .carried
            .iter()
            .map(|(place, lines)| {
                let numbers: Vec<usize> = lines.iter().map(|line| number(line.as_str())).collect();
                (place.clone(), json!(numbers))
            })
            .collect();
        let lines = |all: &BTreeMap<String, Vec<String>>| -> Map<String, Value> {
            all.iter().map(|(place, lines)| (place.clone(), lines.join("\n").into())).collect()
        };
        json!({
            "packets": texts, "carried": carried, "errors": self.errors,
            "saved": lines(&self.saved), "connections": lines(&self.connections),
        })
    }

    /// From JSON; `None` if it is no outcome.
    #[allow(dead_code, reason = "the recorded cases are read by the CLI's tests")]
    pub fn parse(value: &Value) -> Option<Self> {
        let texts: Vec<&str> = value.get("packets")?.as_array()?.iter().filter_map(Value::as_str).collect();
        let carried = |(place, numbers): (&String, &Value)| {
            let line = |n: &Value| Some((*texts.get(n.as_u64()? as usize)?).to_owned());
            Some((place.clone(), numbers.as_array()?.iter().map(line).collect::<Option<Vec<_>>>()?))
        };
        let lines = |key: &str| -> Option<BTreeMap<String, Vec<String>>> {
            let each = |(place, text): (&String, &Value)| {
                Some((place.clone(), text.as_str()?.lines().map(str::to_owned).collect()))
            };
            value.get(key)?.as_object()?.iter().map(each).collect()
        };
        let errors = value.get("errors")?.as_array()?;
        Some(Self {
            carried: value.get("carried")?.as_object()?.iter().map(carried).collect::<Option<_>>()?,
            errors: errors.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            saved: lines("saved")?,
            connections: lines("connections")?,
            not_modelled: None,
            story: Vec::new(),
        })
    }
}
