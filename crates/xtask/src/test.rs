//! `cargo xtask test`: every test there is, in order, and a count at the end.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::sh::{self, command, exists, output, watch};
use crate::summary::Tally;
use crate::{bench, build, docker, fuzz_kernel, kernel, labs, package, pages, replay, setup, tidy, weight};

/// A part of the test run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt
    Fmt,
    /// clippy
    Clippy,
    /// The house rules
    Tidy,
    /// Rust's tests, the kernel goldens and, as root, the kernel itself
    Native,
    /// Instructions of a packet, a lookup, a ping, beside those on record
    Counts,
    /// 200 random cases on this machine's kernel and in the simulator, as root
    Kernel,
    /// Records of the kernel oracle, when they lie beside the project
    Replay,
    /// A real Docker daemon and the simulator, as root where Debian's docker.io can be had
    Docker,
    /// The wasm build and the tests of crates/wasm in a browser
    Wasm,
    /// What the book's pages show, in the simulator and, as root, on this machine's kernel
    Book,
    /// Types, lint and tests of the page in a browser
    Page,
    /// Twenty seconds of fuzzing for each target, only if this step is named: it is minutes in building
    Fuzz,
}

/// What a step came to.
enum Outcome {
    Counted(Tally),
    Skipped(String),
}

/// Runs the steps named, or all of them. True if none failed; the last line printed is the count.
///
/// # Errors
/// What the build needs cannot be installed.
pub fn test(root: &Path, steps: &[Step]) -> Result<bool> {
    let begin = Instant::now();
    setup::all(root)?;
    let mut total = Tally::default();
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    for step in Step::value_variants() {
        if !steps.is_empty() && !steps.contains(step) {
            continue;
        }
        let name = format!("{step:?}").to_lowercase();
        println!("\n== {name}");
        let start = Instant::now();
        let said = match run(root, *step, !steps.is_empty(), &mut notes) {
            Ok(Outcome::Counted(tally)) => {
                total.add(tally);
                tally.to_string()
            }
            Ok(Outcome::Skipped(why)) => {
                total.skipped += 1;
                format!("skipped: {why}")
            }
            Err(error) => {
                total.failed += 1;
                format!("failed: {error:#}")
            }
        };
        println!("{said}");
        lines.push(format!("{name:<8}{:>5} s  {said}", start.elapsed().as_secs()));
    }
    println!("\n== summary\n{}", lines.join("\n"));
    for line in notes {
        println!("{line}");
    }
    println!("all in {} s", begin.elapsed().as_secs());
    println!("{total}");
    Ok(total.failed == 0)
}

fn run(root: &Path, step: Step, named: bool, notes: &mut Vec<String>) -> Result<Outcome> {
    match step {
        Step::Fmt => counted(command(root, "cargo").args(["fmt", "--all", "--check"])),
        Step::Clippy => {
            let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
            counted(command(root, "cargo").args(clippy))
        }
        Step::Tidy => tidy::tidy(root).map(|()| one()),
        Step::Native => native(root, notes),
        Step::Counts => Ok(match bench::test_counts(root)? {
            Ok(tally) => Outcome::Counted(tally),
            Err(why) => Outcome::Skipped(why),
        }),
        Step::Kernel => match kernel::not_comparable(&root.join("tests/labs")) {
            Some(why) => Ok(Outcome::Skipped(why)),
            None => fuzz_kernel::compare(&fuzz_kernel::Args::few(200, fuzz_kernel::fresh_seed()?))
                .map(|tally| Outcome::Counted(leniently(tally))),
        },
        Step::Replay => match replay::oracle(root) {
            Some(_) if !exists("python3") => Ok(Outcome::Skipped("no python3".to_owned())),
            Some(oracle) => replay::replay(root, &oracle).map(Outcome::Counted),
            None => Ok(Outcome::Skipped("no records of the oracle beside the project".to_owned())),
        },
        Step::Docker => daemon(root),
        Step::Wasm => wasm(root, notes),
        Step::Book => pages::check(root).map(Outcome::Counted),
        Step::Page => page(root, notes),
        Step::Fuzz if !named => Ok(Outcome::Skipped("cargo xtask test fuzz runs it".to_owned())),
        Step::Fuzz => fuzz(root),
    }
}

/// Fresh cases find what nobody looked at yet. A few in a hundred that differ were printed with their seeds, and
/// count as skipped; more are a failure. Recorded cases must all agree.
fn leniently(fresh: Tally) -> Tally {
    let most = (fresh.passed + fresh.failed) * 2 / 100;
    if fresh.failed > most {
        return fresh;
    }
    Tally { failed: 0, skipped: fresh.skipped + fresh.failed, ..fresh }
}

/// Rust's tests. The one that asks the kernel is skipped where it could only say why it cannot.
fn native(root: &Path, notes: &mut Vec<String>) -> Result<Outcome> {
    let mut cargo = command(root, "cargo");
    cargo.args(["test", "--workspace", "--no-fail-fast", "--quiet"]);
    let Some(why) = kernel::not_comparable(&root.join("tests/labs")) else { return counted(&mut cargo) };
    notes.push(format!("the kernel itself was not asked: {why}"));
    let mut outcome = counted(cargo.args(["--", "--skip", "linux_still_prints_what_was_recorded"]))?;
    if let Outcome::Counted(tally) = &mut outcome {
        tally.skipped += 1;
    }
    Ok(outcome)
}

