//! `man` and `help`: what is simulated of a tool, in a screenful.

use core::fmt::Write as _;

use packetwalk_netfilter::extension::{Info, Model};
use packetwalk_netfilter::{matches, targets};

use super::registry::{Known, known};
use crate::complete::{known_as, words};
use crate::{Cx, Poll};

/// Columns of a page.
const WIDTH: usize = 78;

/// `man TOOL`.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let names = cx.strings();
    let asked: Vec<&String> =
        names.iter().filter(|n| !n.starts_with('-') && n.parse::<u8>().is_err()).collect();
    if asked.is_empty() {
        cx.stderr.line("What manual page do you want?\nFor example, try 'man iptables', or 'help'.");
        return Poll::Exit(1);
    }
    let mut status = 0;
    for name in asked {
        match page(name) {
            Some(text) => cx.stdout.push(text.as_bytes()),
            None => {
                writeln!(cx.stderr, "No manual entry for {name}");
                status = 16;
            }
        }
    }
    Poll::Exit(status)
}

/// What can be typed: the tools that have a page, and the others by name.
pub(crate) fn overview() -> String {
    let mut text = String::from(
        "Commands run in virtual time on a simulated kernel. What is not simulated is refused by name.\n\n",
    );
    for (name, about) in words::tools() {
        let _ = writeln!(text, "  {name:<17} {about}");
    }
    let others = super::TOOLS.iter().map(|(name, _)| *name);
    let others = others.filter(|name| *name != "man" && words::of(&[known_as(name)]).is_none());
    text.push_str("\nAlso:\n");
    wrap(&mut text, others, 2);
    text.push_str(
        "\nman TOOL tells what is simulated of one. Tab completes, Ctrl-C ends what runs, exit leaves.\n\
         bash's language is there: if, for, while, functions, pipes, here-documents, background jobs.\n",
    );
    text
}

/// A tool's page; `None` when there is no such tool.
fn page(name: &str) -> Option<String> {
    if let "iptables-extensions" | "xtables-extensions" = name {
        return Some(extensions());
    }
    if known(name.as_bytes()) != Known::Simulated {
        return None;
    }
    let tool = known_as(name);
    let Some(own) = words::of(&[tool]) else {
        return Some(format!(
            "{name}: as on Debian 12, as far as scripts use it. An option that is not simulated is refused by \
             name.\n"
        ));
    };
    let mut text = format!("{tool}: {}\n\nSimulated:\n", own.about);
    if tool == "docker" {
        for (group, commands) in super::docker::commands() {
            let _ = writeln!(text, "  {}", format!("docker {group}").trim_end());
            wrap(&mut text, commands.into_iter(), 6);
        }
    }
    for (path, entry) in words::page(tool).filter(|(path, e)| !path.starts_with('-') && !e.words.is_empty()) {
        if tool == "docker" {
            break;
        }
        let about = if path.is_empty() || entry.about.is_empty() {
            String::new()
        } else {
            format!("   ({})", entry.about)
        };
        let _ = writeln!(text, "  {}{about}", format!("{tool} {path}").trim_end());
        wrap(&mut text, entry.words.split_whitespace().filter(|w| !w.starts_with('<')), 6);
    }
    if tool == "iptables" {
        for (option, list) in [("-m", matches::LIST), ("-j", targets::LIST)] {
            let _ = writeln!(text, "  {option}");
            wrap(&mut text, list.iter().map(|info| info.name), 6);
        }
        text.push_str("\nman iptables-extensions tells how far each of these is simulated.\n");
    }
    text.push_str("\nWhat is not simulated is refused by name, never ignored.\n");
    Some(text)
}

/// Each match and target.
fn extensions() -> String {
    let mut text = String::new();
    for (option, list) in [("-m", matches::LIST), ("-j", targets::LIST)] {
        for Info { name, summary, model, .. } in list {
            let far = match model {
                Model::Exact => String::new(),
                Model::Differs(how) => format!(" (but for {how})"),
                Model::Parsed => " (read and printed only)".to_owned(),
            };
            let _ = writeln!(text, "{option} {name:<12} {summary}{far}");
        }
    }
    text
}

fn wrap<'a>(text: &mut String, words: impl Iterator<Item = &'a str>, indent: usize) {
    let mut at = WIDTH;
    for word in words {
        if at + word.len() + 1 > WIDTH {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            text.extend(std::iter::repeat_n(' ', indent.saturating_sub(1)));
            at = indent;
        }
        text.push(' ');
        text.push_str(word);
        at += word.len() + 1;
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
}
