//! The shell's own interface: lines, snapshots, limits, hostile scripts.

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Line, Shell, Sink, Stream};
use packetwalk_trace::NsId;

fn run(script: &[u8]) -> (u8, String) {
    let mut out = Collect::default();
    let mut shell = Shell::new(Lab::new(0));
    shell.most_commands = 20_000;
    let status = shell.run_script("lab.sh", script, &mut out);
    (status, out.text())
}

/// A script of bytes, its status and output.
#[track_caller]
fn check(script: impl AsRef<[u8]>, status: u8, output: &str) {
    assert_eq!(run(script.as_ref()), (status, output.to_owned()));
}

/// Lines given one after the other, with what each gives.
#[track_caller]
fn check_lines(lines: &[(&str, Line, &str)]) {
    let mut shell = Shell::new(Lab::new(0));
    for (line, outcome, output) in lines {
        let mut out = Collect::default();
        let got = shell.run_line(NsId(0), line.as_bytes(), &mut out);
        assert_eq!((got, out.text().as_str()), (*outcome, *output), "{line}");
    }
}

#[test]
fn lines_keep_state() {
    check_lines(&[
        ("x=1; f() { echo f $x; }", Line::Done(0), ""),
        ("f", Line::Done(0), "f 1\n"),
        ("cd /tmp", Line::Done(0), ""),
        ("pwd; false", Line::Done(1), "/tmp\n"),
        ("echo $?", Line::Done(0), "1\n"),
        ("foo", Line::Done(127), "bash: foo: command not found\n"),
        ("echo $((1/0))", Line::Done(1), "bash: 1/0: division by 0 (error token is \"0\")\n"),
        ("echo ${u:?}", Line::Done(1), "bash: u: parameter null or not set\n"),
        ("fi", Line::Done(2), "bash: syntax error near unexpected token `fi'\n"),
        ("exit 3", Line::Exit(3), ""),
        ("echo \"[$x]\"", Line::Done(0), "[]\n"),
    ]);
}

#[test]
fn an_incomplete_line_wants_more() {
    let more = |line: &'static str| (line, Line::Incomplete, "");
    check_lines(&[
        more("if true"),
        more("if true; then"),
        more("echo 'a"),
        more("echo \"a"),
        more("for i in 1; do"),
        more("f() {"),
        more("cat <<E"),
        more("cat <<E\nx"),
        more("echo $(foo"),
        more("echo a &&"),
        more("echo a |"),
        more("case x in"),
        ("if true; then\necho b\nfi", Line::Done(0), "b\n"),
        ("read x <<E\ntext\nE", Line::Done(0), ""),
        ("echo $x", Line::Done(0), "text\n"),
    ]);
}

#[test]
fn background_jobs_go_on_between_lines() {
    check_lines(&[
        ("{ sleep 2; echo late; } &", Line::Done(0), ""),
        ("sleep 1; echo early", Line::Done(0), "early\n"),
        ("sleep 3; echo end", Line::Done(0), "late\nend\n"),
        ("wait; echo $?", Line::Done(0), "0\n"),
    ]);
}

#[test]
fn scripts_and_lines_share_a_machine() {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    assert_eq!(shell.run_line(NsId(0), b"x=1; echo a > /tmp/f", &mut out), Line::Done(0));
    assert_eq!(shell.run_script("lab.sh", b"read y < /tmp/f; sleep 1; echo $y [$x]; exit 4", &mut out), 4);
    assert_eq!(shell.run_line(NsId(0), b"echo $x", &mut out), Line::Done(0));
    assert_eq!(out.text(), "a []\n1\n");
}

#[test]
fn a_snapshot_goes_its_own_way() {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    shell.run_line(NsId(0), b"x=1; echo a > /tmp/f; { sleep 5; echo job; } &", &mut out);
    let mut copy = shell.clone();
    shell.run_line(NsId(0), b"x=2; echo b > /tmp/f; sleep 9; echo $x", &mut out);
    assert_eq!(out.text(), "job\n2\n");
    let mut out = Collect::default();
    copy.run_line(NsId(0), b"read y < /tmp/f; echo $x $y; sleep 9", &mut out);
    assert_eq!(out.text(), "1 a\njob\n");
    assert_eq!(copy.file("/tmp/f"), Some(&b"a\n"[..]));
}

