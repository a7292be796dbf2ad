//! A walk as words: how it crosses to JavaScript.
//!
//! What a walk consists of is laid out in [`layout`], once. The writer is made of that when this crate is compiled,
//! and the reader, `js/records.js`, by `cargo xtask build`.
//!
//! There are words, and texts. The words are records: each the number of its shape and a word for each field. What a
//! record refers to comes before it, so that the last one is the whole; records are counted from 1. So are the texts,
//! each of which is there once, however often it is referred to, and has its number since the walk was explained. They
//! lie one after the other: those of ASCII only, as a browser makes strings of these in no time, and all others.

mod javascript;
mod layout;
mod writer;

use std::rc::Rc;

pub use javascript::javascript;
use layout::Word;
use writer::Writer;

use super::{Kept, Laid, Step, Texts, Walk};

/// Of a walk that is not told.
static NO_TEXTS: Laid = Laid { ends: Vec::new(), plain: String::new(), wide: String::new(), units: 0 };

/// What crosses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Records {
    /// The records.
    pub words: Vec<u32>,
    /// Where their texts are laid.
    texts: Kept,
}

impl From<&Walk> for Records {
    fn from(walk: &Walk) -> Self {
        Self::of(walk, &walk.texts)
    }
}

impl From<&Step> for Records {
    fn from(step: &Step) -> Self {
        let mut texts = Texts::default();
        let step = step.with(&mut texts);
        Self::of(&step, &texts.keep())
    }
}

impl Records {
    /// Their texts.
    pub fn laid(&self) -> &Laid {
        self.texts.get().map_or(&NO_TEXTS, |store| &store.laid)
    }

    fn of<T: Word>(whole: &T, texts: &Kept) -> Self {
        let mut writer = Writer::default();
        whole.word(&mut writer);
        Self { words: writer.finish(), texts: Rc::clone(texts) }
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
        let Records { words, .. } = Records::from(walk);
        // A step has sixteen fields, and a header of a dozen with three each.
        let all = walk.steps.iter().map(|step| 17 + step.header.len() * 4).sum::<usize>();
        assert!(words.len() < all / 2, "{} words of records; {all} without sharing", words.len());
    }
}
