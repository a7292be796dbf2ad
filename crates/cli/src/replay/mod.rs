//! `packetwalk replay`: a scenario of the kernel oracle in the simulator, told in the oracle's own form.

mod event;
mod fragments;
mod outcome;
mod probe;
pub(crate) mod script;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};
use packetwalk_trace::NsId;
use serde_json::{Value, json};

/// Why a scenario could not be replayed at all.
#[derive(Debug)]
pub(crate) enum ReplayError {
    /// Not JSON.
    Json(serde_json::Error),
    /// Not a scenario: what is missing.
    Form(&'static str),
    /// A command of its set-up was refused: what the tool said.
    Setup(String),
}

impl core::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Json(e) => write!(f, "{e}"),
            Self::Form(what) => write!(f, "not a scenario: {what}"),
            Self::Setup(said) => write!(f, "the set-up was refused: {said}"),
        }
    }
}

/// A scenario that has been built.
pub(crate) struct Replay {
    shell: Shell,
    hosts: Vec<(String, NsId)>,
    /// Hosts with rules: their counters and connections are told.
    ruled: Vec<usize>,
    services: Vec<probe::Service>,
    /// Counters as the last probe left them, by ruled host.
    before: Vec<outcome::Counts>,
    /// ICMP errors by host and destination: a pause comes after the third, as the oracle makes one.
    errors: std::collections::BTreeMap<(String, String), u32>,
    pause: bool,
}

/// Replays the text of a scenario or record: `{"results": [{"probe", "outcome"}]}`.
///
/// # Errors
/// [`ReplayError`] when the text is no scenario. A set-up that is refused gives a result: every probe
/// is answered with `{"unsupported": why}`.
pub(crate) fn replay(text: &str) -> Result<Value, ReplayError> {
    let root: Value = serde_json::from_str(text).map_err(ReplayError::Json)?;
    let scenario = root.get("scenario").unwrap_or(&root);
    let probes: Vec<Value> = if let Some(probes) = root.get("probes").and_then(Value::as_array) {
        probes.clone()
    } else {
        let results = root.get("results").and_then(Value::as_array).ok_or(ReplayError::Form("no probes"))?;
        results.iter().filter_map(|r| r.get("probe").cloned()).collect()
    };
    let mut built = Replay::build(scenario);
    let mut results = Vec::new();
    for probe in probes {
        let outcome = match &mut built {
            Ok(replay) => replay.probe(&probe),
            Err(ReplayError::Setup(why)) => json!({ "unsupported": why.trim() }),
            Err(_) => return Err(built.err().unwrap_or(ReplayError::Form("no hosts"))),
        };
        results.push(json!({ "probe": probe, "outcome": outcome }));
    }
    Ok(json!({ "results": results }))
}

impl Replay {
    /// Builds the scenario's hosts by the commands that the oracle gives a real machine.
    fn build(scenario: &Value) -> Result<Self, ReplayError> {
        if scenario.get("backend").and_then(Value::as_str) == Some("native-nft") {
            return Err(ReplayError::Setup("nft: native nftables rules are not simulated yet".into()));
        }
        let mut shell = Shell::new(Lab::new(0));
        let mut out = Collect::default();
        let status = shell.run_script("scenario", script::of(scenario)?.as_bytes(), &mut out);
        let said = out.text();
        if status != 0 || !said.is_empty() {
            return Err(ReplayError::Setup(if said.is_empty() {
                format!("exit status {status}")
            } else {
                said
            }));
        }
        Self::over(shell, scenario)
    }

    /// Takes a machine on which the scenario's hosts stand, by their names.
    pub(crate) fn over(shell: Shell, scenario: &Value) -> Result<Self, ReplayError> {
        let hosts = scenario.get("hosts").and_then(Value::as_object).ok_or(ReplayError::Form("no hosts"))?;
        let names: Vec<(String, NsId)> =
            hosts.keys().filter_map(|h| Some((h.clone(), shell.lab.ns(h)?))).collect();
        let has_rules = |h: &str| {
            ["iptables", "ip6tables", "nft"]
                .iter()
                .any(|k| hosts.get(h).and_then(|v| v.get(*k)).is_some_and(|t| t != ""))
        };
        let ruled = (0..names.len()).filter(|&i| names.get(i).is_some_and(|(h, _)| has_rules(h))).collect();
        let mut replay = Self {
            shell,
            hosts: names,
            ruled,
            services: Vec::new(),
            before: Vec::new(),
            errors: std::collections::BTreeMap::new(),
            pause: false,
        };
        replay.start_services(scenario);
        let settle = replay.shell.lab.now() + std::time::Duration::from_secs(2);
        replay.shell.lab.run_until(settle);
        replay.before = replay.counters();
        Ok(replay)
    }
}
