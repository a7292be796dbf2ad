//! `-m bpf`.

use packetwalk_wire::{Family, PacketType, Skb};

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
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

/// Offsets from here on are of what the kernel knows beside the packet's bytes (`SKF_AD_OFF`).
const ANCILLARY: u32 = 0xffff_f000;
/// Offsets from here on are from the IP header on (`SKF_NET_OFF`).
const NETWORK: u32 = 0xfff0_0000;
/// Offsets from here on are from the frame's header on (`SKF_LL_OFF`).
const FRAME: u32 = 0xffe0_0000;

/// How a program ends early.
enum Stop {
    /// It looks where there is nothing, or divides by zero: it returns 0.
    Zero,
    /// It asks for what is not modelled.
    Unknown,
}

/// The words of a running program.
#[derive(Default)]
struct Machine {
    a: u32,
    x: u32,
    memory: [u32; WORDS as usize],
}

impl Bpf {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_bpf.c`: `bpf_mt`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let skb = *cx.skb;
        match self.run(&skb, raw::whole(cx)) {
            Ok(value) => (value != 0).into(),
            Err(Stop::Zero) => Met::No,
            Err(Stop::Unknown) => Met::NotModelled,
        }
    }

    /// What the program returns. It ends, for it only jumps onwards.
    ///
    /// # Source
    /// Linux v6.18, `net/core/filter.c`: `bpf_convert_filter`.
    fn run(&self, skb: &Skb, bytes: &[u8]) -> Result<u32, Stop> {
        let mut m = Machine::default();
        let mut at = 0;
        loop {
            let i = self.program.get(at).ok_or(Stop::Zero)?;
            at += 1;
            let memory = m.memory.get(i.k as usize).copied().unwrap_or(0);
            match i.code {
                0x00 => m.a = i.k,
                0x01 => m.x = i.k,
                0x20 | 0x28 | 0x30 if i.k >= ANCILLARY => {
                    m.a = ancillary(skb, i.k - ANCILLARY).ok_or(Stop::Unknown)?;
                }
                0x20 | 0x28 | 0x30 => m.a = load(bytes, i.k, i.code & 0x18)?,
                0x40 | 0x48 | 0x50 => m.a = load(bytes, m.x.wrapping_add(i.k), i.code & 0x18)?,
                0xb1 => m.x = 4 * (load(bytes, i.k, BYTE)? & 0xf),
                0x80 => m.a = bytes.len() as u32,
                0x81 => m.x = bytes.len() as u32,
                0x60 => m.a = memory,
                0x61 => m.x = memory,
                0x02 | 0x03 => {
                    if let Some(word) = m.memory.get_mut(i.k as usize) {
                        *word = if i.code == 0x02 { m.a } else { m.x };
                    }
                }
                0x06 => return Ok(i.k),
                0x16 => return Ok(m.a),
                0x07 => m.x = m.a,
                0x87 => m.a = m.x,
                0x84 => m.a = m.a.wrapping_neg(),
                0x05 => at += i.k as usize,
                code if code & 7 == 5 => {
                    let other = if code & 8 == 0 { i.k } else { m.x };
                    let met = match code & 0xf0 {
                        0x10 => m.a == other,
                        0x20 => m.a > other,
                        0x30 => m.a >= other,
                        _ => m.a & other != 0,
                    };
                    at += usize::from(if met { i.jt } else { i.jf });
                }
                code => {
                    let other = if code & 8 == 0 { i.k } else { m.x };
                    m.a = match code & 0xf0 {
                        0x00 => m.a.wrapping_add(other),
                        0x10 => m.a.wrapping_sub(other),
                        0x20 => m.a.wrapping_mul(other),
                        0x30 => m.a.checked_div(other).ok_or(Stop::Zero)?,
                        0x90 => m.a.checked_rem(other).ok_or(Stop::Zero)?,
                        0x40 => m.a | other,
                        0x50 => m.a & other,
                        0x60 => m.a.wrapping_shl(other),
                        0x70 => m.a.wrapping_shr(other),
                        _ => m.a ^ other,
                    };
                }
            }
        }
    }

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

/// Sizes of loads (`BPF_B`, `BPF_H`).
const BYTE: u16 = 0x10;
const HALF: u16 = 0x08;

/// What a program loads.
///
/// # Source
/// Linux v6.18, `net/core/filter.c`: `bpf_skb_load_helper_32_no_cache`, `bpf_internal_load_pointer_neg_helper`.
fn load(bytes: &[u8], at: u32, size: u16) -> Result<u32, Stop> {
    let at = match at {
        NETWORK.. => at - NETWORK,
        FRAME.. => return Err(Stop::Unknown),
        0x8000_0000.. => return Err(Stop::Zero),
        at => at,
    } as usize;
    let value = match size {
        BYTE => raw::field(bytes, at).map(|[b]: [u8; 1]| b.into()),
        HALF => raw::field(bytes, at).map(|b| u16::from_be_bytes(b).into()),
        _ => raw::field(bytes, at).map(u32::from_be_bytes),
    };
    value.ok_or(Stop::Zero)
}

/// What the kernel knows beside the bytes: protocol, type, mark and CPU. Only a load from a fixed place reads it.
///
/// # Source
/// Linux v6.18, `net/core/filter.c`: `convert_bpf_extensions`.
fn ancillary(skb: &Skb, what: u32) -> Option<u32> {
    match what {
        0 => Some(if skb.packet.family() == Family::V4 { 0x0800 } else { 0x86dd }),
        4 => Some(packet_type(skb.pkt_type)),
        20 => Some(skb.mark),
        36 => Some(0),
        _ => None,
    }
}

const fn packet_type(ty: PacketType) -> u32 {
    match ty {
        PacketType::Host => 0,
        PacketType::Broadcast => 1,
        PacketType::Multicast => 2,
        PacketType::OtherHost => 3,
        PacketType::Loopback => 5,
    }
}
