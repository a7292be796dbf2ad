//! Instructions that pieces of work take, counted by valgrind, and those on record: `counts.txt`.
//!
//! A count hardly depends on the machine, so that it can be tested, as a time cannot. It does depend on the compiler.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, thread};

use anyhow::{Context, Result, bail};

use crate::sh::{command, exists, output, run};
use crate::summary::Tally;

/// More than this share of the record, in thousandths, is a failure.
const MOST: u64 = 1050;
/// Less than this share is worth a new record.
const LEAST: u64 = 950;
const RENEW: &str = "cargo xtask bench --counts --renew";
const RECORD: &str = "crates/xtask/src/bench/counts.txt";
const HEAD: &str =
    "# Instructions of one piece of work each: `cargo xtask bench --counts --renew` writes this.";

/// Instructions by the name of the work.
type Counts = BTreeMap<String, u64>;

/// Counts, and prints what is on record beside it, or puts it there.
///
/// # Errors
/// There is no valgrind, or the work cannot be built or done.
pub fn counts(root: &Path, renew: bool) -> Result<()> {
    if !exists("valgrind") {
        bail!("valgrind is needed: Debian's package valgrind");
    }
    let counted = count(root)?;
    let (_, known) = record(root);
    for (name, count) in &counted {
        let known = known.get(name).copied();
        let beside = line(name, *count, if renew { known.or(Some(*count)) } else { known });
        println!("{beside}");
    }
    if renew {
        let lines: Vec<String> = counted.iter().map(|(name, count)| format!("{name} {count}")).collect();
        fs::write(root.join(RECORD), format!("{HEAD}\n{}\n{}\n", compiler(root)?, lines.join("\n")))?;
        println!("{RECORD} is written");
    }
    Ok(())
}

/// The test: a piece that takes a twentieth more than on record fails. Or why there is nothing to compare.
///
/// # Errors
/// The work cannot be built or done.
pub fn test(root: &Path) -> Result<std::result::Result<Tally, String>> {
    if !exists("valgrind") {
        return Ok(Err("no valgrind".to_owned()));
    }
    let (by, known) = record(root);
    let here = compiler(root)?;
    if by != here {
        return Ok(Err(format!("counted with {by}, and this is {here}; to count anew: {RENEW}")));
    }
    let counted = count(root)?;
    let (tally, lines) = compare(&counted, &known);
    println!("{}", lines.join("\n"));
    Ok(Ok(tally))
}

/// What passes and what fails, and a line for each.
fn compare(counted: &Counts, known: &Counts) -> (Tally, Vec<String>) {
    let mut tally = Tally::default();
    let mut lines = Vec::new();
    for (name, count) in counted {
        let known = known.get(name).copied();
        lines.push(line(name, *count, known));
        match known {
            Some(known) if count * 1000 <= known * MOST => tally.passed += 1,
            _ => tally.failed += 1,
        }
    }
    let gone = known.keys().filter(|name| !counted.contains_key(*name));
    lines.extend(gone.map(|name| {
        tally.failed += 1;
        format!("{name:<14} is not counted any more; {RENEW}")
    }));
    (tally, lines)
}

fn line(name: &str, count: u64, known: Option<u64>) -> String {
    let word = match known {
        None => format!("not on record; {RENEW}"),
        Some(known) if count * 1000 > known * MOST => {
            format!("on record {known}: slower. If it has to be: {RENEW}")
        }
        Some(known) if count * 1000 < known * LEAST => format!("on record {known}: faster. {RENEW}"),
        Some(known) => format!("on record {known}"),
    };
    format!("{name:<14} {count:>8} instructions, {word}")
}

/// The compiler and the counts on record.
fn record(root: &Path) -> (String, Counts) {
    let text = fs::read_to_string(root.join(RECORD)).unwrap_or_default();
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let by = lines.next().unwrap_or("nothing").to_owned();
    let counts = lines.filter_map(|line| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.parse().ok()?))
    });
    (by, counts.collect())
}

/// What makes the instructions.
fn compiler(root: &Path) -> Result<String> {
    let version = output(command(root, "rustc").arg("--version"))?;
    Ok(format!("{version} for {}", std::env::consts::ARCH))
}

/// Counts all pieces, two at a time.
fn count(root: &Path) -> Result<Counts> {
    let build = ["build", "--quiet", "--profile", "counts", "--package", "packetwalk-bench"];
    run(command(root, "cargo").args(build))?;
    let program = root.join("target/counts/packetwalk-bench");
    let names = output(command(root, &program).arg("counts"))?;
    let left = Mutex::new(names.lines());
    let next = || left.lock().ok().and_then(|mut names| names.next());
    let some = || -> Result<Vec<(String, u64)>> {
        let mut done = Vec::new();
        while let Some(name) = next() {
            done.push((name.to_owned(), piece(root, &program, name)?));
        }
        Ok(done)
    };
    let halves = thread::scope(|scope| {
        [scope.spawn(some), scope.spawn(some)]
            .map(|half| half.join().unwrap_or_else(|_| bail!("a thread ended")))
    });
    let [one, other] = halves;
    Ok(one?.into_iter().chain(other?).collect())
}

/// Instructions of one piece.
fn piece(root: &Path, program: &Path, name: &str) -> Result<u64> {
    let out: PathBuf = root.join(format!("target/callgrind-{name}.out"));
    let mut valgrind = command(root, "valgrind");
    valgrind.args([
        "--quiet",
        "--tool=callgrind",
        "--collect-atstart=no",
        "--toggle-collect=packetwalk_bench::counts::work",
    ]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display())).arg(program).args(["counts", name]);
    let times: u64 = output(&mut valgrind)?.parse().context("how many times it was done")?;
    let text = fs::read_to_string(&out)?;
    let sum = text.lines().find_map(|line| line.strip_prefix("summary: ")?.trim().parse::<u64>().ok());
    match sum {
        Some(sum) if sum > 0 && times > 0 => Ok(sum / times),
        _ => bail!("{name}: nothing was counted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_more_is_the_most() {
        #[rustfmt::skip]
        let cases = [
            // counted, on record, passes, why
            ( 1000,     Some(1000), true,  "the same"),
            ( 1050,     Some(1000), true,  "just the most"),
            ( 1051,     Some(1000), false, "above it"),
            (  500,     Some(1000), true,  "less is welcome"),
            (  500,     None,       false, "nobody said how many it may be"),
        ];
        for (count, known, passes, why) in cases {
            let of = |count: u64| Counts::from([("piece".to_owned(), count)]);
            let (tally, _) = compare(&of(count), &known.map(of).unwrap_or_default());
            assert_eq!((tally.passed, tally.failed), (usize::from(passes), usize::from(!passes)), "{why}");
        }
    }

    #[test]
    fn what_is_not_counted_any_more_fails() {
        let known = Counts::from([("gone".to_owned(), 1)]);
        assert_eq!(compare(&Counts::new(), &known).0.failed, 1);
    }
}
