//! `-m time`.

use packetwalk_netfilter::matches::time::{ALL_MONTHDAYS, ALL_WEEKDAYS, LAST_SECOND, Time};
use packetwalk_wire::Family;

use super::super::fail::{Fail, Kind};
use super::super::number;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const DATESTART: u8 = 0;
const DATESTOP: u8 = 1;
const TIMESTART: u8 = 2;
const TIMESTOP: u8 = 3;
const CONTIGUOUS: u8 = 4;
const MONTHDAYS: u8 = 5;
const WEEKDAYS: u8 = 6;
const LOCALTZ: u8 = 7;
const UTC: u8 = 8;
const KERNELTZ: u8 = 9;
/// `--datestop` when it is not given.
const NEVER: u32 = i32::MAX as u32;

const OPTS: &[Opt] = &[
    Opt::new("datestart", DATESTART, Ty::Str),
    Opt::new("datestop", DATESTOP, Ty::Str),
    Opt::new("timestart", TIMESTART, Ty::Str),
    Opt::new("timestop", TIMESTOP, Ty::Str),
    Opt::new("contiguous", CONTIGUOUS, Ty::None),
    Opt::new("weekdays", WEEKDAYS, Ty::Str).invertible(),
    Opt::new("monthdays", MONTHDAYS, Ty::Str).invertible(),
    Opt::new("localtz", LOCALTZ, Ty::None).excl(1 << UTC),
    Opt::new("utc", UTC, Ty::None).excl(1 << LOCALTZ | 1 << KERNELTZ),
    Opt::new("kerneltz", KERNELTZ, Ty::None).excl(1 << UTC),
];

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const LOCAL: &str = "WARNING: --localtz is being replaced by --kerneltz, since \"local\" is ambiguous. Note \
    the kernel timezone has caveats - see manpage for details.\n";

/// Days from 1970-01-01 to the first of a month, which counts from 0 and may be -1.
fn days_to(year: i64, month: i64) -> i64 {
    let months = year * 12 + month;
    let (y, m) = (months.div_euclid(12), months.rem_euclid(12));
    // Years that begin in March end with the day that leap years add.
    let (y, m) = if m < 2 { (y - 1, m + 10) } else { (y, m - 2) };
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 - 719_468
}

/// Year, month, day of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days / 366;
    while days_to(year + 1, 0) <= days {
        year += 1;
    }
    let mut month = 0;
    while month < 11 && days_to(year, month + 1) <= days {
        month += 1;
    }
    (year, month + 1, days - days_to(year, month) + 1)
}

/// iptables 1.8.9, `extensions/libxt_time.c`: `time_parse_date`.
fn date(text: &str) -> Result<u32, Fail> {
    const END: [char; 5] = ['-', '-', 'T', ':', ':'];
    let bad =
        || Fail::param(format!("Invalid date \"{text}\" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]"));
    let range = [1970..=2038, 0..=12, 0..=31, 0..=23, 0..=59, 0..=59];
    let mut parts = [1970, 1, 1, 0, 0, 0_u32];
    let mut rest = text;
    for (i, (part, range)) in parts.iter_mut().zip(range).enumerate() {
        let (n, end) = number::decimal(rest);
        *part = n;
        if !range.contains(&n) {
            return Err(bad());
        }
        if end.is_empty() {
            break;
        }
        rest = END.get(i).and_then(|c| end.strip_prefix(*c)).ok_or_else(bad)?;
    }
    let [year, month, day, hour, minute, second] = parts.map(i64::from);
    let days = days_to(year, month - 1) + day - 1;
    let secs = days * 86_400 + hour * 3600 + minute * 60 + second;
    if secs < 0 {
        return Err(Fail::Error(Kind::Other, "mktime returned an error".to_owned()));
    }
    Ok(secs as u32)
}

/// iptables 1.8.9, `extensions/libxt_time.c`: `time_parse_minutes`. What is told to be wrong begins at
/// the part that is.
fn daytime(text: &str) -> Result<u32, Fail> {
    let bad = |text: &str| {
        Fail::param(format!(
            "invalid time \"{text}\" specified, should be hh:mm[:ss] format and within the boundaries"
        ))
    };
    let (hour, end) = number::decimal(text);
    let rest = end.strip_prefix(':').filter(|_| hour <= 23).ok_or_else(|| bad(text))?;
    let (minute, end) = number::decimal(rest);
    let mut second = 0;
    if minute > 59 {
        return Err(bad(rest));
    }
    if !end.is_empty() {
        let last = end.strip_prefix(':').ok_or_else(|| bad(rest))?;
        let (n, end) = number::decimal(last);
        if !end.is_empty() || n > 59 {
            return Err(bad(last));
        }
        second = n;
    }
    Ok(hour * 3600 + minute * 60 + second)
}

/// Parts between commas, each cut to so many bytes; an empty one at the end is none.
fn parts(text: &str, most: usize) -> impl Iterator<Item = &str> {
    text.split(',')
        .enumerate()
        .take_while(|(_, part)| !part.is_empty())
        .map(move |(_, part)| super::cut(part, most))
}

