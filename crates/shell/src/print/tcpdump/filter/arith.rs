//! Arithmetic on fields: `tcp[tcpflags] & tcp-syn`.

use super::FilterError;
use super::code::{At, Code, Field};

/// An operator of two numbers of 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

impl Op {
    /// `None` for a division by zero, which takes no packet.
    pub fn apply(self, a: u32, b: u32) -> Option<u32> {
        Some(match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::Div => a.checked_div(b)?,
            Self::Mod => a.checked_rem(b)?,
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::Shl => a.checked_shl(b).unwrap_or(0),
            Self::Shr => a.checked_shr(b).unwrap_or(0),
        })
    }
}

/// A number.
#[derive(Clone, Debug)]
pub(super) enum Arith {
    Constant(u32),
    /// The packet's length.
    Length,
    /// A field whose place is itself a number, counted from here.
    Load {
        from: At,
        index: Box<Arith>,
        size: u8,
    },
    Binary(Op, Box<Arith>, Box<Arith>),
    Negative(Box<Arith>),
}

/// A number and the test that the packet has its fields at all.
#[derive(Clone, Debug)]
pub(super) struct Guarded {
    pub arith: Arith,
    pub guard: Option<Code>,
}

/// Both tests, the first one first.
pub(super) fn both(a: Option<Code>, b: Option<Code>) -> Option<Code> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.and(b)),
        (a, b) => a.or(b),
    }
}

impl Guarded {
    pub fn constant(value: u32) -> Self {
        Self { arith: Arith::Constant(value), guard: None }
    }

    /// # Errors
    /// Division by a constant zero, shifts by 32 and more.
    pub fn binary(op: Op, a: Self, b: Self) -> Result<Self, FilterError> {
        if let Arith::Constant(value) = b.arith {
            match (op, value) {
                (Op::Div, 0) => return Err(FilterError::new("division by zero")),
                (Op::Mod, 0) => return Err(FilterError::new("modulus by zero")),
                (Op::Shl | Op::Shr, 32..) => return Err(FilterError::new("shift by more than 31 bits")),
                _ => {}
            }
        }
        let arith = match (&a.arith, &b.arith) {
            (Arith::Constant(x), Arith::Constant(y)) => Arith::Constant(op.apply(*x, *y).unwrap_or(0)),
            _ => Arith::Binary(op, Box::new(a.arith), Box::new(b.arith)),
        };
        // As the real one: of the right side's fields nobody asks whether they are there.
        Ok(Self { arith, guard: a.guard })
    }

    pub fn negative(self) -> Self {
        let arith = match self.arith {
            Arith::Constant(value) => Arith::Constant(value.wrapping_neg()),
            other => Arith::Negative(Box::new(other)),
        };
        Self { arith, ..self }
    }
}

impl Arith {
    /// The field that it reads and masks with a constant, if it is no more than that.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Load { from, index, size } => {
                let Self::Constant(index) = **index else { return None };
                let at = match *from {
                    At::Packet(offset) => At::Packet(offset.checked_add(index)?),
                    At::Transport { ip, offset } => At::Transport { ip, offset: offset.checked_add(index)? },
                };
                Some(Field { at, size: *size, mask: u32::MAX })
            }
            Self::Binary(Op::And, a, b) => match (a.field(), &**b) {
                (Some(field), Self::Constant(mask)) => Some(Field { mask: field.mask & mask, ..field }),
                _ => None,
            },
            _ => None,
        }
    }
}
