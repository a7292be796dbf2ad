//! Targets that the tool has and the kernel has not: `-j LED`, `-j CLUSTERIP`, `-j ULOG`.

use packetwalk_netfilter::targets::absent::{Clusterip, Led, Ulog};
use packetwalk_wire::{Family, Mac};

use super::super::fail::Fail;
use super::super::number;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, cut, put, quoted};

impl Ext for Led {
    fn new(_: Family) -> Self {
        Self { id: "".into(), delay: 0, always_blink: false }
    }

    fn opts(&self) -> &'static [Opt] {
        const OPTS: &[Opt] = &[
            Opt::new("led-trigger-id", 0, Ty::Str).mandatory().max(16),
            Opt::new("led-delay", 1, Ty::Str),
            Opt::new("led-always-blink", 2, Ty::None),
        ];
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        match call.opt.id {
            0 => self.id = call.arg.into(),
            1 if call.arg.get(..3).is_some_and(|a| a.eq_ignore_ascii_case("inf")) => self.delay = u32::MAX,
            1 => {
                let top = u64::from(u32::MAX);
                let n = number::whole(call.arg, 0, top);
                let bad = || Fail::param(format!("Delay value must be within range 0..{top}"));
                self.delay = n.ok_or_else(bad)? as u32;
            }
            _ => self.always_blink = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --led-trigger-id");
        quoted(out, &self.id);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let id = self.id.replace('\\', "\\\\").replace('"', "\\\"");
        put!(out, " led-trigger-id:\"{id}\"");
        match self.delay {
            u32::MAX => out.push_str(" led-delay:inf"),
            delay => put!(out, " led-delay:{}ms", delay as i32),
        }
        if self.always_blink {
            out.push_str(" led-always-blink");
        }
    }
}

/// `--hashmode`'s names, by [`Clusterip::mode`].
const MODES: [&str; 3] = ["sourceip", "sourceip-sourceport", "sourceip-sourceport-destport"];

impl Ext for Clusterip {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        const OPTS: &[Opt] = &[
            Opt::new("new", 0, Ty::None),
            Opt::new("hashmode", 1, Ty::Str),
            Opt::new("clustermac", 2, Ty::Mac),
            Opt::new("total-nodes", 3, Ty::Uint(u16::MAX as u64)).max(16),
            Opt::new("local-node", 4, Ty::Uint(u16::MAX as u64)).max(16),
            Opt::new("hash-init", 5, Ty::Uint(u32::MAX as u64)),
        ];
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (0, _) => self.new = true,
            (1, _) => {
                let found = MODES.iter().position(|m| *m == call.arg);
                let bad = || Fail::param(format!("Unknown hashmode \"{}\"", call.arg));
                self.mode = found.ok_or_else(bad)? as u8;
            }
            (2, Value::Mac(mac)) => {
                self.mac = mac;
                if mac.0[0] & 1 == 0 {
                    return Err(Fail::param("MAC has to be a multicast ethernet address"));
                }
            }
            (3, Value::Uint(n)) => self.total = n as u16,
            (4, Value::Uint(n)) => self.local = n as u16,
            (_, Value::Uint(n)) => self.init = n as u32,
            _ => {}
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 || flags & 0b11111 == 0b11111 {
            return Ok(());
        }
        Err(Fail::param("CLUSTERIP target: Invalid parameter combination"))
    }

    fn save(&self, out: &mut String, _: Family) {
        if self.new {
            put!(out, " --new --hashmode {} --clustermac {}", mode(*self), upper(self.mac));
            put!(out, " --total-nodes {} --local-node {}", self.total, self.local);
            put!(out, " --hash-init {}", self.init);
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(" CLUSTERIP");
        if self.new {
            put!(out, " hashmode={} clustermac={}", mode(*self), upper(self.mac));
            put!(out, " total_nodes={} local_node={} hash_init={}", self.total, self.local, self.init);
        }
    }
}

fn mode(t: Clusterip) -> &'static str {
    MODES.get(usize::from(t.mode)).copied().unwrap_or_default()
}

fn upper(mac: Mac) -> String {
    mac.to_string().to_ascii_uppercase()
}

impl Ext for Ulog {
    fn new(_: Family) -> Self {
        Self { group: 1, prefix: "".into(), range: 0, threshold: 1 }
    }

    fn opts(&self) -> &'static [Opt] {
        const OPTS: &[Opt] = &[
            Opt::new("ulog-nlgroup", 0, Ty::Uint(u8::MAX as u64)).min(1).max(32),
            Opt::new("ulog-prefix", 1, Ty::Str).min(1),
            Opt::new("ulog-cprange", 2, Ty::Uint(u64::MAX)),
            Opt::new("ulog-qthreshold", 3, Ty::Uint(u64::MAX)).min(1).max(50),
        ];
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match (call.opt.id, call.value()?) {
            (0, Value::Uint(n)) => self.group = n as u8,
            (2, Value::Uint(n)) => self.range = n,
            (3, Value::Uint(n)) => self.threshold = n,
            _ => {
                if call.arg.contains('\n') {
                    return Err(Fail::param("Newlines not allowed in --ulog-prefix"));
                }
                self.prefix = cut(call.arg, 31).into();
            }
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if !self.prefix.is_empty() {
            out.push_str(" --ulog-prefix");
            quoted(out, &self.prefix);
        }
        if self.group != 1 {
            put!(out, " --ulog-nlgroup {}", self.group);
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " ULOG copy_range {} nlgroup {}", self.range, self.group);
        if !self.prefix.is_empty() {
            put!(out, " prefix \"{}\"", self.prefix);
        }
        put!(out, " queue_threshold {}", self.threshold);
    }
}
