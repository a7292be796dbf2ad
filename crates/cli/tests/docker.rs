//! What real engines left behind: moby's own documents of 29's rules, and recordings of a daemon of 20.10, where
//! they lie beside the project (`../shared/corpora`).
//!
//! `PACKETWALK_DOCKER=part-of-a-name` limits the runs; `PACKETWALK_DOCKER_SHOW=1` prints each difference whole.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail so")]
#![allow(clippy::indexing_slicing, reason = "the recordings are of one form")]

mod corpora;
#[path = "docker/lines.rs"]
mod lines;
#[path = "docker/moby.rs"]
mod moby;
#[path = "docker/normal.rs"]
mod normal;
#[path = "docker/packets.rs"]
mod packets;
#[path = "docker/probes.rs"]
mod probes;
#[path = "docker/recorded.rs"]
mod recorded;
#[allow(dead_code, reason = "shared with packetwalk replay")]
#[path = "../src/replay/mod.rs"]
mod replay;

use std::collections::BTreeMap;

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Shell};
use packetwalk_trace::NsId;

fn wanted(name: &str) -> bool {
    std::env::var("PACKETWALK_DOCKER").map_or(true, |part| name.contains(&part))
}

/// A shell that is given line after line.
struct Machine(Shell);

impl Machine {
    fn new() -> Self {
        Self(Shell::new(Lab::new(1)))
    }

    /// Status, standard output and standard error of a line.
    fn run(&mut self, line: &str) -> (u8, String, String) {
        let mut out = Apart::default();
        let status = match self.0.run_line(NsId(0), line.as_bytes(), &mut out) {
            packetwalk_shell::Line::Done(status) | packetwalk_shell::Line::Exit(status) => status,
            packetwalk_shell::Line::Incomplete => u8::MAX,
        };
        let (stdout, stderr) = out.texts();
        (status, stdout, stderr)
    }

    /// Standard output of a line that must go well.
    fn must(&mut self, line: &str) -> String {
        let (status, out, err) = self.run(line);
        assert!(status == 0, "{line}: status {status}: {err}");
        out
    }
}

/// Words of a command line as a shell takes them.
fn quoted(words: &[&str]) -> String {
    let quote = |w: &&str| if w.contains([' ', '*']) { format!("'{w}'") } else { (*w).to_owned() };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// What is equal, and what is not, by kind.
#[derive(Default)]
struct Tally {
    equal: BTreeMap<String, usize>,
    differ: Vec<(String, String, String)>,
}

impl Tally {
    /// Compares line by line.
    fn lines(&mut self, place: &str, kind: &str, want: &[String], ours: &[String]) {
        if want == ours {
            *self.equal.entry(kind.to_owned()).or_default() += 1;
            return;
        }
        let how = if std::env::var("PACKETWALK_DOCKER_SHOW").is_ok() {
            let all = |of: &[String], sign: &str| {
                of.iter().fold(String::new(), |text, line| text + "\n  " + sign + " " + line)
            };
            all(want, "-") + &all(ours, "+")
        } else {
            let at = want.iter().zip(ours).position(|(a, b)| a != b).unwrap_or(want.len().min(ours.len()));
            let line = |of: &[String]| of.get(at).map_or("(end)", String::as_str).to_owned();
            format!("line {}\n  - {}\n  + {}", at + 1, line(want), line(ours))
        };
        self.differ.push((place.to_owned(), kind.to_owned(), how));
    }

    /// The same where not everything was run: what is known to differ may be missing.
    fn finish_some(self, known: &[(&str, &str, &str)]) {
        let met = self.known(known);
        let met: Vec<_> = known.iter().zip(met).filter(|(_, met)| *met).map(|(known, _)| *known).collect();
        self.finish(&met);
    }

    /// Which of what is known to differ does.
    fn known(&self, known: &[(&str, &str, &str)]) -> Vec<bool> {
        let is = |(place, kind, _): &(&str, &str, &str)| {
            self.differ.iter().any(|(p, k, _)| p.contains(place) && k == kind)
        };
        known.iter().map(is).collect()
    }

    /// Prints the numbers; fails unless all that differs is known to.
    fn finish(self, known: &[(&str, &str, &str)]) {
        let all: usize = self.equal.values().sum();
        println!("{all} equal: {:?}", self.equal);
        let mut bad = Vec::new();
        let mut met = vec![false; known.len()];
        for (place, kind, how) in &self.differ {
            let reason = known.iter().position(|(p, k, _)| place.contains(p) && k == kind);
            match reason {
                Some(at) => met[at] = true,
                None => bad.push(format!("{place} {kind}: {how}")),
            }
        }
        println!("{} differ, {} of them unexplained", self.differ.len(), bad.len());
        for ((place, kind, why), met) in known.iter().zip(met) {
            println!("known: {place} {kind}: {why}");
            assert!(met || !wanted(place), "{place} {kind} agrees now: take it off the list");
        }
        assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    }
}
