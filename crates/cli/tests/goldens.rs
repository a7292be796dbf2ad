//! The kernel goldens: every lab below `tests/labs` must print what Linux printed.
//!
//! `PACKETWALK_LABS=part-of-a-name` limits the runs. A lab with a `known-difference.txt` must differ: the day it
//! does not, the file has to go.
#![allow(clippy::expect_used, reason = "a test may fail so")]
#![allow(clippy::disallowed_methods, reason = "the kernel runs in real time")]

#[allow(dead_code, reason = "shared with cargo xtask record")]
#[path = "../../xtask/src/kernel.rs"]
mod kernel;
#[allow(dead_code, reason = "shared with cargo xtask record")]
#[path = "../../xtask/src/labs.rs"]
mod labs;
#[path = "../../xtask/src/normalise.rs"]
mod normalise;

use std::path::Path;
use std::process::Command;

use labs::Lab;
use normalise::normalise;

fn all() -> Vec<Lab> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/labs");
    let filter = std::env::var("PACKETWALK_LABS").unwrap_or_default();
    labs::find(&root, &filter).expect("tests/labs can be read")
}

/// What the simulator prints for the lab, before normalising.
fn simulate(text: &str) -> String {
    let mut packetwalk = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    packetwalk.args(["run", "lab.sh"]);
    kernel::run(text, packetwalk).unwrap_or_else(|error| format!("packetwalk: {error}\n"))
}

/// Fails with all complaints at once.
fn report(labs: usize, complaints: Vec<Option<String>>) {
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    println!("{} of {labs} labs agree", labs - complaints.len());
    assert!(complaints.is_empty(), "{} of {labs} labs:\n\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn labs_print_what_linux_printed() {
    let labs = all();
    let complaints = labs::each(&labs, 4, |lab| {
        let text = lab.text().expect("lab.sh is readable");
        let Some(linux) = lab.linux() else {
            return Some(format!(
                "{}: not recorded; run `cargo xtask record {}` as root",
                lab.name, lab.name
            ));
        };
        let ours = normalise(&text, &simulate(&text));
        match (ours == linux, lab.known_difference()) {
            (true, None) => None,
            (true, Some(_)) => Some(format!("{}: agrees now; remove its known-difference.txt", lab.name)),
            (false, Some(why)) => {
                println!("{}: known to differ: {}", lab.name, why.trim());
                None
            }
            (false, None) => {
                Some(format!("{}: - Linux, + packetwalk\n{}", lab.name, labs::diff(&linux, &ours)))
            }
        }
    });
    report(labs.len(), complaints);
}

#[test]
fn the_same_lab_gives_the_same_bytes() {
    let labs = all();
    let complaints = labs::each(&labs, 4, |lab| {
        let text = lab.text().expect("lab.sh is readable");
        let (once, again) = (simulate(&text), simulate(&text));
        (once != again).then(|| format!("{}: {}", lab.name, labs::diff(&once, &again)))
    });
    report(labs.len(), complaints);
}

/// Holds the recordings against the kernel of this machine, where it can: as root, with the recorded versions.
#[test]
fn linux_still_prints_what_was_recorded() {
    if let Some(why) = kernel::not_comparable(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/labs"))
    {
        println!("skipped: {why}");
        return;
    }
    let mut labs = all();
    // Those of a Docker daemon are for `cargo xtask record`.
    labs.retain(|lab| !kernel::needs_docker(&lab.text().expect("lab.sh is readable")));
    let complaints = labs::each(&labs, 4, |lab| {
        let text = lab.text().expect("lab.sh is readable");
        let linux = lab.linux().unwrap_or_default();
        // A busy machine may be late for a timer of the lab's: a difference counts if it comes six times.
        let mut difference = String::new();
        for _ in 0..6 {
            match kernel::on_linux(&text) {
                Ok(output) if normalise(&text, &output) == linux => return None,
                Ok(output) => difference = labs::diff(&linux, &normalise(&text, &output)),
                Err(error) => difference = error.to_string(),
            }
        }
        Some(format!("{}: - recorded, + this kernel\n{difference}", lab.name))
    });
    report(labs.len(), complaints);
}
