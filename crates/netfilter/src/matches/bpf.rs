//! `-m bpf`.

use crate::xtables::RuleError;

/// One instruction (`struct sock_filter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Insn {
    /// Operation.
    pub code: u16,
    /// Jump if true.
    pub jt: u8,
    /// Jump if false.
    pub jf: u8,
    /// Operand.
    pub k: u32,
}

/// A program that looks at the packet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bpf {
    /// `--bytecode`.
    pub program: Vec<Insn>,
}

/// Words of scratch memory (`BPF_MEMWORDS`).
const WORDS: u32 = 16;

impl Bpf {
    /// Whether the kernel takes the program.
    ///
    /// # Source
    /// Linux v6.18, `net/core/filter.c`: `bpf_check_classic`, `chk_code_allowed`. Differs: memory that is
    /// read before it is written is not found out.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let len = self.program.len();
        let fine = self.program.iter().enumerate().all(|(at, i)| {
            let reaches = |to: u64| (at as u64 + 1 + to) < len as u64;
            match i.code {
                // Loads, and the lengths of packet and IP header.
                0x00 | 0x01 | 0x20 | 0x28 | 0x30 | 0x40 | 0x48 | 0x50 | 0x80 | 0x81 | 0xb1 => true,
                // Scratch memory.
                0x60 | 0x61 | 0x02 | 0x03 => i.k < WORDS,
                // Division and remainder by a constant.
                0x34 | 0x94 => i.k != 0,
                // Shifts by a constant.
                0x64 | 0x74 => i.k < 32,
                0x04 | 0x0c | 0x14 | 0x1c | 0x24 | 0x2c | 0x3c | 0x9c | 0x44 | 0x4c | 0x54 | 0x5c | 0xa4
                | 0xac | 0x6c | 0x7c | 0x84 | 0x07 | 0x87 | 0x06 | 0x16 => true,
                0x05 => reaches(i.k.into()),
                0x15 | 0x1d | 0x25 | 0x2d | 0x35 | 0x3d | 0x45 | 0x4d => {
                    reaches(i.jt.into()) && reaches(i.jf.into())
                }
                _ => false,
            }
        });
        let ends = self.program.last().is_some_and(|i| matches!(i.code, 0x06 | 0x16));
        if fine && ends { Ok(()) } else { Err(RuleError::Invalid) }
    }
}
