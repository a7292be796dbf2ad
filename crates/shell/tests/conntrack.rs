//! `conntrack`, beside recordings of the real tool.

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Shell};

/// What conntrack 1.4.7 said in a new network namespace: `$` its words, `1` and `2` lines of its two
/// outputs, `=` its status.
#[test]
fn messages_are_those_recorded() {
    check(include_str!("conntrack/empty.txt"));
}

/// The same of the commands that make, change and tell, and of expectations.
#[test]
fn messages_of_changes_are_those_recorded() {
    check(include_str!("conntrack/changes.txt"));
}

#[track_caller]
fn check(text: &str) {
    let mut cases = 0;
    let mut failed = Vec::new();
    for case in text.split("$ ").filter(|case| !case.is_empty()) {
        let (command, answer) = case.split_once('\n').unwrap_or((case, ""));
        let stream = |mark| {
            let lines = answer.lines().filter_map(|line| line.strip_prefix(mark));
            lines.flat_map(|line| [line, "\n"]).collect::<String>()
        };
        let mut shell = Shell::new(Lab::new(0));
        let mut sink = Apart::default();
        let script = format!("{command}\necho status $?\n");
        shell.run_script("lab.sh", script.as_bytes(), &mut sink);
        let status = answer.lines().find_map(|line| line.strip_prefix("= ")).unwrap_or("untold");
        let out = format!("{}status {status}\n", stream("1 "));
        let (o, e) = (String::from_utf8_lossy(&sink.stdout), String::from_utf8_lossy(&sink.stderr));
        if (o.as_ref(), e.as_ref()) != (out.as_str(), stream("2 ").as_str()) {
            failed.push(format!("{command}\nours: {o}{e}theirs: {out}{}", stream("2 ")));
        }
        cases += 1;
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(cases > 150, "{cases} cases");
}
