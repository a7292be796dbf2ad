//! `--format`: the part of Go's templates that people write.
//!
//! # Source
//! Go 1.21, `text/template`; docker/cli, `templates/templates.go`: `basicFunctions`.
//! Differs: no `define`, `block` and user variables but those of `range`; a field's name is matched against
//! the JSON that `inspect` prints.

use super::json::Json;

/// A parsed template.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Node>);

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Print(Vec<Word>),
    Block(Block, Vec<String>, Vec<Word>, Vec<Node>, Vec<Node>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Block {
    If,
    Range,
    With,
}

#[derive(Clone, PartialEq, Debug)]
enum Word {
    Path(Option<String>, Vec<String>),
    Text(String),
    Number(i64),
    Name(String),
    Group(Vec<Word>, Vec<String>),
    Pipe,
}

/// Deepest nesting of blocks and groups.
const DEEPEST: u32 = 32;

type Vars = Vec<(String, Json)>;

fn path(text: &str) -> Vec<String> {
    text.split('.').filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

fn words(text: &str, depth: u32) -> Result<Vec<Word>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after;
        match first {
            '"' | '`' => {
                let body = rest.get(1..).unwrap_or_default();
                let end = body.find(first).ok_or("unterminated quoted string")?;
                let inner = body.get(..end).unwrap_or_default();
                out.push(Word::Text(if first == '"' {
                    inner.replace("\\n", "\n").replace("\\t", "\t")
                } else {
                    inner.to_owned()
                }));
                after = body.get(end + 1..).unwrap_or_default();
            }
            '(' => {
                let mut level = 0u32;
                let end = rest.char_indices().find(|(_, c)| {
                    level = match c {
                        '(' => level + 1,
                        ')' => level.saturating_sub(1),
                        _ => level,
                    };
                    level == 0
                });
                let end = end.map(|(at, _)| at).ok_or("unclosed left paren")?;
                if depth == 0 {
                    return Err("too deep".to_owned());
                }
                let inner = words(rest.get(1..end).unwrap_or_default(), depth - 1)?;
                let tail = rest.get(end + 1..).unwrap_or_default();
                let fields = if tail.starts_with('.') {
                    tail.find(|c: char| c.is_whitespace() || matches!(c, '|' | ')')).unwrap_or(tail.len())
                } else {
                    0
                };
                out.push(Word::Group(inner, path(tail.get(..fields).unwrap_or_default())));
                after = tail.get(fields..).unwrap_or_default();
            }
            '|' => {
                out.push(Word::Pipe);
                after = rest.get(1..).unwrap_or_default();
            }
            _ => {
                let end =
                    rest.find(|c: char| c.is_whitespace() || c == '|' || c == ')').unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or_default();
                out.push(if let Some(variable) = word.strip_prefix('$') {
                    let (name, fields) = variable.split_once('.').unwrap_or((variable, ""));
                    Word::Path(Some(name.to_owned()), path(fields))
                } else if word.starts_with('.') {
                    Word::Path(None, path(word))
                } else if let Ok(n) = word.parse() {
                    Word::Number(n)
                } else {
                    Word::Name(word.to_owned())
                });
                after = rest.get(end..).unwrap_or_default();
            }
        }
        rest = after.trim_start();
    }
    Ok(out)
}

enum Stop {
    End,
    Else,
    Eof,
}

