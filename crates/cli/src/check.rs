//! `packetwalk check`: whether pages hold.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::{Failure, lab};

/// Runs pages: 0 when everything that they say holds, 1 when not, or when none says anything that could be wrong.
pub fn check(pages: &[PathBuf]) -> Result<u8, Failure> {
    let (mut broken, mut checked) = (false, false);
    for path in pages {
        let text = lab::read(path)?;
        let text = String::from_utf8(text).map_err(|_| Failure(format!("{}: not UTF-8", path.display())))?;
        let report = packetwalk_book::check(&text, path.parent().unwrap_or(Path::new("")));
        for broken in &report.broken {
            let _ = writeln!(anstream::stderr(), "{}:{}: {}", path.display(), broken.line, broken.why);
        }
        let said = [
            (report.labs, "lab"),
            (report.commands, "command"),
            (report.walks, "walk"),
            (report.claims, "claim"),
        ]
        .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
        .join(", ");
        let end = match (report.broken.len(), report.commands + report.claims) {
            (0, 0) => "nothing to check".to_owned(),
            (0, _) => "all hold".to_owned(),
            (broken, _) => format!("{broken} broken"),
        };
        broken |= !report.broken.is_empty();
        checked |= report.commands + report.claims > 0;
        lab::print(format!("{}: {said}: {end}\n", path.display()).as_bytes())?;
    }
    Ok(u8::from(broken || !checked))
}
