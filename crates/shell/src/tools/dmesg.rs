//! `dmesg` of util-linux 2.38: the kernel's log, in which only netfilter writes.

use crate::{Cx, Poll};

/// Names of the levels, as `-l` takes them and `-x` prints them.
const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
const HINT: &str = "Try 'dmesg --help' for more information.\n";

#[derive(Default)]
struct Options {
    notime: bool,
    raw: bool,
    decode: bool,
    print_none: bool,
    clear: bool,
    levels: Option<Vec<u8>>,
}

pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let o = match options(cx) {
        Ok(o) => o,
        Err(status) => return Poll::Exit(status),
    };
    let lines: Vec<String> = if o.print_none {
        Vec::new()
    } else {
        let wanted = |level: u8| o.levels.as_ref().is_none_or(|l| l.contains(&level));
        let wanted = cx.lab.log.lines().filter(|l| wanted(l.level));
        wanted
            .map(|l| {
                let since = l.at.since(packetwalk_wire::Instant::ZERO);
                let (secs, micros) = (since.as_secs(), since.subsec_micros());
                let time = if o.notime { String::new() } else { format!("[{secs:>5}.{micros:06}] ") };
                let before = match (o.raw, o.decode) {
                    (true, _) => format!("<{}>", l.level),
                    (_, true) => {
                        let name = LEVELS.get(usize::from(l.level)).copied().unwrap_or_default();
                        format!("{:<6}:{name:<6}: ", "kern")
                    }
                    _ => String::new(),
                };
                format!("{before}{time}{}", l.text)
            })
            .collect()
    };
    for line in lines {
        cx.stdout.line(&line);
    }
    if o.clear {
        cx.lab.log.clear();
    }
    Poll::Exit(0)
}

fn options(cx: &mut Cx<'_>) -> Result<Options, u8> {
    let mut o = Options::default();
    let words = cx.strings();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (letters, value) = match word.as_str() {
            "--notime" => ("t".to_owned(), None),
            "--read-clear" => ("c".to_owned(), None),
            "--clear" => ("C".to_owned(), None),
            "--raw" => ("r".to_owned(), None),
            "--decode" => ("x".to_owned(), None),
            "--kernel" => ("k".to_owned(), None),
            "--nopager" => ("P".to_owned(), None),
            long if long.starts_with("--level=") => ("l".to_owned(), long.get(8..).map(str::to_owned)),
            "--level" => ("l".to_owned(), words.next().cloned()),
            short if short.starts_with('-') && !short.starts_with("--") && short.len() > 1 => {
                let (letters, rest) = match short.find('l') {
                    Some(at) => (&short[1..=at], short.get(at + 1..).filter(|r| !r.is_empty())),
                    None => (&short[1..], None),
                };
                let value = rest.map(str::to_owned);
                (letters.to_owned(), value.or_else(|| letters.ends_with('l').then(|| words.next().cloned())?))
            }
            other => {
                writeln!(cx.stderr, "packetwalk: dmesg {other} is not simulated");
                return Err(1);
            }
        };
        for letter in letters.chars() {
            match letter {
                't' => o.notime = true,
                'c' => o.clear = true,
                'C' => (o.clear, o.print_none) = (true, true),
                'r' => o.raw = true,
                'x' => o.decode = true,
                'k' | 'P' => {}
                'l' => o.levels = Some(levels(cx, value.as_deref())?),
                _ => {
                    writeln!(cx.stderr, "packetwalk: dmesg -{letter} is not simulated");
                    return Err(1);
                }
            }
        }
    }
    Ok(o)
}

fn levels(cx: &mut Cx<'_>, list: Option<&str>) -> Result<Vec<u8>, u8> {
    let Some(list) = list else {
        writeln!(cx.stderr, "dmesg: option requires an argument -- 'l'");
        cx.stderr.push(HINT.as_bytes());
        return Err(1);
    };
    let mut all = Vec::new();
    for name in list.split(',') {
        let Some(at) = LEVELS.iter().position(|l| *l == name) else {
            writeln!(cx.stderr, "dmesg: unknown level '{name}'");
            return Err(1);
        };
        all.push(at as u8);
    }
    Ok(all)
}
