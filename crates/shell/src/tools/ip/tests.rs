//! Command lines and what the real tools said to them: `cases/NAME.sh` and `cases/NAME.txt`, which
//! `cases/record` makes on a real kernel.

use std::rc::Rc;

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use crate::process::{Pid, Status};
use crate::sys::fd::{FdTable, Open};
use crate::sys::proc::{Proc, When};
use crate::sys::sched::{Stopped, run};
use crate::sys::{Collect, Stream, Sys};

/// A shell of the simplest kind: words, single quotes, `printf … | command` and `sleep`.
struct Shell {
    lab: Lab,
    sys: Sys,
    own: Pid,
}

/// A process that has not begun.
fn process(parent: Pid, args: &[Vec<u8>], fds: FdTable) -> Proc {
    Proc {
        parent,
        ns: NsId(0),
        args: args.into(),
        env: Rc::default(),
        cwd: Rc::from(&b"/"[..]),
        fds,
        body: None,
        when: When::Now,
        signals: Vec::new(),
        ignores: 0,
        ended: None,
    }
}

fn words(line: &str) -> Vec<String> {
    super::words_of(line)
}

impl Shell {
    fn command(&mut self, line: &str) -> (String, u8) {
        let (line, input) = match line.strip_prefix("printf ") {
            Some(rest) => {
                let (text, command) = rest.rsplit_once(" | ").unwrap();
                let text = text.trim_matches('\'').replace("\\n", "\n").replace("\\\\", "\\");
                (command, text)
            }
            None => (line, String::new()),
        };
        let args = words(line);
        if args[0] == "sleep" {
            let end = Instant(self.lab.now().0 + args[1].parse::<u64>().unwrap() * 1_000_000_000);
            self.lab.run_until(end);
            return (String::new(), 0);
        }
        let args: Vec<Vec<u8>> = args.into_iter().map(String::into_bytes).collect();
        let mut fds = FdTable::default();
        let input = self.sys.open_new(Open::Given { bytes: Rc::from(input.into_bytes()), at: 0 });
        let (out, err) =
            (self.sys.open_new(Open::Sink(Stream::Stdout)), self.sys.open_new(Open::Sink(Stream::Stderr)));
        for (fd, open) in [(0, input), (1, out), (2, err)] {
            fds.put(fd, Some(open));
        }
        let proc = process(self.own, &args, fds);
        let pid = self.sys.spawn(proc).unwrap();
        let body = {
            let cx = crate::Cx::new(&mut self.lab, &mut self.sys, pid);
            crate::tools::start(&args[0], &cx).unwrap_or_else(|| panic!("no command in {line}"))
        };
        self.sys.proc_mut(pid).unwrap().body = Some(body);
        let mut text = Collect::default();
        let end = run(&mut self.lab, &mut self.sys, Some(pid), Instant(u64::MAX), &mut text);
        let Stopped::Ended(Status::Exited(status)) = end else { panic!("{line}: {end:?}") };
        self.sys.reap(pid);
        (text.text(), status)
    }
}

/// Runs a case and reports every command that answers otherwise.
fn check(script: &str, recorded: &str) {
    let mut sys = Sys::default();
    let own = sys.spawn(process(Pid(1), &[], FdTable::default())).unwrap();
    let mut shell = Shell { lab: Lab::new(1), sys, own };
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
        let (mut got, status) = shell.command(line);
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
                    include_str!(concat!("cases/", stringify!($name), ".sh")),
                    include_str!(concat!("cases/", stringify!($name), ".txt")),
                );
            }
        )*
    };
}

cases! { addr batch bridge link neigh netns route route6 rule }
