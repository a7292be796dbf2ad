//! A page's labs, console blocks, walks and claims, in order.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::console::{self, Exchange};
use crate::expect::spaced;

/// What a link's address begins with that claims something of the walk above it.
const CLAIM: &str = "#walk";

/// A part of a page that is run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Line of the page, from 1: of a block, its first line of text.
    pub line: usize,
    /// Where it stands in the page, in bytes.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// A part of a page that is run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The text of a lab.
    Lab(String),
    /// The file of a lab, and what is run after it.
    LabFile(String, String),
    /// What a terminal shows.
    Console(Vec<Exchange>),
    /// A walk: commands before it, its own, and what is to be found in it.
    Walk {
        /// The block as it stands.
        text: String,
        /// The commands before the walk's.
        before: Vec<Exchange>,
        /// The walk's.
        walk: Exchange,
    },
    /// Words that a step of the walk above holds; what the link says.
    Claim {
        /// Spaced by single blanks.
        words: String,
        /// The page's own words, as Markdown.
        says: String,
    },
    /// A block that cannot be read, and why.
    Bad(&'static str),
}

/// Reads a page.
pub fn read(text: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let line_of = |at: usize| text.get(..at).map_or(1, |above| above.matches('\n').count() + 1);
    let mut block: Option<(String, String, usize)> = None;
    let mut link: Option<(String, String)> = None;
    for (event, span) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.to_string(), String::new(), line_of(span.start) + 1));
            }
            Event::Text(more) => {
                if let Some((_, text, _)) = &mut block {
                    text.push_str(&more);
                }
                if let Some((_, says)) = &mut link {
                    says.push_str(&more);
                }
            }
            Event::Code(more) => {
                if let Some((_, says)) = &mut link {
                    says.push_str(&more);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, text, line)) = block.take()
                    && let Some(kind) = block_of(&info, text)
                {
                    items.push(Item { line, span, kind });
                }
            }
            Event::Start(Tag::Link { dest_url, title, .. }) if &*dest_url == CLAIM => {
                link = Some((title.to_string(), String::new()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((title, says)) = link.take() {
                    let words = spaced(if title.is_empty() { &says } else { &title });
                    let says = inner(text, &span);
                    items.push(Item { line: line_of(span.start), span, kind: Kind::Claim { words, says } });
                }
            }
            _ => {}
        }
    }
    items
}

/// Tables, footnotes and the rest of what mdBook's pages may hold.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// What stands between a link's brackets.
fn inner(page: &str, span: &Range<usize>) -> String {
    let link = page.get(span.clone()).unwrap_or_default();
    let end = link.rfind("](").unwrap_or(link.len());
    link.get(1..end).unwrap_or_default().to_owned()
}

fn block_of(info: &str, text: String) -> Option<Kind> {
    let mut words = info.split([' ', ',']).filter(|w| !w.is_empty());
    match words.next()? {
        "lab" => Some(match words.find_map(|w| w.strip_prefix("src=")) {
            Some(file) => Kind::LabFile(file.to_owned(), text),
            None => Kind::Lab(text),
        }),
        "console" => {
            let (exchanges, above) = console::read(&text);
            Some(match (exchanges.is_empty(), above.is_empty()) {
                (true, _) => Kind::Bad("a console block has no command: its lines begin with `$ `"),
                (_, false) => Kind::Bad("a console block begins with a command: `$ `"),
                _ => Kind::Console(exchanges),
            })
        }
        "walk" => {
            let (mut before, above) = console::read(&text);
            Some(match before.pop() {
                Some(walk) if above.is_empty() => Kind::Walk { text, before, walk },
                _ => Kind::Bad("a walk begins with a command: `c1$ ping 203.0.113.10`"),
            })
        }
        _ => None,
    }
}
