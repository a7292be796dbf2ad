//! Scripts whose output and status were recorded from bash 5.2.15, compared with ours; as root and with
//! bash present they are run live, too.
//!
//! A file of `tests/bash` holds cases: `=== title`, the script, `--- STATUS`, both streams as one text.
//! `UPDATE=1 cargo test -p packetwalk-shell --test bash` records them anew from bash.

// A test that cannot read its files fails.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

#[derive(Clone)]
struct Case {
    title: String,
    script: String,
    status: u8,
    output: String,
}

fn parse(text: &str) -> Vec<Case> {
    text.split("=== ")
        .skip(1)
        .map(|part| {
            let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
            let (script, outcome) = rest.split_once("\n--- ").unwrap_or((rest, "0\n"));
            let (status, output) = outcome.split_once('\n').unwrap_or((outcome, ""));
            Case {
                title: title.to_owned(),
                script: format!("{}\n", script.trim_end_matches('\n')),
                status: status.parse().unwrap(),
                output: output.strip_suffix('\n').unwrap_or(output).to_owned(),
            }
        })
        .collect()
}

/// A text without the numbers of killed processes.
fn without_pids(text: &str) -> String {
    let line = |line: &str| match line.split_once(": line ") {
        Some((name, rest)) if rest.contains(" Killed  ") || rest.contains(" Hangup  ") => {
            let mut words = rest.splitn(2, ": ");
            let (number, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{name}: line {number}: PID{rest}")
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What our shell prints, and its status.
fn ours(script: &str) -> (u8, String) {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    let status = shell.run_script("lab.sh", script.as_bytes(), &mut out);
    (status, without_pids(&out.text()))
}

/// The same of the real bash, in a private `/tmp`; `None` without root or bash 5.2.
fn real(script: &str) -> Option<(u8, String)> {
    let setup = "mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /root && cd /root && \
                 cat > lab.sh && exec bash lab.sh 2>&1 </dev/null";
    // Whoever runs the tests may ignore signals (`nohup`), which their children would inherit.
    let mut child = Command::new("env")
        .args(["--default-signal", "unshare", "-m", "-n", "bash", "-c", setup])
        .env_clear()
        .env("HOME", "/root")
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take()?, script.as_bytes()).ok()?;
    let out = child.wait_with_output().ok()?;
    let code = out.status.code()?;
    Some((u8::try_from(code).ok()?, without_pids(&String::from_utf8_lossy(&out.stdout))))
}

fn has_bash() -> bool {
    real("echo $BASH_VERSION\n").is_some_and(|(_, text)| text.starts_with("5.2"))
}

fn check(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut cases = parse(&text);
    let live = has_bash();
    let mut failures = Vec::new();
    let update = std::env::var_os("UPDATE").is_some();
    if live {
        for case in &mut cases {
            // A busy machine may wake processes in another order: three tries.
            let mut tries = (0..3).filter_map(|_| real(&case.script)).map(|(status, output)| {
                let output = output.trim_end_matches('\n').to_owned();
                (status == case.status && output == case.output, status, output)
            });
            if update {
                let Some((_, status, output)) = tries.next() else { continue };
                drop(tries);
                (case.status, case.output) = (status, output);
            } else if !tries.any(|(same, ..)| same) {
                failures.push(format!("{}: the record is not what bash prints now", case.title));
            }
        }
        if update {
            let mut new = String::new();
            for case in &cases {
                write!(new, "=== {}\n{}--- {}\n{}\n", case.title, case.script, case.status, case.output)
                    .unwrap();
            }
            std::fs::write(file, new).unwrap();
        }
    }
    for case in &cases {
        let (status, output) = ours(&case.script);
        if status != case.status || output.trim_end_matches('\n') != case.output {
            failures.push(format!(
                "{} ({}):\n{}\n--- bash: {}\n{}\n--- ours: {status}\n{output}",
                case.title,
                file.display(),
                case.script,
                case.status,
                case.output
            ));
        }
    }
    failures
}

#[test]
fn scripts_run_as_bash_runs_them() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bash");
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let only = std::env::var("ONLY").unwrap_or_default();
    let failures: Vec<String> =
        files.iter().filter(|f| f.to_string_lossy().contains(&only)).flat_map(|f| check(f)).collect();
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
}
