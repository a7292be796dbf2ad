//! Lines of `tcpdump -n`, beside those of the real tool.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it")]

#[path = "tcpdump/frames.rs"]
mod frames;
#[path = "tcpdump/real.rs"]
mod real;

use frames::Chance;
use packetwalk_shell::print::tcpdump::{Cooked, Dump, Printer, Style, Way};
use packetwalk_wire::{Body, Frame, IfIndex, IfName, Mac, Payloads, emit, parse};

fn style(options: &str) -> Style {
    let count = |c| options.chars().filter(|&o| o == c).count() as u8;
    let link = |c| count(c) > 1;
    let dump = match (count('x'), count('X'), count('A')) {
        (1.., _, _) => Dump::Hex { link: link('x') },
        (_, 1.., _) => Dump::HexAscii { link: link('X') },
        (_, _, 1..) => Dump::Ascii { link: link('A') },
        _ => Dump::None,
    };
    Style {
        link: count('e') > 0,
        verbose: count('v'),
        quiet: count('q'),
        time: count('t'),
        absolute: count('S') > 0,
        number: count('#') > 0,
        no_checksums: count('K') > 0,
        dump,
        ..Style::default()
    }
}

fn frames(seed: u64, n: usize, no_ntp: bool, payloads: &mut Payloads) -> Vec<(u64, Frame)> {
    let mut chance = Chance { state: seed, no_ntp };
    (0..n).map(|i| (1_700_000_000_123_456_000 + 7_000_001_000 * i as u64, chance.frame(payloads))).collect()
}

fn check_live(options: &str, seed: u64, n: usize, any: bool) {
    let mut payloads = Payloads::default();
    let frames = frames(seed, n, options.contains('v'), &mut payloads);
    let mut chance = Chance { state: seed, no_ntp: false };
    let mut printer = Printer::new(style(options));
    let (mut packets, mut ours) = (Vec::new(), Vec::new());
    for (at, frame) in &frames {
        let mut bytes = Vec::new();
        let mut text = String::new();
        emit::frame(frame, &payloads, &mut bytes);
        if any {
            let (way, number) = chance.of(&[
                (Way::In, 0),
                (Way::Broadcast, 1),
                (Way::Multicast, 2),
                (Way::OtherHost, 3),
                (Way::Out, 4),
            ]);
            let cooked = Cooked { name: IfName::new("lo").unwrap(), index: IfIndex(1), way };
            printer.print(*at, frame, Some(&cooked), &payloads, &mut text);
            let src = &bytes[6..12];
            let header = [&bytes[12..14], &[0, 0, 0, 0, 0, 1, 3, 4, number, 6], src, &[0, 0]].concat();
            bytes.splice(..14, header);
        } else {
            printer.print(*at, frame, None, &payloads, &mut text);
        }
        ours.push(text);
        packets.push((*at, bytes));
    }
    let file = real::pcap(if any { 276 } else { 1 }, &packets);
    let options_list: Vec<&str> = options.split_whitespace().collect();
    let Some((theirs, _)) = real::tcpdump(&file, &options_list, "", "lines") else {
        eprintln!("skipped: no tcpdump 4.99.3");
        return;
    };
    let mut rest = theirs.as_str();
    for (i, text) in ours.iter().enumerate() {
        let Some(tail) = rest.strip_prefix(text.as_str()) else {
            let lines = text.lines().count() + 1;
            let theirs: Vec<&str> = rest.lines().take(lines).collect();
            panic!(
                "frame {i} with {options:?}\nours:\n{text}\ntheirs:\n{}\n{:x?}",
                theirs.join("\n"),
                frames[i]
            );
        };
        rest = tail;
    }
    assert_eq!(rest, "");
}

#[test]
fn lines_are_those_of_the_real_tool() {
    #[rustfmt::skip]
    let cases = ["-t", "", "-tt", "-ttt", "-tttt", "-ttttt", "-t -e", "-t -v", "-t -vv", "-t -vvv", "-t -q",
        "-t -qe", "-t -ev", "-t -S", "-t -vK", "-t# -x", "-t -xx", "-t -X", "-t -XX", "-t -A", "-t -AA"];
    for (seed, options) in cases.into_iter().enumerate() {
        check_live(options, 0x7777_5678_9abd + seed as u64, 3000, false);
    }
}

#[test]
fn lines_of_any_interface_are_those_of_the_real_tool() {
    for (seed, options) in ["-t", "-t -e", "-t -eq", "-t -v", "-t -XX", "-t -X"].into_iter().enumerate() {
        check_live(options, 0xabc_0123_4567 + seed as u64, 1000, true);
    }
}

/// Frames of a real kernel and what the real tool printed of them, recorded.
#[test]
fn lines_are_those_recorded() {
    let recorded = [
        ("-t", include_str!("tcpdump/kernel.txt")),
        ("-t -e", include_str!("tcpdump/kernel-e.txt")),
        ("-t -q", include_str!("tcpdump/kernel-q.txt")),
        ("-t -v", include_str!("tcpdump/kernel-v.txt")),
        ("-t -vv -X", include_str!("tcpdump/kernel-vv-X.txt")),
    ];
    let text = include_str!("../../wire/tests/golden/linux-6.18.hex");
    let frames: Vec<Vec<u8>> = text.lines().filter(|line| !line.starts_with('#')).map(hex).collect();
    for (options, theirs) in recorded {
        let mut printer = Printer::new(style(options));
        let mut ours = String::new();
        for frame in &frames {
            printer.bytes(0, frame, None, &mut ours);
        }
        for (ours, theirs) in ours.lines().zip(theirs.lines()) {
            assert_eq!(ours, theirs, "{options}");
        }
        assert_eq!(ours.lines().count(), theirs.lines().count());
    }
}

fn hex(line: &str) -> Vec<u8> {
    (0..line.len()).step_by(2).map(|i| u8::from_str_radix(&line[i..i + 2], 16).unwrap()).collect()
}

/// SCTP and GRE: packets, and what `tcpdump -n -t -r` 4.99.3 printed of each.
#[test]
fn sctp_and_gre_as_the_real_tool_prints_them() {
    let mut payloads = Payloads::default();
    let mut printer = Printer::new(style("t"));
    for line in include_str!("tcpdump/sctp-gre.txt").lines() {
        let (hex, expect) = line.split_once(' ').unwrap();
        let bytes: Vec<u8> = hex
            .as_bytes()
            .chunks(2)
            .map(|h| u8::from_str_radix(std::str::from_utf8(h).unwrap(), 16).unwrap())
            .collect();
        let packet = parse::packet(&bytes, &mut payloads).unwrap();
        let frame = Frame { dst: Mac([0; 6]), src: Mac([0; 6]), body: Body::Ip(packet) };
        let mut ours = String::new();
        printer.print(0, &frame, None, &payloads, &mut ours);
        assert_eq!(ours.trim_end_matches('\n').replace('\n', "\\n"), expect, "{hex}");
    }
}
