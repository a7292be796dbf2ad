//! `getopt`: short options in any place among the operands.

/// One thing that [`Getopt`] found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Item {
    /// An option without an argument.
    Flag(char),
    /// An option and its argument.
    Value(char, String),
    /// A letter that is no option.
    Unknown(char),
    /// An option whose argument is missing.
    Missing(char),
}

/// The words of a command line, taken one option at a time.
///
/// # Source
/// glibc 2.36, `posix/getopt.c`, without `POSIXLY_CORRECT`: operands are moved behind the options.
#[derive(Clone, Debug)]
pub(in crate::tools) struct Getopt<'a> {
    spec: &'a str,
    words: &'a [String],
    at: usize,
    /// Where in the current word the next letter is; 0 between words.
    inside: usize,
    operands: Vec<String>,
}

impl<'a> Getopt<'a> {
    /// `spec` names the options, each one with an argument followed by a colon.
    pub fn new(spec: &'a str, words: &'a [String]) -> Self {
        Self { spec, words, at: 0, inside: 0, operands: Vec::new() }
    }

    /// What is no option, when no option is left.
    pub fn operands(self) -> Vec<String> {
        self.operands
    }

    fn takes_argument(&self, letter: char) -> Option<bool> {
        if letter == ':' {
            return None;
        }
        let mut spec = self.spec.chars();
        spec.find(|&c| c == letter)?;
        Some(spec.next() == Some(':'))
    }
}

impl Iterator for Getopt<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while self.inside == 0 {
            let word = self.words.get(self.at)?;
            self.at += 1;
            if word == "--" {
                self.operands.extend_from_slice(self.words.get(self.at..).unwrap_or_default());
                self.at = self.words.len();
            } else if word.len() > 1 && word.starts_with('-') {
                self.inside = 1;
            } else {
                self.operands.push(word.clone());
            }
        }
        let word = self.words.get(self.at - 1)?;
        let letter = word.get(self.inside..)?.chars().next()?;
        self.inside += letter.len_utf8();
        let rest = word.get(self.inside..).unwrap_or_default();
        if rest.is_empty() {
            self.inside = 0;
        }
        match self.takes_argument(letter) {
            None => Some(Item::Unknown(letter)),
            Some(false) => Some(Item::Flag(letter)),
            Some(true) if !rest.is_empty() => {
                self.inside = 0;
                Some(Item::Value(letter, rest.to_owned()))
            }
            Some(true) => match self.words.get(self.at) {
                Some(value) => {
                    self.at += 1;
                    Some(Item::Value(letter, value.clone()))
                }
                None => Some(Item::Missing(letter)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Getopt, Item};

    fn check(words: &[&str], items: &[Item], operands: &[&str]) {
        let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
        let mut getopt = Getopt::new("ab:", &words);
        let seen: Vec<Item> = getopt.by_ref().collect();
        assert_eq!(seen, items, "{words:?}");
        assert_eq!(getopt.operands(), operands, "{words:?}");
    }

    #[test]
    fn options_and_operands() {
        let value = |v: &str| Item::Value('b', v.to_owned());
        check(&["x", "-a", "y"], &[Item::Flag('a')], &["x", "y"]);
        check(&["-ab1", "-b", "2"], &[Item::Flag('a'), value("1"), value("2")], &[]);
        check(&["-a", "--", "-a"], &[Item::Flag('a')], &["-a"]);
        check(&["-", "-c", "-b"], &[Item::Unknown('c'), Item::Missing('b')], &["-"]);
    }
}
