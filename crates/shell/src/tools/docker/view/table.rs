//! Tables of `ls` and `ps`, and `--format`.
//!
//! # Source
//! docker/cli, `cli/command/formatter/formatter.go`; Go, `text/tabwriter` with 10 as least width, 1 as tab
//! width and 3 of padding.

use crate::tools::docker::cli::Bad;
use crate::tools::docker::json::Json;
use crate::tools::docker::template::Template;

/// The columns of a table: head and field.
pub(in crate::tools::docker) type Table = &'static [(&'static str, &'static str)];

const LEAST: usize = 10;
const PADDING: usize = 3;

fn align(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        let widest = lines.iter().filter_map(|l| l.get(at)).map(|c| c.chars().count()).max().unwrap_or(0);
        (widest + PADDING).max(LEAST)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let last = line.len().saturating_sub(1);
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            if at == last {
                out.push_str(cell);
            } else {
                out.push_str(&format!("{cell:<width$}"));
            }
        }
        out.push('\n');
    }
    out
}

/// Rows as a table, or as `--format` says.
pub(in crate::tools::docker) fn rows(
    all: &[Json],
    table: Table,
    format: Option<&str>,
) -> Result<String, Bad> {
    let field = |row: &Json, name: &str| match row.get(name) {
        Some(Json::Text(text)) => text.clone(),
        Some(other) => other.compact(),
        None => String::new(),
    };
    let Some(format) = format.filter(|f| !f.is_empty() && *f != "table") else {
        let head = table.iter().map(|(head, _)| (*head).to_owned()).collect();
        let mut lines: Vec<Vec<String>> = vec![head];
        lines.extend(all.iter().map(|row| table.iter().map(|(_, name)| field(row, name)).collect()));
        return Ok(align(&lines));
    };
    if format == "json" {
        return Ok(all.iter().map(|row| row.compact() + "\n").collect());
    }
    let (is_table, text) = match format.strip_prefix("table ") {
        Some(text) => (true, text),
        None => (false, format),
    };
    let text = text.replace("\\t", "\t").replace("\\n", "\n");
    let bad = |why: String| Bad::Own(format!("template parsing error: template: :1: {why}"));
    let template = Template::parse(&text).map_err(bad)?;
    let mut lines: Vec<String> = Vec::new();
    if is_table {
        let head =
            table.iter().map(|(head, name)| ((*name).to_owned(), Json::Text((*head).to_owned()))).collect();
        lines.push(template.run(&Json::Object(head)).map_err(Bad::Own)?);
    }
    for row in all {
        lines.push(template.run(row).map_err(Bad::Own)?);
    }
    if is_table {
        let cells = |l: &String| l.split('\t').map(str::to_owned).collect();
        return Ok(align(&lines.iter().map(cells).collect::<Vec<Vec<String>>>()));
    }
    Ok(lines.into_iter().map(|l| l + "\n").collect())
}

/// What `inspect` prints of things: a list, or a line each by `--format`.
pub(in crate::tools::docker) fn print(all: Vec<Json>, format: Option<&str>) -> Result<String, Bad> {
    match format {
        None | Some("") => Ok(Json::List(all).pretty() + "\n"),
        Some("json") => Ok(Json::List(all).compact() + "\n"),
        Some(format) => {
            let bad = |why: String| Bad::Own(format!("Template parsing error: template: :1: {why}"));
            let template = Template::parse(format).map_err(bad)?;
            let mut out = String::new();
            for thing in &all {
                let line =
                    template.run(thing).map_err(|e| Bad::Own(format!("template parsing error: {e}")))?;
                out += &(line + "\n");
            }
            Ok(out)
        }
    }
}
