//! `date`: the lab's clock, which begins at a fixed moment; UTC.

use super::opts::{Spec, complain, curly, refuse, spec};
use crate::Cx;
use crate::process::Poll;
use crate::sys::EPOCH;

const SPEC: Spec = spec(
    "-d --date =
--debug !
-f --file = !
-I --iso-8601 ?
--resolution !
-R --rfc-email --rfc-822 --rfc-2822
--rfc-3339 =
-r --reference = !
-s --set = !
-u --utc --universal --uct",
);

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in UTC.
#[derive(Clone, Copy, Debug)]
struct Time {
    /// Seconds since 1970.
    unix: i64,
    nanos: u32,
    year: i64,
    /// From 1.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// From Sunday, 0.
    weekday: i64,
    /// From 0.
    yearday: i64,
}

impl Time {
    fn new(unix: i64, nanos: u32) -> Self {
        let (days, rest) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
        // Years that begin in March, in eras of 400.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let from_march = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * from_march + 2) / 153;
        let day = from_march - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let first = usize::try_from(month - 1).ok().and_then(|m| before.get(m)).copied().unwrap_or(0);
        Self {
            unix,
            nanos,
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7),
            yearday: first + day - 1 + i64::from(leap && month > 2),
        }
    }

    /// The ISO 8601 year and week.
    fn iso_week(&self) -> (i64, i64) {
        let weeks = |y: i64| {
            let last = |y: i64| (y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)).rem_euclid(7);
            if last(y) == 4 || last(y - 1) == 3 { 53 } else { 52 }
        };
        let day = (self.weekday + 6) % 7 + 1;
        match (self.yearday + 1 - day + 10) / 7 {
            0 => (self.year - 1, weeks(self.year - 1)),
            53 if weeks(self.year) == 52 => (self.year + 1, 1),
            week => (self.year, week),
        }
    }
}

fn name(list: &'static [&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|n| list.get(n)).copied().unwrap_or("?")
}

/// What pads a number, and how a text is changed.
#[derive(Clone, Copy, Default)]
struct Flags {
    pad: Option<u8>,
    upper: bool,
    swap: bool,
    width: Option<usize>,
}

/// A directive: a number with its usual width and padding, or a text.
enum Piece {
    Number(i64, usize, u8),
    Text(String),
}

fn piece(time: &Time, letter: u8, colons: usize, flags: Flags) -> Option<Piece> {
    let sub =
        |format: &[u8]| Some(Piece::Text(String::from_utf8_lossy(&format_time(time, format)).into_owned()));
    let hour12 = (time.hour + 11) % 12 + 1;
    let (iso_year, iso_week) = time.iso_week();
    Some(match letter {
        b'a' => Piece::Text(name(&DAYS, time.weekday).chars().take(3).collect()),
        b'A' => Piece::Text(name(&DAYS, time.weekday).to_owned()),
        b'b' | b'h' => Piece::Text(name(&MONTHS, time.month - 1).chars().take(3).collect()),
        b'B' => Piece::Text(name(&MONTHS, time.month - 1).to_owned()),
        b'c' => return sub(b"%a %b %e %H:%M:%S %Y"),
        b'C' => Piece::Number(time.year / 100, 2, b'0'),
        b'd' => Piece::Number(time.day, 2, b'0'),
        b'D' | b'x' => return sub(b"%m/%d/%y"),
        b'e' => Piece::Number(time.day, 2, b' '),
        b'F' => return sub(b"%Y-%m-%d"),
        b'g' => Piece::Number(iso_year.rem_euclid(100), 2, b'0'),
        b'G' => Piece::Number(iso_year, 4, b'0'),
        b'H' => Piece::Number(time.hour, 2, b'0'),
        b'I' => Piece::Number(hour12, 2, b'0'),
        b'j' => Piece::Number(time.yearday + 1, 3, b'0'),
        b'k' => Piece::Number(time.hour, 2, b' '),
        b'l' => Piece::Number(hour12, 2, b' '),
        b'm' => Piece::Number(time.month, 2, b'0'),
        b'M' => Piece::Number(time.minute, 2, b'0'),
        b'n' => Piece::Text("\n".to_owned()),
        b'N' => {
            let digits = format!("{:09}", time.nanos);
            let width = flags.width.unwrap_or(9);
            Piece::Text(digits.chars().chain(std::iter::repeat('0')).take(width.min(99)).collect())
        }
        b'p' => Piece::Text(if time.hour < 12 { "AM" } else { "PM" }.to_owned()),
        b'P' => Piece::Text(if time.hour < 12 { "am" } else { "pm" }.to_owned()),
        b'q' => Piece::Number((time.month - 1) / 3 + 1, 1, b'0'),
        b'r' => return sub(b"%I:%M:%S %p"),
        b'R' => return sub(b"%H:%M"),
        b's' => Piece::Number(time.unix, 1, b'0'),
        b'S' => Piece::Number(time.second, 2, b'0'),
        b't' => Piece::Text("\t".to_owned()),
        b'T' | b'X' => return sub(b"%H:%M:%S"),
        b'u' => Piece::Number((time.weekday + 6) % 7 + 1, 1, b'0'),
        b'U' => Piece::Number((time.yearday + 7 - time.weekday) / 7, 2, b'0'),
        b'V' => Piece::Number(iso_week, 2, b'0'),
        b'w' => Piece::Number(time.weekday, 1, b'0'),
        b'W' => Piece::Number((time.yearday + 7 - (time.weekday + 6) % 7) / 7, 2, b'0'),
        b'y' => Piece::Number(time.year.rem_euclid(100), 2, b'0'),
        b'Y' => Piece::Number(time.year, 4, b'0'),
        b'z' => Piece::Text(
            match colons {
                0 => "+0000",
                1 => "+00:00",
                2 => "+00:00:00",
                _ => "+00",
            }
            .to_owned(),
        ),
        b'Z' => Piece::Text("UTC".to_owned()),
        b'%' => Piece::Text("%".to_owned()),
        _ => return None,
    })
}

