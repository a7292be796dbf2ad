//! What was typed at the terminals, as lines that a lab can end with.

use core::fmt::Write as _;
use core::time::Duration;

use packetwalk_shell::{Shell, Terminal};
use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

/// A command that is not there changed nothing.
const NOT_FOUND: u8 = 127;

/// How a line ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It goes on.
    Runs,
    /// By itself, with this status.
    Done(u8),
    /// By Ctrl-C, so long after it was typed.
    Stopped(Duration),
}

/// A line that was typed.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Terminal,
    pub ns: NsId,
    pub line: String,
    pub begun: Instant,
    pub end: End,
    /// It was for a shell that an earlier line had started.
    pub is_inner: bool,
    /// It started such a shell, which waits for lines.
    pub opens: bool,
}

/// A text as one word of bash.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether the words of a line mean the same behind another command: nothing in them is the shell's.
fn is_plain(line: &str) -> bool {
    let words = |b: u8| b.is_ascii_alphanumeric() || b" -_./:=,@%+".contains(&b);
    let first = line.split(' ').next().unwrap_or_default();
    line.bytes().all(words) && !first.contains('=') && !BUILTINS.contains(&first)
}

/// Commands that a shell itself must run.
const BUILTINS: &[&str] =
    &["alias", "cd", "eval", "exit", "export", "set", "source", "trap", "unset", "wait", "."];

/// The command before a shell in a namespace: `ip netns exec c1`, `docker exec web`; nothing on the host.
fn place(shell: &Shell, ns: NsId) -> String {
    match (shell.container_in(ns), ns) {
        (Some(name), _) => format!("docker exec {name} "),
        (None, NsId(0)) => String::new(),
        (None, ns) => format!("ip netns exec {} ", shell.lab.ns_name(ns)),
    }
}

