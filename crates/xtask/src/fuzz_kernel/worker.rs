//! One worker: cases one after the other, on both sides.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::generate::generate;
use super::known::known;
use super::linux::{Linux, Ran};
use super::shrink::shrink;
use crate::kernel_case::case::{Case, Rules};
use crate::kernel_case::compare::differences;
use crate::kernel_case::outcome::Outcome;
use crate::kernel_case::simulate::Simulator;
use crate::kernel_case::topology;

/// Disagreements that one worker makes smaller; later ones are kept as they are.
const MOST_SHRUNK: usize = 60;
/// Random numbers that the simulator is given where it differs from the kernel: which segments lie in a window may
/// hang on a socket's first sequence number.
const CHANCES: u32 = 24;
/// Bytes of the longest case that is recorded.
const LONGEST_RECORD: usize = 12_000;

/// What a worker counted.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Numbers by name.
    pub numbers: BTreeMap<String, usize>,
    /// What the simulator does not know, by name.
    pub left_out: BTreeMap<String, usize>,
    /// Disagreements: the class, and a file if one was kept.
    pub classes: BTreeMap<String, Vec<String>>,
    /// Errors of the machinery itself.
    pub broken: Vec<String>,
}

impl Counts {
    /// As JSON.
    pub fn json(&self) -> Value {
        json!({ "numbers": self.numbers, "left_out": self.left_out, "classes": self.classes, "broken": self.broken })
    }

    /// Adds another worker's.
    pub fn add(&mut self, other: &Value) {
        let numbers = |key: &str| -> Vec<(String, usize)> {
            let all = other.get(key).and_then(Value::as_object).into_iter().flatten();
            all.filter_map(|(name, n)| Some((name.clone(), n.as_u64()? as usize))).collect()
        };
        let strings = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for (name, n) in numbers("numbers") {
            *self.numbers.entry(name).or_default() += n;
        }
        for (name, n) in numbers("left_out") {
            *self.left_out.entry(name).or_default() += n;
        }
        for (class, files) in other.get("classes").and_then(Value::as_object).into_iter().flatten() {
            self.classes.entry(class.clone()).or_default().extend(strings(files));
        }
        self.broken.extend(other.get("broken").map(strings).unwrap_or_default());
    }

    fn count(&mut self, name: &str) {
        *self.numbers.entry(name.to_owned()).or_default() += 1;
    }
}

/// How two sides compare, after asking the kernel again where they differ.
enum Verdict {
    Agree(Box<Outcome>),
    /// With other random numbers of the simulator.
    AgreeOtherwise(Box<Outcome>),
    Differ {
        differences: Vec<String>,
        linux: Box<Outcome>,
        ours: Option<Box<Outcome>>,
    },
    /// A packet met what the simulator refuses by name.
    NotModelled(String),
    /// The kernel differs from itself.
    Unstable,
    Refused(Rules, String),
}

/// A worker.
pub struct Worker {
    linux: Linux,
    simulator: Simulator,
    counts: Counts,
    keep: Option<PathBuf>,
    records: Vec<String>,
    shrunk: usize,
}

impl Worker {
    /// With a folder for disagreements.
    pub fn new(keep: Option<PathBuf>) -> Result<Self> {
        let linux = Linux::new()?;
        let simulator = Simulator::default();
        Ok(Self { linux, simulator, counts: Counts::default(), keep, records: Vec::new(), shrunk: 0 })
    }

    /// Runs the cases of these seeds.
    pub fn run(mut self, seeds: impl Iterator<Item = u64>, record: Option<&Path>) -> Result<Counts> {
        for topology in topology::ALL {
            self.simulator.can_build(topology.name).map_err(|said| anyhow!("{said}"))?;
        }
        let begin = Instant::now();
        for (at, seed) in seeds.enumerate() {
            let made = generate(seed, &mut self.simulator, &mut self.counts.left_out);
            for (case, said) in made.refused {
                self.refused_by_simulator(&case, &said);
            }
            if let Err(error) = self.case(made.case) {
                self.counts.count("broken");
                self.counts.broken.push(format!("{seed}: {error:#}"));
            }
            if (at + 1) % 100 == 0 {
                eprintln!("{} cases in {} s: {:?}", at + 1, begin.elapsed().as_secs(), self.counts.numbers);
            }
        }
        if let Some(file) = record {
            fs::write(file, self.records.join("\n") + "\n")?;
        }
        Ok(self.counts)
    }

