//! Command lines and what the real tools said to them: `ip/NAME.sh` and `ip/NAME.txt`, which `ip/record`
//! makes on a real kernel.
#![allow(clippy::unwrap_used, clippy::panic, clippy::format_push_string)]

use std::time::Duration;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Line, Shell};
use packetwalk_trace::NsId;

/// Runs a case and reports every command that answers otherwise.
fn check(script: &str, recorded: &str) {
    let mut shell = Shell::new(Lab::new(1));
    let mut expected: Vec<(String, String)> = Vec::new();
    for line in recorded.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => expected.push((command.to_owned(), String::new())),
            None => expected.last_mut().unwrap().1 += &format!("{line}\n"),
        }
    }
    let mut wrong = String::new();
    let mut count = 0;
    let lines = script.lines().filter(|l| !l.is_empty());
    for (line, (command, expect)) in lines.zip(&expected) {
        assert_eq!(line, command, "record the case again");
        let mut text = Collect::default();
        if let Some(seconds) = line.strip_prefix("sleep ") {
            let until = shell.lab.now() + Duration::from_secs(seconds.parse().unwrap());
            shell.lab.run_until(until);
            continue;
        }
        let Line::Done(status) = shell.run_line(NsId(0), line.as_bytes(), &mut text) else {
            panic!("{line}: no whole command");
        };
        let mut got = text.text();
        if status != 0 {
            got += &format!("= {status}\n");
        }
        if got != *expect {
            count += 1;
            wrong += &format!("$ {line}\n--- kernel\n{expect}--- packetwalk\n{got}");
        }
    }
    assert!(wrong.is_empty(), "{count} of {} differ:\n{wrong}", expected.len());
}

macro_rules! cases {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(
                    include_str!(concat!("ip/", stringify!($name), ".sh")),
                    include_str!(concat!("ip/", stringify!($name), ".txt")),
                );
            }
        )*
    };
}

cases! { addr batch bridge link neigh netns nettools route route6 rule }
