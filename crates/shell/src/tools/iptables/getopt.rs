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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item<'a, V> {
    /// An option with its argument.
    Option(V, Option<&'a str>),
    /// A word that is no option.
    Word(&'a str),
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
    pub(super) fn next<'a, V: Copy + PartialEq>(
        &mut self,
        args: &'a [&'a str],
        short: impl Fn(char) -> Option<(Arg, V)>,
        long: impl FnOnce(&str) -> Option<Long<V>>,
    ) -> Option<Item<'a, V>> {
        if self.inside == 0 {
            let word = *args.get(self.at)?;
            if word == "--" {
                self.at += 1;
                return None;
            }
            if !word.starts_with('-') || word == "-" {
                self.at += 1;
                return Some(Item::Word(word));
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
            Arg::Optional | Arg::Required if !tail.is_empty() => Item::Option(val, Some(tail)),
            Arg::Required => self.argument(args, val),
            Arg::No | Arg::Optional => Item::Option(val, None),
        })
    }

    fn argument<'a, V>(&mut self, args: &'a [&'a str], val: V) -> Item<'a, V> {
        match args.get(self.at) {
            Some(arg) => {
                self.at += 1;
                Item::Option(val, Some(arg))
            }
            None => Item::Missing,
        }
    }

    fn long<'a, V: Copy + PartialEq>(
        &mut self,
        args: &'a [&'a str],
        text: &'a str,
        long: impl FnOnce(&str) -> Option<Long<V>>,
    ) -> Item<'a, V> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let Some(option) = long(name) else { return Item::Unknown };
        match (option.arg, value) {
            (Arg::No, Some(_)) => Item::Unknown,
            (Arg::Required, None) => self.argument(args, option.val),
            (_, value) => Item::Option(option.val, value),
        }
    }

    /// The next word, when it is neither an option nor `!` (`xs_has_arg`); goes on past it.
    pub(super) fn word<'a>(&mut self, args: &'a [&'a str]) -> Option<&'a str> {
        let word = args.get(self.at).filter(|w| !w.starts_with('-') && !w.starts_with('!'))?;
        self.at += 1;
        Some(word)
    }

    /// Reads the last word again.
    pub(super) const fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
        self.inside = 0;
    }
}

/// The search for the option of a name, or of its beginning when all of that beginning are the same.
pub(super) struct Search<'n, V> {
    name: &'n str,
    first: Option<Long<V>>,
    ambiguous: bool,
}

impl<'n, V: Copy + PartialEq> Search<'n, V> {
    /// Looks for a name.
    pub(super) const fn new(name: &'n str) -> Self {
        Self { name, first: None, ambiguous: false }
    }

    /// Looks at one option; whether this is the name itself.
    #[inline]
    pub(super) fn look(&mut self, name: &'static str, arg: Arg, val: V) -> bool {
        let (own, given) = (name.as_bytes(), self.name.as_bytes());
        if given.first().is_some_and(|first| own.first() != Some(first)) || !own.starts_with(given) {
            return false;
        }
        let found = Long { name, arg, val };
        let exact = own.len() == given.len();
        match self.first {
            Some(first) if !exact => self.ambiguous |= arg != first.arg || val != first.val,
            _ => (self.first, self.ambiguous) = (Some(found), false),
        }
        exact
    }

    /// What was found.
    pub(super) fn found(self) -> Option<Long<V>> {
        self.first.filter(|_| !self.ambiguous)
    }
}

/// The same in one list.
pub(super) fn among<V: Copy + PartialEq>(list: &[Long<V>], name: &str) -> Option<Long<V>> {
    let mut search = Search::new(name);
    let _ = list.iter().any(|l| search.look(l.name, l.arg, l.val));
    search.found()
}
