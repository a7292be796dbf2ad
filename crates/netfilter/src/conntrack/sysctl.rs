//! `net.netfilter.nf_conntrack_*`.

use super::time::HZ;

/// Why a value was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SysctlError {
    /// No such name.
    NoSuchKey,
    /// The file is read-only in a network namespace other than the first (mode 0444).
    ReadOnly,
    /// `EINVAL`: no number, or out of range.
    Invalid,
}

/// Most seconds that a timeout takes: more ticks than an `int` holds are refused.
const MAX_SECS: i64 = i32::MAX as i64 / HZ as i64;

macro_rules! sysctls {
    ($($field:ident $name:literal = $default:literal, $min:expr, $max:expr, $write:literal;)*) => {
        /// Values of every `nf_conntrack_*` sysctl but the count. Timeouts are in seconds.
        ///
        /// # Source
        /// Linux v6.18, `nf_conntrack_standalone.c`: `nf_ct_sysctl_table`; defaults, ranges and modes
        /// as a new network namespace shows them (`CONFIG_HZ=250`).
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Sysctls { $(#[doc = concat!("`", $name, "`")] pub $field: i32,)* }

        impl Default for Sysctls {
            fn default() -> Self { Self { $($field: $default,)* } }
        }

        impl Sysctls {
            /// Names after `net.netfilter.`, sorted; `nf_conntrack_count` is the table's own.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// Value by name.
            pub fn get(&self, name: &str) -> Option<i32> {
                match name { $($name => Some(self.$field),)* _ => None }
            }

            /// Sets a value from the text written to the file.
            ///
            /// # Errors
            /// See [`SysctlError`]; the old value stays.
            pub fn set(&mut self, name: &str, text: &str) -> Result<(), SysctlError> {
                match name {
                    $($name => {
                        if !$write { return Err(SysctlError::ReadOnly); }
                        let value = parse(text).ok_or(SysctlError::Invalid)?;
                        if !($min..=$max).contains(&value) { return Err(SysctlError::Invalid); }
                        self.$field = value as i32;
                    })*
                    "nf_conntrack_count" => return Err(SysctlError::ReadOnly),
                    _ => return Err(SysctlError::NoSuchKey),
                }
                Ok(())
            }
        }
    };
}

sysctls! {
    acct "nf_conntrack_acct" = 0, 0, 1, true;
    buckets "nf_conntrack_buckets" = 262_144, 1, MAX_SECS, false;
    checksum "nf_conntrack_checksum" = 1, 0, 1, true;
    events "nf_conntrack_events" = 2, 0, 2, true;
    expect_max "nf_conntrack_expect_max" = 4096, 1, i64::from(i32::MAX), false;
    frag6_high_thresh "nf_conntrack_frag6_high_thresh" = 4_194_304, 3_145_728, i64::from(i32::MAX), true;
    frag6_low_thresh "nf_conntrack_frag6_low_thresh" = 3_145_728, 0, 4_194_304, true;
    frag6_timeout "nf_conntrack_frag6_timeout" = 60, -MAX_SECS, MAX_SECS, true;
    generic_timeout "nf_conntrack_generic_timeout" = 600, -MAX_SECS, MAX_SECS, true;
    gre_timeout "nf_conntrack_gre_timeout" = 30, -MAX_SECS, MAX_SECS, true;
    gre_timeout_stream "nf_conntrack_gre_timeout_stream" = 180, -MAX_SECS, MAX_SECS, true;
    icmp_timeout "nf_conntrack_icmp_timeout" = 30, -MAX_SECS, MAX_SECS, true;
    icmpv6_timeout "nf_conntrack_icmpv6_timeout" = 30, -MAX_SECS, MAX_SECS, true;
    log_invalid "nf_conntrack_log_invalid" = 0, 0, 255, true;
    max "nf_conntrack_max" = 262_144, 0, i64::from(i32::MAX), false;
    sctp_timeout_closed "nf_conntrack_sctp_timeout_closed" = 10, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_cookie_echoed "nf_conntrack_sctp_timeout_cookie_echoed" = 3, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_cookie_wait "nf_conntrack_sctp_timeout_cookie_wait" = 3, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_established "nf_conntrack_sctp_timeout_established" = 210, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_heartbeat_sent "nf_conntrack_sctp_timeout_heartbeat_sent" = 30, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_shutdown_ack_sent "nf_conntrack_sctp_timeout_shutdown_ack_sent" = 3, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_shutdown_recd "nf_conntrack_sctp_timeout_shutdown_recd" = 3, -MAX_SECS, MAX_SECS, true;
    sctp_timeout_shutdown_sent "nf_conntrack_sctp_timeout_shutdown_sent" = 3, -MAX_SECS, MAX_SECS, true;
    tcp_be_liberal "nf_conntrack_tcp_be_liberal" = 0, 0, 1, true;
    tcp_ignore_invalid_rst "nf_conntrack_tcp_ignore_invalid_rst" = 0, 0, 1, true;
    tcp_loose "nf_conntrack_tcp_loose" = 1, 0, 1, true;
    tcp_max_retrans "nf_conntrack_tcp_max_retrans" = 3, 0, 255, true;
    tcp_timeout_close "nf_conntrack_tcp_timeout_close" = 10, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_close_wait "nf_conntrack_tcp_timeout_close_wait" = 60, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_established "nf_conntrack_tcp_timeout_established" = 432_000, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_fin_wait "nf_conntrack_tcp_timeout_fin_wait" = 120, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_last_ack "nf_conntrack_tcp_timeout_last_ack" = 30, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_max_retrans "nf_conntrack_tcp_timeout_max_retrans" = 300, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_syn_recv "nf_conntrack_tcp_timeout_syn_recv" = 60, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_syn_sent "nf_conntrack_tcp_timeout_syn_sent" = 120, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_time_wait "nf_conntrack_tcp_timeout_time_wait" = 120, -MAX_SECS, MAX_SECS, true;
    tcp_timeout_unacknowledged "nf_conntrack_tcp_timeout_unacknowledged" = 300, -MAX_SECS, MAX_SECS, true;
    timestamp "nf_conntrack_timestamp" = 0, 0, 1, true;
    udp_timeout "nf_conntrack_udp_timeout" = 30, -MAX_SECS, MAX_SECS, true;
    udp_timeout_stream "nf_conntrack_udp_timeout_stream" = 120, -MAX_SECS, MAX_SECS, true;
}

/// The first number of the text, as the kernel reads it: decimal, `0x` or octal; what follows white
/// space is ignored.
///
/// # Source
/// Linux v6.18, `kernel/sysctl.c`: `proc_get_long`, `strtoul_lenient`.
fn parse(text: &str) -> Option<i64> {
    let word = text.split_ascii_whitespace().next()?;
    let (negative, digits) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let value = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(hex, 16)
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8)
    } else {
        digits.parse()
    };
    let value = value.ok().filter(|_| digits.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expect: Result<i32, SysctlError>) {
        let mut s = Sysctls::default();
        let got = s.set(name, text).map(|()| s.get(name).unwrap());
        assert_eq!(got, expect, "{name} <- {text:?}");
    }

    /// Written to `/proc/sys/net/netfilter` of a new namespace of Linux 6.18 and read back.
    #[test]
    fn as_the_kernel_takes_them() {
        let bad = Err(SysctlError::Invalid);
        for (text, expect) in [
            ("-1", Ok(-1)),
            ("0", Ok(0)),
            ("8589934", Ok(8_589_934)),
            ("8589935", bad),
            ("4294967295", bad),
            ("", bad),
            ("abc", bad),
            ("5 6", Ok(5)),
            ("5x", bad),
            ("0x10", Ok(16)),
            ("010", Ok(8)),
        ] {
            check("nf_conntrack_udp_timeout", text, expect);
        }
        for (name, text, expect) in [
            ("nf_conntrack_tcp_max_retrans", "255", Ok(255)),
            ("nf_conntrack_tcp_max_retrans", "256", bad),
            ("nf_conntrack_events", "3", bad),
            ("nf_conntrack_acct", "2", bad),
            ("nf_conntrack_tcp_loose", "-1", bad),
            ("nf_conntrack_frag6_high_thresh", "1", bad),
            ("nf_conntrack_frag6_low_thresh", "99999999", bad),
            ("nf_conntrack_max", "5", Err(SysctlError::ReadOnly)),
            ("nf_conntrack_count", "5", Err(SysctlError::ReadOnly)),
            ("nf_conntrack_foo", "5", Err(SysctlError::NoSuchKey)),
        ] {
            check(name, text, expect);
        }
    }
}
