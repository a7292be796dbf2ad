//! A filter's answer for a packet.

use super::arith::Arith;
use super::code::{At, Code, Field};

/// `None` when a field lies outside the packet: then BPF stops, and the packet is not taken.
pub(super) fn eval(code: &Code, bytes: &[u8], outgoing: bool) -> Option<bool> {
    Some(match code {
        Code::Field(field, relation, value) => relation.holds(load(*field, bytes)?, *value),
        Code::Length(relation, value) => relation.holds(bytes.len() as u32, *value),
        Code::Compare(a, relation, b) => relation.holds(number(a, bytes)?, number(b, bytes)?),
        Code::Outgoing => outgoing,
        Code::Not(code) => !eval(code, bytes, outgoing)?,
        Code::And(a, b) => eval(a, bytes, outgoing)? && eval(b, bytes, outgoing)?,
        Code::Or(a, b) => eval(a, bytes, outgoing)? || eval(b, bytes, outgoing)?,
    })
}

fn load(field: Field, bytes: &[u8]) -> Option<u32> {
    let at = match field.at {
        At::Packet(at) => at as usize,
        At::Transport { ip, offset } => {
            let header_len = usize::from(bytes.get(ip as usize)? & 0xf) * 4;
            (ip as usize).checked_add(header_len)?.checked_add(offset as usize)?
        }
    };
    let field_bytes = bytes.get(at..at.checked_add(usize::from(field.size))?)?;
    let value = field_bytes.iter().fold(0_u32, |value, &byte| value << 8 | u32::from(byte));
    Some(value & field.mask)
}

fn number(arith: &Arith, bytes: &[u8]) -> Option<u32> {
    match arith {
        Arith::Constant(value) => Some(*value),
        Arith::Length => Some(bytes.len() as u32),
        Arith::Load { from, index, size } => {
            let index = number(index, bytes)?;
            let at = match *from {
                At::Packet(offset) => At::Packet(offset.wrapping_add(index)),
                At::Transport { ip, offset } => At::Transport { ip, offset: offset.wrapping_add(index) },
            };
            load(Field { at, size: *size, mask: u32::MAX }, bytes)
        }
        Arith::Binary(op, a, b) => op.apply(number(a, bytes)?, number(b, bytes)?),
        Arith::Negative(a) => Some(number(a, bytes)?.wrapping_neg()),
    }
}
