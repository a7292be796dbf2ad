//! `--format`: the part of Go's templates that people write.
//!
//! # Source
//! Go 1.21, `text/template`; docker/cli, `templates/templates.go`: `basicFunctions`.
//! Differs: no `define` and `block`; a field's name is matched against
//! the JSON that `inspect` prints.

use super::json::Json;
use super::template_call::call;

/// A parsed template.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Node>);

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Print(Vec<Word>),
    Block(Block, Vec<String>, Vec<Word>, Vec<Node>, Vec<Node>),
    /// `$name := …`
    Set(String, Vec<Word>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Block {
    If,
    Range,
    With,
}

#[derive(Clone, PartialEq, Debug)]
enum Word {
    /// A variable or the dot, its fields, and where in the template Go finds it.
    Path(Option<String>, Vec<String>, usize),
    Text(String),
    Number(i64),
    /// A function's, and where.
    Name(String, usize),
    Group(Vec<Word>, Vec<String>),
    Pipe,
}

/// Deepest nesting of blocks and groups.
const DEEPEST: u32 = 32;

type Vars = Vec<(String, Json)>;

fn path(text: &str) -> Vec<String> {
    text.split('.').filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

/// Where an error is: the second of several fields.
fn place(word: &str, at: usize) -> usize {
    let body = word.get(1..).unwrap_or_default();
    match body.find('.').filter(|_| word.starts_with('.')) {
        Some(dot) => at + 1 + dot,
        None => at,
    }
}

/// What stands between double quotes.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('t')) => out.push('\t'),
            (_, Some(c)) => out.push(c),
            (c, None) => out.push(c),
        }
    }
    out
}

/// `base` is where the text begins in the template.
fn words(text: &str, depth: u32, base: usize) -> Result<Vec<Word>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after;
        let at = base + (text.len() - rest.len());
        match first {
            '"' | '`' => {
                let body = rest.get(1..).unwrap_or_default();
                let mut escaped = false;
                let end = body.char_indices().find(|(_, c)| {
                    let is_end = *c == first && !escaped;
                    escaped = first == '"' && *c == '\\' && !escaped;
                    is_end
                });
                let end = end.map(|(at, _)| at).ok_or("unterminated quoted string")?;
                let inner = body.get(..end).unwrap_or_default();
                out.push(Word::Text(if first == '"' { unquoted(inner) } else { inner.to_owned() }));
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
                let inner = words(rest.get(1..end).unwrap_or_default(), depth - 1, at + 1)?;
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
                    Word::Path(Some(name.to_owned()), path(fields), at)
                } else if word.starts_with('.') {
                    Word::Path(None, path(word), place(word, at))
                } else if let Ok(n) = word.parse() {
                    Word::Number(n)
                } else {
                    Word::Name(word.to_owned(), at)
                });
                after = rest.get(end..).unwrap_or_default();
            }
        }
        rest = after.trim_start();
    }
    Ok(out)
}

/// Functions that there are.
const FUNCTIONS: [&str; 29] = [
    "true", "false", "nil", "json", "len", "index", "join", "lower", "upper", "not", "and", "or", "eq", "ne",
    "print", "println", "printf", "split", "title", "pad", "truncate", "lt", "le", "gt", "ge", "slice",
    "html", "js", "urlquery",
];

/// Go looks functions up as it reads.
fn check(all: &[Word]) -> Result<(), String> {
    for word in all {
        match word {
            Word::Name(name, _) if !FUNCTIONS.contains(&name.as_str()) => {
                return Err(format!("function \"{name}\" not defined"));
            }
            Word::Group(inner, _) => check(inner)?,
            _ => {}
        }
    }
    Ok(())
}

fn dotted(fields: &[String]) -> String {
    fields.iter().fold(String::new(), |text, field| text + "." + field)
}