#[test]
fn time_is_the_labs() {
    let zero = "user\t0m0.000s\nsys\t0m0.000s\n";
    // A program takes a millisecond to start.
    check("time sleep 61.5", 0, &format!("\nreal\t1m1.501s\n{zero}"));
    check("time -p sleep 1.25", 0, "real 1.25\nuser 0.00\nsys 0.00\n");
    check("time ! false; echo $?", 0, &format!("\nreal\t0m0.000s\n{zero}0\n"));
    check("sleep 86400; echo $SECONDS", 0, "86400\n");
}

#[test]
fn namespaces_are_entered() {
    let lab = "ip netns add c1; ip netns exec c1 ip addr add 10.0.0.1/24 dev lo; ";
    let list = "ip -4 -br addr; [ -e /run/netns/c1 ] && echo there";
    check(
        format!(
            "{lab} ip netns exec c1 bash -c '{list}'; nsenter --net=/run/netns/c1 ip -4 -br addr; ip -4 -br addr"
        ),
        0,
        "lo               DOWN           10.0.0.1/24 \nthere\nlo               DOWN           10.0.0.1/24 \n",
    );
    check(
        format!(
            "{lab} ip netns exec c1 sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'; sysctl net.ipv4.ip_forward; \
                 ip netns exec c1 cat /proc/sys/net/ipv4/ip_forward; echo x > /proc/sys/net/ipv4/ip_forward; \
                 cat /proc/sys/net/nothing; read v < /proc/sys/net/ipv4/ip_forward; echo $v"
        ),
        0,
        "net.ipv4.ip_forward = 0\n1\nlab.sh: line 1: echo: write error: Invalid argument\n\
         cat: /proc/sys/net/nothing: No such file or directory\n0\n",
    );
}

#[test]
fn streams_are_told_apart() {
    let mut got = Vec::new();
    let mut sink = |stream: Stream, bytes: &[u8]| got.push((stream, bytes.to_vec()));
    Shell::new(Lab::new(0)).run_script("lab.sh", b"echo a; echo b >&2; echo c", &mut sink);
    let expect = [(Stream::Stdout, b"a\n"), (Stream::Stderr, b"b\n"), (Stream::Stdout, b"c\n")];
    assert_eq!(got, expect.map(|(s, b)| (s, b.to_vec())));
}

#[test]
fn what_debian_has_and_we_have_not_is_refused_by_name() {
    check("nft list ruleset; echo $?", 0, "packetwalk: nft is not simulated\n127\n");
    check("ulimit -n; echo $?", 0, "packetwalk: ulimit is not simulated\n127\n");
    check("select x in a; do :; done", 2, "packetwalk: lab.sh: line 1: select is not simulated\n");
    check("coproc cat", 2, "packetwalk: lab.sh: line 1: coproc is not simulated\n");
    check("shopt -s extglob; echo $?", 0, "packetwalk: shopt extglob is not simulated\n1\n");
    check("declare -A x; echo $?", 0, "packetwalk: declare -A is not simulated\n1\n");
    check("trap 'x' ERR; echo $?", 0, "packetwalk: trap ERR is not simulated\n1\n");
}

#[test]
fn a_loop_without_end_ends() {
    let text = "packetwalk: gave up after 20000 commands";
    check("while :; do :; done", 254, &format!("lab.sh: line 1: {text}\n"));
    check("(while :; do :; done); echo never", 254, &format!("lab.sh: line 1: {text}\n"));
    check(
        "\nf() { f; }; f; echo $?",
        254,
        "lab.sh: line 2: f: maximum function nesting level exceeded (1000)\n",
    );
}

