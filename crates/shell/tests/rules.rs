//! What iptables prints of a rule is the rule: random rules, put together from the parts of recorded ones.

#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use packetwalk_netfilter::Netfilter;
use packetwalk_shell::iptables::{OnlyLocalhost, Output, run};
use proptest::prelude::{ProptestConfig, Strategy, proptest};
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use proptest::{collection, option};

/// A rule's part: `-p tcp`, `-m limit --limit 3/s`, `-j MARK --set-mark 1`.
type Part = Vec<String>;

/// Parts of every rule in the recordings.
struct Parts {
    matches: Vec<Part>,
    targets: Vec<Part>,
}

fn parts() -> &'static Parts {
    static PARTS: OnceLock<Parts> = OnceLock::new();
    PARTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tools/iptables/testdata");
        let mut all: Vec<Part> = Vec::new();
        for entry in fs::read_dir(folder).expect("the recordings are there") {
            let path = entry.expect("a file").path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
                let words: Vec<&str> = line.split('\t').collect();
                if let Some(at) = words.iter().position(|word| *word == "-A") {
                    all.extend(split(words.get(at + 2..).unwrap_or_default()));
                }
            }
        }
        all.retain(|part| !is_odd(part));
        all.sort();
        all.dedup();
        assert!(all.len() > 1000, "{} parts", all.len());
        let (targets, matches) = all.into_iter().partition(|part| part.iter().any(|word| word == "-j"));
        Parts { matches, targets }
    })
}

/// Parts begin at `-p`, `-m` and `-j`, each with the `!` before it.
fn split(words: &[&str]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let begins = |word: &str| matches!(word, "-p" | "-m" | "-j" | "-s" | "-d" | "-i" | "-o");
        let next = words.get(at + 1).copied().unwrap_or_default();
        let inside = at > 0 && words[at - 1] == "!";
        if begins(word) && !inside || *word == "!" && begins(next) || parts.is_empty() {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push((*word).to_owned());
        }
    }
    parts
}

