//! What ping counts, and its last words.

use packetwalk_wire::Instant;

use crate::tools::clib::Stdout;
use crate::tools::clib::float::{self, Zeros};

/// Sequence numbers that are remembered.
const SEQUENCES: usize = 0x10000;

/// Counters. Times are microseconds.
///
/// # Source
/// iputils 20221126, `ping/ping.h`: `struct ping_rts`.
#[derive(Clone, Debug)]
pub(super) struct Stats {
    pub transmitted: i64,
    pub received: i64,
    pub repeats: i64,
    pub errors: i64,
    acked: u16,
    pipe: i64,
    min: i64,
    pub max: i64,
    sum: i64,
    squares: i64,
    /// Eight times the smoothed time.
    pub rtt: i64,
    seen: Vec<u64>,
}

impl Stats {
    pub fn new() -> Self {
        Self {
            transmitted: 0,
            received: 0,
            repeats: 0,
            errors: 0,
            acked: 0,
            pipe: -1,
            min: i64::MAX,
            max: 0,
            sum: 0,
            squares: 0,
            rtt: 0,
            seen: vec![0; SEQUENCES / 64],
        }
    }

    /// `in_flight`.
    pub fn in_flight(&self) -> i64 {
        let diff = (self.transmitted as u16).wrapping_sub(self.acked);
        if diff <= 0x7fff { i64::from(diff) } else { self.transmitted - self.received - self.errors }
    }

    /// `advance_ntransmitted`.
    pub fn sent(&mut self) {
        self.transmitted += 1;
        if (self.transmitted as u16).wrapping_sub(self.acked) > 0x7fff {
            self.acked = (self.transmitted + 1) as u16;
        }
    }

    /// `acknowledge`.
    pub fn acknowledge(&mut self, seq: u16) {
        let diff = (self.transmitted as u16).wrapping_sub(seq);
        if diff > 0x7fff {
            return;
        }
        self.pipe = self.pipe.max(i64::from(diff) + 1);
        let newer = (seq.wrapping_sub(self.acked) as i16) > 0;
        if newer || (self.transmitted as u16).wrapping_sub(self.acked) > 0x7fff {
            self.acked = seq;
        }
    }

    /// Whether a reply to `seq` was seen.
    pub fn was_seen(&self, seq: u16) -> bool {
        self.seen.get(usize::from(seq) / 64).is_some_and(|word| word >> (seq % 64) & 1 != 0)
    }

    pub fn set_seen(&mut self, seq: u16, seen: bool) {
        if let Some(word) = self.seen.get_mut(usize::from(seq) / 64) {
            let bit = 1 << (seq % 64);
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }

    /// A round trip took this long.
    pub fn time(&mut self, trip: i64) {
        self.sum += trip;
        self.squares = self.squares.saturating_add(trip.saturating_mul(trip));
        self.min = self.min.min(trip);
        self.max = self.max.max(trip);
        self.rtt = if self.rtt == 0 { trip * 8 } else { self.rtt + trip - self.rtt / 8 };
    }

    /// The last words. `last` is when the last request was sent; `gaps` asks for the time between
    /// requests.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping_common.c`: `finish`.
    pub fn finish(
        &self,
        out: &mut Stdout,
        name: &str,
        (first, last): (Instant, Instant),
        timing: bool,
        gaps: bool,
    ) {
        let nanos = last.since(first).as_nanos() as i64;
        writeln!(out, "\n--- {name} ping statistics ---");
        write!(out, "{} packets transmitted, {} received", self.transmitted, self.received);
        if self.repeats != 0 {
            write!(out, ", +{} duplicates", self.repeats);
        }
        if self.errors != 0 {
            write!(out, ", +{} errors", self.errors);
        }
        if self.transmitted != 0 {
            let lost = (self.transmitted - self.received) as f64 * 100.0 / self.transmitted as f64;
            let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
            let time = 1000 * seconds + (rest + 500_000) / 1_000_000;
            write!(out, ", {}% packet loss, time {time}ms", percent(lost as f32));
        }
        writeln!(out);
        let mut comma = "";
        if self.received != 0 && timing {
            let total = self.received + self.repeats;
            let average = self.sum / total;
            let variance = if self.sum < i64::from(i32::MAX) {
                (self.squares - self.sum * self.sum / total) / total
            } else {
                self.squares / total - average * average
            };
            let [min, average, max, deviation] = [self.min, average, self.max, root(variance)]
                .map(|us| format!("{}.{:03}", us / 1000, us % 1000));
            write!(out, "rtt min/avg/max/mdev = {min}/{average}/{max}/{deviation} ms");
            comma = ", ";
        }
        if self.pipe > 1 {
            write!(out, "{comma}pipe {}", self.pipe);
            comma = ", ";
        }
        if self.received != 0 && gaps && self.transmitted > 1 {
            let gap = nanos / 1000 / (self.transmitted - 1);
            let mean = self.rtt;
            write!(
                out,
                "{comma}ipg/ewma {}.{:03}/{}.{:03} ms",
                gap / 1000,
                gap % 1000,
                mean / 8000,
                mean / 8 % 1000
            );
        }
        writeln!(out);
    }

    /// What SIGQUIT asks for.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping_common.c`: `status`.
    pub fn status(&self, timing: bool) -> String {
        let lost = if self.transmitted == 0 {
            0
        } else {
            (self.transmitted - self.received) * 100 / self.transmitted
        };
        let mut text = format!("\r{}/{} packets, {lost}% loss", self.received, self.transmitted);
        if self.received != 0 && timing {
            let average = self.sum / (self.received + self.repeats);
            let [min, average, mean, max] = [self.min, average, self.rtt / 8, self.max]
                .map(|us| format!("{}.{:03}", us / 1000, us % 1000));
            text = format!("{text}, min/avg/ewma/max = {min}/{average}/{mean}/{max} ms");
        }
        text.push('\n');
        text
    }
}

/// Square root by Newton's steps, as `llsqrt` rounds it.
fn root(a: i64) -> i64 {
    let (mut before, mut x) = (i64::MAX, a);
    while x > 0 && x < before {
        before = x;
        x = i64::midpoint(x, a / x);
    }
    x
}

/// `%g`.
fn percent(value: f32) -> String {
    float::general(value.into(), 6, Zeros::Drop)
}

#[cfg(test)]
mod tests {
    use super::{percent, root};

    /// What `printf("%g")` gives.
    #[test]
    fn percents() {
        for (value, expect) in [
            (0.0, "0"),
            (100.0, "100"),
            (100.0 / 3.0, "33.3333"),
            (200.0 / 3.0, "66.6667"),
            (12.5, "12.5"),
            (100.0 / 150.0, "0.666667"),
            (100.0 / 1500.0, "0.0666667"),
            (9.090_909, "9.09091"),
        ] {
            assert_eq!(percent(value), expect, "{value}");
        }
    }

    #[test]
    fn roots() {
        for (a, expect) in [(0, 0), (1, 1), (2, 1), (99, 10), (100, 10), (1_000_000, 1000)] {
            assert_eq!(root(a), expect, "{a}");
        }
    }
}
