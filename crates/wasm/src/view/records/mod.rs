//! A walk as words: how it crosses to JavaScript.
//!
//! What a walk consists of is laid out in [`layout`], once. The writer is made of that when this crate is compiled,
//! and the reader, `js/records.js`, by `cargo xtask build`.
//!
//! First come four numbers: how many texts there are, how many words of records, bytes of plain text, and units of
//! UTF-16. Then: where each text ends, with the highest bit set if it is in UTF-16; the records, each the number of its
//! shape and a word for each field; the plain text; the one in UTF-16. What a record refers to comes before it, so that
//! the last one is the whole. Texts and records are counted from 1, and are there once, however often they are referred
//! to.

mod javascript;
mod layout;
mod writer;

pub use javascript::javascript;
use layout::Word;
use writer::Writer;

use super::{Step, Walk};

/// What crosses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Records(pub Vec<u32>);

impl From<&Walk> for Records {
    fn from(walk: &Walk) -> Self {
        Self::of(walk)
    }
}

impl From<&Step> for Records {
    fn from(step: &Step) -> Self {
        Self::of(step)
    }
}

impl Records {
    fn of<T: Word>(whole: &T) -> Self {
        let mut writer = Writer::default();
        whole.word(&mut writer);
        Self(writer.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::Records;
    use crate::engine::Engine;

    #[test]
    fn what_is_alike_is_there_once() {
        let mut engine = Engine::new(include_str!("../../../../../tests/labs/article/docker-2015/lab.sh"));
        let walk = engine.walk("c1", "ping -c1 203.0.113.10").expect("it walks");
        let Records(words) = Records::from(walk);
        // A step has sixteen fields, and a header of a dozen with three each.
        let all = walk.steps.iter().map(|step| 17 + step.header.len() * 4).sum::<usize>();
        assert!((words[1] as usize) < all / 2, "{} words of records; {all} without sharing", words[1]);
    }
}