fn tool(nf: &mut Netfilter, name: &str, words: &[String], stdin: &str) -> Output {
    run(name, words.to_vec(), Ok(stdin.as_bytes()), nf, &OnlyLocalhost).expect("a program of the family")
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// A line of `iptables -S` as a shell reads it.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.extend(chars.next()),
            '"' => (quoted, any) = (!quoted, true),
            ' ' if !quoted => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn rules(nf: &mut Netfilter, name: &str, table: &str) -> Vec<String> {
    let listed = tool(nf, name, &words(&format!("-t {table} -S")), "");
    listed.stdout.lines().filter(|line| line.starts_with("-A")).map(str::to_owned).collect()
}

/// Parts whose rules the real tool does not read back as they were, each seen so in iptables 1.8.9: what it keeps of
/// them, and compares, is not all printed, or is printed in a form that it does not take.
fn is_odd(part: &Part) -> bool {
    let text = part.join(" ");
    let odd = [
        "CONNMARK --set-xmark",
        "--zone-orig 1 --zone-reply",
        "-j HMARK",
        "-j RATEEST",
        "--ahspi",
        "--fragid :",
        "--rt-segsleft :",
        "NPT --dst-pfx ::/0",
        "NPT --src-pfx ::/0",
        "--cluster-local-node 32",
        "--connbytes 0:0",
        "-m connlimit",
        "-m hashlimit --hashlimit-above 1b/s",
        "--hashlimit-upto 5gb/s",
        "--hashlimit-rate-interval",
        "-m recent",
        "--datestop 1970-01-01",
        "days 0",
        "days 8",
        "--icmp-type 255/5",
        "--icmp-type 3/4:6",
        "--icmpv6-type 1/0:3",
        "! --dport 0:65535",
        "! --sport 0:65535",
        "--tcp-flags , SYN",
    ];
    odd.iter().any(|odd| text.contains(odd)) || part.iter().any(|word| word.is_empty() || word.contains(' '))
}

/// A rule that iptables takes prints as one that it takes and prints the same, finds (`-C`) and deletes, and a
/// saved rule set is restored to itself.
fn check(name: &str, table: &str, chain: &str, parts: &[Part]) {
    let spec: Vec<String> = parts.iter().flatten().cloned().collect();
    let add = |chain: &str| [words(&format!("-t {table} -A {chain}")), spec.clone()].concat();
    let mut nf = Netfilter::new();
    if tool(&mut nf, name, &add(chain), "").status != 0 {
        return;
    }
    let once = rules(&mut nf, name, table);
    tool(&mut nf, name, &words(&format!("-t {table} -L -v -n")), "");
    let save = format!("{name}-save");
    let saved = tool(&mut nf, &save, &[], "").stdout;
    let mut again = Netfilter::new();
    for line in &once {
        let command = [words(&format!("-t {table}")), shell_words(line)].concat();
        let out = tool(&mut again, name, &command, "");
        assert_eq!(out.status, 0, "{name} refuses what it printed: {line}\n{}", out.stderr);
    }
    assert_eq!(rules(&mut again, name, table), once, "{name} {spec:?}");
    let mut restored = Netfilter::new();
    let out = tool(&mut restored, &format!("{name}-restore"), &[], &saved);
    assert_eq!(out.status, 0, "{name}-restore: {}\n{saved}", out.stderr);
    assert_eq!(tool(&mut restored, &save, &[], "").stdout, saved);
    for line in once.iter().rev() {
        let command = [words(&format!("-t {table}")), shell_words(&line.replacen("-A", "-C", 1))].concat();
        let out = tool(&mut nf, name, &command, "");
        assert_eq!(out.status, 0, "{name} does not find {line}\n{}", out.stderr);
        let command = [words(&format!("-t {table}")), shell_words(&line.replacen("-A", "-D", 1))].concat();
        assert_eq!(tool(&mut nf, name, &command, "").status, 0, "{name} does not delete {line}");
    }
    assert_eq!(rules(&mut nf, name, table), Vec::<String>::new(), "{name} {spec:?}");
}

fn some_parts() -> impl Strategy<Value = Vec<Part>> {
    let matches = collection::vec(select(parts().matches.clone()), 0..4);
    let target = option::of(select(parts().targets.clone()));
    (matches, target).prop_map(|(matches, target)| matches.into_iter().chain(target).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, rng_seed: RngSeed::Fixed(8), ..ProptestConfig::default() })]
    #[test]
    fn what_is_printed_is_the_rule(
        name in select(vec!["iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy"]),
        (table, chain) in select(vec![
            ("filter", "INPUT"), ("filter", "FORWARD"), ("mangle", "PREROUTING"), ("mangle", "FORWARD"),
            ("mangle", "POSTROUTING"), ("raw", "PREROUTING"), ("nat", "POSTROUTING"), ("nat", "OUTPUT"),
        ]),
        parts in some_parts(),
    ) {
        check(name, table, chain, &parts);
    }
}

/// A table that no command has made yet has its built-in chains for a rule that names one.
#[test]
fn a_table_that_is_not_there_yet_has_its_built_in_chains() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
    for table in ["raw", "mangle", "nat", "filter", "security"] {
        for chain in ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", "NONE"] {
            for action in ["-A", "-C", "-I", "-D"] {
                let [plain, made] = [false, true].map(|is_made| {
                    let mut nf = Netfilter::new();
                    let mut run = |text: String| {
                        run("iptables", words(&text), Ok(&[]), &mut nf, &OnlyLocalhost).expect("a program")
                    };
                    if is_made {
                        run(format!("-t {table} -N OTHER"));
                    }
                    run(format!("-t {table} {action} OUTPUT -j {chain}"))
                });
                assert_eq!(plain, made, "{table} {action} {chain}");
            }
        }
    }
}
