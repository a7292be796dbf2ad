//! `sleep` of coreutils, in virtual time.

use core::time::Duration;

use packetwalk_wire::Instant;

use super::usage;
use crate::lang::builtins::seconds;
use crate::{Cx, Poll, Process};

/// A duration with an optional suffix `s`, `m`, `h` or `d`, or `infinity`.
pub(super) fn duration(text: &[u8]) -> Option<Duration> {
    if matches!(text, b"inf" | b"infinity") {
        return Some(Duration::from_secs(u64::MAX / 4_000_000_000));
    }
    let (number, factor) = match text.split_last()? {
        (b's', rest) => (rest, 1),
        (b'm', rest) => (rest, 60),
        (b'h', rest) => (rest, 3600),
        (b'd', rest) => (rest, 86_400),
        _ => (text, 1),
    };
    Some(seconds(number)?.saturating_mul(factor))
}

#[derive(Clone, Debug)]
struct Sleep {
    until: Option<Instant>,
}

pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Sleep { until: None })
}

impl Process for Sleep {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if let Some(until) = self.until {
            return if cx.now() >= until { Poll::Exit(0) } else { Poll::WaitUntil(until) };
        }
        if cx.args.len() < 2 {
            return usage(cx, "missing operand", 1);
        }
        let (open, close) = cx.quotes();
        let args = std::rc::Rc::clone(&cx.args);
        let mut total = Duration::ZERO;
        let mut wrong = false;
        for arg in args.iter().skip(1) {
            if let [b'-', b'-', ..] = arg.as_slice() {
                let text = format!("unrecognized option '{}'", String::from_utf8_lossy(arg));
                return usage(cx, &text, 1);
            }
            match duration(arg) {
                Some(d) => total = total.saturating_add(d),
                None => {
                    wrong = true;
                    let arg = String::from_utf8_lossy(arg);
                    writeln!(cx.stderr, "sleep: invalid time interval {open}{arg}{close}");
                }
            }
        }
        if wrong {
            cx.stderr.line("Try 'sleep --help' for more information.");
            return Poll::Exit(1);
        }
        let until = cx.now() + total;
        self.until = Some(until);
        Poll::WaitUntil(until)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