/// What a script or a line leaves behind is its own fault, and not that of what comes next.
#[test]
fn too_many_processes_are_blamed_on_who_started_them() {
    let bomb = ":() { :|:& };:";
    let text = "too many processes run at one time: interrupted\n";
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    let script = format!("echo one\n{bomb}\n");
    assert_eq!(shell.run_script("lab.sh", script.as_bytes(), &mut out), 254);
    assert_eq!(out.text(), format!("one\npacketwalk: lab.sh: line 2: {text}"));
    for (line, status, expect) in [
        ("echo next", Line::Done(0), "next\n".to_owned()),
        (bomb, Line::Done(254), format!("packetwalk: bash: {text}")),
        ("echo last; sleep 5 & sleep 1", Line::Done(0), "last\n".to_owned()),
    ] {
        let mut out = Collect::default();
        assert_eq!(shell.run_line(NsId(0), line.as_bytes(), &mut out), status, "{line}");
        assert_eq!(out.text(), expect, "{line}");
    }
}

#[test]
fn more_packets_are_sent_than_anybody_waits_for() {
    check_lines(&[
        ("ip link set lo up", Line::Done(0), ""),
        (
            "ping -q -i 0 127.0.0.1 >/dev/null",
            Line::Done(254),
            "packetwalk: bash: more than 200,000 packets were sent: interrupted\n",
        ),
        ("echo next $?", Line::Done(0), "next 254\n"),
    ]);
}

/// Copies that come back by lo and are copied again: Linux goes on so for ever, beside all else.
#[test]
fn a_storm_within_a_host_ends() {
    let lab = b"
ip link set lo up
ip link add v0 type veth peer name v1
ip addr add 192.0.2.1/24 dev v0
ip link set v0 up
ip link set v1 up
iptables -t mangle -A OUTPUT -j MARK --xor-mark 3
iptables -t mangle -A INPUT -j TEE --gateway 192.0.2.9
ping -q -c1 -W1 192.0.2.1 >/dev/null
echo on
";
    let (status, output) = run(lab);
    assert_eq!(status, 254, "{output}");
    assert!(
        output.contains("not simulated: packets that have one another sent again without end\n"),
        "{output}"
    );
    assert!(output.ends_with("on\n"), "{output}");
}

#[test]
fn more_is_written_than_anybody_waits_for() {
    let text = "packetwalk: lab.sh: more than 64 MiB were written: interrupted\n";
    check_lines(&[
        ("seq 1 99999999 | tail -1", Line::Done(254), &text.replace("lab.sh", "bash")),
        ("echo next $?", Line::Done(0), "next 254\n"),
    ]);
}

/// A limit ends what was typed, and not the shell that it was typed in.
#[test]
fn a_limit_gives_the_prompt_back() {
    let text = "bash: packetwalk: gave up after 20000 commands\n";
    let full = "packetwalk: bash: too many processes run at one time: interrupted\n";
    let mut shell = Shell::new(Lab::new(0));
    shell.most_commands = 20_000;
    for (line, expect) in [
        ("while :; do :; done", text),
        ("(while :; do :; done)", text),
        ("while :; do :; done; echo never", text),
        ("f() { while :; do :; done; }; f", text),
        ("for ((;;)); do true | true; done", text),
        ("while :; do sleep 9 & done", full),
    ] {
        let next = [
            ("x=kept".to_owned(), Line::Done(0), ""),
            (line.to_owned(), Line::Done(254), expect),
            ("echo next $? $x".to_owned(), Line::Done(0), "next 254 kept\n"),
        ];
        for (line, status, expect) in next {
            let mut said = Collect::default();
            assert_eq!(shell.run_line(NsId(0), line.as_bytes(), &mut said), status, "{line}");
            assert_eq!(said.text(), expect, "{line}");
        }
    }
}

#[test]
fn what_waits_for_nothing_is_interrupted() {
    let text = "packetwalk: lab.sh: what runs waits for something that never comes: interrupted\n";
    check("timeout 1 sleep infinity; echo $?", 0, "124\n");
    check("mknod p; nc -l 9; echo never", 254, &format!("packetwalk: mknod is not simulated\n{text}"));
    check_lines(&[
        ("nc -l 9", Line::Done(254), &text.replace("lab.sh", "bash")),
        ("echo next $?", Line::Done(0), "next 254\n"),
    ]);
    let (status, output) = run(b"sleep infinity & wait");
    assert_eq!(status, 254);
    assert!(output.ends_with("a week of the lab's time has passed: interrupted\n"), "{output}");
}

