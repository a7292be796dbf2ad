//! A lab's script, and commands in it. `cargo bench -p packetwalk-shell`.

use divan::{Bencher, black_box};
use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_trace::NsId;

const HOST: NsId = NsId(0);
/// The lab of 2015, with what it asks at its end.
const LAB: &str = include_str!("../../../tests/labs/article/docker-2015/lab.sh");

fn main() {
    divan::main();
}

fn run_script(script: &str) -> (Shell, u8) {
    let mut shell = Shell::new(Lab::new(0));
    let status = shell.run_script("lab.sh", black_box(script).as_bytes(), &mut Apart::default());
    (shell, status)
}

fn run_line(shell: &mut Shell, line: &str) -> (Line, Vec<u8>) {
    let mut out = Apart::default();
    (shell.run_line(HOST, black_box(line).as_bytes(), &mut out), out.stdout)
}

/// Parsed and carried out, pings and all.
#[divan::bench]
fn seed_lab(bencher: Bencher) {
    let (built, status) = run_script(LAB);
    assert!(status == 0 && built.lab.ns("c1").is_some());
    bencher.bench_local(|| run_script(LAB));
}

/// `iptables -A`, after so many rules.
#[divan::bench(args = [0, 100])]
fn iptables_append(bencher: Bencher, rules: u32) {
    let rule = |port| format!("INPUT -p tcp --dport {port} -j ACCEPT");
    let lines: Vec<String> = (0..rules).map(|n| format!("iptables -A {}", rule(1000 + n))).collect();
    let (shell, status) = run_script(&lines.join("\n"));
    assert_eq!(status, 0);
    let line = format!("iptables -A {}", rule(80));
    let mut appended = shell.clone();
    assert_eq!(run_line(&mut appended, &format!("iptables -C {}", rule(80))).0, Line::Done(1));
    assert_eq!(run_line(&mut appended, &line).0, Line::Done(0));
    assert_eq!(run_line(&mut appended, &format!("iptables -C {}", rule(80))).0, Line::Done(0));
    bencher.with_inputs(|| shell.clone()).bench_local_refs(|shell| run_line(shell, &line));
}

/// `iptables-save` of the lab of 2015.
#[divan::bench]
fn iptables_save(bencher: Bencher) {
    let (mut shell, _) = run_script(LAB);
    let (end, saved) = run_line(&mut shell, "iptables-save");
    assert_eq!(end, Line::Done(0));
    assert!(String::from_utf8_lossy(&saved).contains("-j MASQUERADE"));
    bencher.bench_local(|| run_line(&mut shell, "iptables-save"));
}
