//! What a filter asks, as a tree of tests.

use super::arith::Arith;

/// Where a field begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum At {
    /// From the packet's first byte.
    Packet(u32),
    /// From the transport header behind an IPv4 header that begins at `ip`.
    Transport { ip: u32, offset: u32 },
}

/// A field: 1, 2 or 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Field {
    pub at: At,
    pub size: u8,
    pub mask: u32,
}

/// How two numbers are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    Equal,
    Greater,
    GreaterEqual,
}

impl Relation {
    pub const fn holds(self, a: u32, b: u32) -> bool {
        match self {
            Self::Equal => a == b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }
}

/// A filter's code.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Field(Field, Relation, u32),
    /// The packet's length.
    Length(Relation, u32),
    Compare(Arith, Relation, Arith),
    /// This host sent the packet.
    Outgoing,
    Not(Box<Code>),
    And(Box<Code>, Box<Code>),
    Or(Box<Code>, Box<Code>),
}

impl Code {
    /// The bytes at an offset from the packet's first are `value`.
    pub fn equal(at: u32, size: u8, value: u32) -> Self {
        Self::masked(at, size, u32::MAX, value)
    }

    pub fn masked(at: u32, size: u8, mask: u32, value: u32) -> Self {
        Self::Field(Field { at: At::Packet(at), size, mask }, Relation::Equal, value)
    }

    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}
