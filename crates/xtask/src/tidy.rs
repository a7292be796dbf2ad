//! `cargo xtask tidy`: the house rules that a machine can see.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::labs;

/// Lines of a source file, without its tests.
const LONGEST: usize = 600;
/// Lines of the middle one of a crate's files.
const MEDIAN: usize = 200;
/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 10] =
    ["target", ".git", ".tools", "node_modules", "pkg", "vendor", "dist", "tutorial", "corpus", "artifacts"];
/// Paths of one machine, which mean nothing on another.
const MACHINE: [&str; 3] = ["/work/", "/home/", "/Users/"];

/// Checks every file of the project.
///
/// # Errors
/// A rule is broken; all breaches are printed.
pub fn tidy(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    let mut breaches = Vec::new();
    for file in &files {
        // What is no text is a picture.
        let Ok(text) = fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(root).unwrap_or(file).display().to_string();
        breaches.extend(lines(&name, &text));
        breaches.extend(machine(&name, &text));
        breaches.extend(unfinished(&name, &text));
    }
    breaches.extend(medians(root, &files));
    breaches.extend(goldens(root)?);
    breaches.extend(copies(root));
    if breaches.is_empty() {
        println!("tidy: {} files", files.len());
        return Ok(());
    }
    bail!("{} breaches of the house rules:\n  {}", breaches.len(), breaches.join("\n  "))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !path.is_symlink() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Lines before the tests of a source file; `None` for other files and for tests.
fn source(name: &str, text: &str) -> Option<usize> {
    let end = Path::new(name).extension().unwrap_or_default();
    let ours = (name.starts_with("crates/") && end == "rs") || (name.starts_with("www/") && end == "js");
    let tests = name.contains("/tests/");
    (ours && !tests).then(|| text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count())
}

fn lines(name: &str, text: &str) -> Option<String> {
    let count = source(name, text).filter(|count| *count > LONGEST)?;
    Some(format!("{name}: {count} lines; the most is {LONGEST}"))
}

fn machine(name: &str, text: &str) -> Option<String> {
    // This file has to name them.
    let path =
        MACHINE.into_iter().find(|path| text.contains(path) && !name.ends_with("xtask/src/tidy.rs"))?;
    Some(format!("{name}: has a path of one machine, {path}"))
}

fn unfinished(name: &str, text: &str) -> Option<String> {
    let words: &[&str] = match Path::new(name).extension().unwrap_or_default().to_str() {
        Some("rs") if !name.ends_with("xtask/src/tidy.rs") => &["todo!(", "unimplemented!(", "#[ignore"],
        Some("js") => &["test.only(", "test.skip(", "describe.only("],
        _ => &[],
    };
    let word = words.iter().find(|word| text.contains(**word))?;
    Some(format!("{name}: has {word}"))
}

fn medians(root: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut crates: std::collections::BTreeMap<PathBuf, Vec<usize>> = std::collections::BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(file);
        let Ok(text) = fs::read_to_string(file) else { continue };
        if let Some(count) = source(&name.display().to_string(), &text) {
            crates.entry(name.components().take(2).collect()).or_default().push(count);
        }
    }
    let medians = crates.into_iter().map(|(part, mut counts)| {
        counts.sort_unstable();
        (part, counts[counts.len() / 2])
    });
    let long = medians.filter(|(_, median)| *median > MEDIAN);
    long.map(|(part, median)| {
        format!("{}: the median file has {median} lines; the most is {MEDIAN}", part.display())
    })
    .collect()
}

fn goldens(root: &Path) -> Result<Vec<String>> {
    let labs = labs::find(&root.join("tests/labs"), "")?;
    for lab in &labs {
        if let Some(why) = lab.known_difference() {
            println!("{}: known to differ: {}", lab.name, why.trim());
        }
    }
    let bare = labs.iter().filter(|lab| lab.linux().is_none());
    Ok(bare.map(|lab| format!("tests/labs/{}: has no linux.txt", lab.name)).collect())
}

/// The page's lab is the golden's.
fn copies(root: &Path) -> Option<String> {
    let (page, golden) = ("www/labs/docker-2015.sh", "tests/labs/article/docker-2015/lab.sh");
    let text = |name: &str| fs::read_to_string(root.join(name)).ok();
    (text(page) != text(golden)).then(|| format!("{page} differs from {golden}"))
}
