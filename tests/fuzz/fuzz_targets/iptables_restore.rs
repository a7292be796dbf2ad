//! Any bytes as rules: taken or refused, and what `iptables-save` prints of them can be restored to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

/// What a new shell prints after `rules` were restored.
fn saved(rules: &[u8]) -> Vec<u8> {
    let mut shell = Shell::new(Lab::new(0));
    let script = [b"iptables-restore -c <<'END OF RULES'\n", rules, b"\nEND OF RULES\n"].concat();
    shell.run_script("lab.sh", &script, &mut Collect::default());
    shell.run_script("lab.sh", b"iptables -L -n -v", &mut Collect::default());
    let mut out = Collect::default();
    shell.run_script("lab.sh", b"iptables-save -c 2>/dev/null", &mut out);
    let rules = out.bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
    rules.flatten().copied().collect()
}

/// Extensions that print all that they keep; some others, as on Linux, print a form that is not read back the same.
const PLAIN: [&str; 24] = [
    "tcp", "udp", "icmp", "multiport", "conntrack", "state", "addrtype", "mark", "comment", "length", "limit", "mac",
    "ACCEPT", "DROP", "RETURN", "REJECT", "LOG", "MARK", "MASQUERADE", "SNAT", "DNAT", "REDIRECT", "web", "NETMAP",
];

/// Whether every extension of the rules is one of those, and no word holds the end of its line, as one with an open quote
/// does.
fn is_plain(rules: &[u8]) -> bool {
    let text = String::from_utf8_lossy(rules);
    if !text.lines().all(|line| line == "COMMIT" || line.starts_with(['*', ':', '['])) {
        return false;
    }
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.windows(2).filter(|two| matches!(two[0], "-m" | "-j" | "-g")).all(|two| PLAIN.contains(&two[1]))
}

fuzz_target!(|rules: &[u8]| {
    let once = saved(rules);
    let again = saved(&once);
    if !is_plain(&once) {
        return;
    }
    assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&again));
});
