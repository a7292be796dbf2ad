//! A smaller case that still disagrees.

use crate::kernel_case::case::{Case, Rules};

/// Most cases that are tried.
const MOST: usize = 160;

/// Every case with one thing less, coarse ones first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    let count = case.steps.len();
    for size in [count / 2, count / 4, 1] {
        if size == 0 || (size == 1 && count == 1) {
            continue;
        }
        for from in (0..count).step_by(size) {
            let mut less = case.clone();
            less.steps.drain(from..(from + size).min(count));
            if !less.steps.is_empty() {
                out.push(less);
            }
        }
    }
    for at in 0..case.rules.len() {
        let mut less = case.clone();
        less.rules.remove(at);
        out.push(less);
    }
    for at in 0..case.settings.len() {
        let mut less = case.clone();
        less.settings.remove(at);
        out.push(less);
    }
    for (at, rules) in case.rules.iter().enumerate() {
        for lines in fewer_lines(rules) {
            let mut less = case.clone();
            if let Some(rules) = less.rules.get_mut(at) {
                rules.lines = lines;
            }
            out.push(less);
        }
    }
    out
}

fn fewer_lines(rules: &Rules) -> Vec<Vec<String>> {
    let lines = &rules.lines;
    let mut out = Vec::new();
    let mut start = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('*') {
            start = at;
        }
        if line == "COMMIT" {
            let mut less = lines.clone();
            less.drain(start..=at);
            if !less.is_empty() {
                out.push(less);
            }
        }
    }
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("-A ") || line.ends_with(" - [0:0]") {
            let mut less = lines.clone();
            less.remove(at);
            out.push(less);
        }
        if line.contains(" DROP [") {
            let mut less = lines.clone();
            less[at] = line.replace(" DROP [", " ACCEPT [");
            out.push(less);
        }
        for shorter in fewer_words(line) {
            let mut less = lines.clone();
            less[at] = shorter;
            out.push(less);
        }
    }
    out
}

/// The rule without one of its conditions.
fn fewer_words(line: &str) -> Vec<String> {
    let Some(rest) = line.strip_prefix("-A ") else { return Vec::new() };
    let mut groups: Vec<String> = Vec::new();
    let words: Vec<&str> = rest.split(' ').collect();
    let starts = |word: &str| matches!(word, "-s" | "-d" | "-i" | "-o" | "-f" | "-m" | "-p" | "-j" | "-g");
    for (at, word) in words.iter().enumerate() {
        let begins = starts(word) || (*word == "!" && words.get(at + 1).is_some_and(|next| starts(next)));
        let negated = at > 0 && words[at - 1] == "!" && starts(word);
        match groups.last_mut() {
            Some(last) if !begins || negated => {
                last.push(' ');
                last.push_str(word);
            }
            _ => groups.push((*word).to_owned()),
        }
    }
    let removable = |group: &str| !group.starts_with("-j") && !group.starts_with("-g");
    let at = (1..groups.len()).filter(|at| removable(&groups[*at]));
    at.map(|at| {
        let mut less = groups.clone();
        less.remove(at);
        format!("-A {}", less.join(" "))
    })
    .collect()
}

/// The smallest that is found for which `fails` is true.
pub fn shrink(mut case: Case, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut tries = 0;
    'again: loop {
        for less in smaller(&case) {
            tries += 1;
            if tries > MOST {
                return case;
            }
            if fails(&less) {
                case = less;
                continue 'again;
            }
        }
        return case;
    }
}
