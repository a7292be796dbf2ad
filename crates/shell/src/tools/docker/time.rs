//! Times as the engine prints them.

const DAY: u64 = 86_400;

/// Year, month, day, and the seconds of the day.
fn civil(secs: u64) -> (u64, u64, u64, u64) {
    // Days since 0000-03-01, in eras of 400 years.
    let days = secs / DAY + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month_day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (year + era * 400, if month < 10 { month + 3 } else { month - 9 });
    (if month <= 2 { year + 1 } else { year }, month, month_day, secs % DAY)
}

fn stamp(nanos: u64, digits: &str, zone: &str) -> String {
    let (year, month, day, second) = civil(nanos / 1_000_000_000);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}{digits}{zone}")
}

/// Go's `RFC3339Nano` in UTC.
pub(super) fn rfc3339(nanos: u64) -> String {
    let part = format!(".{:09}", nanos % 1_000_000_000);
    let part = part.trim_end_matches('0').trim_end_matches('.');
    stamp(nanos, part, "Z")
}

/// As HTTP has it: `Thu, 01 Jan 2026 00:00:00 GMT`.
pub(super) fn http(nanos: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = nanos / 1_000_000_000;
    let (year, month, day, second) = civil(seconds);
    let weekday = DAYS.get((seconds / DAY % 7) as usize).copied().unwrap_or_default();
    let month = MONTHS.get(month.saturating_sub(1) as usize).copied().unwrap_or_default();
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    format!("{weekday}, {day:02} {month} {year:04} {h:02}:{m:02}:{s:02} GMT")
}

/// As `docker events` has it.
pub(super) fn event(nanos: u64) -> String {
    stamp(nanos, &format!(".{:09}", nanos % 1_000_000_000), "Z")
}

/// `About a minute`, `2 hours`: how long something took.
///
/// # Source
/// docker/go-units, `duration.go`: `HumanDuration`.
pub(super) fn human(seconds: u64) -> String {
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 14 => format!("{} days", hours / 24),
        () if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", seconds / (365 * DAY)),
    }
}

/// Go's `time.Time.String` in UTC.
pub(super) fn go(nanos: u64) -> String {
    let text = rfc3339(nanos);
    text.trim_end_matches('Z').replace('T', " ") + " +0000 UTC"
}
