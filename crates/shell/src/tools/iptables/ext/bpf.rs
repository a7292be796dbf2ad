//! `-m bpf`.

use packetwalk_netfilter::matches::bpf::{Bpf, Insn};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const BYTECODE: u8 = 0;
/// Most instructions.
const MOST: u16 = 64;

const OPTS: &[Opt] = &[Opt::new("bytecode", BYTECODE, Ty::Str), Opt::new("object-pinned", 1, Ty::Str)];

/// A number that `sscanf` reads, and what follows it.
fn scan(text: &str) -> Option<(u32, &str)> {
    let t = text.trim_start();
    let digits = t.bytes().take_while(u8::is_ascii_digit).count();
    let n = t.get(..digits).filter(|_| digits > 0)?.parse::<u64>().unwrap_or(u64::MAX);
    Some((n as u32, t.get(digits..)?))
}

/// iptables 1.8.9, `extensions/libxt_bpf.c`: `bpf_parse_string`.
fn program(text: &str) -> Result<Vec<Insn>, Fail> {
    let fail = |text: String| Fail::param(format!("bpf: {text}"));
    let head = scan(text).and_then(|(n, rest)| Some((n as u16, rest.strip_prefix(',')?)));
    let (len, mut rest) = head.ok_or_else(|| fail("error parsing program length".to_owned()))?;
    if len == 0 {
        return Err(fail("illegal zero length program".to_owned()));
    }
    if len > MOST {
        return Err(fail("number of instructions exceeds maximum".to_owned()));
    }
    let mut program = Vec::new();
    while !rest.is_empty() {
        if program.len() >= usize::from(len) {
            return Err(fail("real program length exceeds the encoded length parameter".to_owned()));
        }
        let insn = || {
            let (code, rest) = scan(rest)?;
            let (jt, rest) = scan(rest)?;
            let (jf, rest) = scan(rest)?;
            let (k, _) = scan(rest)?;
            Some(Insn { code: code as u16, jt: jt as u8, jf: jf as u8, k })
        };
        program.push(insn().ok_or_else(|| fail(format!("error at instr {}", program.len())))?);
        rest = rest.split_once(',').map_or("", |(_, rest)| rest);
    }
    if program.len() != usize::from(len) {
        return Err(fail("parsed program length is less than the encoded length parameter".to_owned()));
    }
    Ok(program)
}

fn text(m: &Bpf) -> String {
    let one = |i: &Insn| format!("{} {} {} {}", i.code, i.jt, i.jf, i.k);
    m.program.iter().map(one).collect::<Vec<_>>().join(",")
}

impl Ext for Bpf {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        if call.opt.id != BYTECODE {
            // There are no pinned objects.
            return Err(Fail::param("bpf: failed to get bpf object"));
        }
        self.program = program(call.arg)?;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags != 1 << BYTECODE {
            return Err(Fail::param("bpf: one of --bytecode or --pinned is required"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, " --bytecode \"{},{}\"", self.program.len(), text(self));
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        // The real tool ends it with a NUL, and puts no space before it.
        put!(out, "match bpf {}\0", text(self));
    }
}