#[test]
fn hostile_scripts_end_without_a_panic() {
    let scripts: Vec<Vec<u8>> = vec![
        b"\xff\xfe\x80 \xff".to_vec(),
        b"echo \xff\xc3 | cat".to_vec(),
        b"x=\xff; echo ${#x} ${x:0:1} ${x^^}".to_vec(),
        b"\0\0\0".to_vec(),
        "(".repeat(100_000).into_bytes(),
        "$(".repeat(100_000).into_bytes(),
        "$((".repeat(100_000).into_bytes(),
        "${x:-".repeat(100_000).into_bytes(),
        "if ".repeat(100_000).into_bytes(),
        "{ ".repeat(100_000).into_bytes(),
        "\"$(".repeat(50_000).into_bytes(),
        "[[ ( ".repeat(50_000).into_bytes(),
        format!("[[ {} a ]]", "! ".repeat(50_000)).into_bytes(),
        format!("echo $(({}1", "(".repeat(100_000)).into_bytes(),
        format!("echo $(({}1))", "-".repeat(100_000)).into_bytes(),
        format!("echo $(({}1))", "1+".repeat(100_000)).into_bytes(),
        format!("echo $(({}1))", "2**".repeat(10_000)).into_bytes(),
        "echo {1..1000000000}".to_owned().into_bytes(),
        format!("echo {}", "{a,b}".repeat(40)).into_bytes(),
        format!("echo {}", "{".repeat(10_000)).into_bytes(),
        "x='x'; echo $((x))".to_owned().into_bytes(),
        "x=aaaa; for i in 1 2 3 4 5 6 7 8 9 10; do x=$x$x; done; echo ${#x} ${x//a*b/} ${x%%*b}"
            .to_owned()
            .into_bytes(),
        "printf '%999999999d' 1 > /dev/null".to_owned().into_bytes(),
        "a[9223372036854775807]=1; a+=(2 3); echo ${a[@]: -1} ${!a[@]}".to_owned().into_bytes(),
        "echo ${x:9223372036854775807:-9223372036854775807} $((-9223372036854775807-1)) $((1<<64)) $((5%-1))"
            .to_owned()
            .into_bytes(),
        "x=abc; echo ${x:-1:9223372036854775807} ${x: -9223372036854775807}; shift 9999999999999999999"
            .to_owned()
            .into_bytes(),
        "exec 99999>/tmp/x; echo a >&4294967296; exec 255>/tmp/y 256>/tmp/z".to_owned().into_bytes(),
        "echo a >&99999999999999999999".to_owned().into_bytes(),
        "cat <<A <<B <<C".to_owned().into_bytes(),
        "f() { f | f; }; f".to_owned().into_bytes(),
        "while :; do true & done".to_owned().into_bytes(),
        "while echo y; do :; done > /tmp/big".to_owned().into_bytes(),
        "x=$(while echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; do :; done); echo ${#x}".to_owned().into_bytes(),
        "trap 'exit' EXIT; trap 'kill $$' TERM; kill $$; exit".to_owned().into_bytes(),
        "trap 'kill -TERM $$' TERM; kill -TERM $$".to_owned().into_bytes(),
        "eval eval eval eval '$('; . /dev/null; . /tmp; source /dev/stdin".to_owned().into_bytes(),
        "case x in".to_owned().into_bytes(),
        "read -n 99999999999999 x < /dev/null; read -t 99999999999999999999 x < /dev/null"
            .to_owned()
            .into_bytes(),
        "sleep 99999999999999999999999".to_owned().into_bytes(),
        "x=ab; for i in {1..60}; do x=$x$x; done; echo ${#x}; y=${x//a/$x}; echo $x$x$x$x > /tmp/y"
            .to_owned()
            .into_bytes(),
        "x=$(printf '%100000d' {1..900}); while :; do echo $x; done".to_owned().into_bytes(),
        "x=$(printf '%100000d' {1..100}); while :; do echo $x; done | sleep 9".to_owned().into_bytes(),
        "x=$(printf '%100000d' {1..100}); while :; do y=$x; done".to_owned().into_bytes(),
        "a=(1); for i in {1..60}; do a+=(\"${a[@]}\"); done; echo ${#a[@]}".to_owned().into_bytes(),
        "set -- a; for i in {1..60}; do set -- \"$@\" \"$@\"; done; echo $#".to_owned().into_bytes(),
    ];
    for script in scripts {
        let (_, output) = run(&script);
        assert!(output.len() < 200_000_000, "{}", String::from_utf8_lossy(&script[..40]));
    }
}

