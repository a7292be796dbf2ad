//! The text tools against the recorded outcomes of Debian 12's own, which are run live, too, where bash
//! and they are present.
//!
//! A file of `tests/text` holds one script a line in a block: `=== title`, its lines, `--- STATUS`, both
//! streams as one text. `UPDATE=1 cargo test -p packetwalk-shell --test text` records the real tools anew.

#![allow(clippy::unwrap_used)]

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
    ours_with(script, &[])
}

/// With a file `/tmp/ten` of these bytes.
fn ours_with(script: &str, ten: &[u8]) -> (u8, String) {
    let mut shell = Shell::new(Lab::new(0));
    if !ten.is_empty() {
        shell.write_file("/tmp/ten", ten).unwrap();
    }
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

files! { grep lines fields sort files small clock sed awk regex }

/// What nobody answers, and what must not hang: refusals by name, a line of 10 MB, bytes that are not UTF-8.
#[test]
fn refusals_and_hostile_input() {
    let cases = [
        ("tail -f f", 1, "packetwalk: tail -f is not simulated\n"),
        ("grep -P a f", 2, "packetwalk: grep -P is not simulated\n"),
        ("grep -r a", 2, "packetwalk: grep -r is not simulated\n"),
        ("grep '\\(a\\)\\1' f", 2, "packetwalk: grep: back-references are not simulated\n"),
        ("sed -i p f", 1, "packetwalk: sed -i is not simulated\n"),
        ("sed 'w x' f", 1, "packetwalk: sed: command w is not simulated\n"),
        ("awk 'BEGIN{getline}'", 2, "packetwalk: awk: getline is not simulated\n"),
        ("awk '{print > \"x\"}' f", 2, "packetwalk: awk: print > is not simulated\n"),
        ("awk 'BEGIN{for (k in a) print k}'", 2, "packetwalk: awk: for (… in …) is not simulated\n"),
        ("awk 'BEGIN{while(1);}'", 2, "packetwalk: awk: the program runs too long\n"),
        ("ls -l", 2, "packetwalk: ls -l is not simulated\n"),
        ("hostname x", 1, "packetwalk: hostname x is not simulated\n"),
        ("date -d tomorrow", 1, "packetwalk: date -d tomorrow is not simulated\n"),
        (
            "uname -a; hostname",
            0,
            "Linux packetwalk 6.18.0 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\npacketwalk\n",
        ),
    ];
    for (script, status, output) in cases {
        assert_eq!(ours(&format!("{script}\n")), (status, output.to_owned()), "{script}");
    }
    let long = vec![b'0'; 10_000_000];
    for tool in [
        "cat ten",
        "head -1 ten",
        "tail -1 ten",
        "grep -c 0 ten",
        "grep -o x ten",
        "cut -c1 ten",
        "cut -d0 -f1 ten",
        "tr 0 1 < ten",
        "sort ten",
        "uniq ten",
        "wc ten",
        "rev ten",
        "sed 's/x/y/' ten",
        "awk '{print NF}' ten",
        "cat ten | grep -v 0",
        "paste ten ten",
        "cat ten | sed q",
    ] {
        let (status, _) = ours_with(&format!("{tool} > /dev/null\n"), &long);
        assert!(status < 2, "{tool}");
    }
    for tool in [
        "cat",
        "head",
        "tail",
        "sort",
        "uniq",
        "cut -b1-",
        "tr x y",
        "sed p",
        "awk 1",
        "grep -a ''",
        "rev",
        "tee",
        "paste",
    ] {
        let (status, text) = ours(&format!("printf '\\377\\376a\\n' | {tool} | tr '\\377\\376' XY\n"));
        assert!(status == 0 && text.contains("XY") || text.contains("YX"), "{tool}: {text}");
    }
}

/// A reader that has enough ends its writer.
#[test]
fn head_ends_its_writer() {
    let (status, output) = ours("seq 1 999999999 | head -n 2; seq 1 999999999 | cat | sed 3q | tail -1\n");
    assert_eq!((status, output.as_str()), (0, "1\n2\n3\n"));
}
