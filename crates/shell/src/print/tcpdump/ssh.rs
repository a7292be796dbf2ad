//! SSH: only its version line.
//!
//! # Source
//! tcpdump 4.99.3, `print-ssh.c`: `ssh_print_version`.

use super::dissect::{Dissect, Fields, Print, is_print};

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "ssh";
    for (at, letter) in b"SSH-".iter().enumerate() {
        if b.u8(at)? != *letter {
            return Ok(());
        }
    }
    for at in 4..len {
        match b.u8(at)? {
            b'\r' if at + 1 >= len || b.u8(at + 1)? != b'\n' => return Ok(()),
            b'\n' | b'\r' => {
                d.text(": SSH: ");
                d.out.extend(b.iter().take(at).map(|&c| char::from(c)));
                return Ok(());
            }
            c if !is_print(c) => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}