fn nodes(rest: &mut &str, depth: u32) -> Result<(Vec<Node>, Stop), String> {
    let mut out = Vec::new();
    loop {
        let Some((before, after)) = rest.split_once("{{") else {
            out.push(Node::Text((*rest).to_owned()));
            *rest = "";
            return Ok((out, Stop::Eof));
        };
        let (action, next) = after.split_once("}}").ok_or("unclosed action")?;
        let mut text = before;
        let action = action.strip_prefix("- ").inspect(|_| text = before.trim_end()).unwrap_or(action);
        let (action, trimmed) = match action.strip_suffix(" -") {
            Some(action) => (action, next.trim_start()),
            None => (action, next),
        };
        out.push(Node::Text(text.to_owned()));
        *rest = trimmed;
        let action = action.trim();
        let (head, tail) = action.split_once(char::is_whitespace).unwrap_or((action, ""));
        let block = match head {
            "end" => return Ok((out, Stop::End)),
            "else" => return Ok((out, Stop::Else)),
            "if" => Block::If,
            "range" => Block::Range,
            "with" => Block::With,
            _ if action.starts_with("/*") => continue,
            _ => {
                out.push(Node::Print(words(action, depth)?));
                continue;
            }
        };
        if depth == 0 {
            return Err("too deep".to_owned());
        }
        let (names, pipeline) = match tail.split_once(":=") {
            Some((names, pipeline)) => {
                (names.split(',').map(|n| n.trim().trim_start_matches('$').to_owned()).collect(), pipeline)
            }
            None => (Vec::new(), tail),
        };
        let (body, stop) = nodes(rest, depth - 1)?;
        let (other, stop) = match stop {
            Stop::Else => nodes(rest, depth - 1)?,
            stop => (Vec::new(), stop),
        };
        if !matches!(stop, Stop::End) {
            return Err("unexpected EOF".to_owned());
        }
        out.push(Node::Block(block, names, words(pipeline, depth)?, body, other));
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Go's text, or the first part of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        match nodes(&mut rest, DEEPEST)? {
            (all, Stop::Eof) => Ok(Self(all)),
            (_, Stop::End) => Err("unexpected {{end}}".to_owned()),
            (_, Stop::Else) => Err("unexpected {{else}}".to_owned()),
        }
    }

    /// Fills it with a value.
    ///
    /// # Errors
    /// Go's text, or the first part of it.
    pub fn run(&self, value: &Json) -> Result<String, String> {
        let mut out = String::new();
        let mut vars = vec![(String::new(), value.clone())];
        run(&self.0, value, &mut vars, &mut out)?;
        Ok(out)
    }
}

fn truth(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(b) => *b,
        Json::Number(n) => *n != 0,
        Json::Text(t) => !t.is_empty(),
        Json::List(l) => !l.is_empty(),
        Json::Object(o) => !o.is_empty(),
    }
}

fn run(all: &[Node], dot: &Json, vars: &mut Vars, out: &mut String) -> Result<(), String> {
    for node in all {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Print(words) => out.push_str(&show(&eval(words, dot, vars)?)),
            Node::Block(Block::If, _, words, body, other) => {
                let branch = if truth(&eval(words, dot, vars)?) { body } else { other };
                run(branch, dot, vars, out)?;
            }
            Node::Block(Block::With, names, words, body, other) => {
                let value = eval(words, dot, vars)?;
                let depth = vars.len();
                vars.extend(names.iter().map(|n| (n.clone(), value.clone())));
                if truth(&value) {
                    run(body, &value, vars, out)?;
                } else {
                    run(other, dot, vars, out)?;
                }
                vars.truncate(depth);
            }
            Node::Block(Block::Range, names, words, body, other) => {
                let items: Vec<(Json, Json)> = match eval(words, dot, vars)? {
                    Json::List(all) => {
                        all.into_iter().enumerate().map(|(n, v)| (Json::Number(n as i64), v)).collect()
                    }
                    Json::Object(all) => all.into_iter().map(|(n, v)| (Json::Text(n), v)).collect(),
                    Json::Null => Vec::new(),
                    other => return Err(format!("range can't iterate over {}", show(&other))),
                };
                if items.is_empty() {
                    run(other, dot, vars, out)?;
                }
                for (key, value) in items {
                    let depth = vars.len();
                    match names.as_slice() {
                        [v] => vars.push((v.clone(), value.clone())),
                        [k, v] => vars.extend([(k.clone(), key), (v.clone(), value.clone())]),
                        _ => {}
                    }
                    run(body, &value, vars, out)?;
                    vars.truncate(depth);
                }
            }
        }
    }
    Ok(())
}

