//! YAML as a tree, and back.
//!
//! # Source
//! YAML 1.2; go.yaml.in/yaml v3, `resolve.go`: which plain scalars are no texts, `emitterc.go`,
//! `encode.go`: which texts are quoted.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::tools::docker::json::Json;

/// Deepest nesting, and most nodes with those that aliases repeat.
const DEEPEST: usize = 64;
const MOST: usize = 100_000;

/// Something half built.
enum Open {
    List(Vec<Json>, usize),
    /// Pairs with the line of each key, the key at hand, the anchor.
    Map(Vec<(String, Json, usize)>, Option<String>, usize),
}

/// What a plain scalar is.
fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Json::Null,
        "true" | "True" | "TRUE" => return Json::Bool(true),
        "false" | "False" | "FALSE" => return Json::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if decimal && let Ok(number) = text.parse() {
        return Json::Number(number);
    }
    let based = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).and_then(|t| i64::from_str_radix(t, radix).ok()).map(Json::Number)
    };
    based("0x", 16).or_else(|| based("0o", 8)).unwrap_or_else(|| Json::Text(text.to_owned()))
}

fn weight(node: &Json) -> usize {
    match node {
        Json::List(all) => 1 + all.iter().map(weight).sum::<usize>(),
        Json::Object(all) => 1 + all.iter().map(|(_, v)| weight(v)).sum::<usize>(),
        _ => 1,
    }
}

/// Takes what `<<` names into a mapping; own keys win.
fn merged(pairs: Vec<(String, Json, usize)>) -> Json {
    let mut own: Vec<(String, Json)> = Vec::new();
    let mut more: Vec<(String, Json)> = Vec::new();
    for (name, value, _) in pairs {
        match (name.as_str(), value) {
            ("<<", Json::Object(all)) => more.extend(all),
            ("<<", Json::List(all)) => {
                for one in all {
                    if let Json::Object(all) = one {
                        more.extend(all);
                    }
                }
            }
            (_, value) => own.push((name, value)),
        }
    }
    for (name, value) in more {
        if !own.iter().any(|(n, _)| *n == name) {
            own.push((name, value));
        }
    }
    Json::Object(own)
}

/// Reads one document; nothing of an empty one.
///
/// # Errors
/// As `docker compose` says it; `file` is named where a key comes twice.
pub(super) fn read(text: &str, file: &str) -> Result<Option<Json>, String> {
    if let Some(line) = text.lines().position(|l| l.trim_start_matches(' ').starts_with('\t')) {
        return Err(format!("yaml: line {}: found character that cannot start any token", line + 1));
    }
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: Vec<(usize, Json)> = Vec::new();
    let (mut done, mut count) = (None, 0);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| said(e.info(), e.marker().line(), text))?;
        let line = span.start.line();
        let node = match event {
            Event::Alias(id) => {
                let found = anchors.iter().rev().find(|(n, _)| *n == id).map(|(_, v)| v.clone());
                let found = found.ok_or_else(|| "yaml: unknown anchor referenced".to_owned())?;
                count += weight(&found);
                Some((found, 0))
            }
            Event::Scalar(value, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|t| t.suffix == "str");
                let node = if is_text { Json::Text(value.into_owned()) } else { plain(&value) };
                Some((node, anchor))
            }
            Event::SequenceStart(anchor, _) => {
                open.push(Open::List(Vec::new(), anchor));
                None
            }
            Event::MappingStart(anchor, _) => {
                open.push(Open::Map(Vec::new(), None, anchor));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(all, anchor)) => Some((Json::List(all), anchor)),
                Some(Open::Map(all, _, anchor)) => Some((merged(all), anchor)),
                None => None,
            },
            Event::DocumentEnd => break,
            _ => None,
        };
        count += 1;
        if open.len() > DEEPEST || count > MOST {
            return Err("yaml: document contains excessive aliasing".to_owned());
        }
        let Some((node, anchor)) = node else { continue };
        if anchor != 0 {
            anchors.push((anchor, node.clone()));
        }
        match open.last_mut() {
            None => done = Some(node),
            Some(Open::List(all, _)) => all.push(node),
            Some(Open::Map(all, key, _)) => match key.take() {
                Some(name) => all.push((name, node, line)),
                None => {
                    let name = match node {
                        Json::Text(text) => text,
                        other => other.compact(),
                    };
                    if let Some(at) = all.iter().position(|(n, _, _)| *n == name && name != "<<") {
                        let first = text_line(text, &name, at).unwrap_or(1);
                        return Err(format!(
                            "failed to parse {file}: line {line}: mapping key \"{name}\" already defined at line {first}"
                        ));
                    }
                    *key = Some(name);
                }
            },
        }
    }
    Ok(done.filter(|d| *d != Json::Null))
}

/// The line on which a key stands first.
fn text_line(text: &str, name: &str, _: usize) -> Option<usize> {
    let is =
        |l: &str| l.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':'));
    text.lines().position(is).map(|n| n + 1)
}

