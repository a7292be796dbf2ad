//! Tables of `ls` and `ps`, and `--format`.
//!
//! # Source
//! docker/cli, `cli/command/formatter/formatter.go`; Go, `text/tabwriter` with 10 as least width, 1 as tab
//! width and 3 of padding.

use crate::Cx;
use crate::tools::docker::cli::Bad;
use crate::tools::docker::is_new;
use crate::tools::docker::json::Json;
use crate::tools::docker::template::Template;

/// The columns of a table: head and field.
pub(in crate::tools::docker) type Table = &'static [(&'static str, &'static str)];

/// Heads of columns that no table has by itself.
const HEADS: &[(&str, &str)] = &[
    ("INTERNAL", "Internal"),
    ("IPV6", "IPv6"),
    ("IPV4", "IPv4"),
    ("LABELS", "Labels"),
    ("NETWORKS", "Networks"),
    ("CREATED AT", "CreatedAt"),
    ("SIZE", "Size"),
    ("STATE", "State"),
    ("MOUNTS", "Mounts"),
    ("LOCAL VOLUMES", "LocalVolumes"),
    ("SERVICE", "Service"),
    ("PROJECT", "Project"),
];

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
                out.push_str(cell);
                // A width of Rust's formatter is no more than 65,535.
                out.push_str(&" ".repeat(width.saturating_sub(cell.chars().count())));
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
    kind: &'static str,
    new: bool,
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
    if format == "raw" {
        return Err(Bad::Own("packetwalk: --format raw is not simulated".to_owned()));
    }
    if format == "json" && new {
        return Ok(all.iter().map(|row| row.compact() + "\n").collect());
    }
    let (is_table, text) = match format.strip_prefix("table ") {
        Some(text) => (true, text),
        None => (false, format),
    };
    let text = text.replace("\\t", "\t").replace("\\n", "\n");
    // `ps` looks at its template before it asks.
    let early = kind == "*formatter.ContainerContext";
    let parse = if early { "failed to parse template" } else { "template parsing error" };
    let run = if early { "failed to execute template" } else { "template parsing error" };
    let bad = |why: String| Bad::Own(format!("{parse}: template: :1: {why}"));
    let template = Template::parse(&text).map_err(bad)?;
    let fill = |row: &Json| template.run_typed(row, kind).map_err(|why| Bad::Own(format!("{run}: {why}")));
    let mut lines: Vec<String> = Vec::new();
    if is_table {
        let head = HEADS
            .iter()
            .chain(table)
            .map(|(head, name)| ((*name).to_owned(), Json::Text((*head).to_owned())))
            .collect();
        lines.push(fill(&Json::Object(head))?);
    }
    for row in all {
        lines.push(fill(row)?);
    }
    if is_table {
        let cells = |l: &String| l.split('\t').map(str::to_owned).collect();
        return Ok(align(&lines.iter().map(cells).collect::<Vec<Vec<String>>>()));
    }
    Ok(lines.into_iter().map(|l| l + "\n").collect())
}

/// What `inspect` prints of things: a list, or a line each by `--format`.
///
/// Where the template fails, what was printed before it is left, with the blank line that 29 ends it with.
pub(in crate::tools::docker) fn print(
    cx: &mut Cx<'_>,
    all: Vec<Json>,
    format: Option<&str>,
) -> Result<(), Bad> {
    let new = is_new(cx);
    match texts(all, format) {
        Ok(text) => cx.stdout.push(text.as_bytes()),
        Err(bad @ Bad::Own(_)) => {
            if new {
                cx.stdout.line("");
            }
            return Err(bad);
        }
        Err(bad) => return Err(bad),
    }
    Ok(())
}

fn texts(all: Vec<Json>, format: Option<&str>) -> Result<String, Bad> {
    match format {
        None | Some("") => Ok(Json::List(all).pretty() + "\n"),
        Some("json") => Ok(Json::List(all).compact() + "\n"),
        Some(format) => {
            let bad = |why: String| Bad::Status64(format!("template parsing error: template: :1: {why}"));
            let template = Template::parse(format).map_err(bad)?;
            let mut out = String::new();
            for thing in &all {
                let line =
                    template.run(thing).map_err(|e| Bad::Own(format!("template parsing error: {e}")))?;
                out += &(line + "\n");
            }
            if all.is_empty() {
                out.push('\n');
            }
            Ok(out)
        }
    }
}