/// The words of a line that starts a shell, for one that reads its lines from the lab: without a terminal.
fn without_terminal(line: &str) -> String {
    let words = line.split_whitespace().filter_map(|word| match word {
        "-t" | "--tty" | "--tty=true" => None,
        "-it" | "-ti" => Some("-i"),
        other => Some(other),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// One line, or several of one terminal's shell in a row, where they were typed.
fn told(shell: &Shell, ns: NsId, lines: &[&Entry]) -> String {
    let place = place(shell, ns);
    let program = if place.starts_with("docker ") { "sh" } else { "bash" };
    let mut text = String::new();
    if let ([only], false) = (lines, place.is_empty()) {
        return match only.end {
            End::Done(_) if is_plain(&only.line) => format!("{place}{}\n", only.line),
            End::Done(_) => format!("{place}{program} -c {}\n", quoted(&only.line)),
            End::Runs => format!("{place}{program} -c {} &\n", quoted(&only.line)),
            End::Stopped(after) => {
                format!("{place}timeout -s INT {} {program} -c {}\n", seconds(after), quoted(&only.line))
            }
        };
    }
    for entry in lines {
        match entry.end {
            End::Done(_) => text += &entry.line,
            End::Runs => text = format!("{text}{{ {}\n}} &", entry.line),
            End::Stopped(after) => {
                let _ =
                    write!(text, "timeout -s INT {} {program} -c {}", seconds(after), quoted(&entry.line));
            }
        }
        text.push('\n');
    }
    if place.is_empty() { text } else { format!("{place}{program} -c {}\n", quoted(text.trim_end())) }
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// The lines that bring a lab to where what was typed brought it. Those of a terminal that follow each other share a
/// shell.
pub fn script(shell: &Shell, entries: &[Entry]) -> String {
    let leaves = |e: &Entry| !e.is_inner && e.line.split_whitespace().next() == Some("exit");
    let entries: Vec<&Entry> =
        entries.iter().filter(|e| e.end != End::Done(NOT_FOUND) && !leaves(e)).collect();
    let mut text = String::new();
    let mut rest = entries.as_slice();
    while let Some((entry, after)) = rest.split_first() {
        if entry.is_inner {
            rest = after;
        } else if entry.opens {
            let inner = after.iter().filter(|e| e.at == entry.at).take_while(|e| e.is_inner);
            let _ = writeln!(text, "{} <<'END'", without_terminal(&entry.line));
            for e in inner {
                let _ = writeln!(text, "{}", e.line);
            }
            text += "END\n";
            rest = after;
        } else {
            let own = after.iter().take_while(|e| e.at == entry.at && !e.is_inner && !e.opens).count();
            let (group, others) = rest.split_at_checked(own + 1).unwrap_or((rest, &[]));
            text += &told(shell, entry.ns, group);
            rest = others;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Engine;

    const LAB: &str = "ip netns add c1\nip netns add c2\n\
        ip link add eth0 netns c1 type veth peer name eth0 netns c2\n\
        ip -n c1 addr add 10.0.0.1/24 dev eth0\nip -n c2 addr add 10.0.0.2/24 dev eth0\n\
        ip -n c1 link set lo up\nip -n c1 link set eth0 up\nip -n c2 link set eth0 up\n\
        docker run -d --name web alpine sleep 1d >/dev/null\n";

    /// What was typed makes the same of another lab, and is what one would write.
    #[test]
    fn what_was_typed_is_the_end_of_a_lab() {
        let mut engine = Engine::new(LAB);
        assert_eq!(engine.typed(false), "");
        let lines = [
            ("", "x=7"),
            ("", "ip link add d$x type dummy"),
            ("c1", "ip link add d1 type dummy"),
            ("c1", "nosuchcommand"),
            ("c2", "mtu=1400"),
            ("c2", "ip link set eth0 mtu $mtu"),
            ("c2", "ip route add default via 10.0.0.1 # it's there"),
            ("", "docker exec -it web sh"),
            ("", "ip link set lo down"),
            ("", "exit"),
            ("c1", "ping -c1 10.0.0.2"),
        ];
        for (ns, line) in lines {
            engine.type_line(ns, line).unwrap();
        }
        let want = "x=7\nip link add d$x type dummy\nip netns exec c1 ip link add d1 type dummy\n\
            ip netns exec c2 bash -c 'mtu=1400\nip link set eth0 mtu $mtu\n\
            ip route add default via 10.0.0.1 # it'\\''s there'\n\
            docker exec -i web sh <<'END'\nip link set lo down\nexit\nEND\n\
            ip netns exec c1 ping -c1 10.0.0.2\n";
        assert_eq!(engine.typed(false), want);
        assert_eq!(engine.typed(true), want.replace("ip netns exec c1 ping -c1 10.0.0.2\n", ""));
        let again = Engine::new(&format!("{LAB}{want}"));
        assert_eq!(again.troubles(), []);
        let shown = |engine: &Engine| {
            let mut all = engine.topology();
            for device in all.namespaces.iter_mut().flat_map(|ns| &mut ns.devices) {
                device.mac.clear();
            }
            all
        };
        assert_eq!(shown(&again), shown(&engine));
        engine.undo().unwrap();
        engine.undo().unwrap();
        assert!(engine.typed(false).ends_with("lo down\nEND\n"), "{}", engine.typed(false));
    }

    #[test]
    fn what_runs_and_what_was_stopped_does_not_hold_the_lab_up() {
        let mut engine = Engine::new(LAB);
        engine.type_line("c2", "nc -l -k -p 80").unwrap();
        engine.type_line("c1", "ping 10.0.0.2").unwrap();
        engine.tick(1_500_000);
        engine.interrupt("c1").unwrap();
        let typed = engine.typed(false);
        let (server, ping) = typed.split_once('\n').unwrap();
        assert_eq!(server, "ip netns exec c2 bash -c 'nc -l -k -p 80' &");
        assert!(ping.starts_with("ip netns exec c1 timeout -s INT 1.5"), "{ping}");
        assert!(ping.ends_with(" bash -c 'ping 10.0.0.2'\n"), "{ping}");
        let mut again = Engine::new(&format!("{LAB}{typed}"));
        assert_eq!(again.troubles(), []);
        assert!(again.output().stdout.contains("2 packets transmitted, 2 received"), "{:?}", again.output());
        assert_eq!(again.run("c1", "nc -z -w1 10.0.0.2 80").unwrap().status, 0);
    }
}
