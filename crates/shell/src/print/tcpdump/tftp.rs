//! TFTP.
//!
//! # Source
//! tcpdump 4.99.3, `print-tftp.c`: `tftp_print`.

use super::dissect::{Dissect, Fields, Print, first, name};
use super::put;

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) {
    d.protocol = "tftp";
    put!(d.out, "TFTP, length {len}");
    if message(d, first(b, len)).is_err() {
        d.truncated();
    }
}

fn message(d: &mut Dissect<'_>, b: &[u8]) -> Print {
    const ERRORS: [(u16, &str); 8] = [
        (0, "EUNDEF"),
        (1, "ENOTFOUND"),
        (2, "EACCESS"),
        (3, "ENOSPACE"),
        (4, "EBADOP"),
        (5, "EBADID"),
        (6, "EEXISTS"),
        (7, "ENOUSER"),
    ];
    let op = b.u16(0)?;
    let names = [(1, "RRQ"), (2, "WRQ"), (3, "DATA"), (4, "ACK"), (5, "ERROR"), (6, "OACK")];
    let Some(name_of_op) = name(&names, op) else {
        put!(d.out, ", tftp-#{op}");
        return Ok(());
    };
    put!(d.out, ", {name_of_op}");
    let mut b = b.from(2)?;
    match op {
        1 | 2 => {
            b.u8(0)?;
            d.text(" \"");
            let (rest, whole) = string(d, b);
            d.text("\"");
            b = whole.and(Ok(rest))?;
            b.u8(0)?;
            d.text(" ");
            let (rest, whole) = string(d, b);
            b = whole.and(Ok(rest))?;
            options(d, b)
        }
        6 => options(d, b),
        5 => {
            let code = b.u16(0)?;
            match name(&ERRORS, code) {
                Some(name) => put!(d.out, " {name}"),
                None => put!(d.out, " tftp-err-#{code} \""),
            }
            b = b.from(2)?;
            b.u8(0)?;
            d.text(" \"");
            let (_, whole) = string(d, b);
            d.text("\"");
            whole
        }
        _ => {
            put!(d.out, " block {}", b.u16(0)?);
            Ok(())
        }
    }
}

fn options(d: &mut Dissect<'_>, mut b: &[u8]) -> Print {
    while let Some(&c) = b.first() {
        if c != 0 {
            d.text(" ");
        }
        let (rest, whole) = string(d, b);
        whole?;
        b = rest;
    }
    Ok(())
}

/// `nd_printztn`: a string up to its NUL; what follows, and whether the NUL was there.
fn string<'b>(d: &mut Dissect<'_>, b: &'b [u8]) -> (&'b [u8], Print) {
    let end = b.iter().position(|&c| c == 0);
    let text = first(b, end.unwrap_or(b.len()));
    d.chars(text, text.len());
    match end {
        Some(end) => (b.get(end + 1..).unwrap_or_default(), Ok(())),
        None => (&[], Err(super::dissect::Cut::Printer)),
    }
}
