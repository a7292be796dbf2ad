//! Time stamps.

use super::{Style, put};

/// Nanoseconds in a second.
const SECOND: u64 = 1_000_000_000;

/// The time to count from, for `-ttt` and `-ttttt`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    from: Option<u64>,
}

impl Clock {
    /// The stamp of a line; times are UTC.
    ///
    /// # Source
    /// tcpdump 4.99.3, `util-print.c`: `ts_print`.
    pub fn print(&mut self, at: u64, style: &Style, out: &mut String) {
        // Stamps are counted in what is printed of them.
        let unit = if style.nano { 1 } else { 1000 };
        let at = at / unit * unit;
        match style.time {
            0 => of_day(at, out),
            1 => return,
            2 => put!(out, "{}", at / SECOND),
            3 | 5 => {
                let from = *self.from.get_or_insert(at);
                if style.time == 3 {
                    self.from = Some(at);
                }
                out.push(if at < from { '-' } else { ' ' });
                of_day(at.abs_diff(from), out);
                return fraction(at.abs_diff(from), style, out);
            }
            _ => {
                let (year, month, day) = date(at / SECOND / 86_400);
                put!(out, "{year}-{month:02}-{day:02} ");
                of_day(at, out);
            }
        }
        fraction(at, style, out);
    }
}

fn fraction(at: u64, style: &Style, out: &mut String) {
    if style.nano {
        put!(out, ".{:09} ", at % SECOND);
    } else {
        put!(out, ".{:06} ", at % SECOND / 1000);
    }
}

fn of_day(at: u64, out: &mut String) {
    let s = at / SECOND % 86_400;
    put!(out, "{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// The Gregorian date of a day counted from 1970-01-01.
fn date(day: u64) -> (u64, u64, u64) {
    // Days since 0000-03-01, in 400-year eras.
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}
