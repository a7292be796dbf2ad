//! What a terminal shows: commands after prompts, and what they print.

/// A command and what stands below it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// Line of the command in its block, from 0.
    pub line: usize,
    /// Namespace or container; empty for the host.
    pub place: String,
    /// The command; more lines than one for a here-document.
    pub command: String,
    /// What stands below.
    pub below: Vec<String>,
}

/// The place and the command of a line that begins with a prompt.
fn prompt(line: &str) -> Option<(&str, &str)> {
    let (place, command) = line.split_once("$ ")?;
    let is_name = place.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    is_name.then_some((if place == "host" { "" } else { place }, command))
}

/// Reads a block. Lines above the first prompt belong to nothing, and are given back.
pub fn read(block: &str) -> (Vec<Exchange>, Vec<String>) {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut before = Vec::new();
    for (line, text) in block.lines().enumerate() {
        if let Some((place, command)) = prompt(text) {
            let (place, command) = (place.to_owned(), command.to_owned());
            exchanges.push(Exchange { line, place, command, below: Vec::new() });
            continue;
        }
        let more = text.strip_prefix("> ").or(if text == ">" { Some("") } else { None });
        match (exchanges.last_mut(), more) {
            (None, _) => before.push(text.to_owned()),
            (Some(last), Some(more)) if last.below.is_empty() && last.is_incomplete() => {
                last.command.push('\n');
                last.command.push_str(more);
            }
            (Some(last), _) => last.below.push(text.to_owned()),
        }
    }
    (exchanges, before)
}

impl Exchange {
    fn is_incomplete(&self) -> bool {
        packetwalk_shell::is_incomplete(self.command.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prompts_places_and_documents() {
        let (got, before) = read(
            "$ ip route\ndefault via 10.0.0.1 dev eth0 \nc1$ cat <<EOF\n> a $ b\n> EOF\na $ b\nhost$ true\n",
        );
        let told: Vec<(usize, &str, &str, Vec<&str>)> = got
            .iter()
            .map(|e| {
                (e.line, e.place.as_str(), e.command.as_str(), e.below.iter().map(String::as_str).collect())
            })
            .collect();
        assert_eq!(
            told,
            [
                (0, "", "ip route", vec!["default via 10.0.0.1 dev eth0 "]),
                (2, "c1", "cat <<EOF\na $ b\nEOF", vec!["a $ b"]),
                (6, "", "true", vec![]),
            ]
        );
        assert!(before.is_empty());
    }
}