    /// Runs one case that was kept, and says what came of it.
    pub fn again(mut self, case: &Case) -> Result<bool> {
        match self.verdict(case)? {
            Verdict::Agree(linux) | Verdict::AgreeOtherwise(linux) => {
                println!("they agree\n{}", linux.story.join("\n"));
                Ok(true)
            }
            Verdict::Unstable => {
                println!("the kernel differs from itself");
                Ok(true)
            }
            Verdict::NotModelled(what) => {
                println!("a packet meets what is not modelled: {what}");
                Ok(true)
            }
            Verdict::Refused(rules, said) => {
                println!("{}: refused: {said}", rules.host);
                Ok(false)
            }
            Verdict::Differ { differences, linux, ours } => {
                println!("{}", text(case, &differences, &linux, ours.as_deref()));
                Ok(false)
            }
        }
    }

    fn verdict(&mut self, case: &Case) -> Result<Verdict> {
        let ours = self.simulator.run(case);
        if let Some(what) = ours.as_ref().ok().and_then(|ours| ours.not_modelled.clone()) {
            return Ok(Verdict::NotModelled(what));
        }
        let compare = |linux: &Outcome| match &ours {
            Ok(ours) => differences(linux, ours),
            Err(said) => vec![format!("the simulator refuses: {said}")],
        };
        let first = match self.linux.run(case, false)? {
            Ran::Done(outcome) => outcome,
            Ran::Refused(rules, said) => return Ok(Verdict::Refused(rules, said)),
        };
        if compare(&first).is_empty() {
            return Ok(Verdict::Agree(first));
        }
        let otherwise = self.otherwise(case, &ours);
        let agrees = |linux: &Outcome| otherwise.iter().any(|ours| differences(linux, ours).is_empty());
        if agrees(&first) {
            return Ok(Verdict::AgreeOtherwise(first));
        }
        let mut again = Vec::new();
        for _ in 0..4 {
            let Ran::Done(outcome) = self.linux.run(case, true)? else { return Ok(Verdict::Unstable) };
            if compare(&outcome).is_empty() {
                return Ok(Verdict::Agree(outcome));
            }
            if agrees(&outcome) {
                return Ok(Verdict::AgreeOtherwise(outcome));
            }
            again.push(outcome);
        }
        let stable = again.iter().zip(again.iter().skip(1)).all(|(a, b)| differences(a, b).is_empty());
        match again.pop() {
            Some(linux) if stable => {
                Ok(Verdict::Differ { differences: compare(&linux), linux, ours: ours.ok().map(Box::new) })
            }
            _ => Ok(Verdict::Unstable),
        }
    }

    /// What comes of a case with other random numbers, as far as it differs.
    fn otherwise(&mut self, case: &Case, ours: &Result<Outcome, String>) -> Vec<Outcome> {
        let mut out: Vec<Outcome> = Vec::new();
        let Ok(ours) = ours else { return out };
        for chance in 1..=CHANCES {
            let Ok(other) = self.simulator.run_otherwise(case, chance) else { continue };
            if std::iter::once(ours).chain(&out).all(|known| !differences(known, &other).is_empty()) {
                out.push(other);
            }
        }
        out
    }

