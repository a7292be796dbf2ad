//! Protocols of text lines: HTTP, FTP, SMTP, WHOIS, RTSP, SIP.
//!
//! # Source
//! tcpdump 4.99.3, `util-print.c`: `txtproto_print`.

use super::dissect::{Cut, Dissect, Fields, Print, is_print};
use super::put;

/// Methods of HTTP and WebDAV (`print-http.c`).
#[rustfmt::skip]
pub(super) const HTTP: [&str; 38] = [
    "GET", "PUT", "COPY", "HEAD", "LOCK", "MOVE", "POLL", "POST", "BCOPY", "BMOVE", "MKCOL", "TRACE",
    "LABEL", "MERGE", "DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY", "BDELETE", "CONNECT",
    "OPTIONS", "CHECKIN", "PROPFIND", "CHECKOUT", "CCM_POST", "SUBSCRIBE", "PROPPATCH", "BPROPFIND",
    "BPROPPATCH", "UNCHECKOUT", "MKACTIVITY", "MKWORKSPACE", "UNSUBSCRIBE", "RPC_CONNECT",
    "VERSION-CONTROL", "BASELINE-CONTROL",
];

/// Methods of RTSP (`print-rtsp.c`).
#[rustfmt::skip]
pub(super) const RTSP: [&str; 11] = [
    "DESCRIBE", "ANNOUNCE", "GET_PARAMETER", "OPTIONS", "PAUSE", "PLAY", "RECORD", "REDIRECT", "SETUP",
    "SET_PARAMETER", "TEARDOWN",
];

/// Methods of SIP (`print-sip.c`).
#[rustfmt::skip]
pub(super) const SIP: [&str; 17] = [
    "ACK", "BYE", "CANCEL", "DO", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK", "QAUTH",
    "REFER", "REGISTER", "SPRACK", "SUBSCRIBE", "UPDATE", "PUBLISH",
];

/// The protocol's name, and the first line if it looks like a request or response; all lines with `-v`.
/// Without `commands`, every payload does.
pub(super) fn print(
    d: &mut Dissect<'_>,
    protocol: &'static str,
    commands: Option<&[&str]>,
    b: &[u8],
    len: usize,
) -> Print {
    d.protocol = protocol;
    put!(d.out, "{}", protocol.to_ascii_uppercase());
    if !commands.is_none_or(|commands| is_message(commands, b, len)) {
        return Ok(());
    }
    if !d.verbose(1) {
        line(d, ": ", b, 0, len)?;
        return Ok(());
    }
    put!(d.out, ", length: {len}");
    let mut at = 0;
    while at < len {
        match line(d, "\n\t", b, at, len)? {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(())
}

/// A request, or a response with its code as second word.
fn is_message(commands: &[&str], b: &[u8], len: usize) -> bool {
    let Some((first, next)) = token(b, 0, len) else { return false };
    let command = commands.iter().any(|command| first.eq_ignore_ascii_case(command.as_bytes()));
    let code = |token: &[u8]| token.len() == 3 && token.iter().all(u8::is_ascii_digit);
    command || token(b, next, len).is_some_and(|(second, _)| code(second))
}

/// `fetch_token`: a word of at most 127 characters, and where the next one begins.
fn token(b: &[u8], start: usize, len: usize) -> Option<(&[u8], usize)> {
    let mut at = start;
    while at < len {
        let c = *b.get(at)?;
        if matches!(c, b' ' | b'\t' | b'\r' | b'\n') {
            break;
        }
        if !is_print(c) || at - start >= 127 {
            return None;
        }
        at += 1;
    }
    let token = b.get(start..at).filter(|token| !token.is_empty())?;
    while at < len && matches!(b.get(at), Some(b' ')) {
        at += 1;
    }
    Some((token, at))
}

/// `print_txt_line`: where the next line begins; `None` when there is none, or this one is not text.
fn line(d: &mut Dissect<'_>, prefix: &str, b: &[u8], start: usize, len: usize) -> Print<Option<usize>> {
    let mut at = start;
    let next = loop {
        if at >= len {
            break None;
        }
        match b.u8(at)? {
            b'\n' => break Some(at + 1),
            b'\r' if at + 1 >= len => return Ok(None),
            b'\r' if b.u8(at + 1)? == b'\n' => break Some(at + 2),
            c if is_print(c) || c == b'\t' => at += 1,
            _ => return Ok(None),
        }
    };
    let text = b.get(start..at).ok_or(Cut::Line)?;
    d.text(prefix);
    d.out.extend(text.iter().map(|&c| char::from(c)));
    if next.is_none() {
        d.truncated();
    }
    Ok(next)
}
