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

fuzz_target!(|rules: &[u8]| {
    let once = saved(rules);
    let again = saved(&once);
    assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&again));
});