    fn case(&mut self, mut case: Case) -> Result<()> {
        for _ in 0..6 {
            match self.verdict(&case)? {
                Verdict::Agree(linux) => {
                    self.counts.count("agree");
                    let line = json!({ "case": case.json(), "linux": linux.json() }).to_string();
                    if line.len() <= LONGEST_RECORD && !linux.carried.is_empty() {
                        self.records.push(line);
                    }
                    return Ok(());
                }
                Verdict::AgreeOtherwise(_) => {
                    self.counts.count("agree, with other first sequence numbers");
                    return Ok(());
                }
                Verdict::Unstable => {
                    self.counts.count("unstable");
                    return Ok(());
                }
                Verdict::NotModelled(what) => {
                    self.counts.count("with a packet that is not modelled");
                    *self.counts.left_out.entry(what).or_default() += 1;
                    return Ok(());
                }
                Verdict::Differ { differences, .. } if known(&case, &differences).is_some() => {
                    let why = known(&case, &differences).unwrap_or_default();
                    self.counts.count(&format!("known to differ: {why}"));
                    return Ok(());
                }
                Verdict::Differ { differences, linux, ours } => {
                    self.counts.count("differ");
                    self.differ(&case, &differences, &linux, ours.as_deref());
                    return Ok(());
                }
                Verdict::Refused(rules, said) => case = self.refused_by_linux(&case, &rules, &said)?,
            }
        }
        self.counts.count("given up");
        Ok(())
    }

    /// Only the first of a class is kept.
    fn file(&mut self, class: &str, seed: u64, case: &Case, text: &str) {
        let known = self.counts.classes.entry(class.to_owned()).or_default();
        known.push(seed.to_string());
        let Some(folder) = self.keep.as_ref().filter(|_| known.len() <= 3) else { return };
        let stem = folder.join(seed.to_string());
        let written = fs::write(stem.with_extension("txt"), format!("{class}\n\n{text}"))
            .and_then(|()| fs::write(stem.with_extension("json"), case.json().to_string() + "\n"));
        if let Err(error) = written {
            self.counts.broken.push(format!("{}: {error}", stem.display()));
        }
    }

    fn differ(&mut self, case: &Case, found: &[String], linux: &Outcome, ours: Option<&Outcome>) {
        self.shrunk += 1;
        if self.shrunk > MOST_SHRUNK || self.keep.is_none() {
            let class = format!("not made smaller: {}", class(case, found));
            return self.file(&class, case.seed, case, &text(case, found, linux, ours));
        }
        let kind =
            |lines: &[String]| lines.first().and_then(|l| l.split(' ').next()).unwrap_or_default().to_owned();
        let was = kind(found);
        let small = shrink(case.clone(), &mut |less| {
            let Ok(ours) = self.simulator.run(less) else { return false };
            if ours.not_modelled.is_some() {
                return false;
            }
            match self.linux.run(less, false) {
                Ok(Ran::Done(linux)) => kind(&differences(&linux, &ours)) == was,
                _ => false,
            }
        });
        // The small case counts only if it stands alone too.
        let (case, verdict) = match self.verdict(&small) {
            Ok(Verdict::Differ { differences, linux, ours }) => (&small, Some((differences, linux, ours))),
            _ => (case, None),
        };
        match verdict {
            Some((found, linux, ours)) => {
                let class = class(case, &found);
                self.file(&class, case.seed, case, &text(case, &found, &linux, ours.as_deref()));
            }
            None => self.file(
                &format!("not made smaller: {}", class(case, found)),
                case.seed,
                case,
                &text(case, found, linux, ours),
            ),
        }
    }

    /// A rule that the simulator refuses, held against the kernel.
    fn refused_by_simulator(&mut self, case: &Case, said: &str) {
        let rule = case
            .rules
            .iter()
            .flat_map(|r| &r.lines)
            .find(|l| l.starts_with("-A "))
            .cloned()
            .unwrap_or_default();
        let Some(rules) = case.rules.first() else { return };
        match self.linux.takes(case, rules) {
            Ok(Some(_)) => self.counts.count("rules refused by both"),
            Ok(None) => {
                self.counts.count("rules refused by the simulator only");
                let class =
                    format!("only the simulator refuses: {}", said.lines().next().unwrap_or_default());
                self.file(&class, case.seed, case, &format!("{rule}\n{said}"));
            }
            Err(error) => self.counts.broken.push(format!("{rule}: {error:#}")),
        }
    }

