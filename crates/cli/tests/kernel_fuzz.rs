//! Cases of `cargo xtask fuzz-kernel` with the outcome that a real kernel gave: the simulator must give the same.
//!
//! `PACKETWALK_SEED=number` runs one of them and prints what it carried.
#![allow(clippy::expect_used, reason = "a recording that cannot be read fails the test")]

#[allow(dead_code, reason = "shared with cargo xtask fuzz-kernel")]
#[path = "../../xtask/src/kernel_case/mod.rs"]
mod kernel_case;

use std::fs;
use std::path::Path;

use kernel_case::case::Case;
use kernel_case::compare::differences;
use kernel_case::outcome::Outcome;
use kernel_case::simulate::Simulator;
use serde_json::Value;

/// Fewer are no sample.
const LEAST: usize = 1000;

/// The recordings.
const FILES: [&str; 2] = ["cases.jsonl.z", "protocols.jsonl.z"];

/// Every recorded case, with the kernel's outcome and, where the simulator is known to differ, why.
fn recorded() -> Vec<(Case, Outcome, Option<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kernel-fuzz");
    let text: String = FILES
        .iter()
        .map(|name| {
            let bytes = fs::read(folder.join(name)).expect("a recording can be read");
            let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).expect("zlib's form");
            String::from_utf8(bytes).expect("text")
        })
        .collect();
    let one = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row is JSON");
        let case = row.get("case").and_then(Case::parse).expect("a case");
        let linux = row.get("linux").and_then(Outcome::parse).expect("an outcome");
        (case, linux, row.get("known").and_then(Value::as_str).map(str::to_owned))
    };
    text.lines().map(one).collect()
}

#[test]
fn random_cases_come_out_as_on_the_recorded_kernel() {
    let all = recorded();
    assert!(all.len() >= LEAST, "{} cases", all.len());
    let only = std::env::var("PACKETWALK_SEED").ok();
    let mut simulator = Simulator::default();
    let (mut agreed, mut complaints) = (0, Vec::new());
    for (case, linux, known) in &all {
        if only.as_ref().is_some_and(|seed| *seed != case.seed.to_string()) {
            continue;
        }
        let found = match simulator.run(case) {
            Ok(ours) => {
                if only.is_some() {
                    println!("{}", ours.story.join("\n"));
                }
                differences(linux, &ours)
            }
            Err(said) => vec![format!("refused: {said}")],
        };
        match (found.is_empty(), known) {
            (true, None) => agreed += 1,
            (true, Some(_)) => complaints.push(format!("{}: agrees now; remove its \"known\"", case.seed)),
            (false, Some(why)) => println!("{}: known to differ: {why}", case.seed),
            (false, None) => complaints.push(format!(
                "seed {} ({}): - Linux, + packetwalk\n{}\n{}",
                case.seed,
                case.topology,
                case.json(),
                found.join("\n")
            )),
        }
    }
    println!("{agreed} of {} cases agree", all.len());
    let first: Vec<&str> = complaints.iter().take(20).map(String::as_str).collect();
    assert!(complaints.is_empty(), "{} of {} cases:\n\n{}", complaints.len(), all.len(), first.join("\n\n"));
}
