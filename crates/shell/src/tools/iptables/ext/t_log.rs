//! `-j LOG`.

use packetwalk_netfilter::targets::log::Log;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, cut, put, quoted};

/// Ids of the flag options are the bits' numbers.
const TCPSEQ: u8 = 0;
const TCPOPTS: u8 = 1;
const IPOPTS: u8 = 2;
const UID: u8 = 3;
const LEVEL: u8 = 4;
const MAC: u8 = 5;
const PREFIX: u8 = 6;

/// `LOG_WARNING`.
const DEFAULT_LEVEL: u8 = 4;

const OPTS: &[Opt] = &[
    Opt::new("log-level", LEVEL, Ty::Syslog),
    Opt::new("log-prefix", PREFIX, Ty::Str).min(1),
    Opt::new("log-tcp-sequence", TCPSEQ, Ty::None),
    Opt::new("log-tcp-options", TCPOPTS, Ty::None),
    Opt::new("log-ip-options", IPOPTS, Ty::None),
    Opt::new("log-uid", UID, Ty::None),
    Opt::new("log-macdecode", MAC, Ty::None),
];

/// Flag bits with their names in `-S` and `-L`.
const FLAGS: [(u8, &str, &str); 5] = [
    (TCPSEQ, "log-tcp-sequence", "tcp-sequence"),
    (TCPOPTS, "log-tcp-options", "tcp-options"),
    (IPOPTS, "log-ip-options", "ip-options"),
    (UID, "log-uid", "uid"),
    (MAC, "log-macdecode", "macdecode"),
];

const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

impl Ext for Log {
    fn new(_: Family) -> Self {
        Self { level: 4, prefix: "".into(), flags: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (LEVEL, Value::Byte(level)) => self.level = level,
            (PREFIX, _) => {
                self.prefix = cut(call.arg, 29).into();
                if call.arg.contains('\n') {
                    return Err(Fail::param("Newlines not allowed in --log-prefix"));
                }
            }
            (id, _) => self.flags |= 1 << id,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if !self.prefix.is_empty() {
            out.push_str(" --log-prefix");
            quoted(out, &self.prefix);
        }
        if self.level != DEFAULT_LEVEL {
            put!(out, " --log-level {}", self.level);
        }
        for (bit, name, _) in FLAGS {
            if self.flags & (1 << bit) != 0 {
                put!(out, " --{name}");
            }
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" LOG");
        if how.numeric {
            put!(out, " flags {} level {}", self.flags, self.level);
        } else {
            if let Some(name) = LEVELS.get(usize::from(self.level)) {
                put!(out, " level {name}");
            } else {
                put!(out, " UNKNOWN level {}", self.level);
            }
            for (bit, _, name) in FLAGS {
                if self.flags & (1 << bit) != 0 {
                    put!(out, " {name}");
                }
            }
        }
        if !self.prefix.is_empty() {
            put!(out, " prefix \"{}\"", self.prefix);
        }
    }
}