    /// The case without the rules that the kernel refuses.
    fn refused_by_linux(&mut self, case: &Case, rules: &Rules, said: &str) -> Result<Case> {
        let mut kept = Vec::new();
        let mut heads: Vec<String> = Vec::new();
        let mut found = false;
        for line in &rules.lines {
            if line.starts_with('*') {
                heads.clear();
            }
            if !line.starts_with("-A ") {
                heads.push(line.clone());
                kept.push(line.clone());
                continue;
            }
            let mut alone = heads.clone();
            alone.extend([line.clone(), "COMMIT".to_owned()]);
            let alone = Rules { lines: alone, ..rules.clone() };
            if let Some(said) = self.linux.takes(case, &alone)? {
                let alone =
                    Case { rules: vec![alone], steps: Vec::new(), settings: Vec::new(), ..case.clone() };
                found = true;
                self.counts.count("rules refused by Linux only");
                let message = said.rsplit(": ").nth(1).unwrap_or_default();
                let class = format!("only Linux refuses: {} {message}", extensions(line).join(" "));
                self.file(&class, case.seed, &alone, &format!("{line}\n{said}"));
            } else {
                kept.push(line.clone());
            }
        }
        let mut less = case.clone();
        if found {
            for own in less.rules.iter_mut().filter(|own| *own == rules) {
                own.lines.clone_from(&kept);
            }
        } else if self.simulator.takes(case, rules).is_ok_and(|said| said.is_some()) {
            self.counts.count("rule sets refused by both");
            less.rules.retain(|own| own != rules);
        } else {
            self.counts.count("rule sets refused by Linux only");
            self.file("only Linux refuses the whole", case.seed, case, said);
            less.rules.retain(|own| own != rules);
        }
        Ok(less)
    }
}

/// Matches and targets of a rule.
fn extensions(rule: &str) -> Vec<&str> {
    let words: Vec<&str> = rule.split(' ').collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let named = pairs.filter(|(option, _)| matches!(**option, "-m" | "-j" | "-g"));
    named.map(|(_, name)| *name).collect()
}

/// What a disagreement is about, roughly.
fn class(case: &Case, found: &[String]) -> String {
    let mut kinds: Vec<&str> =
        found.iter().filter(|l| !l.starts_with(' ')).filter_map(|l| l.split(' ').next()).collect();
    kinds.dedup();
    let mut named: Vec<&str> =
        case.rules.iter().flat_map(|r| &r.lines).flat_map(|line| extensions(line)).collect();
    named.sort_unstable();
    named.dedup();
    let keys: Vec<&str> = case.settings.iter().filter_map(|(_, key, _)| key.rsplit('.').next()).collect();
    let six = if case.rules.iter().any(|r| r.six) { " six" } else { "" };
    format!("{}{six} [{}] {}", kinds.join("+"), named.join(" "), keys.join(" "))
}

/// All about a disagreement, for people.
fn text(case: &Case, found: &[String], linux: &Outcome, ours: Option<&Outcome>) -> String {
    let mut out = format!("{} seed {} ({})\n", case.topology, case.seed, case.face.name());
    for (host, key, value) in &case.settings {
        let _ = writeln!(out, "{host}: {key}={value}");
    }
    for rules in &case.rules {
        let _ = writeln!(
            out,
            "{}: {}\n  {}",
            rules.host,
            rules.tool(case.face, "restore"),
            rules.lines.join("\n  ")
        );
    }
    for (at, step) in case.steps.iter().enumerate() {
        let _ = writeln!(out, "{at}: {step}");
    }
    let _ = writeln!(out, "\n- Linux, + packetwalk\n{}", found.join("\n"));
    let _ = writeln!(out, "\nLinux:\n{}", linux.story.join("\n"));
    if let Some(ours) = ours {
        let _ = writeln!(out, "\npacketwalk:\n{}", ours.story.join("\n"));
    }
    for (place, lines) in &linux.saved {
        let _ = writeln!(out, "\nLinux, saved {place}:\n{}", lines.join("\n"));
    }
    out
}
