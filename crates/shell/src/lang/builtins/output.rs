//! `echo`.

use crate::Cx;
use crate::lang::escape;
use crate::lang::interp::{After, Interp};

/// What `echo` prints for its words.
pub(crate) fn echo_text(words: &[Vec<u8>]) -> Vec<u8> {
    let (mut newline, mut escapes, mut at) = (true, false, 1);
    while let Some([b'-', letters @ ..]) = words.get(at).map(Vec::as_slice) {
        if letters.is_empty() || !letters.iter().all(|b| b"neE".contains(b)) {
            break;
        }
        for letter in letters {
            match letter {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = false,
            }
        }
        at += 1;
    }
    let mut out = words.get(at..).unwrap_or(&[]).join(&b' ');
    if escapes {
        let (text, stopped) = escape::echo(&out);
        out = text;
        newline &= !stopped;
    }
    if newline {
        out.push(b'\n');
    }
    out
}

pub(super) fn echo(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if sh.state.dash {
        let plain = words.get(1).is_some_and(|w| w == b"-n");
        let args = words.get(if plain { 2 } else { 1 }..).unwrap_or(&[]);
        let (mut text, stopped) = escape::echo(&args.join(&b' '));
        if !plain && !stopped {
            text.push(b'\n');
        }
        return After::Status(sh.print(cx, "echo", &text));
    }
    After::Status(sh.print(cx, "echo", &echo_text(words)))
}
