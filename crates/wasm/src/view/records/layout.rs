//! What records are made of: the one place that knows.

use core::{mem, ptr};
use std::rc::Rc;

use super::writer::{Header, Writer};
use crate::view::{
    Chunk, Decided, Field, Leg, Outcome, Output, Place, Step, Stream, TableName, Text, Tone, Verdict, Walk,
};

/// What a word of a record tells.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Itself.
    Number,
    /// No or yes.
    Flag,
    /// A text by its number; 0 is none.
    Text,
    /// A record by its number; 0 is none.
    Record,
    /// One of these, counted from 0.
    Name(&'static [&'static str]),
}

/// A record: its fields in the order of its words.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The type, or the variant of a type that says in its field `kind` which one it is.
    pub name: &'static str,
    /// Whether it is such a variant.
    pub is_variant: bool,
    /// Fields as Rust calls them.
    pub fields: &'static [(&'static str, Kind)],
}

/// What fits into a word, itself or by a number.
pub trait Word {
    /// What the word tells.
    const KIND: Kind;

    /// The word; what it refers to is written first.
    fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32;
}

/// What a number stands for, so that 0 can be none.
pub trait Numbered: Word {}

impl Word for u32 {
    const KIND: Kind = Kind::Number;

    fn word<'a>(&'a self, _: &mut Writer<'a>) -> u32 {
        *self
    }
}

impl Word for u8 {
    const KIND: Kind = Kind::Number;

    fn word<'a>(&'a self, _: &mut Writer<'a>) -> u32 {
        u32::from(*self)
    }
}

impl Word for bool {
    const KIND: Kind = Kind::Flag;

    fn word<'a>(&'a self, _: &mut Writer<'a>) -> u32 {
        u32::from(*self)
    }
}

impl Word for f64 {
    const KIND: Kind = Kind::Record;

    fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
        let bits = self.to_bits();
        if to.float.0 != bits {
            to.float = (bits, to.record([Id::Float as u32, bits as u32, (bits >> 32) as u32]));
        }
        to.float.1
    }
}

impl Word for Text {
    const KIND: Kind = Kind::Text;

    fn word<'a>(&'a self, _: &mut Writer<'a>) -> u32 {
        self.number
    }
}

impl Numbered for Text {}

impl<T: Word> Word for Vec<T> {
    const KIND: Kind = Kind::Record;

    fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
        let items: Vec<u32> = self.iter().map(|item| item.word(to)).collect();
        to.list(&items)
    }
}

/// A header: that of the step before, or as good as that.
impl Word for Rc<[Field]> {
    const KIND: Kind = Kind::Record;

    fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
        if to.header.number != 0 && ptr::eq(to.header.fields, &raw const **self) {
            return to.header.number;
        }
        let Header { fields, mut words, .. } = mem::take(&mut to.header);
        words.resize(self.len(), 0);
        for (at, (field, word)) in self.iter().zip(&mut words).enumerate() {
            if fields.get(at).is_none_or(|last| !last.is(field)) {
                *word = field.word(to);
            }
        }
        let number = to.list(&words);
        to.header = Header { number, fields: self, words };
        number
    }
}

impl<T: Numbered> Word for Option<T> {
    const KIND: Kind = T::KIND;

    fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
        self.as_ref().map_or(0, |value| value.word(to))
    }
}

/// The kind of a field.
const fn kind<S, T: Word>(_: fn(&S) -> &T) -> Kind {
    T::KIND
}

/// Types of names only; records; and types of which each variant is a record.
macro_rules! layout {
    (
        $(enum $names:ident { $($name:ident),* })*
        $(struct $record:ident { $($field:ident),* } $(besides $other:ident)?)*
        $(kinds $kinds:ident { $($variant:ident { $($part:ident: $type:ty),* }),* })*
    ) => {
        /// The number of a shape.
        #[derive(Clone, Copy, Debug)]
        pub enum Id {
            /// How many records there are, and which.
            List,
            /// A number with a fraction: the lower half, and the upper.
            Float,
            $(#[doc = stringify!($record)] $record,)*
            $($(#[doc = stringify!($variant)] $variant,)*)*
        }

        /// All records, in the order of their numbers; the first is after those of [`Id`] that are not here.
        pub const SHAPES: &[(Id, Shape)] = &[
            $((Id::$record, Shape {
                name: stringify!($record),
                is_variant: false,
                fields: &[$((stringify!($field), kind(|of: &$record| &of.$field))),*],
            }),)*
            $($((Id::$variant, Shape {
                name: stringify!($variant),
                is_variant: true,
                fields: &[$((stringify!($part), <$type as Word>::KIND)),*],
            }),)*)*
        ];

        $(impl Word for $names {
            const KIND: Kind = Kind::Name(&[$(stringify!($name)),*]);

            fn word<'a>(&'a self, _: &mut Writer<'a>) -> u32 {
                enum At { $($name),* }
                match self { $(Self::$name => At::$name as u32),* }
            }
        })*

        $(impl Word for $record {
            const KIND: Kind = Kind::Record;

            fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
                let Self { $($field,)* $($other: _)? } = self;
                let words = [Id::$record as u32, $($field.word(to)),*];
                to.record(words)
            }
        }

        impl Numbered for $record {})*

        $(impl Word for $kinds {
            const KIND: Kind = Kind::Record;

            fn word<'a>(&'a self, to: &mut Writer<'a>) -> u32 {
                match self {
                    $(Self::$variant { $($part),* } => {
                        let words = [Id::$variant as u32, $(<$type as Word>::word($part, to)),*];
                        to.record(words)
                    })*
                }
            }
        })*
    };
}

layout! {
    enum Leg { Request, Reply, Error, Arp }
    enum Stream { Stdout, Stderr }
    enum TableName { Routes, Rules, Conntrack, Neighbours, Fdb, Sockets }
    enum Tone { Plain, Accept, Rewrite, Deliver, Drop }
    enum Verdict { Answered, Delivered, Dropped, Refused, ReplyLost, NotSent }

    struct Field { name, value, before }
    struct Decided { table, key, text }
    struct Step {
        index, micros, ns, packet, leg, what, place, title, label, line, sentence, why, detail, tone, decided, header
    }
    struct Outcome { verdict, sentence, step }
    struct Chunk { stream, text }
    struct Output { stdout, stderr, chunks, status }
    struct Walk { from, command, steps, outcome, output } besides texts

    kinds Place {
        Socket {},
        Device { name: Text },
        Bridge { name: Text },
        Hook { name: Text },
        Route {}
    }
}