/// A few scenarios on a real daemon.
fn daemon(root: &Path) -> Result<Outcome> {
    if let Err(why) = docker::available(root) {
        return Ok(Outcome::Skipped(format!("{why:#}")));
    }
    let passed = docker::record(root, &|name| docker::FEW.contains(&name), false)?;
    let few = docker::FEW.len();
    Ok(Outcome::Counted(if passed {
        Tally { passed: few, ..Tally::default() }
    } else {
        Tally { failed: 1, ..Tally::default() }
    }))
}

fn one() -> Outcome {
    Outcome::Counted(Tally { passed: 1, ..Tally::default() })
}

/// Runs a test runner and counts what it says; a program that counts nothing is one test.
fn counted(command: &mut Command) -> Result<Outcome> {
    noted(command, |_| ())
}

/// The same, and hands each line to `note`.
fn noted(command: &mut Command, mut note: impl FnMut(&str)) -> Result<Outcome> {
    let mut tally = Tally::default();
    let succeeded = watch(command, |line| {
        tally.read(line);
        note(line);
    })?;
    match (succeeded, tally.is_empty()) {
        (true, true) => tally.passed = 1,
        (false, true) => tally.failed = 1,
        // A runner that failed without counting a failure died on the way.
        (false, false) if tally.failed == 0 => tally.failed = 1,
        _ => {}
    }
    Ok(Outcome::Counted(tally))
}

fn wasm(root: &Path, notes: &mut Vec<String>) -> Result<Outcome> {
    build::build(root)?;
    let (page, core) = (weight::of_page(root)?, weight::of_core(root)?);
    for (text, _) in [&page, &core] {
        println!("{text}");
        notes.push(text.clone());
    }
    if !page.1 || !core.1 {
        bail!("a module is too large");
    }
    for tool in ["wasm-pack", "chromedriver", "chromium"] {
        if !exists(tool) {
            return Ok(Outcome::Skipped(format!("no {tool}")));
        }
    }
    counted(command(root, "wasm-pack").args(["test", "--headless", "--chrome", "crates/wasm"]))
}

/// What the page's tests measured begins with these words.
const TOLD: [&str; 3] = ["page usable after", "element JS:", "100 elements:"];

fn page(root: &Path, notes: &mut Vec<String>) -> Result<Outcome> {
    let folder = root.join("tests/browser");
    if !folder.join("node_modules").exists() {
        return Ok(Outcome::Skipped("its npm packages are not installed".to_owned()));
    }
    build::build(root)?;
    package::package(root)?;
    let mut tally = Tally::default();
    let chromium = exists("chromium");
    for script in ["types", "lint", "test"] {
        if script == "test" && !chromium {
            tally.skipped += 1;
            println!("no chromium: the page's tests are skipped");
            continue;
        }
        let mut npm = command(&folder, "npm");
        let found = noted(npm.args(["run", "--silent", script]), |line| {
            for told in TOLD {
                notes.extend(line.find(told).and_then(|at| line.get(at..)).map(str::to_owned));
            }
        });
        if let Outcome::Counted(found) = found? {
            tally.add(found);
        }
    }
    Ok(Outcome::Counted(tally))
}

fn fuzz(root: &Path) -> Result<Outcome> {
    if !exists("cargo-fuzz") {
        return Ok(Outcome::Skipped("no cargo-fuzz".to_owned()));
    }
    let nightly = setup::nightly(root);
    let cargo = || {
        let mut cargo = command(&root.join("tests/fuzz"), "cargo");
        if nightly {
            cargo.arg("+nightly").env_remove("RUSTUP_TOOLCHAIN");
        } else {
            // The stable compiler has what cargo-fuzz wants of a nightly one, under lock.
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        cargo.arg("fuzz");
        cargo
    };
    let targets = output(cargo().args(["list", "--fuzz-dir", "."]))?;
    seed(root)?;
    // No sanitizer: there is no unsafe code for it to watch.
    let how = ["--sanitizer=none", "--fuzz-dir", "."];
    sh::run(cargo().arg("build").args(how))?;
    let limits =
        ["-max_total_time=20", "-rss_limit_mb=4096", "-timeout=60", "-max_len=4096", "-len_control=0"];
    let some_time = &|target: &str| {
        println!("{target}: twenty seconds");
        let words = if target == "lab" { "-dict=lab.dict" } else { "-dict=rules.dict" };
        watch(cargo().arg("run").args(how).args([target, "--", words]).args(limits), |_| ())
    };
    let ends: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = targets.lines().map(|target| scope.spawn(move || some_time(target))).collect();
        runs.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut tally = Tally::default();
    for end in ends {
        let passed = end.map_err(|_| anyhow::anyhow!("a fuzz target's thread ended"))??;
        if passed { tally.passed += 1 } else { tally.failed += 1 }
    }
    Ok(Outcome::Counted(tally))
}

/// A lab whose quarter of a million connections would leave a fuzzer no time for others.
const HEAVY: &str = "conntrack/table-full";

/// The fuzzers' first inputs: the labs, and the rule files in them.
fn seed(root: &Path) -> Result<()> {
    let [labs, rules] = ["lab", "iptables_restore"].map(|target| root.join("tests/fuzz/corpus").join(target));
    fs::create_dir_all(&labs)?;
    fs::create_dir_all(&rules)?;
    for lab in labs::find(&root.join("tests/labs"), "")?.into_iter().filter(|lab| lab.name != HEAVY) {
        let (name, text) = (lab.name.replace('/', "-"), lab.text()?);
        let blocks = text.split("<<'RULES'\n").skip(1).filter_map(|rest| rest.split_once("RULES\n"));
        for (at, (block, _)) in blocks.enumerate() {
            fs::write(rules.join(format!("{name}-{at}")), block)?;
        }
        fs::write(labs.join(name), text)?;
    }
    Ok(())
}
