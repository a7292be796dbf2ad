//! The book's pages: whether they hold in the simulator, and on this machine's kernel.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use packetwalk_book::{Broken, Session};

use crate::kernel;
use crate::summary::Tally;

/// Checks every page; the kernel is asked as root, about what needs no Docker engine.
///
/// # Errors
/// No page is found, or one cannot be read.
pub fn check(root: &Path) -> Result<Tally> {
    let mut tally = Tally::default();
    let pages = find(&root.join("www/book"))?;
    if pages.is_empty() {
        bail!("no pages below www/book");
    }
    let unavailable = kernel::not_comparable(&root.join("tests/labs"));
    if let Some(why) = &unavailable {
        println!("the kernel itself was not asked: {why}");
    }
    for path in pages {
        let text = fs::read_to_string(&path)?;
        let dir = path.parent().context("a page has a folder")?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let report = packetwalk_book::check(&text, dir);
        said(&name, "", &report.broken);
        tally.failed += report.broken.len();
        tally.passed += (report.commands + report.claims).saturating_sub(report.broken.len());
        for session in packetwalk_book::sessions(&text, dir)? {
            if unavailable.is_some() || session.needs_docker() {
                tally.skipped += session.commands();
                continue;
            }
            let broken = on_linux(&session)?;
            said(&name, "on Linux, ", &broken);
            tally.failed += broken.len();
            tally.passed += session.commands() - broken.len();
        }
    }
    Ok(tally)
}

/// What a session shows that this machine's kernel does not print, in the best of three times: a busy machine loses a
/// packet or is late.
fn on_linux(session: &Session) -> Result<Vec<Broken>> {
    let mut broken = Vec::new();
    for _ in 0..3 {
        let printed = kernel::at_terminal(&session.script())?;
        let printed = printed.rsplit_once("exit status: ").map_or("", |(before, _)| before);
        broken = session.compare(printed);
        if broken.is_empty() {
            break;
        }
    }
    Ok(broken)
}

fn said(page: &str, whence: &str, broken: &[Broken]) {
    for Broken { line, why } in broken {
        println!("{page}:{line}: {whence}{why}");
    }
}

/// The Markdown files below a folder, by name.
fn find(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            pages.append(&mut find(&path)?);
        } else if path.extension().is_some_and(|e| e == "md")
            && path.file_name().is_some_and(|n| n != "SUMMARY.md")
        {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}
