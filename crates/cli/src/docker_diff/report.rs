//! The comparison for people, and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::compare::{Both, Difference, Ended, Lines, Namespace, Only};

/// One kind of a namespace's lines, under a heading.
fn section(s: &mut String, heading: &str, lines: &Lines) {
    if lines.is_none() {
        return;
    }
    let _ = writeln!(s, "{heading}");
    for (sign, lines) in [('-', &lines.removed), ('+', &lines.added), ('~', &lines.moved)] {
        for line in lines {
            let _ = writeln!(s, "  {sign} {line}");
        }
    }
}

fn namespace(s: &mut String, of: &Namespace, names: [&str; 2]) {
    let name = &of.name;
    if let Some(only) = of.only {
        let _ = writeln!(s, "\n{name}: only with {}", names[usize::from(only == Only::To)]);
    }
    for chain in &of.rules {
        section(s, &format!("\n{name}: {} {} {}", chain.tool, chain.table, chain.chain), &chain.lines);
    }
    section(s, &format!("\n{name}: settings"), &of.settings);
    section(s, &format!("\n{name}: routes"), &of.routes);
    section(s, &format!("\n{name}: addresses"), &of.addresses);
}

fn step(ended: &Ended) -> String {
    ended.step.as_ref().map_or_else(
        || "nothing more".to_owned(),
        |step| format!("{}: {}  {}", step.ns, step.title, step.text),
    )
}

/// `answered: 172.17.0.3 answered c1.`
fn outcome(ended: &Ended) -> String {
    let mut text = ended.verdict.clone();
    if !ended.sentence.is_empty() {
        text += &format!(": {}", ended.sentence);
    }
    if ended.status != 0 {
        text += &format!(" (status {})", ended.status);
    }
    text
}

fn command(s: &mut String, both: &Both, names: [&str; 2]) {
    let place = if both.line == 0 { String::new() } else { format!("line {}: ", both.line) };
    let first = both.text.lines().next().unwrap_or_default();
    let _ = writeln!(s, "\n{place}{first}");
    let width = names.map(str::len).into_iter().max().unwrap_or(0) + 1;
    if both.same {
        let _ = writeln!(s, "  the same: {}", outcome(&both.from));
        if both.parts_at.is_some() {
            s.push_str("  by another way, from here:\n");
        }
    } else {
        for (name, ended) in [(names[0], &both.from), (names[1], &both.to)] {
            let _ = writeln!(s, "  {:<width$} {}", format!("{name}:"), outcome(ended));
        }
        if let Some(at) = both.parts_at {
            let _ = writeln!(s, "  they part at step {at}:");
        }
    }
    if both.parts_at.is_some() {
        let _ = writeln!(s, "  - {}\n  + {}", step(&both.from), step(&both.to));
    }
}

/// The comparison for people. `-` only the first engine, `+` only the second, `~` in another place.
pub fn text(difference: &Difference, lab: &str, from: &str, to: &str) -> String {
    let mut s = format!("--- {lab} with Docker {from}\n+++ {lab} with Docker {to}\n");
    if difference.is_none() {
        s.push_str("\nthe same\n");
    }
    for of in &difference.namespaces {
        namespace(&mut s, of, [from, to]);
    }
    for both in &difference.commands {
        command(&mut s, both, [from, to]);
    }
    s
}

fn lines(of: &Lines) -> Value {
    json!({ "removed": of.removed, "added": of.added, "moved": of.moved })
}

/// The comparison as data.
pub fn json(difference: &Difference, from: &str, to: &str) -> Value {
    let space = |of: &Namespace| {
        let chain = |c: &super::compare::Chain| {
            let mut value = lines(&c.lines);
            for (key, text) in [("tool", c.tool), ("table", &c.table), ("chain", &c.chain)] {
                value[key] = text.into();
            }
            value
        };
        json!({
            "name": of.name,
            "only": of.only.map(|only| if only == Only::From { "from" } else { "to" }),
            "rules": of.rules.iter().map(chain).collect::<Vec<_>>(),
            "settings": lines(&of.settings),
            "routes": lines(&of.routes),
            "addresses": lines(&of.addresses),
        })
    };
    let ended = |of: &Ended| {
        let step = of.step.as_ref().map(|s| json!({ "ns": s.ns, "title": s.title, "text": s.text }));
        json!({ "status": of.status, "verdict": of.verdict, "sentence": of.sentence, "step": step })
    };
    let command = |of: &Both| {
        json!({
            "line": if of.line == 0 { Value::Null } else { of.line.into() },
            "command": of.text,
            "same": of.same,
            "parts_at_step": of.parts_at,
            "from": ended(&of.from),
            "to": ended(&of.to),
        })
    };
    json!({
        "from": from,
        "to": to,
        "same": difference.is_none(),
        "namespaces": difference.namespaces.iter().map(space).collect::<Vec<_>>(),
        "commands": difference.commands.iter().map(command).collect::<Vec<_>>(),
    })
}