/// A syntax error in the words of Go's parser, where they are known.
fn said(info: &str, line: usize, text: &str) -> String {
    let known = [
        ("flow sequence", "did not find expected ',' or ']'"),
        ("flow mapping", "did not find expected ',' or '}'"),
        ("while parsing a block mapping", "did not find expected key"),
        ("block collection", "did not find expected '-' indicator"),
        ("mapping values are not allowed", "mapping values are not allowed in this context"),
        ("quoted scalar", "found unexpected end of stream"),
        ("unknown anchor", "unknown anchor referenced"),
    ];
    let said = known.iter().find(|(part, _)| info.contains(part)).map_or(info, |(_, said)| said);
    let line = line.min(text.lines().count().max(1));
    format!("yaml: line {line}: {said}")
}

/// Whether a text could be taken for something else.
fn quoted(text: &str) -> bool {
    let odd = text.is_empty()
        || plain(text) != Json::Text(text.to_owned())
        || text.starts_with(|c: char| {
            c.is_whitespace() || "!&*-?{}[],#|>@`\"'%:".contains(c) && !(text.len() > 1 && "-?:".contains(c))
        })
        || text.ends_with(|c: char| c.is_whitespace() || c == ':')
        || text.contains(": ")
        || text.contains(" #")
        || text.starts_with("- ")
        || text.chars().any(char::is_control);
    let number = |t: &str| {
        t.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && t.bytes().all(|b| b.is_ascii_digit() || b"+-.eE_".contains(&b))
            && !t.as_bytes().windows(2).any(|w| matches!(w, [b'0'..=b'9', b'-']))
            && t.bytes().any(|b| b.is_ascii_digit())
            && t.matches('.').count() < 2
    };
    // A number of base 60, as YAML 1.1 has them.
    let sixty = text.contains(':')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.');
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | ".inf" | ".nan" | "-.inf" | "+.inf" | "<<" | "="
    );
    let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
    let date = text.starts_with(|c: char| c.is_ascii_digit()) && text.len() > 9 && dash(4) && dash(7);
    odd || number(text) || sixty || word || date
}

fn scalar(text: &str) -> String {
    if !quoted(text) {
        return text.to_owned();
    }
    let plain_chars = !text.chars().any(char::is_control);
    // Those that would be something else are in double quotes, those with signs of YAML in single ones.
    let other = text.is_empty()
        || plain(text) != Json::Text(text.to_owned())
        || text.bytes().all(|b| b.is_ascii_alphanumeric() || b":.+-_".contains(&b));
    if plain_chars && !other {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A tree as YAML, two blanks deeper each time.
pub(super) fn write(node: &Json, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match node {
        Json::Object(all) => {
            for (name, value) in all {
                *out += &format!("{pad}{}:", scalar(name));
                below(value, depth, out);
            }
        }
        Json::List(all) => {
            for value in all {
                match value {
                    Json::Object(inner) if !inner.is_empty() => {
                        let mut text = String::new();
                        write(value, depth + 1, &mut text);
                        let rest = text.get(pad.len() + 2..).unwrap_or_default();
                        *out += &format!("{pad}- {rest}");
                    }
                    value => {
                        *out += &format!("{pad}-");
                        below(value, depth, out);
                    }
                }
            }
        }
        other => {
            *out += &pad;
            below(other, depth, out);
        }
    }
}

fn below(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Object(all) if !all.is_empty() => {
            out.push('\n');
            write(value, depth + 1, out);
        }
        Json::List(all) if !all.is_empty() => {
            out.push('\n');
            write(value, depth + 1, out);
        }
        Json::Object(_) => *out += " {}\n",
        Json::List(_) => *out += " []\n",
        Json::Text(text) => *out += &format!(" {}\n", scalar(text)),
        other => *out += &format!(" {}\n", other.compact()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `docker compose config` of 2.40.3 made of each.
    #[test]
    fn trees_and_back() {
        #[rustfmt::skip]
        let cases = [
            ("a: 1\nb: [x, 'y']\n",              "a: 1\nb:\n  - x\n  - \"y\"\n"),
            ("a: \"600\"\n",                     "a: \"600\"\n"),
            ("a: 02:00:00:00:00:11\n",           "a: \"02:00:00:00:00:11\"\n"),
            ("x: &c {i: 1}\na: {<<: *c, j: 2}\n", "x:\n  i: 1\na:\n  j: 2\n  i: 1\n"),
            ("a:\nb: ~\n",                       "a: null\nb: null\n"),
            ("- k: v\n  w: u\n- z\n",            "- k: v\n  w: u\n- z\n"),
        ];
        for (text, expect) in cases {
            let mut out = String::new();
            write(&read(text, "f").unwrap().unwrap(), 0, &mut out);
            assert_eq!(out, expect, "{text}");
        }
    }

    /// What `docker compose config` of 2.40.3 said of each.
    #[test]
    fn what_is_no_yaml() {
        #[rustfmt::skip]
        let cases = [
            ("services: [a\n",               "yaml: line 1: did not find expected ',' or ']'"),
            ("services:\n\ta: b\n",          "yaml: line 2: found character that cannot start any token"),
            ("s:\n  a:\n    i: b\n  a:\n    i: b\n", "failed to parse f: line 4: mapping key \"a\" already defined at line 2"),
        ];
        for (text, expect) in cases {
            assert_eq!(read(text, "f"), Err(expect.to_owned()), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&deep, "f").is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e]\n";
        assert!(read(bomb, "f").is_err());
    }
}