fn month_days(text: &str) -> Result<u32, Fail> {
    let mut days = 0;
    for part in parts(text, 2) {
        let read = number::strtoumax(part).filter(|(n, _, rest)| *n <= 31 && rest.is_empty());
        let (n, ..) =
            read.ok_or_else(|| Fail::param(format!("{part} is not a valid day for --monthdays")))?;
        days |= 1_u32 << n;
    }
    Ok(days)
}

fn week_days(text: &str) -> Result<u8, Fail> {
    let mut days = 0;
    for part in parts(text, 3) {
        if let Some((n, _, "")) = number::strtoumax(part) {
            if n == 0 {
                return Err(Fail::param("No, the week does NOT begin with Sunday."));
            }
            days |= 1_u32.wrapping_shl(n as u32);
            continue;
        }
        let at = DAYS.iter().position(|name| part.len() >= 2 && part.get(..2) == name.get(..2));
        let at = at.ok_or_else(|| Fail::param(format!("{part} is not a valid day specifier")))?;
        days |= 2 << at;
    }
    Ok(days as u8)
}

fn put_date(out: &mut String, before: &str, date: u32, separator: char) {
    if date == 0 {
        return;
    }
    let (year, month, day) = civil(i64::from(date / 86_400));
    let t = date % 86_400;
    let (h, m, s) = (t / 3600, t / 60 % 60, t % 60);
    put!(out, "{before} {year:04}-{month:02}-{day:02}{separator}{h:02}:{m:02}:{s:02}");
}

fn put_month_days(out: &mut String, days: u32, ordinal: bool) {
    let suffix = |i: u32| match i % 10 {
        _ if !ordinal => "",
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    let days = (1..32).filter(|i| days & (1 << i) != 0).map(|i| format!("{i}{}", suffix(i)));
    put!(out, " {}", days.collect::<Vec<_>>().join(","));
}

fn put_week_days(out: &mut String, days: u8) {
    let days = DAYS.iter().enumerate().filter(|(i, _)| days & (2 << i) != 0).map(|(_, name)| *name);
    put!(out, " {}", days.collect::<Vec<_>>().join(","));
}

fn put_clock(out: &mut String, t: u32) {
    put!(out, " {:02}:{:02}:{:02}", t / 3600, t / 60 % 60, t % 60);
}

impl Ext for Time {
    fn new(_: Family) -> Self {
        Self {
            date_start: 0,
            date_stop: NEVER,
            start: 0,
            stop: LAST_SECOND,
            month_days: ALL_MONTHDAYS,
            week_days: ALL_WEEKDAYS,
            kernel_tz: false,
            contiguous: false,
        }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let arg = call.arg;
        match call.opt.id {
            DATESTART => self.date_start = date(arg)?,
            DATESTOP => self.date_stop = date(arg)?,
            TIMESTART => self.start = daytime(arg)?,
            TIMESTOP => self.stop = daytime(arg)?,
            CONTIGUOUS => self.contiguous = true,
            MONTHDAYS => self.month_days = month_days(arg)? ^ if call.invert { ALL_MONTHDAYS } else { 0 },
            WEEKDAYS => self.week_days = week_days(arg)? ^ if call.invert { ALL_WEEKDAYS } else { 0 },
            LOCALTZ => {
                call.warn.push_str(LOCAL);
                self.kernel_tz = true;
            }
            KERNELTZ => self.kernel_tz = true,
            _ => {}
        }
        Ok(())
    }

    fn check(&mut self, _: u32) -> Result<(), Fail> {
        if self.contiguous && self.start < self.stop {
            return Err(Fail::param(
                "time: --contiguous only makes sense when stoptime is smaller than starttime",
            ));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if (self.start, self.stop) != (0, LAST_SECOND) {
            out.push_str(" --timestart");
            put_clock(out, self.start);
            out.push_str(" --timestop");
            put_clock(out, self.stop);
        }
        if self.month_days != ALL_MONTHDAYS {
            out.push_str(" --monthdays");
            put_month_days(out, self.month_days, false);
        }
        if self.week_days != ALL_WEEKDAYS {
            out.push_str(" --weekdays");
            put_week_days(out, self.week_days);
        }
        put_date(out, " --datestart", self.date_start, 'T');
        put_date(out, " --datestop", self.date_stop, 'T');
        if self.kernel_tz {
            out.push_str(" --kerneltz");
        }
        if self.contiguous {
            out.push_str(" --contiguous");
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" TIME");
        if (self.start, self.stop) != (0, LAST_SECOND) {
            out.push_str(" from");
            put_clock(out, self.start);
            out.push_str(" to");
            put_clock(out, self.stop);
        }
        if self.week_days != ALL_WEEKDAYS {
            out.push_str(" on");
            put_week_days(out, self.week_days);
        }
        if self.month_days != ALL_MONTHDAYS {
            out.push_str(" on");
            put_month_days(out, self.month_days, true);
        }
        if self.date_start != 0 {
            put_date(out, " starting from", self.date_start, ' ');
        }
        if self.date_stop != NEVER {
            out.push_str(" until date");
            put_date(out, "", self.date_stop, ' ');
        }
        if !self.kernel_tz {
            out.push_str(" UTC");
        }
        if self.contiguous {
            out.push_str(" contiguous");
        }
    }
}
