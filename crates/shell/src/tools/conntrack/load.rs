//! `-R`: the commands of a file, one a line.

use super::options::{self, Command, Parsed, Table};
use super::{Fail, command, outcome};
use crate::Cx;

/// Reading the file, or standard input.
#[derive(Clone, Debug)]
pub(super) struct Load {
    path: String,
    stdin: Vec<u8>,
}

impl Load {
    /// Whether the words ask for it: `-R` and a file come first, and what follows does not count.
    pub(super) fn asked(cx: &Cx<'_>) -> Option<Self> {
        let mut words = cx.strings().into_iter();
        let option = words.next().filter(|word| word == "-R" || word == "--load-file");
        option.and(words.next()).map(|path| Self { path, stdin: Vec::new() })
    }

    /// Does it once everything is read; the exit status then.
    ///
    /// # Source
    /// conntrack-tools 1.4.7, `src/conntrack.c`: `main`, `ct_parse_file`.
    pub(super) fn poll(&mut self, cx: &mut Cx<'_>) -> Option<u8> {
        let bytes = if self.path == "-" {
            if !cx.read_all(&mut self.stdin) {
                return None;
            }
            Ok(core::mem::take(&mut self.stdin))
        } else {
            let unreadable = |_| Fail::Parameter(format!("Failed to open file {} for reading", self.path));
            cx.read_file(self.path.as_bytes()).map_err(unreadable)
        };
        let done = bytes.and_then(|bytes| run(cx, &String::from_utf8_lossy(&bytes)));
        Some(outcome(cx, done))
    }
}

/// Reads every line before the first command is done.
fn run(cx: &mut Cx<'_>, text: &str) -> Result<u8, Fail> {
    let mut commands = Vec::new();
    for line in text.lines().map(|line| line.trim_start_matches([' ', '\t'])) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parsed = Parsed::default();
        parsed.quiet = true;
        let read = options::parse(&words(line), &mut parsed);
        for warning in &parsed.warnings {
            cx.stderr.line(warning);
        }
        read?;
        commands.push(parsed);
    }
    for parsed in &commands {
        if let Some(name) = refused(parsed) {
            return Fail::parameter(format!("Cannot use command `{name}' with --load-file"));
        }
    }
    for parsed in &commands {
        command::run(cx, parsed)?;
    }
    Ok(0)
}

/// The name of a command that a file may not have.
fn refused(parsed: &Parsed) -> Option<&'static str> {
    use Command::{Add, Count, Create, Delete, Event, Flush, Get, Help, List, Stats, Update, Version};
    let of_conntrack = parsed.table == Table::Conntrack;
    Some(match (parsed.command, of_conntrack) {
        (Some(Create | Add | Update | Delete | Flush), true) => return None,
        (Some(List), true) => "-L",
        (Some(Get), true) => "-G",
        (Some(Event), true) => "-E",
        (Some(Version), _) => "-V",
        (Some(Help), _) => "-h",
        (Some(List), false) => "-L expect",
        (Some(Create), false) => "-C expect",
        (Some(Delete), false) => "-D expect",
        (Some(Get), false) => "-G expect",
        (Some(Flush), false) => "-F expect",
        (Some(Event), false) => "-E expect",
        (Some(Count), true) => "-C",
        (Some(Count), false) => "-C expect",
        (Some(Stats), true) => "-S",
        (Some(Stats), false) => "-S expect",
        _ => "unknown",
    })
}

/// The words of a line; quotes hold one together, and in them a backslash takes the next letter as it is.
///
/// # Source
/// conntrack-tools 1.4.7, `src/conntrack.c`: `add_param_to_argv`.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in line.chars() {
        match c {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' if quoted => {
                quoted = false;
                words.push(core::mem::take(&mut word));
            }
            '"' => quoted = true,
            ' ' | '\t' if !quoted => {
                if !word.is_empty() {
                    words.push(core::mem::take(&mut word));
                }
            }
            _ => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
