//! Options as docker's command line takes them.
//!
//! # Source
//! spf13/pflag, `flag.go`: `parseLongArg`, `parseSingleShortArg`; docker/cli, `cli/cobra.go`:
//! `FlagErrorFunc`.

use packetwalk_docker::Version;

use super::check::Check;

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tools::docker) enum Takes {
    /// Nothing, or `=true`.
    Bool,
    /// A value; the last counts.
    Value,
    /// A value each time.
    List,
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub(in crate::tools::docker) struct Flag {
    name: &'static str,
    short: Option<char>,
    takes: Takes,
    /// The real command has it, and this one too.
    simulated: bool,
    /// Of the command line of 28 and later alone.
    new: bool,
    check: Option<Check>,
}

impl Flag {
    const fn of(name: &'static str, short: char, takes: Takes) -> Self {
        Self { name, short: letter(short), takes, simulated: true, new: false, check: None }
    }

    /// The same with a check of its values.
    pub const fn checked(self, check: Check) -> Self {
        Self { check: Some(check), ..self }
    }

    /// An option that command lines before 28 do not have.
    pub const fn since_28(self) -> Self {
        Self { new: true, ..self }
    }

    /// As messages name it.
    fn shown(&self) -> String {
        match self.short {
            Some(c) => format!("-{c}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }
}

impl Flag {
    /// As it is written; `None` if it is refused.
    pub fn word(&self) -> Option<String> {
        self.simulated.then(|| format!("--{}", self.name))
    }
}

/// A flag without a value.
pub(in crate::tools::docker) const fn on(name: &'static str, short: char) -> Flag {
    Flag::of(name, short, Takes::Bool)
}

/// An option with a value.
pub(in crate::tools::docker) const fn value(name: &'static str, short: char) -> Flag {
    Flag::of(name, short, Takes::Value)
}

/// An option that may be given again and again.
pub(in crate::tools::docker) const fn list(name: &'static str, short: char) -> Flag {
    Flag::of(name, short, Takes::List)
}

/// An option that the real command has, and the simulated one refuses.
pub(in crate::tools::docker) const fn real(name: &'static str) -> Flag {
    Flag { simulated: false, ..Flag::of(name, '-', Takes::Value) }
}

/// The same with a letter.
pub(in crate::tools::docker) const fn real_short(name: &'static str, short: char) -> Flag {
    Flag { simulated: false, ..Flag::of(name, short, Takes::Value) }
}

/// A `-` stands for no letter.
const fn letter(c: char) -> Option<char> {
    if c == '-' { None } else { Some(c) }
}

/// What was given.
#[derive(Clone, Debug, Default)]
pub(in crate::tools::docker) struct Given {
    values: Vec<(&'static str, String)>,
    /// What is no option.
    pub words: Vec<String>,
}

impl Given {
    /// The last value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// Every value of an option.
    pub fn all<'g>(&'g self, name: &'g str) -> impl Iterator<Item = &'g str> + 'g {
        self.values.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// One more value.
    pub fn put(&mut self, name: &'static str, value: String) {
        self.values.push((name, value));
    }

    /// Whether a flag is on.
    pub fn has(&self, name: &str) -> bool {
        self.flag(name).unwrap_or(false)
    }

    /// What a flag was set to.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).map(|v| v == "true")
    }
}

fn boolean(text: &str) -> Option<&'static str> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some("true"),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some("false"),
        _ => None,
    }
}

/// Reads options. `mixed`: they may also follow words.
///
/// # Errors
/// The message's first line.
pub(in crate::tools::docker) fn parse(
    flags: &[Flag],
    args: &[String],
    mixed: bool,
    version: Version,
) -> Result<Given, String> {
    let known = |f: &&Flag| !f.new || version == Version::V29;
    let mut given = Given::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            given.words.extend(rest.cloned());
            break;
        }
        if !arg.starts_with('-') || arg == "-" {
            given.words.push(arg.clone());
            if !mixed {
                given.words.extend(rest.cloned());
                break;
            }
            continue;
        }
        if let Some(long) = arg.strip_prefix("--") {
            let (name, inline) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            if name == "help" {
                return Err("help".to_owned());
            }
            let flag = flags
                .iter()
                .filter(known)
                .find(|f| f.name == name)
                .ok_or_else(|| format!("unknown flag: --{name}"))?;
            let value = match (flag.takes, inline) {
                (Takes::Bool, value) => Some(value.unwrap_or_else(|| "true".to_owned())),
                (_, Some(value)) => Some(value),
                (_, None) => rest.next().cloned(),
            };
            let value = value.ok_or_else(|| format!("flag needs an argument: --{name}"))?;
            put(&mut given, flag, value, version)?;
            continue;
        }
        let mut letters = arg.chars().skip(1);
        while let Some(c) = letters.next() {
            let flag = flags
                .iter()
                .filter(known)
                .find(|f| f.short == Some(c))
                .ok_or_else(|| format!("unknown shorthand flag: '{c}' in {arg}"))?;
            let left: String = letters.clone().collect();
            if flag.takes == Takes::Bool && !left.starts_with('=') {
                put(&mut given, flag, "true".to_owned(), version)?;
                continue;
            }
            let value = if left.is_empty() { rest.next().cloned() } else { Some(left) };
            let value = value.ok_or_else(|| format!("flag needs an argument: '{c}' in {arg}"))?;
            let value = value.strip_prefix('=').map(str::to_owned).unwrap_or(value);
            put(&mut given, flag, value, version)?;
            break;
        }
    }
    Ok(given)
}

fn put(given: &mut Given, flag: &Flag, value: String, version: Version) -> Result<(), String> {
    if !flag.simulated {
        return Err(format!("packetwalk: docker's option --{} is not simulated", flag.name));
    }
    let bad = |why: String| format!("invalid argument \"{value}\" for \"{}\" flag: {why}", flag.shown());
    if let Some(check) = flag.check {
        check(&value, version).map_err(bad)?;
    }
    let value = if flag.takes == Takes::Bool {
        let why = || bad(format!("strconv.ParseBool: parsing \"{value}\": invalid syntax"));
        boolean(&value).ok_or_else(why)?.to_owned()
    } else {
        value
    };
    given.values.push((flag.name, value));
    Ok(())
}
