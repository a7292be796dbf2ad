//! Functions of templates.
//!
//! # Source
//! Go 1.21, `text/template/funcs.go`; docker/cli, `templates/templates.go`: `basicFunctions`.

use super::json::Json;
use super::template::{NIL, show, truth};

/// Go's `fmt.Sprint`: blanks between what are no texts.
fn printed(args: &[Json]) -> String {
    let is_text = |v: &Json| matches!(v, Json::Text(_));
    let mut out = String::new();
    for (n, value) in args.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| args.get(n));
        if before.is_some_and(|b| !is_text(b) && !is_text(value)) {
            out.push(' ');
        }
        out.push_str(&show(value));
    }
    out
}

/// Calls a function by name.
pub(super) fn call(name: &str, args: &[Json]) -> Result<Json, String> {
    let string = |at: usize| args.get(at).map(show).unwrap_or_default();
    Ok(match (name, args) {
        ("true", []) => Json::Bool(true),
        ("false", []) => Json::Bool(false),
        ("nil", []) => Json::Null,
        ("json", [value]) => Json::Text(
            value.compact().replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&"),
        ),
        ("slice", [value, ends @ ..]) => {
            let end = |at: usize, or: usize| match ends.get(at) {
                Some(Json::Number(n)) => usize::try_from(*n).map_err(|_| format!("index out of range: {n}")),
                _ => Ok(or),
            };
            let len = match value {
                Json::List(all) => all.len(),
                other => show(other).len(),
            };
            let (from, to) = (end(0, 0)?, end(1, len)?);
            let bad = || format!("index out of range: {}", from.max(to));
            match value {
                Json::List(all) => Json::List(all.get(from..to).ok_or_else(bad)?.to_vec()),
                other => Json::Text(show(other).get(from..to).ok_or_else(bad)?.to_owned()),
            }
        }
        ("html", _) => {
            let escaped = |c: char| match c {
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '&' => "&amp;".to_owned(),
                '"' => "&#34;".to_owned(),
                '\'' => "&#39;".to_owned(),
                c => c.to_string(),
            };
            Json::Text(printed(args).chars().map(escaped).collect())
        }
        ("js", _) => {
            let escaped = |c: char| match c {
                '\\' | '\'' | '"' => format!("\\{c}"),
                '<' | '>' | '&' | '=' => format!("\\u{:04X}", c as u32),
                c => c.to_string(),
            };
            Json::Text(printed(args).chars().map(escaped).collect())
        }
        ("urlquery", _) => {
            let escaped = |b: u8| match b {
                b' ' => "+".to_owned(),
                b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            };
            Json::Text(printed(args).bytes().map(escaped).collect())
        }
        ("len", [value]) => Json::Number(match value {
            Json::List(all) => all.len() as i64,
            Json::Object(all) => all.len() as i64,
            Json::Text(text) => text.len() as i64,
            _ => 0,
        }),
        ("index", [value, keys @ ..]) => {
            let mut at = value.clone();
            for key in keys {
                at = match (&at, key) {
                    (Json::List(all), Json::Number(n)) => usize::try_from(*n)
                        .ok()
                        .and_then(|n| all.get(n))
                        .cloned()
                        .ok_or_else(|| format!("index out of range: {n}"))?,
                    (Json::Object(all), key) => {
                        // Maps of texts have an empty one for what they do not have.
                        let texts = all.iter().all(|(_, v)| matches!(v, Json::Text(_)));
                        let none = if texts { Json::Text(String::new()) } else { Json::Invalid(NIL) };
                        at.get(&show(key)).cloned().unwrap_or(none)
                    }
                    _ => return Err("index of untyped nil".to_owned()),
                };
            }
            at
        }
        ("split", [_, _]) => {
            let (all, by) = (string(0), string(1));
            Json::List(all.split(by.as_str()).map(|p| Json::Text(p.to_owned())).collect())
        }
        ("title", [_]) => {
            let all = string(0);
            let mut chars = all.chars();
            let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
            Json::Text(first + chars.as_str())
        }
        ("pad", [_, Json::Number(left), Json::Number(right)]) => {
            let blanks = |n: i64| " ".repeat(usize::try_from(n.min(1000)).unwrap_or(0));
            let all = string(0);
            Json::Text(if all.is_empty() { all } else { blanks(*left) + &all + &blanks(*right) })
        }
        ("truncate", [_, Json::Number(n)]) => {
            let all = string(0);
            Json::Text(all.chars().take(usize::try_from(*n).unwrap_or(usize::MAX)).collect())
        }
        ("lt", [Json::Number(a), Json::Number(b)]) => Json::Bool(a < b),
        ("le", [Json::Number(a), Json::Number(b)]) => Json::Bool(a <= b),
        ("gt", [Json::Number(a), Json::Number(b)]) => Json::Bool(a > b),
        ("ge", [Json::Number(a), Json::Number(b)]) => Json::Bool(a >= b),
        ("join", [Json::List(all), _]) => {
            Json::Text(all.iter().map(show).collect::<Vec<_>>().join(&string(1)))
        }
        ("lower", [_]) => Json::Text(string(0).to_lowercase()),
        ("upper", [_]) => Json::Text(string(0).to_uppercase()),
        ("not", [value]) => Json::Bool(!truth(value)),
        ("and", _) => args.iter().find(|a| !truth(a)).or(args.last()).cloned().unwrap_or(Json::Null),
        ("or", _) => args.iter().find(|a| truth(a)).or(args.last()).cloned().unwrap_or(Json::Null),
        ("eq", [first, rest @ ..]) => Json::Bool(rest.iter().any(|r| r == first)),
        ("ne", [a, b]) => Json::Bool(a != b),
        ("print", _) => Json::Text(printed(args)),
        ("println", _) => Json::Text(args.iter().map(show).collect::<Vec<_>>().join(" ") + "\n"),
        ("printf", [format, rest @ ..]) => {
            let mut rest = rest.iter();
            let mut out = String::new();
            let format = show(format);
            let mut parts = format.split('%');
            out.push_str(parts.next().unwrap_or_default());
            for part in parts {
                let verb = part.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(part.len());
                let flags = part.get(..verb).unwrap_or_default();
                let (left, digits) = match flags.strip_prefix('-') {
                    Some(digits) => (true, digits),
                    None => (false, flags),
                };
                let zeros = digits.starts_with('0');
                // A width of Rust's formatter is no more than 65,535.
                let width: usize = digits.parse().unwrap_or(0).min(1000);
                let mut chars = part.get(verb..).unwrap_or_default().chars();
                let text = match chars.next() {
                    Some('s' | 'v' | 'd' | 't') => rest.next().map(show).unwrap_or_default(),
                    Some('q') => rest.next().map(|v| format!("{:?}", show(v))).unwrap_or_default(),
                    _ => return Err(format!("packetwalk: the format %{part} is not simulated")),
                };
                out.push_str(&match () {
                    () if left => format!("{text:<width$}"),
                    () if zeros => format!("{text:0>width$}"),
                    () => format!("{text:>width$}"),
                });
                out.push_str(chars.as_str());
            }
            Json::Text(out)
        }
        _ => return Err(format!("function \"{name}\" not defined")),
    })
}
