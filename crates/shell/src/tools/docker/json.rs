//! JSON as Go's encoder prints it.

use packetwalk_wire::Order;

/// A value. An object keeps the order in which a Go struct has its fields.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    /// An address of Go's that is none: an empty text in JSON, and these words in a template.
    Invalid(&'static str),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// An object of literal names.
pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A text.
pub(super) fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

/// An address, or what Go's `netip` says where there is none.
pub(super) fn address(value: Option<String>, new: bool, none: &'static str) -> Json {
    match value.filter(|v| !v.is_empty()) {
        Some(value) => text(value),
        None if new => Json::Invalid(none),
        None => text(""),
    }
}

/// An object of strings, as a Go map prints it: sorted.
pub(super) fn map(pairs: &[(String, String)]) -> Json {
    let mut all: Vec<(String, Json)> = pairs.iter().map(|(k, v)| (k.clone(), text(v.clone()))).collect();
    all.order_by(|a, b| a.0.cmp(&b.0));
    Json::Object(all)
}

/// A list, or `null` when there is nothing.
pub(super) fn list_or_null(values: Vec<Json>) -> Json {
    if values.is_empty() { Json::Null } else { Json::List(values) }
}

fn quote(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl Json {
    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        let inner = indent.map(|n| n + 1);
        let line = |out: &mut String, at: Option<usize>| {
            if let Some(n) = at {
                out.push('\n');
                for _ in 0..n {
                    out.push_str("    ");
                }
            }
        };
        let items = |out: &mut String,
                     open: char,
                     close: char,
                     all: &mut dyn Iterator<Item = (Option<&str>, &Json)>| {
            out.push(open);
            let mut some = false;
            for (name, value) in all {
                if some {
                    out.push(',');
                }
                some = true;
                line(out, inner);
                if let Some(name) = name {
                    quote(out, name);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                }
                value.write(out, inner);
            }
            if some {
                line(out, indent);
            }
            out.push(close);
        };
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => out.push_str(&value.to_string()),
            Self::Text(value) => quote(out, value),
            Self::Invalid(_) => quote(out, ""),
            Self::List(all) => items(out, '[', ']', &mut all.iter().map(|v| (None, v))),
            Self::Object(all) => items(out, '{', '}', &mut all.iter().map(|(n, v)| (Some(n.as_str()), v))),
        }
    }

    /// One line, as `{{json .}}` prints it.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// Lines indented by four blanks, as `docker inspect` prints them.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }
}