/// gnulib's `nstrftime`.
fn format_time(time: &Time, format: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&b) = format.get(at) {
        at += 1;
        if b != b'%' {
            out.push(b);
            continue;
        }
        let begin = at - 1;
        let mut flags = Flags::default();
        while let Some(&f) = format.get(at) {
            match f {
                b'-' | b'_' | b'0' => flags.pad = Some(f),
                b'^' => flags.upper = true,
                b'#' => flags.swap = true,
                _ => break,
            }
            at += 1;
        }
        let digits = format.get(at..).unwrap_or(&[]).iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            let width = super::number::decimal(format.get(at..at + digits).unwrap_or(&[]));
            flags.width = Some(usize::try_from(width).unwrap_or(usize::MAX).min(4096));
            at += digits;
        }
        let colons = format.get(at..).unwrap_or(&[]).iter().take_while(|b| **b == b':').count();
        at += colons;
        let letter = format.get(at).copied().unwrap_or(0);
        match piece(time, letter, colons, flags) {
            Some(_) if colons > 0 && letter != b'z' => {
                at += 1;
                out.extend_from_slice(format.get(begin..at).unwrap_or(&[]));
            }
            Some(Piece::Number(n, width, pad)) => {
                at += 1;
                let pad = flags.pad.map_or(pad, |p| if p == b'_' { b' ' } else { p });
                let width = if pad == b'-' { 0 } else { flags.width.unwrap_or(width) };
                let text = n.to_string();
                let fill = if pad == b'-' { b' ' } else { pad };
                out.extend(std::iter::repeat_n(fill, width.saturating_sub(text.len())));
                out.extend_from_slice(text.as_bytes());
            }
            Some(Piece::Text(text)) => {
                at += 1;
                let text = if flags.upper {
                    text.to_ascii_uppercase()
                } else if flags.swap {
                    if matches!(letter, b'p' | b'Z') {
                        text.to_ascii_lowercase()
                    } else {
                        text.to_ascii_uppercase()
                    }
                } else {
                    text
                };
                let fill = if flags.pad == Some(b'0') { b'0' } else { b' ' };
                out.extend(std::iter::repeat_n(fill, flags.width.unwrap_or(0).saturating_sub(text.len())));
                out.extend_from_slice(text.as_bytes());
            }
            None => {
                at = (at + 1).min(format.len());
                out.extend_from_slice(format.get(begin..at).unwrap_or(&[]));
            }
        }
    }
    out
}

fn run(cx: &mut Cx<'_>) -> Result<(), u8> {
    let parsed = SPEC.parse(cx)?;
    let now = cx.now().0;
    let mut time = Time::new((EPOCH + now / 1_000_000_000) as i64, (now % 1_000_000_000) as u32);
    let mut format: Option<Vec<u8>> = None;
    for (key, value) in parsed.options {
        match key {
            "-d" => {
                let value = value.unwrap_or_default();
                let text = String::from_utf8_lossy(&value).into_owned();
                match text.strip_prefix('@').map(str::parse::<i64>) {
                    Some(Ok(unix)) if unix.abs() < 1 << 40 => time = Time::new(unix, 0),
                    _ if text == "now" => {}
                    _ => {
                        refuse(cx, &format!("-d {text}"));
                        return Err(1);
                    }
                }
            }
            "-R" => format = Some(b"%a, %d %b %Y %H:%M:%S %z".to_vec()),
            "-I" | "--rfc-3339" => {
                let iso = key == "-I";
                let what = value.unwrap_or_else(|| b"date".to_vec());
                let given: &[u8] = match (what.as_slice(), iso) {
                    (b"date", _) => b"%Y-%m-%d",
                    (b"hours", true) => b"%Y-%m-%dT%H%:z",
                    (b"minutes", true) => b"%Y-%m-%dT%H:%M%:z",
                    (b"seconds", true) => b"%Y-%m-%dT%H:%M:%S%:z",
                    (b"ns", true) => b"%Y-%m-%dT%H:%M:%S,%N%:z",
                    (b"seconds", false) => b"%Y-%m-%d %H:%M:%S%:z",
                    (b"ns", false) => b"%Y-%m-%d %H:%M:%S.%N%:z",
                    _ => {
                        refuse(cx, &format!("{key} {}", String::from_utf8_lossy(&what)));
                        return Err(1);
                    }
                };
                format = Some(given.to_vec());
            }
            _ => {}
        }
    }
    let mut operands = parsed.operands.iter();
    if let Some(word) = operands.next() {
        if let Some(extra) = operands.next() {
            return Err(SPEC.fail(cx, &format!("extra operand {}", curly(extra))));
        }
        let Some(given) = word.strip_prefix(b"+") else {
            complain(cx, &format!("invalid date {}", curly(word)));
            return Err(1);
        };
        if format.is_some() {
            complain(cx, "multiple output formats specified");
            return Err(1);
        }
        format = Some(given.to_vec());
    }
    let format = format.unwrap_or_else(|| b"%a %b %e %H:%M:%S %Z %Y".to_vec());
    cx.stdout.push(&format_time(&time, &format));
    cx.stdout.push(b"\n");
    Ok(())
}

/// `date`.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    Poll::Exit(run(cx).err().unwrap_or(0))
}
