//! Reads options as `getopt_long` does with a colon in front: nothing is printed by itself.

use super::Fail;

/// Whether an option takes an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    Nothing,
    Argument,
    /// In the same word, or as the next word if that is no option (`get_optional_arg`).
    Maybe,
}

/// An option: its letter, or a letter of its own for one that has only long names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub letter: char,
    pub names: &'static [&'static str],
    pub takes: Takes,
}

/// The words that are read, and where.
pub(super) struct Words<'a> {
    all: &'a [String],
    at: usize,
    /// Letters of a word that are not read yet, as an offset.
    inside: usize,
}

impl<'a> Words<'a> {
    pub fn new(words: &'a [String]) -> Self {
        Self { all: words, at: 0, inside: 0 }
    }

    /// The next option of `specs` with its argument; words that are no options are passed over.
    pub fn next(&mut self, specs: &[&[Spec]]) -> Result<Option<(char, Option<String>)>, Fail> {
        let specs = || specs.iter().copied().flatten();
        loop {
            let Some(word) = self.all.get(self.at) else { return Ok(None) };
            if self.inside == 0 {
                if word == "--" {
                    self.at = self.all.len();
                    return Ok(None);
                }
                if let Some(long) = word.strip_prefix("--") {
                    self.at += 1;
                    return self.long(specs(), word, long).map(Some);
                }
                if !word.starts_with('-') || word.len() == 1 {
                    self.at += 1;
                    continue;
                }
                self.inside = 1;
            }
            let Some(letter) = word.get(self.inside..).and_then(|rest| rest.chars().next()) else {
                (self.at, self.inside) = (self.at + 1, 0);
                continue;
            };
            self.inside += letter.len_utf8();
            let rest = word.get(self.inside..).filter(|rest| !rest.is_empty()).map(str::to_owned);
            let Some(spec) = specs().find(|spec| spec.letter == letter && letter.is_ascii_alphabetic())
            else {
                return Fail::parameter(format!("unknown option `{word}'"));
            };
            if spec.takes == Takes::Nothing {
                return Ok(Some((letter, None)));
            }
            (self.at, self.inside) = (self.at + 1, 0);
            return self.argument(spec, word, rest).map(Some);
        }
    }

    fn long<'s>(
        &mut self,
        specs: impl Iterator<Item = &'s Spec> + Clone,
        word: &str,
        long: &str,
    ) -> Result<(char, Option<String>), Fail> {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        let unknown = || Fail::Parameter(format!("unknown option `{word}'"));
        let exact = specs.clone().find(|spec| spec.names.contains(&name));
        let mut starting = specs.filter(|spec| spec.names.iter().any(|n| n.starts_with(name)));
        let spec = match exact {
            Some(spec) => spec,
            None => match (starting.next(), starting.next()) {
                (Some(spec), None) => spec,
                _ => return Err(unknown()),
            },
        };
        if spec.takes == Takes::Nothing {
            return if value.is_some() { Err(unknown()) } else { Ok((spec.letter, None)) };
        }
        self.argument(spec, word, value)
    }

    fn argument(
        &mut self,
        spec: &Spec,
        word: &str,
        same: Option<String>,
    ) -> Result<(char, Option<String>), Fail> {
        if same.is_some() {
            return Ok((spec.letter, same));
        }
        let next = self.all.get(self.at);
        let next = match spec.takes {
            Takes::Maybe => next.filter(|next| !next.starts_with(['-', '!'])),
            _ => next,
        };
        if next.is_some() {
            self.at += 1;
        } else if spec.takes == Takes::Argument {
            return Fail::parameter(format!("option `{word}' requires an argument"));
        }
        Ok((spec.letter, next.cloned()))
    }
}
