//! What went wrong in a lab, with its line.

use packetwalk_shell::Failure;

/// Something that went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// What was said.
    pub message: String,
    /// Line of the lab, from 1.
    pub line: Option<u32>,
    /// Column, from 1: where the command, or else the line's text, begins.
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

/// A program that failed says in its own words why.
impl From<&Failure> for Trouble {
    fn from(failure: &Failure) -> Self {
        let Failure { pos, said, .. } = failure;
        Self { message: said.clone(), line: Some(pos.line), column: Some(pos.column), is_syntax: false }
    }
}

/// What the shell itself, or the simulator, complained of in what a script printed on standard error:
/// `lab.sh: line 7: …`. The second line of a syntax error, which repeats the script's, is left out; so is what
/// programs said.
pub fn of_shell(script: &str, stderr: &str) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = Vec::new();
    for said in stderr.lines() {
        let (line, message) = match place(said) {
            Some((line, message)) => (Some(line), message),
            None if said.starts_with("packetwalk: lab.sh: ") => (None, said),
            None => continue,
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
    use super::super::Engine;

    /// A message and its line and column.
    type Said = (&'static str, Option<(u32, u32)>);

    /// What bash 5.2 and Debian 12's tools say, each with its place.
    #[test]
    fn each_message_has_its_line() {
        #[rustfmt::skip]
        let cases: &[(&str, &[Said])] = &[
            ("echo a\n  nosuch\n", &[("nosuch: command not found", Some((2, 3)))]),
            ("echo a\nif then\n", &[("syntax error near unexpected token `then'", Some((2, 1)))]),
            ("true; ip link set x up\n", &[("Cannot find device \"x\"", Some((1, 7)))]),
            ("f() {\n  ip link show y\n}\nf\nnosuch\n",
             &[("Device \"y\" does not exist.", Some((2, 3))), ("nosuch: command not found", Some((5, 1)))]),
            ("ping -c1 192.0.2.1\nconntrack -L\nip link show x 2>/dev/null\nip link show x 2>&1 | cat\n", &[]),
            ("\nalias a=b\n", &[("packetwalk: alias is not simulated", Some((2, 1)))]),
        ];
        for (script, expect) in cases {
            let engine = Engine::new(script);
            let place = |line: Option<u32>, column: Option<u32>| line.zip(column);
            let found: Vec<_> =
                engine.troubles().iter().map(|t| (t.message.as_str(), place(t.line, t.column))).collect();
            assert_eq!(found, *expect, "{script}");
        }
    }
}
