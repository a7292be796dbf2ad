//! What went wrong in a lab, with its line.

/// Something that went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// What was said.
    pub message: String,
    /// Line of the lab, from 1.
    pub line: Option<u32>,
    /// Column, from 1: where the line's text begins.
    pub column: Option<u32>,
    /// Bash could not read on.
    pub is_syntax: bool,
}

impl Trouble {
    /// Trouble without a place.
    pub fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None, column: None, is_syntax: false }
    }
}

/// What tools say on standard error when all is well.
const NOTES: [&str; 7] = [
    "flow entries have been",
    "port [",
    "Listening on",
    "Connection received on",
    "listening on",
    "packets captured",
    "packets received by filter",
];

/// Finds places in what a script printed on standard error: `lab.sh: line 7: …`. The second line of a
/// syntax error, which repeats the script's, is left out.
pub fn of_script(script: &str, stderr: &str) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = Vec::new();
    for said in stderr.lines().filter(|said| !NOTES.iter().any(|note| said.contains(note))) {
        let (line, message) = match place(said) {
            Some((line, message)) => (Some(line), message),
            None => (None, said),
        };
        let is_syntax = message.starts_with("syntax error") || message.starts_with("unexpected EOF");
        if message.starts_with('`') && found.last().is_some_and(|t| t.is_syntax && t.line == line) {
            continue;
        }
        let column = line.map(|line| {
            let text = script.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
            (text.len() - text.trim_start().len()) as u32 + 1
        });
        found.push(Trouble { message: message.to_owned(), line, column, is_syntax });
    }
    found
}

fn place(said: &str) -> Option<(u32, &str)> {
    let said = said.strip_prefix("packetwalk: ").unwrap_or(said);
    let rest = said.strip_prefix(super::NAME)?.strip_prefix(": line ")?;
    let (number, message) = rest.split_once(": ")?;
    Some((number.parse().ok()?, message))
}

#[cfg(test)]
mod tests {
    use super::of_script;

    type Found<'a> = (&'a str, Option<u32>, Option<u32>, bool);

    /// Messages of bash 5.2.
    #[test]
    fn a_message_has_its_line() {
        let script = "echo a\n  nosuch\nif then\n";
        #[rustfmt::skip]
        let cases: &[(&str, &[Found])] = &[
            ("lab.sh: line 2: nosuch: command not found\n", &[("nosuch: command not found", Some(2), Some(3), false)]),
            ("lab.sh: line 3: syntax error near unexpected token `then'\nlab.sh: line 3: `if then'\n",
             &[("syntax error near unexpected token `then'", Some(3), Some(1), true)]),
            ("Cannot find device \"x\"\n", &[("Cannot find device \"x\"", None, None, false)]),
            ("conntrack v1.4.7 (conntrack-tools): 6 flow entries have been shown.\n", &[]),
            ("", &[]),
        ];
        for (stderr, expect) in cases {
            let found = of_script(script, stderr);
            let found: Vec<_> =
                found.iter().map(|t| (t.message.as_str(), t.line, t.column, t.is_syntax)).collect();
            assert_eq!(found, *expect, "{stderr}");
        }
    }
}
