//! `-m time`.

use packetwalk_wire::EPOCH;

use crate::context::Cx;
use crate::env::Host;

/// All days of the week: bits 1 (Monday) to 7.
pub const ALL_WEEKDAYS: u8 = 0xfe;
/// All days of the month: bits 1 to 31.
pub const ALL_MONTHDAYS: u32 = 0xffff_fffe;
/// The last second of the day.
pub const LAST_SECOND: u32 = DAY - 1;
const DAY: u32 = 86_400;

/// The time of day and the date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Time {
    /// `--datestart`, in seconds since 1970.
    pub date_start: u32,
    /// `--datestop`.
    pub date_stop: u32,
    /// `--timestart`, in seconds of the day.
    pub start: u32,
    /// `--timestop`.
    pub stop: u32,
    /// `--monthdays`, a bit each.
    pub month_days: u32,
    /// `--weekdays`, a bit each.
    pub week_days: u8,
    /// `--kerneltz`; the machine's clock runs on UTC.
    pub kernel_tz: bool,
    /// `--contiguous`.
    pub contiguous: bool,
}

impl Time {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_time.c`: `time_mt`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        self.at(EPOCH + cx.env.now.secs())
    }

    fn at(&self, mut stamp: u64) -> bool {
        if stamp < u64::from(self.date_start) || stamp > u64::from(self.date_stop) {
            return false;
        }
        let day = u64::from(DAY);
        let second = (stamp % day) as u32;
        if self.start < self.stop {
            if second < self.start || second > self.stop {
                return false;
            }
        } else {
            if second < self.start && second > self.stop {
                return false;
            }
            if self.contiguous && second <= self.stop {
                stamp = stamp.saturating_sub(day);
            }
        }
        let days = stamp / day;
        // The first of January 1970 was a Thursday.
        let week_day = (3 + days) % 7 + 1;
        self.week_days & (1 << week_day) != 0
            && (self.month_days == ALL_MONTHDAYS || self.month_days & (1 << month_day(days)) != 0)
    }
}

/// The day of the month, from 1, of a day since 1970.
fn month_day(mut days: u64) -> u64 {
    let leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
    }
    days + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Time = Time {
        date_start: 0,
        date_stop: i32::MAX as u32,
        start: 0,
        stop: LAST_SECOND,
        month_days: ALL_MONTHDAYS,
        week_days: ALL_WEEKDAYS,
        kernel_tz: false,
        contiguous: false,
    };

    /// 2026-01-01 was a Thursday.
    #[test]
    fn days_and_hours() {
        let night = Time { start: 22 * 3600, stop: 6 * 3600, ..ALWAYS };
        let thursday = |t: Time| Time { week_days: 1 << 4, ..t };
        let first = |t: Time| Time { month_days: 1 << 1, ..t };
        #[rustfmt::skip]
        let cases = [
            (thursday(ALWAYS),                                    0, true),
            (thursday(ALWAYS),                               86_400, false),
            (first(ALWAYS),                                  86_399, true),
            (first(ALWAYS),                             31 * 86_400, true),
            (first(ALWAYS),                             59 * 86_400, true),
            (first(ALWAYS),                             60 * 86_400, false),
            (night,                                       12 * 3600, false),
            (night,                                       23 * 3600, true),
            (thursday(night),                        86_400 + 3_600, false),
            (thursday(Time { contiguous: true, ..night }), 90_000, true),
            (thursday(Time { contiguous: true, ..night }),  3_600, false),
        ];
        for (time, after, expect) in cases {
            assert_eq!(time.at(EPOCH + after), expect, "{time:?} at {after}");
        }
    }
}