/// Go's `%v`.
fn show(value: &Json) -> String {
    match value {
        Json::Null => "<no value>".to_owned(),
        Json::Text(text) => text.clone(),
        Json::List(all) => format!("[{}]", all.iter().map(show).collect::<Vec<_>>().join(" ")),
        Json::Object(all) => {
            let pairs: Vec<String> = all.iter().map(|(k, v)| format!("{k}:{}", show(v))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        other => other.compact(),
    }
}

fn eval(words: &[Word], dot: &Json, vars: &Vars) -> Result<Json, String> {
    let mut last: Option<Json> = None;
    for part in words.split(|w| *w == Word::Pipe) {
        let (first, rest) = part.split_first().ok_or("missing value for command")?;
        let mut args = rest.iter().map(|w| one(w, dot, vars)).collect::<Result<Vec<_>, _>>()?;
        args.extend(last.take());
        last = Some(match first {
            Word::Name(name) => call(name, &args)?,
            other => one(other, dot, vars)?,
        });
    }
    last.ok_or_else(|| "missing value for command".to_owned())
}

fn one(word: &Word, dot: &Json, vars: &Vars) -> Result<Json, String> {
    match word {
        Word::Text(text) => Ok(Json::Text(text.clone())),
        Word::Number(n) => Ok(Json::Number(*n)),
        Word::Group(words, fields) => follow(eval(words, dot, vars)?, fields),
        Word::Name(name) => call(name, &[]),
        Word::Pipe => Err("unexpected |".to_owned()),
        Word::Path(variable, fields) => {
            let root = match variable {
                None => dot,
                Some(name) => {
                    let found = vars.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v);
                    found.ok_or_else(|| format!("undefined variable \"${name}\""))?
                }
            };
            follow(root.clone(), fields)
        }
    }
}

/// The field of a field.
fn follow(mut at: Json, fields: &[String]) -> Result<Json, String> {
    for field in fields {
        at = match &at {
            Json::Null => Json::Null,
            _ => at.get(field).cloned().ok_or_else(|| {
                let path = fields.join(".");
                format!("template: :1: executing \"\" at <.{path}>: map has no entry for key \"{field}\"")
            })?,
        };
    }
    Ok(at)
}

fn call(name: &str, args: &[Json]) -> Result<Json, String> {
    let string = |at: usize| args.get(at).map(show).unwrap_or_default();
    Ok(match (name, args) {
        ("true", []) => Json::Bool(true),
        ("false", []) => Json::Bool(false),
        ("nil", []) => Json::Null,
        ("json", [value]) => Json::Text(value.compact()),
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
                    (Json::List(all), Json::Number(n)) => usize::try_from(*n).ok().and_then(|n| all.get(n)).cloned().ok_or_else(|| {
                        format!("template: :1: executing \"\" at <index>: error calling index: index out of range: {n}")
                    })?,
                    (Json::Object(_), key) => at.get(&show(key)).cloned().unwrap_or(Json::Null),
                    _ => return Err("error calling index: index of untyped nil".to_owned()),
                };
            }
            at
        }
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
        ("print", _) => Json::Text(args.iter().map(show).collect()),
        ("println", _) => Json::Text(args.iter().map(show).collect::<Vec<_>>().join(" ") + "\n"),
        ("printf", [format, rest @ ..]) => {
            let mut rest = rest.iter();
            let mut out = String::new();
            let format = show(format);
            let mut parts = format.split('%');
            out.push_str(parts.next().unwrap_or_default());
            for part in parts {
                let mut chars = part.chars();
                match chars.next() {
                    Some('s' | 'v' | 'd') => out.push_str(&rest.next().map(show).unwrap_or_default()),
                    Some('q') => {
                        out.push_str(&rest.next().map(|v| format!("{:?}", show(v))).unwrap_or_default());
                    }
                    _ => return Err(format!("packetwalk: the format %{part} is not simulated")),
                }
                out.push_str(chars.as_str());
            }
            Json::Text(out)
        }
        _ => return Err(format!("function \"{name}\" not defined")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::docker::json::{object, text};

    /// Go 1.21, `text/template`: what each prints.
    #[test]
    fn templates_of_the_manual() {
        let ip = |a: &str| object([("IPAddress", text(a))]);
        let value = object([
            ("Name", text("/c1")),
            ("Ports", object([("80/tcp", Json::List(vec![object([("HostPort", text("8080"))])]))])),
            ("Networks", Json::Object(vec![("a".into(), ip("10.0.0.2")), ("b".into(), ip("10.1.0.2"))])),
        ]);
        #[rustfmt::skip]
        let cases = [
            ("{{.Name}}",                                                    "/c1"),
            ("{{range .Networks}}{{.IPAddress}} {{end}}",                    "10.0.0.2 10.1.0.2 "),
            ("{{range $k, $v := .Networks}}{{$k}}={{$v.IPAddress}};{{end}}", "a=10.0.0.2;b=10.1.0.2;"),
            ("{{(index (index .Ports \"80/tcp\") 0).HostPort}}",             "8080"),
            ("{{json .Networks.a}}",                                         "{\"IPAddress\":\"10.0.0.2\"}"),
            ("{{if .Missing}}{{end}}",                                       "!"),
            ("{{len .Networks}}{{if eq .Name \"/c1\"}} yes{{else}} no{{end}}", "2 yes"),
        ];
        for (template, expect) in cases {
            let ours = Template::parse(template).and_then(|t| t.run(&value));
            match expect {
                "!" => assert!(ours.is_err(), "{template}"),
                _ => assert_eq!(ours.as_deref(), Ok(expect), "{template}"),
            }
        }
    }
}
