//! Options as `getopt_long` reads them, and names as the tools quote them.

use std::fmt::Write as _;

use crate::Cx;

/// The options of a tool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// One option in a line: its names, then `=` when it takes an argument, `?` when it may, and `!`
    /// when it is not simulated. It is known by its first name.
    pub options: &'static str,
    /// The status of an error.
    pub status: u8,
    /// What follows an error; `{}` is the tool's name.
    pub after: &'static str,
    /// Whether options may follow operands.
    pub permute: bool,
}

/// What the GNU tools print after an error.
pub(super) const TRY: &str = "Try '{} --help' for more information.\n";

/// The usual form.
pub(super) const fn spec(options: &'static str) -> Spec {
    Spec { options, status: 1, after: TRY, permute: true }
}

/// An option and its argument, empty when it has none.
pub(super) type Given = (&'static str, Option<Vec<u8>>);

/// The words of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    pub options: Vec<Given>,
    pub operands: Vec<Vec<u8>>,
}

#[derive(Clone, Copy)]
struct Known {
    key: &'static str,
    name: &'static str,
    takes: char,
    refused: bool,
}

impl Spec {
    fn known(&self) -> Vec<Known> {
        let mut out = Vec::new();
        for line in self.options.lines() {
            let mut names = line.split_whitespace().filter(|w| w.starts_with('-'));
            let Some(key) = names.next() else { continue };
            let takes = if line.contains('=') {
                '='
            } else if line.contains('?') {
                '?'
            } else {
                ' '
            };
            let refused = line.ends_with('!');
            out.extend(std::iter::once(key).chain(names).map(|name| Known { key, name, takes, refused }));
        }
        out
    }

    /// Prints an error as the tool does; its status.
    pub fn fail(&self, cx: &mut Cx<'_>, text: &str) -> u8 {
        let name = tool(cx);
        write!(cx.stderr, "{name}: {text}\n{}", self.after.replace("{}", &name));
        self.status
    }

    /// Reads the words after the command's name.
    pub fn parse(&self, cx: &mut Cx<'_>) -> Result<Parsed, u8> {
        let words: Vec<Vec<u8>> = cx.args.iter().skip(1).cloned().collect();
        self.parse_words(cx, words)
    }

    /// Reads words. On an error its text is printed; the status is handed back.
    pub fn parse_words(&self, cx: &mut Cx<'_>, words: Vec<Vec<u8>>) -> Result<Parsed, u8> {
        let known = self.known();
        let mut out = Parsed::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if word == b"--" {
                out.operands.extend(words.by_ref());
            } else if let Some(long) = word.strip_prefix(b"--") {
                let given = self.long(cx, &known, long, &mut words)?;
                out.options.push(given);
            } else if word.len() > 1 && word.starts_with(b"-") {
                self.cluster(cx, &known, &word, &mut words, &mut out.options)?;
            } else {
                out.operands.push(word);
                if !self.permute {
                    out.operands.extend(words.by_ref());
                }
            }
        }
        Ok(out)
    }

    fn refuse(&self, cx: &mut Cx<'_>, option: &str) -> u8 {
        let name = tool(cx);
        writeln!(cx.stderr, "packetwalk: {name} {option} is not simulated");
        self.status
    }

    fn long(
        &self,
        cx: &mut Cx<'_>,
        known: &[Known],
        word: &[u8],
        rest: &mut impl Iterator<Item = Vec<u8>>,
    ) -> Result<Given, u8> {
        let text = String::from_utf8_lossy(word).into_owned();
        let equals = word.iter().position(|&b| b == b'=');
        let value = equals.and_then(|at| word.get(at + 1..)).map(<[u8]>::to_vec);
        let name = format!("--{}", text.split('=').next().unwrap_or(""));
        let fits: Vec<&Known> = known.iter().filter(|k| k.name.starts_with(&name)).collect();
        let exact = fits.iter().find(|k| k.name == name);
        let same = fits.first().is_some_and(|f| fits.iter().all(|k| k.key == f.key));
        let found = match (exact, fits.first()) {
            (Some(k), _) => **k,
            (None, Some(k)) if same => **k,
            (None, Some(_)) => {
                let all: Vec<String> = fits.iter().map(|k| format!("'{}'", k.name)).collect();
                let text = format!("option '--{text}' is ambiguous; possibilities: {}", all.join(" "));
                return Err(self.fail(cx, &text));
            }
            (None, None) if matches!(name.as_str(), "--help" | "--version") => {
                return Err(self.refuse(cx, &name));
            }
            (None, None) => return Err(self.fail(cx, &format!("unrecognized option '--{text}'"))),
        };
        if found.refused {
            return Err(self.refuse(cx, found.name));
        }
        let value = match (found.takes, value) {
            (' ', Some(_)) => {
                return Err(self.fail(cx, &format!("option '{}' doesn't allow an argument", found.name)));
            }
            ('=', None) => match rest.next() {
                Some(value) => Some(value),
                None => return Err(self.fail(cx, &format!("option '{}' requires an argument", found.name))),
            },
            (_, value) => value,
        };
        Ok((found.key, value))
    }

    /// Short options in one word.
    fn cluster(
        &self,
        cx: &mut Cx<'_>,
        known: &[Known],
        word: &[u8],
        rest: &mut impl Iterator<Item = Vec<u8>>,
        out: &mut Vec<Given>,
    ) -> Result<(), u8> {
        for (at, &b) in word.iter().enumerate().skip(1) {
            let found = known.iter().find(|k| k.name.as_bytes() == [b'-', b]).copied();
            let Some(found) = found else {
                let shown = String::from_utf8_lossy(&[b]).into_owned();
                return Err(self.fail(cx, &format!("invalid option -- '{shown}'")));
            };
            if found.refused {
                return Err(self.refuse(cx, found.name));
            }
            let tail = word.get(at + 1..).unwrap_or(&[]);
            if found.takes == ' ' {
                out.push((found.key, None));
                continue;
            }
            let value = if !tail.is_empty() {
                Some(tail.to_vec())
            } else if found.takes == '?' {
                None
            } else if let Some(value) = rest.next() {
                Some(value)
            } else {
                let text = format!("option requires an argument -- '{}'", char::from(b));
                return Err(self.fail(cx, &text));
            };
            out.push((found.key, value));
            break;
        }
        Ok(())
    }
}

