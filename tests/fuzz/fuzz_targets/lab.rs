//! Any bytes as a lab: it ends, in bounded time, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

fuzz_target!(|script: &[u8]| {
    let mut shell = Shell::new(Lab::new(0));
    shell.run_script("lab.sh", script, &mut Collect::default());
});