/// A command as Go prints it.
fn source(all: &[Word]) -> String {
    let one = |word: &Word| match word {
        Word::Path(None, fields, _) if fields.is_empty() => ".".to_owned(),
        Word::Path(None, fields, _) => dotted(fields),
        Word::Path(Some(name), fields, _) => {
            format!("${name}{}", dotted(fields))
        }
        Word::Text(text) => format!("{text:?}"),
        Word::Number(n) => n.to_string(),
        Word::Name(name, _) => name.clone(),
        Word::Group(inner, fields) => {
            format!("({}){}", source(inner), dotted(fields))
        }
        Word::Pipe => "|".to_owned(),
    };
    all.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn failed(at: usize, what: &str, why: &str) -> String {
    format!("template: :1:{at}: executing \"\" at <{what}>: {why}")
}

enum Stop {
    End,
    Else,
    /// `else if`: its pipeline, and where.
    ElseIf(String, usize),
    Eof,
}

fn nodes(rest: &mut &str, depth: u32, whole: usize) -> Result<(Vec<Node>, Stop), String> {
    let mut out = Vec::new();
    loop {
        let Some((before, after)) = rest.split_once("{{") else {
            out.push(Node::Text((*rest).to_owned()));
            *rest = "";
            return Ok((out, Stop::Eof));
        };
        let (action, next) = after.split_once("}}").ok_or_else(|| {
            if after.contains('}') { "bad character U+007D '}'" } else { "unclosed action" }
        })?;
        let mut base = whole - after.len();
        let mut text = before;
        let action = action.strip_prefix("- ").inspect(|_| text = before.trim_end()).unwrap_or(action);
        base += if before.len() == text.len() { 0 } else { 2 };
        let (action, trimmed) = match action.strip_suffix(" -") {
            Some(action) => (action, next.trim_start()),
            None => (action, next),
        };
        out.push(Node::Text(text.to_owned()));
        *rest = trimmed;
        base += action.len() - action.trim_start().len();
        let action = action.trim();
        let (head, tail) = action.split_once(char::is_whitespace).unwrap_or((action, ""));
        let block = match head {
            "end" => return Ok((out, Stop::End)),
            "else" => {
                let inner = tail.trim_start();
                return Ok((
                    out,
                    match inner.strip_prefix("if ") {
                        Some(pipeline) => {
                            Stop::ElseIf(pipeline.to_owned(), base + (action.len() - pipeline.len()))
                        }
                        None => Stop::Else,
                    },
                ));
            }
            "if" => Block::If,
            "range" => Block::Range,
            "with" => Block::With,
            _ if action.starts_with("/*") => continue,
            _ if head.starts_with('$') && tail.trim_start().starts_with([':', '=']) => {
                let pipeline = tail.trim_start().trim_start_matches(':').trim_start_matches('=');
                let all = words(pipeline, depth, base + (action.len() - pipeline.len()))?;
                check(&all)?;
                out.push(Node::Set(head.trim_start_matches('$').to_owned(), all));
                continue;
            }
            _ => {
                let all = words(action, depth, base)?;
                check(&all)?;
                out.push(Node::Print(all));
                continue;
            }
        };
        let (names, pipeline) = match tail.split_once(":=") {
            Some((names, pipeline)) => {
                (names.split(',').map(|n| n.trim().trim_start_matches('$').to_owned()).collect(), pipeline)
            }
            None => (Vec::new(), tail),
        };
        let base = base + (action.len() - pipeline.len());
        out.push(block_of(block, names, words(pipeline, depth, base)?, rest, depth, whole)?);
    }
}

/// A block from behind its head to its end.
fn block_of(
    block: Block,
    names: Vec<String>,
    head: Vec<Word>,
    rest: &mut &str,
    depth: u32,
    whole: usize,
) -> Result<Node, String> {
    if depth == 0 {
        return Err("too deep".to_owned());
    }
    let (body, stop) = nodes(rest, depth - 1, whole)?;
    let other = match stop {
        Stop::End => Vec::new(),
        Stop::Else => match nodes(rest, depth - 1, whole)? {
            (other, Stop::End) => other,
            _ => return Err("unexpected EOF".to_owned()),
        },
        // It ends with the same end.
        Stop::ElseIf(pipeline, base) => {
            let head = words(&pipeline, depth, base)?;
            vec![block_of(Block::If, Vec::new(), head, rest, depth - 1, whole)?]
        }
        Stop::Eof => return Err("unexpected EOF".to_owned()),
    };
    Ok(Node::Block(block, names, head, body, other))
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Go's text, or the first part of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        match nodes(&mut rest, DEEPEST, text.len())? {
            (all, Stop::Eof) => Ok(Self(all)),
            (_, Stop::End) => Err("unexpected {{end}}".to_owned()),
            (_, Stop::Else | Stop::ElseIf(..)) => Err("unexpected {{else}}".to_owned()),
        }
    }

    /// Fills it with a value.
    ///
    /// # Errors
    /// Go's text, or the first part of it.
    pub fn run(&self, value: &Json) -> Result<String, String> {
        self.run_typed(value, "")
    }

    /// Fills it with a value of a Go type.
    ///
    /// # Errors
    /// Go's text: what a type does not have is said otherwise than what a map does not have.
    pub fn run_typed(&self, value: &Json, kind: &'static str) -> Result<String, String> {
        let mut out = String::new();
        let mut vars = vec![(String::new(), value.clone())];
        match run(&self.0, value, &mut vars, &mut out) {
            // Rows have no fields that are absent.
            Ok(()) if kind.is_empty() => Ok(out),
            Ok(()) => Ok(out.replace("<no value>", "<nil>")),
            Err(why) => Err(if kind.is_empty() {
                why
            } else {
                match why.split_once(": map has no entry for key ") {
                    Some((head, key)) => {
                        format!("{head}: can't evaluate field {} in type {kind}", key.trim_matches('"'))
                    }
                    None => why,
                }
            }),
        }
    }
}

