//! mdBook's preprocessor: labs, walks and claims become elements; what does not hold ends the build.
//!
//! # Source
//! mdBook's documentation, "For Developers", "Preprocessors": the book comes as JSON, and goes as JSON.

use core::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::check::{Checker, attributes};
use crate::page::{self, Kind};

/// Why a book was not made.
#[derive(Debug)]
pub enum PreprocessError {
    /// What came is not what mdBook sends.
    Protocol(String),
    /// Pages say what is not so: a line each, with the file's name and line.
    Broken(Vec<String>),
}

impl core::fmt::Display for PreprocessError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Protocol(why) => write!(f, "not a book as mdBook sends it: {why}"),
            Self::Broken(lines) => f.write_str(&lines.join("\n")),
        }
    }
}

impl core::error::Error for PreprocessError {}

/// Takes `[context, book]`, and gives the book with every chapter's text made over.
///
/// # Errors
/// [`PreprocessError`]. Nothing is given back then.
pub fn preprocess(input: &str) -> Result<String, PreprocessError> {
    let protocol = |why: &str| PreprocessError::Protocol(why.to_owned());
    let value: Value = serde_json::from_str(input).map_err(|e| PreprocessError::Protocol(e.to_string()))?;
    let Value::Array(mut pair) = value else { return Err(protocol("no array")) };
    let (Some(mut book), Some(context)) = (pair.pop(), pair.pop()) else {
        return Err(protocol("not two values"));
    };
    let at = |path: &str| context.pointer(path).and_then(Value::as_str);
    let root = at("/root").ok_or_else(|| protocol("the context has no root"))?;
    let src: PathBuf = Path::new(root).join(at("/config/book/src").unwrap_or("src"));
    let mut broken = Vec::new();
    chapters(&mut book, &src, &mut broken);
    if broken.is_empty() { Ok(book.to_string()) } else { Err(PreprocessError::Broken(broken)) }
}

/// Makes over every chapter below a value.
fn chapters(value: &mut Value, src: &Path, broken: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                chapters(item, src, broken);
            }
        }
        Value::Object(fields) => {
            if let Some(chapter) = fields.get_mut("Chapter") {
                self::chapter(chapter, src, broken);
            }
            for (_, field) in fields.iter_mut() {
                chapters(field, src, broken);
            }
        }
        _ => {}
    }
}

fn chapter(chapter: &mut Value, src: &Path, broken: &mut Vec<String>) {
    let path = ["source_path", "path"].iter().find_map(|f| chapter.get(f).and_then(Value::as_str));
    let Some(path) = path.map(|p| src.join(p)) else { return };
    let Some(content) = chapter.get("content").and_then(Value::as_str) else { return };
    let dir = path.parent().unwrap_or(src);
    match page(content, dir) {
        Ok(text) => {
            if let Some(content) = chapter.get_mut("content") {
                *content = Value::String(text);
            }
        }
        Err(lines) => broken.extend(lines.into_iter().map(|line| format!("{}:{line}", path.display()))),
    }
}

/// A page with its elements.
fn page(text: &str, dir: &Path) -> Result<String, Vec<String>> {
    let mut checker = Checker::new(dir);
    let mut out = String::new();
    let (mut at, mut labs, mut walks) = (0, 0, 0);
    for item in page::read(text) {
        checker.item(&item);
        let element = match &item.kind {
            Kind::Lab(_) | Kind::LabFile(..) => {
                labs += 1;
                lab(labs, &checker.lab)
            }
            Kind::Walk { text, before, walk } => {
                walks += 1;
                let (setup, walk) = attributes(before, walk);
                self::walk(labs, walks, &setup, &walk, text)
            }
            Kind::Claim { words, says } => {
                format!("<a href=\"#walk-{walks}\" data-step=\"{}\">{says}</a>", escape(words))
            }
            Kind::Console(_) | Kind::Bad(_) => continue,
        };
        out.push_str(text.get(at..item.span.start).unwrap_or_default());
        out.push_str(&element);
        at = item.span.end;
    }
    checker.end();
    out.push_str(text.get(at..).unwrap_or_default());
    let lines: Vec<String> = checker.report.broken.iter().map(|b| format!("{}: {}", b.line, b.why)).collect();
    if lines.is_empty() { Ok(out) } else { Err(lines) }
}

/// The text of a lab, folded away.
fn lab(number: usize, text: &str) -> String {
    format!(
        "<details class=\"packet-walk-lab\"><summary>lab</summary><pre><code id=\"lab-{number}\" class=\"language-bash\">{}</code></pre></details>\n",
        escape(text)
    )
}

fn walk(lab: usize, number: usize, setup: &str, walk: &str, text: &str) -> String {
    let mut tag = format!("<packet-walk id=\"walk-{number}\" lab=\"#lab-{lab}\" walk=\"{}\"", escape(walk));
    if !setup.is_empty() {
        let _ = write!(tag, " setup=\"{}\"", escape(setup));
    }
    // The element alone would be a part of a paragraph, which the <pre> in it would end.
    format!(
        "<div>{tag}><pre><code class=\"language-console\">{}</code></pre></packet-walk></div>\n",
        escape(text)
    )
}

/// A text as HTML on one line: Markdown ends an HTML block at an empty line.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = "```lab\nip netns add c1\nip link add veth1 type veth peer name eth0 netns c1\nip addr add 10.0.0.1/24 dev veth1\nip link set veth1 up\nip -n c1 addr add 10.0.0.2/24 dev eth0\nip -n c1 link set eth0 up\n```\n";

    fn book(content: &str) -> String {
        let chapter = serde_json::json!({"Chapter": {"name": "a", "content": content, "source_path": "a.md", "path": "a.md",
            "sub_items": [{"Chapter": {"name": "b", "content": content, "path": "b.md", "sub_items": []}}]}});
        let context = serde_json::json!({"root": "/book", "config": {"book": {"src": "src"}}});
        serde_json::json!([context, {"sections": ["Separator", chapter]}]).to_string()
    }

    #[test]
    fn every_chapter_gets_its_elements() {
        let content = format!(
            "{LAB}\n```walk\nc1$ ping 10.0.0.1\nroute 10.0.0.0/24 dev eth0\n```\nIt is [**delivered**](#walk \"host deliver\") and `x`.\n"
        );
        let made: Value = serde_json::from_str(&preprocess(&book(&content)).expect("holds")).expect("JSON");
        for path in ["/sections/1/Chapter/content", "/sections/1/Chapter/sub_items/0/Chapter/content"] {
            let text = made.pointer(path).and_then(Value::as_str).expect("a chapter");
            for part in [
                "id=\"lab-1\"",
                "<packet-walk id=\"walk-1\" lab=\"#lab-1\" walk=\"c1 ping -c1 10.0.0.1\">",
                "href=\"#walk-1\" data-step=\"host deliver\">",
                ">**delivered**</a> and `x`.",
            ] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert!(!text.contains("```"), "{text}");
        }
    }

    #[test]
    fn what_does_not_hold_ends_the_build() {
        let content = format!("{LAB}\n```walk\nc1$ ping 10.0.0.1\nfilter FORWARD\n```\n");
        let Err(PreprocessError::Broken(lines)) = preprocess(&book(&content)) else { panic!("it holds") };
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].starts_with("/book/src/a.md:11: the walk has no line here that holds"),
            "{}",
            lines[0]
        );
    }

    #[test]
    fn what_is_no_book_is_refused() {
        for input in ["", "{}", "[1]", "[{}, {}]", "null", "[[],[],[]]"] {
            assert!(matches!(preprocess(input), Err(PreprocessError::Protocol(_))), "{input}");
        }
    }
}
