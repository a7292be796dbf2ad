//! `packetwalk check`: what it says of pages, and how it ends.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::process::Command;

const LAB: &str = "```lab\nip link set lo up\n```\n";

/// Status, standard output, standard error.
fn check(page: &str) -> (Option<i32>, String, String) {
    let folder = std::env::temp_dir().join(format!("packetwalk-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path =
        folder.join(format!("{:x}.md", page.bytes().fold(7_u64, |h, b| h.wrapping_mul(31) + u64::from(b))));
    std::fs::write(&path, page).expect("a page");
    let done =
        Command::new(env!("CARGO_BIN_EXE_packetwalk")).arg("check").arg(&path).output().expect("it runs");
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(path.to_str().unwrap_or_default(), "PAGE");
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

#[test]
fn says_what_holds_and_what_does_not() {
    #[rustfmt::skip]
    let cases = [
        ("```console\n$ ping -c1 127.0.0.1\nPING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n…\n```\n", 0,
         "PAGE: 1 lab, 1 command, 0 walks, 0 claims: all hold\n", ""),
        ("```console\n$ echo a\nb\n```\n", 1,
         "PAGE: 1 lab, 1 command, 0 walks, 0 claims: 1 broken\n", "PAGE:5: `echo a` prints\n  a\nthe page says\n  b\n"),
        ("no blocks\n", 1, "PAGE: 1 lab, 0 commands, 0 walks, 0 claims: nothing to check\n", ""),
        ("```walk\n$ ping 127.0.0.1\nroute local 127.0.0.1\n```\n[it is](#walk \"deliver\")", 0,
         "PAGE: 1 lab, 0 commands, 1 walk, 2 claims: all hold\n", ""),
        ("```walk\n$ ping 127.0.0.1\n```\n", 1,
         "PAGE: 1 lab, 0 commands, 1 walk, 0 claims: 1 broken\n",
         "PAGE:5: nothing is claimed of this walk: it checks nothing\n"),
        ("[x](#walk \"deliver\")", 1, "PAGE: 1 lab, 0 commands, 0 walks, 1 claim: 1 broken\n",
         "PAGE:4: no walk above of which this could be claimed\n"),
        ("```console\nc9$ true\n```\n", 1, "PAGE: 1 lab, 1 command, 0 walks, 0 claims: 1 broken\n",
         "PAGE:5: the lab has no network namespace \"c9\"\n"),
        ("```lab\nip link add\n```\n```console\n$ true\n```\n", 1, "PAGE: 2 labs, 0 commands, 0 walks, 0 claims: 2 broken\n",
         "PAGE:5: the lab complains:\nNot enough information: \"type\" argument is required\nPAGE:8: no lab above to run this on\n"),
        ("```lab src=nowhere.sh\n```\n", 1, "PAGE: 1 lab, 0 commands, 0 walks, 0 claims: 1 broken\n",
         "PAGE:5: nowhere.sh: No such file or directory (os error 2)\n"),
    ];
    for (page, status, said, complaints) in cases {
        let got = check(&format!("{LAB}{page}"));
        assert_eq!(got, (Some(status), said.to_owned(), complaints.to_owned()), "{page}");
    }
}

/// A page of prose among others is no error; a call that checks nothing is.
#[test]
fn pages_without_labs_are_noted() {
    let folder = std::env::temp_dir().join(format!("packetwalk-pages-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("prose.md"), "Only words.\n").expect("a page");
    std::fs::write(folder.join("lab.md"), format!("{LAB}```console\n$ true\n```\n")).expect("a page");
    for (pages, status) in [(&["prose.md", "lab.md"][..], 0), (&["prose.md", "prose.md"], 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
        let done = command.arg("check").args(pages).current_dir(&folder).output().expect("it runs");
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let note = "prose.md: 0 labs, 0 commands, 0 walks, 0 claims: nothing to check\n";
        assert!(said.starts_with(note), "{said}");
        assert_eq!(done.status.code(), Some(status), "{said}");
    }
}

#[test]
fn a_false_claim_shows_the_walk() {
    let (status, _, complaints) = check(&format!("{LAB}```walk\n$ ping 127.0.0.1\nfilter FORWARD\n```\n"));
    assert_eq!(status, Some(1));
    assert!(
        complaints.starts_with("PAGE:5: the walk has no line here that holds\n  filter FORWARD\nit is\n"),
        "{complaints}"
    );
    assert!(complaints.contains("deliver"), "{complaints}");
}