/// What Go prints of a pointer to nothing.
pub(super) const NIL: &str = "<nil>";

pub(super) fn truth(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(b) => *b,
        Json::Number(n) => *n != 0,
        Json::Text(t) => !t.is_empty(),
        Json::Invalid(text) => *text != NIL,
        Json::List(l) => !l.is_empty(),
        Json::Object(o) => !o.is_empty(),
    }
}

fn run(all: &[Node], dot: &Json, vars: &mut Vars, out: &mut String) -> Result<(), String> {
    for node in all {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Print(words) => out.push_str(&show(&eval(words, dot, vars)?)),
            Node::Set(name, words) => {
                let value = eval(words, dot, vars)?;
                vars.push((name.clone(), value));
            }
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
pub(super) fn show(value: &Json) -> String {
    match value {
        Json::Null => "<no value>".to_owned(),
        Json::Text(text) => text.clone(),
        Json::Invalid(text) => (*text).to_owned(),
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
            Word::Name(name, at) => call(name, &args)
                .map_err(|why| failed(*at, &source(part), &format!("error calling {name}: {why}")))?,
            // The one method with an argument.
            Word::Path(None, fields, _) if *fields == ["Label"] => {
                let wanted = args.first().map(show).unwrap_or_default();
                let labels = dot.get("Labels").map(show).unwrap_or_default();
                let of = |pair: &str| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (name == wanted).then(|| value.to_owned())
                };
                Json::Text(labels.split(',').find_map(of).unwrap_or_default())
            }
            other => one(other, dot, vars)?,
        });
    }
    last.ok_or_else(|| "missing value for command".to_owned())
}

fn one(word: &Word, dot: &Json, vars: &Vars) -> Result<Json, String> {
    match word {
        Word::Text(text) => Ok(Json::Text(text.clone())),
        Word::Number(n) => Ok(Json::Number(*n)),
        Word::Group(words, fields) => follow(eval(words, dot, vars)?, fields, 0),
        Word::Name(name, at) => call(name, &[]).map_err(|why| failed(*at, name, &why)),
        Word::Pipe => Err("unexpected |".to_owned()),
        Word::Path(variable, fields, at) => {
            let root = match variable {
                None => dot,
                Some(name) => {
                    let found = vars.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v);
                    found.ok_or_else(|| format!("undefined variable \"${name}\""))?
                }
            };
            follow(root.clone(), fields, *at)
        }
    }
}

/// The field of a field.
fn follow(mut at: Json, fields: &[String], place: usize) -> Result<Json, String> {
    // What Go has as a map of texts, where a key may be absent.
    const MAPS: [&str; 7] =
        ["Labels", "Options", "Sysctls", "DriverOpts", "Attributes", "Networks", "Containers"];
    let mut before = "";
    for field in fields {
        let map = MAPS.contains(&before);
        before = field;
        at = match &at {
            Json::Object(_) if map => at.get(field).cloned().unwrap_or(Json::Null),
            Json::Null => Json::Null,
            // A subnet without a gateway has an empty one.
            Json::Object(_) if field == "Gateway" && at.get("Subnet").is_some() => {
                at.get(field).cloned().unwrap_or_else(|| Json::Text(String::new()))
            }
            _ => at.get(field).cloned().ok_or_else(|| {
                failed(
                    place,
                    &format!(".{}", fields.join(".")),
                    &format!("map has no entry for key \"{field}\""),
                )
            })?,
        };
    }
    Ok(at)
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
