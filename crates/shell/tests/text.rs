//! The text tools against the recorded outcomes of Debian 12's own, which are run live, too, where bash
//! and they are present.
//!
//! A file of `tests/text` holds one script a line in a block: `=== title`, its lines, `--- STATUS`, both
//! streams as one text. `UPDATE=1 cargo test -p packetwalk-shell --test text` records the real tools anew.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

struct Case {
    script: String,
    status: u8,
    output: String,
}

fn parse(text: &str) -> Vec<Case> {
    let one = |part: &str| {
        let (script, rest) = part.split_once("\n--- ").unwrap_or((part.trim_end_matches('\n'), "0\n"));
        let (status, output) = rest.split_once('\n').unwrap_or((rest, ""));
        Case {
            script: format!("{script}\n"),
            status: status.parse().unwrap(),
            output: output.strip_suffix('\n').unwrap_or(output).to_owned(),
        }
    };
    text.split("=== \n").skip(1).map(one).collect()
}

/// What every case finds: files in `/tmp`, which is the working directory.
const BEFORE: &str = r"cd /tmp; exec 2>&1
printf 'one 1\ntwo 22\nthree 333\n' > f; printf 'a:b:c\nd:e:f\nno\n' > c; : > e; mkdir d; echo x > d/x
printf 'last without' > w; printf 'b 10\nA 9\nc 100\na 9\n\n' > s
";

fn ours(script: &str) -> (u8, String) {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    let status = shell.run_script("lab.sh", [BEFORE, script].concat().as_bytes(), &mut out);
    (status, out.text())
}

/// The same of the real tools, in a private `/tmp`; `None` without root.
fn real(script: &str) -> Option<(u8, String)> {
    let setup = "mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /root && cd /root && \
                 cat > lab.sh && exec bash lab.sh 2>&1 </dev/null";
    let mut child = Command::new("unshare")
        .args(["-m", "-n", "-u", "bash", "-c", setup])
        .env_clear()
        .env("HOME", "/root")
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take()?, [BEFORE, script].concat().as_bytes()).ok()?;
    let out = child.wait_with_output().ok()?;
    let code = out.status.code()?;
    Some((u8::try_from(code).ok()?, String::from_utf8_lossy(&out.stdout).into_owned()))
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text").join(name);
    let cases = parse(&std::fs::read_to_string(&path).unwrap());
    assert!(!cases.is_empty());
    let live = real("awk -W version 2>&1 | head -c 10\n").is_some_and(|(_, v)| v == "mawk 1.3.4");
    if std::env::var_os("UPDATE").is_some() {
        assert!(live, "only Debian's own tools may be recorded");
        let mut text = String::new();
        for case in &cases {
            let (status, output) = real(&case.script).unwrap();
            writeln!(text, "=== \n{}--- {status}\n{output}", case.script).unwrap();
        }
        std::fs::write(&path, text).unwrap();
        return;
    }
    let mut wrong = String::new();
    for case in &cases {
        let expect = (case.status, case.output.clone());
        let got = ours(&case.script);
        if got != expect {
            let (a, b) = (&expect, &got);
            writeln!(wrong, "--- {}expected {}:\n{}ours {}:\n{}", case.script, a.0, a.1, b.0, b.1).unwrap();
        }
        if live && let Some(now) = real(&case.script) {
            assert_eq!(now, expect, "the recording of {} is not what the real tool does", case.script);
        }
    }
    let n = wrong.matches("expected ").count();
    assert!(wrong.is_empty(), "{n} of {} differ\n{wrong}", cases.len());
}

macro_rules! files {
    ($($name:ident)*) => { $(#[test] fn $name() { check(concat!(stringify!($name), ".txt")); })* };
}

files! { grep lines fields sort files small clock sed }