#[test]
fn long_lines_take_linear_time() {
    // The ten megabytes of bare bytes are for real; what costs more each byte is shorter here.
    let ten = 10 << 20;
    let some = ten / 20;
    for script in [
        vec![b'a'; ten],
        [b"echo ".to_vec(), vec![b'x'; ten]].concat(),
        [b"echo '".to_vec(), vec![b'x'; ten]].concat(),
        "a ".repeat(some / 2).into_bytes(),
        "a;".repeat(ten / 2).into_bytes().into_iter().take(200_000).collect(),
        "\n".repeat(ten).into_bytes(),
        "#".repeat(ten).into_bytes(),
        [b"x=".to_vec(), vec![b'x'; some], b"; echo ${#x} ${x%y*} ${x#*y}".to_vec()].concat(),
        [b"read x <<E\n".to_vec(), "line\n".repeat(some / 5).into_bytes()].concat(),
        [b"[[ ".to_vec(), vec![b'x'; some], b" =~ ^x*y$ ]]".to_vec()].concat(),
    ] {
        run(&script);
    }
}

/// Ctrl-C: what runs in the foreground ends, ping with its statistics, and the shell takes the next line.
#[test]
fn an_interrupt_ends_what_runs() {
    struct Impatient {
        said: Collect,
        left: u32,
    }
    impl Sink for Impatient {
        fn write(&mut self, stream: Stream, bytes: &[u8]) {
            self.said.write(stream, bytes);
        }
        fn interrupted(&mut self) -> bool {
            self.left = self.left.saturating_sub(1);
            self.left == 1
        }
    }
    let mut shell = Shell::new(Lab::new(0));
    let host = shell.lab.ns("").unwrap();
    shell.run_line(host, b"ip link set lo up", &mut Collect::default());
    let cases = [
        ("ping 127.0.0.1", "packets transmitted"),
        ("while true; do :; done", ""),
        ("while true; do sleep 1; done", ""),
        ("ping 127.0.0.1 > /dev/null; echo not reached", ""),
        ("(while true; do ping -c1 127.0.0.1; done) | cat > /dev/null", ""),
    ];
    for (line, expect) in cases {
        let mut sink = Impatient { said: Collect::default(), left: 50 };
        assert_eq!(shell.run_line(host, line.as_bytes(), &mut sink), Line::Done(130), "{line}");
        let text = sink.said.text();
        assert!(text.contains(expect) && !text.contains("not reached"), "{line}: {text}");
        assert_eq!(sink.left, 0, "{line}: {text}");
        let mut said = Collect::default();
        assert_eq!(shell.run_line(host, b"echo on", &mut said), Line::Done(0));
        assert_eq!(said.text(), "on\n");
    }
}

/// A shell in the shell that one types in runs a text, a file or what a pipe gives.
#[test]
fn a_shell_in_the_shell() {
    let mut shell = Shell::new(Lab::new(0));
    let host = shell.lab.ns("").unwrap();
    for (line, status, expect) in [
        ("bash -c 'echo $0 $1' a b", 0, "a b\n"),
        ("echo 'echo in; exit 3' | bash", 3, "in\n"),
        ("echo 'echo file $1' > /tmp/f; sh /tmp/f x", 0, "file x\n"),
        ("bash < /dev/null", 0, ""),
        ("nosuch", 127, "bash: nosuch: command not found\n"),
        ("bash nosuch", 127, "bash: nosuch: No such file or directory\n"),
        ("bash", 1, "packetwalk: a shell in the shell that you type in is not simulated\n"),
    ] {
        let mut said = Collect::default();
        assert_eq!(shell.run_line(host, line.as_bytes(), &mut said), Line::Done(status), "{line}");
        assert_eq!(said.text(), expect, "{line}");
    }
}
