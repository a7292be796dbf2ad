//! Syslog.
//!
//! # Source
//! tcpdump 4.99.3, `print-syslog.c`: `syslog_print`.

use super::dissect::{Dissect, Fields, Print, first};
use super::{hex, put};

#[rustfmt::skip]
const FACILITIES: [&str; 24] = [
    "kernel", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "security", "console", "cron", "local0", "local1", "local2", "local3", "local4", "local5",
    "local6", "local7",
];
const SEVERITIES: [&str; 8] =
    ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "syslog";
    if b.u8(0)? != b'<' {
        d.invalid();
        return Ok(());
    }
    let (mut at, mut priority) = (1, 0_u16);
    while at <= 3 && b.u8(at)?.is_ascii_digit() {
        priority = priority * 10 + u16::from(b.u8(at)? - b'0');
        at += 1;
    }
    if b.u8(at)? != b'>' {
        d.invalid();
        return Ok(());
    }
    at += 1;
    let (facility, severity) = (usize::from(priority >> 3 & 0x7f), usize::from(priority & 7));
    let facility_name =
        FACILITIES.get(facility).map_or_else(|| format!("unknown ({facility})"), |&n| n.into());
    let severity_name = SEVERITIES.get(severity).unwrap_or(&"");
    if !d.verbose(1) {
        put!(d.out, "SYSLOG {facility_name}.{severity_name}, length: {len}");
        return Ok(());
    }
    put!(
        d.out,
        "SYSLOG, length: {len}\n\tFacility {facility_name} ({facility}), Severity {severity_name} ({severity})\n\tMsg: "
    );
    if len > at {
        d.chars(first(b.from(at)?, len - at), len - at);
    }
    if d.verbose(2) {
        hex::hex(first(b, len), "\n\t", d.out);
    }
    Ok(())
}