/// The name that the command was called by.
pub(super) fn tool(cx: &Cx<'_>) -> String {
    cx.args.first().map(|n| String::from_utf8_lossy(n).into_owned()).unwrap_or_default()
}

/// Prints `TOOL: text` after what the tool has printed so far: glibc's `error`.
pub(super) fn complain(cx: &mut Cx<'_>, text: &str) {
    cx.flush();
    warn(cx, text);
    cx.flush();
}

/// Prints `TOOL: text`; what the tool has printed so far may come later.
pub(super) fn warn(cx: &mut Cx<'_>, text: &str) {
    let name = tool(cx);
    writeln!(cx.stderr, "{name}: {text}");
}

/// Says that something of the real tool is not simulated.
pub(super) fn refuse(cx: &mut Cx<'_>, what: &str) {
    let name = tool(cx);
    writeln!(cx.stderr, "packetwalk: {name} {what} is not simulated");
}

/// A byte of a name that needs no quotes in a message.
const fn plain(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, b'%' | b'+' | b',' | b'-' | b'.' | b'/' | b':' | b'@' | b'_' | b']' | b'}' | b'{')
        || b >= 0x80
}

/// gnulib's `quoteaf`: as a shell would read it, always in quotes.
pub(super) fn quoted(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    if !text.contains(|c: char| c.is_control() || c == '\'') {
        return format!("'{text}'");
    }
    if !text.contains(|c: char| c.is_control() || matches!(c, '"' | '$' | '`' | '\\' | '!')) {
        return format!("\"{text}\"");
    }
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("'\\''"),
            '\n' => out.push_str("'$'\\n''"),
            '\t' => out.push_str("'$'\\t''"),
            '\r' => out.push_str("'$'\\r''"),
            c if c.is_control() => {
                let _ = write!(out, "'$'\\{:03o}''", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// gnulib's `quotef`: in quotes where a shell needs them.
pub(super) fn shown(name: &[u8]) -> String {
    if !name.is_empty() && name.iter().all(|b| plain(*b)) && std::str::from_utf8(name).is_ok() {
        return String::from_utf8_lossy(name).into_owned();
    }
    quoted(name)
}

/// gnulib's `quote` in a UTF-8 locale: ‘text’.
pub(super) fn curly(text: &[u8]) -> String {
    let mut out = String::from("‘");
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\\' => out.push_str("\\\\"),
                '’' => out.push_str("\\’"),
                c if c.is_control() => {
                    let _ = write!(out, "\\{:03o}", c as u32);
                }
                c => out.push(c),
            }
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\{b:03o}");
        }
    }
    out.push('’');
    out
}
