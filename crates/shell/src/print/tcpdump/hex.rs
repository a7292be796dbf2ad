//! Hex and ASCII dumps.
//!
//! # Source
//! tcpdump 4.99.3, `print-ascii.c`, `print.c`: `pretty_print_packet`.

use super::{Dump, put};

/// The dump below a line; `header` is the length of the link header.
pub(super) fn dump(dump: Dump, bytes: &[u8], header: usize, out: &mut String) {
    let from = |link: bool| bytes.get(if link { 0 } else { header }..).unwrap_or_default();
    match dump {
        Dump::None => {}
        Dump::Hex { link } => hex(from(link), "\n\t", out),
        Dump::HexAscii { link } => hex_and_ascii(from(link), out),
        Dump::Ascii { link } => ascii(from(link), out),
    }
}

/// `hex_print`: eight groups of two bytes a line, each line begun with `ident` and the offset.
pub(super) fn hex(bytes: &[u8], ident: &str, out: &mut String) {
    for (i, line) in bytes.chunks(16).enumerate() {
        put!(out, "{ident}0x{:04x}: ", i * 16);
        groups(line, out);
    }
}

fn groups(line: &[u8], out: &mut String) {
    for pair in line.chunks(2) {
        out.push(' ');
        for byte in pair {
            put!(out, "{byte:02x}");
        }
    }
}

fn hex_and_ascii(bytes: &[u8], out: &mut String) {
    for (i, line) in bytes.chunks(16).enumerate() {
        put!(out, "\n\t0x{:04x}: ", i * 16);
        let start = out.len();
        groups(line, out);
        let width = 40 - (out.len() - start);
        put!(out, "{:width$}  ", "");
        out.extend(line.iter().map(|&c| if c.is_ascii_graphic() { char::from(c) } else { '.' }));
    }
}

/// `ascii_print`.
fn ascii(bytes: &[u8], out: &mut String) {
    if bytes.is_empty() {
        return;
    }
    out.push('\n');
    for (i, &c) in bytes.iter().enumerate() {
        match c {
            b'\r' => {
                let rest = bytes.get(i + 1..).unwrap_or_default();
                if rest.len() > 1 && rest.first() != Some(&b'\n') {
                    out.push('.');
                }
            }
            b'\t' | b' ' | b'\n' => out.push(char::from(c)),
            c if c.is_ascii_graphic() => out.push(char::from(c)),
            _ => out.push('.'),
        }
    }
}
