//! A case from a seed.

use std::collections::BTreeMap;

use super::packets::Packets;
use super::random::Random;
use super::{rules, settings};
use crate::kernel_case::case::{Case, Face, Rules};
use crate::kernel_case::simulate::Simulator;
use crate::kernel_case::topology::ALL;

/// A case, and what was left out of it.
pub struct Made {
    /// The case.
    pub case: Case,
    /// Rules that the simulator refuses as wrong: a case with each alone, and what it says.
    pub refused: Vec<(Case, String)>,
}

/// Makes the case of a seed. `left_out` counts, by name, what the simulator does not know.
pub fn generate(seed: u64, simulator: &mut Simulator, left_out: &mut BTreeMap<String, usize>) -> Made {
    let mut random = Random::new(seed);
    let topology = random.pick(ALL);
    let six = random.chance(30);
    let face = if random.chance(10) { Face::Legacy } else { Face::Nft };
    let empty = Case {
        seed,
        topology: topology.name.to_owned(),
        face,
        settings: Vec::new(),
        rules: Vec::new(),
        steps: Vec::new(),
    };
    let mut case = empty.clone();
    let mut refused = Vec::new();
    for (host, percent) in topology.ruled.iter().zip([100, 30, 15]) {
        if !random.chance(percent) {
            continue;
        }
        let mut keep = |text: &str, alone: &[String]| {
            let alone = Rules { host: (*host).to_owned(), six, lines: alone.to_vec() };
            match simulator.takes(&empty, &alone) {
                Ok(None) => true,
                Ok(Some(said)) if said.contains("not simulated") => {
                    let name = said.split(" is not simulated").next().unwrap_or_default();
                    let name = name.rsplit(": ").next().unwrap_or(text);
                    *left_out.entry(name.to_owned()).or_default() += 1;
                    false
                }
                Ok(Some(said)) | Err(said) => {
                    refused.push((Case { rules: vec![alone], ..empty.clone() }, said));
                    false
                }
            }
        };
        let lines = rules::rules(&mut random, topology, host, six, &mut keep);
        if !lines.is_empty() {
            case.rules.push(Rules { host: (*host).to_owned(), six, lines });
        }
        for (host, key, value) in settings::settings(&mut random, topology, host) {
            if simulator.sets(topology.name, &host, &key, &value) {
                case.settings.push((host, key, value));
            } else {
                *left_out.entry(key).or_default() += 1;
            }
        }
    }
    let has_rules = |case: &Case, host: &str| case.rules.iter().any(|r| r.host == host);
    let quiet = random.chance(45);
    for host in topology.hosts.iter().filter(|_| quiet) {
        if !has_rules(&case, host) && !topology.routers.contains(host) {
            // Its own stack does not answer: the case's replies are the only ones.
            let lines = [
                "*raw",
                ":PREROUTING ACCEPT [0:0]",
                ":OUTPUT ACCEPT [0:0]",
                "-A PREROUTING -j DROP",
                "COMMIT",
            ];
            let lines = lines.map(str::to_owned).to_vec();
            case.rules.push(Rules { host: (*host).to_owned(), six, lines });
        }
    }
    let count = 3 + random.below(9);
    case.steps = Packets::new(topology, &mut random, six).make(count);
    case.rules.sort_by(|a, b| (&a.host, a.six).cmp(&(&b.host, b.six)));
    Made { case, refused }
}
