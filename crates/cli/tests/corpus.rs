//! What the real iptables 1.8.9 printed for rules and for whole rule sets, where those recordings lie beside the
//! project (`../shared/corpora`).
//!
//! `PACKETWALK_CORPUS=part-of-an-id` limits the runs, and `PACKETWALK_CORPORA=folder` names recordings elsewhere.
#![allow(clippy::expect_used, reason = "a test may fail so")]
#![allow(clippy::indexing_slicing, reason = "the recordings are of one form")]

mod corpora;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Shell};
use serde_json::Value;

use corpora::corpora;

/// Rows that may differ: a part of their id, and why.
const KNOWN: &[(&str, &str)] = &[];

fn wanted(id: &str) -> bool {
    std::env::var("PACKETWALK_CORPUS").map_or(true, |part| id.contains(&part))
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the recordings can be read");
    text.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Status, standard output and standard error of a script.
fn run(script: &str) -> (u8, String, String) {
    let mut out = Apart::default();
    let status = Shell::new(Lab::new(0)).run_script("lab.sh", script.as_bytes(), &mut out);
    let (stdout, stderr) = out.texts();
    (status, stdout, stderr)
}

/// What differs in a row, if anything.
fn rule(row: &Value, face: &str) -> Option<String> {
    let six = if row["family"] == "ipv6" { "6" } else { "" };
    let tool =
        |words: &str| format!("ip{six}tables-{face} -t {} {words}\n", row["table"].as_str().unwrap_or(""));
    let chain = row["chain"].as_str()?;
    let setup: String = strings(&row["setup"])
        .iter()
        .map(|line| line.replacen("tables ", &format!("tables-{face} "), 1) + "\n")
        .collect();
    let rule = row["rule"].as_str()?;
    let expect = &row[face];
    let chain_made = |line: &str| line == format!("-P {chain} ACCEPT") || line == format!("-N {chain}");
    let before = run(&(setup.clone() + &tool(&format!("-S {chain}"))));
    let old = before.1.lines().filter(|line| !chain_made(line)).count();

    let (status, _, err) = run(&format!("{setup}{}", tool(&format!("-A {chain} {rule}"))));
    let rc = u64::from(status);
    if expect["rc"] != rc {
        return Some(format!("status {} is {rc}: {}", expect["rc"], err.trim_end()));
    }
    if rc != 0 {
        let first = err.lines().next().unwrap_or_default().trim_end();
        let want = expect["err"].as_str().unwrap_or_default().trim_end();
        return (first != want).then(|| format!("error\n  - {want}\n  + {first}"));
    }
    let after = setup + &tool(&format!("-A {chain} {rule}"));
    let (_, listed, _) = run(&(after.clone() + &tool(&format!("-S {chain}"))));
    let saved: Vec<&str> = listed.lines().filter(|line| !chain_made(line)).collect();
    let want = strings(&expect["S"]);
    let ours = if saved.len() > want.len() { &saved[old.min(saved.len())..] } else { &saved[..] };
    if ours != want {
        return Some(format!("-S\n  - {}\n  + {}", want.join("\n  - "), ours.join("\n  + ")));
    }
    let (_, listed, _) = run(&(after + &tool(&format!("-L {chain} -n -v"))));
    let listed: Vec<&str> = listed.lines().skip(2).map(str::trim_end).collect();
    let want: Vec<&str> = strings(&expect["Lnv"]).into_iter().map(str::trim_end).collect();
    let ours = if listed.len() > want.len() { &listed[old.min(listed.len())..] } else { &listed[..] };
    (ours != want).then(|| format!("-L\n  - {}\n  + {}", want.join("\n  - "), ours.join("\n  + ")))
}

#[test]
fn rules_are_taken_and_printed_as_recorded() {
    let Some(folder) = corpora("") else { return };
    let (mut agreed, mut differ) = (0, BTreeMap::<String, Vec<String>>::new());
    for row in rows(&folder.join("iptables_rules.jsonl")) {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        for face in ["nft", "legacy"] {
            if !wanted(&id) || row[face].is_null() {
                continue;
            }
            let known = KNOWN.iter().find(|(part, _)| id.contains(part));
            match (rule(&row, face), known) {
                (None, None) => agreed += 1,
                (None, Some(_)) => differ.entry("agree now".to_owned()).or_default().push(id.clone()),
                (Some(_), Some((_, why))) => println!("{id}: known to differ: {why}"),
                (Some(how), None) => {
                    let file = id.split(".t:").next().unwrap_or_default().to_owned();
                    let rule = row["rule"].as_str().unwrap_or_default();
                    differ.entry(file).or_default().push(format!("{id} ({face}): {rule}\n  {how}"));
                }
            }
        }
    }
    println!("{agreed} rules agree");
    for (file, all) in &differ {
        println!("{file}: {} differ", all.len());
    }
    let all: Vec<String> = differ.into_values().flatten().collect();
    assert!(all.is_empty(), "{} differ:\n{}", all.len(), all.join("\n"));
}

fn filled(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

/// A dump without its dates.
fn canonical(text: &str) -> Vec<&str> {
    filled(text).into_iter().filter(|line| !line.starts_with("# ")).collect()
}

/// What differs in a dump, if anything.
fn dump(folder: &Path, row: &Value, face: &str) -> Option<String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let rules = read(row["file"].as_str()?).expect("the dump is there");
    let six = if row["family"] == "ipv6" { "6" } else { "" };
    let expect = &row[face];
    let restore = |options: &str| {
        format!("ip{six}tables-{face}-restore {options}<<'END-OF-DUMP'\n{}\nEND-OF-DUMP\n", rules.trim_end())
    };
    let (status, _, err) = run(&restore("--test "));
    if expect["test_rc"] != u64::from(status) {
        return Some(format!("status of --test {} is {status}: {err}", expect["test_rc"]));
    }
    let want = strings(&expect["err"]);
    let ours = canonical(&err);
    if !want.iter().all(|line| ours.contains(line)) {
        return Some(format!("error\n  - {}\n  + {}", want.join("\n  - "), ours.join("\n  + ")));
    }
    let saved = expect["canonical"].as_str().and_then(read);
    if let Some(want) = &saved {
        let (_, ours, _) = run(&(restore("") + &format!("ip{six}tables-{face}-save\n")));
        if let Some(how) = first_difference(&canonical(want), &canonical(&ours)) {
            return Some(format!("saved: {how}"));
        }
    }
    let stem = row["file"].as_str()?.trim_end_matches(".rules");
    let want = read(&format!("{stem}.{face}.Lnv"))?;
    let tables = want.lines().filter_map(|line| line.strip_prefix("# -t "));
    let list = |table| format!("echo '# -t {table}'\nip{six}tables-{face} -t {table} -L -n -v\n");
    let (_, ours, _) = run(&(restore("") + &tables.map(list).collect::<String>()));
    first_difference(&filled(&want), &filled(&ours)).map(|how| format!("listed: {how}"))
}

fn first_difference(want: &[&str], ours: &[&str]) -> Option<String> {
    let at = want.iter().zip(ours).position(|(a, b)| a != b).unwrap_or(want.len().min(ours.len()));
    if at == want.len() && at == ours.len() {
        return None;
    }
    let line = |of: &[&str]| of.get(at).copied().unwrap_or("(end)").to_owned();
    Some(format!("line {}\n  - {}\n  + {}", at + 1, line(want), line(ours)))
}

#[test]
fn dumps_are_restored_saved_and_listed_as_recorded() {
    let Some(folder) = corpora("dumps") else { return };
    let (mut agreed, mut differ) = (0, Vec::new());
    for row in rows(&folder.join("index.jsonl")) {
        let file = row["file"].as_str().unwrap_or_default();
        for face in ["nft", "legacy"].into_iter().filter(|face| wanted(file) && !row[face].is_null()) {
            match dump(&folder, &row, face) {
                None => agreed += 1,
                Some(how) => differ.push(format!("{file} ({face}): {how}")),
            }
        }
    }
    println!("{agreed} dumps agree");
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}
