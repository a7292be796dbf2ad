//! `${NAME}` in the values of a file.
//!
//! # Source
//! compose-spec/compose-go v2, `template/template.go`: `SubstituteWithOptions`.

use crate::tools::docker::json::Json;

/// Where values come from, and what is said of those that are missing.
pub(super) struct Names<'n> {
    pub env: &'n dyn Fn(&str) -> Option<String>,
    pub warnings: Vec<String>,
}

impl Names<'_> {
    /// Replaces in every value below; `path` names it in errors.
    pub fn all(&mut self, node: &mut Json, path: &str) -> Result<(), String> {
        match node {
            Json::Text(text) if text.contains('$') => {
                let new = self.text(text, 8).map_err(|why| match why {
                    None => format!(
                        "invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{text}"
                    ),
                    Some(why) => format!("error while interpolating {path}: {why}"),
                })?;
                *text = new;
            }
            Json::List(all) => {
                for (n, value) in all.iter_mut().enumerate() {
                    self.all(value, &format!("{path}.[{n}]"))?;
                }
            }
            Json::Object(all) => {
                for (name, value) in all {
                    let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.all(value, &below)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn value(&mut self, name: &str) -> String {
        let found = (self.env)(name);
        found.unwrap_or_else(|| {
            self.warnings
                .push(format!("The \\\"{name}\\\" variable is not set. Defaulting to a blank string."));
            String::new()
        })
    }

    fn text(&mut self, text: &str, depth: u32) -> Result<String, Option<String>> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(more) = after.strip_prefix('$') {
                out.push('$');
                rest = more;
            } else if after.starts_with(char::is_whitespace) {
                out.push('$');
                rest = after;
            } else if let Some(body) = after.strip_prefix('{') {
                let mut level = 1u32;
                let end = body.char_indices().find(|(_, c)| {
                    level = match c {
                        '{' => level + 1,
                        '}' => level - 1,
                        _ => level,
                    };
                    level == 0
                });
                let end = end.map(|(at, _)| at).ok_or(None)?;
                if depth == 0 {
                    return Err(None);
                }
                out += &self.braced(body.get(..end).unwrap_or_default(), depth)?;
                rest = body.get(end + 1..).unwrap_or_default();
            } else {
                let len = name(after);
                if len == 0 {
                    return Err(None);
                }
                out += &self.value(after.get(..len).unwrap_or_default());
                rest = after.get(len..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn braced(&mut self, body: &str, depth: u32) -> Result<String, Option<String>> {
        let len = name(body);
        let (variable, rest) = (body.get(..len).unwrap_or_default(), body.get(len..).unwrap_or_default());
        if len == 0 {
            return Err(None);
        }
        if rest.is_empty() {
            return Ok(self.value(variable));
        }
        let (colon, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let found = (self.env)(variable).filter(|v| !(colon && v.is_empty()));
        let mut signs = rest.chars();
        match (signs.next(), found) {
            (Some('-' | '?'), Some(value)) => Ok(value),
            (Some('-'), None) => self.text(signs.as_str(), depth - 1),
            (Some('+'), Some(_)) => self.text(signs.as_str(), depth - 1),
            (Some('+'), None) => Ok(String::new()),
            (Some('?'), None) => {
                let why = self.text(signs.as_str(), depth - 1)?;
                let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                Err(Some(format!("required variable {variable} is missing a value{why}")))
            }
            _ => Err(None),
        }
    }
}

/// How many bytes of a name a text begins with.
fn name(text: &str) -> usize {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    if first { end } else { 0 }
}
