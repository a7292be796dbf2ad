//! `getopt_long` of the GNU C library, in the mode in which arguments come in order.

/// Whether an option takes an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arg {
    /// No.
    No,
    /// Yes.
    Required,
    /// After `=` or in the same word only.
    Optional,
}

/// A long option and what stands for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Long<V> {
    /// After `--`.
    pub(super) name: &'static str,
    /// Its argument.
    pub(super) arg: Arg,
    /// What it means.
    pub(super) val: V,
}

/// What came next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Item<V> {
    /// An option with its argument.
    Option(V, Option<String>),
    /// A word that is no option.
    Word(String),
    /// The option's argument is missing.
    Missing,
    /// An unknown or ambiguous option.
    Unknown,
}

/// Where the reader is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Getopt {
    /// Index of the next word (`optind`).
    pub(super) at: usize,
    /// Place in a word of short options; 0 outside of one.
    inside: usize,
}

impl Getopt {
    /// At the first word after the program's name.
    pub(super) const fn new() -> Self {
        Self { at: 1, inside: 0 }
    }

    /// Reads the next item; `None` at the end or after `--`.
    ///
    /// `short` gives a short option's argument kind and meaning.
    ///
    /// # Source
    /// glibc 2.36, `posix/getopt.c`: `_getopt_internal_r`, `process_long_option` with `RETURN_IN_ORDER`.
    pub(super) fn next<V: Copy + PartialEq>(
        &mut self,
        args: &[String],
        short: impl Fn(char) -> Option<(Arg, V)>,
        long: impl Iterator<Item = Long<V>> + Clone,
    ) -> Option<Item<V>> {
        if self.inside == 0 {
            let word = args.get(self.at)?;
            if word == "--" {
                self.at += 1;
                return None;
            }
            if !word.starts_with('-') || word == "-" {
                self.at += 1;
                return Some(Item::Word(word.clone()));
            }
            if let Some(name) = word.strip_prefix("--") {
                self.at += 1;
                return Some(self.long(args, name, long));
            }
            self.inside = 1;
        }
        let word = args.get(self.at)?;
        let rest = word.get(self.inside..).unwrap_or_default();
        let c = rest.chars().next()?;
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        self.inside += c.len_utf8();
        let found = short(c);
        if tail.is_empty() || !matches!(found, Some((Arg::No, _)) | None) {
            self.at += 1;
            self.inside = 0;
        }
        let Some((arg, val)) = found else { return Some(Item::Unknown) };
        Some(match arg {
            Arg::Optional | Arg::Required if !tail.is_empty() => Item::Option(val, Some(tail.to_owned())),
            Arg::Required => self.argument(args, val),
            Arg::No | Arg::Optional => Item::Option(val, None),
        })
    }

    fn argument<V>(&mut self, args: &[String], val: V) -> Item<V> {
        match args.get(self.at) {
            Some(arg) => {
                self.at += 1;
                Item::Option(val, Some(arg.clone()))
            }
            None => Item::Missing,
        }
    }

    fn long<V: Copy + PartialEq>(
        &mut self,
        args: &[String],
        text: &str,
        long: impl Iterator<Item = Long<V>> + Clone,
    ) -> Item<V> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let found = long.clone().find(|l| l.name == name).or_else(|| {
            let mut like = long.filter(|l| l.name.starts_with(name));
            let first = like.next()?;
            like.all(|l| l.arg == first.arg && l.val == first.val).then_some(first)
        });
        let Some(option) = found else { return Item::Unknown };
        match (option.arg, value) {
            (Arg::No, Some(_)) => Item::Unknown,
            (Arg::Required, None) => self.argument(args, option.val),
            (_, value) => Item::Option(option.val, value),
        }
    }

    /// The next word, when it is neither an option nor `!` (`xs_has_arg`); goes on past it.
    pub(super) fn word(&mut self, args: &[String]) -> Option<String> {
        let word = args.get(self.at).filter(|w| !w.starts_with('-') && !w.starts_with('!'))?;
        self.at += 1;
        Some(word.clone())
    }

    /// Reads the last word again.
    pub(super) const fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
        self.inside = 0;
    }
}
