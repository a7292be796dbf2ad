//! `read`.

use core::time::Duration;

use super::{integer, lossy};
use crate::Cx;
use crate::lang::interp::{After, Frame, Interp, ReadState};
use crate::lang::parse::name_len;

/// A duration like `2.5` in seconds.
pub(crate) fn seconds(text: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.is_empty() && part.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX / 4_000_000_000) };
    let nanos: u32 = format!("{part:0<9.9}").parse().ok()?;
    Some(Duration::new(whole.min(u64::MAX / 4_000_000_000), nanos))
}

pub(super) fn read(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let mut state = ReadState {
        names: Vec::new(),
        array: None,
        raw: false,
        fd: 0,
        delimiter: b'\n',
        most: None,
        deadline: None,
        bytes: Vec::new(),
        escaped: Vec::new(),
        backslash: false,
    };
    let mut at = 1;
    'words: while let Some([b'-', letters @ ..]) = words.get(at).map(Vec::as_slice) {
        at += 1;
        if letters == b"-" || letters.is_empty() {
            break;
        }
        for (n, &letter) in letters.iter().enumerate() {
            match letter {
                b'r' => state.raw = true,
                b's' | b'e' => {}
                b'a' | b'd' | b'n' | b'N' | b'p' | b't' | b'u' | b'i' => {
                    let rest = words.get(at - 1).and_then(|w| w.get(n + 2..)).unwrap_or(&[]);
                    let value = if rest.is_empty() {
                        at += 1;
                        words.get(at - 1).cloned()
                    } else {
                        Some(rest.to_vec())
                    };
                    let Some(value) = value else {
                        sh.error(cx, &format!("read: -{}: option requires an argument", char::from(letter)));
                        return usage(cx);
                    };
                    match letter {
                        b'a' => state.array = Some(value),
                        b'd' => state.delimiter = value.first().copied().unwrap_or(0),
                        b'n' | b'N' => match integer(&value) {
                            Some(n) if n >= 0 => state.most = Some((n as usize, letter == b'N')),
                            _ => {
                                sh.error(cx, &format!("read: {}: invalid number", lossy(&value)));
                                return After::Status(1);
                            }
                        },
                        b't' => match seconds(&value) {
                            Some(t) => state.deadline = Some(cx.now() + t),
                            None => {
                                let text = format!("read: {}: invalid timeout specification", lossy(&value));
                                sh.error(cx, &text);
                                return After::Status(1);
                            }
                        },
                        b'u' => match integer(&value).and_then(|n| u32::try_from(n).ok()) {
                            Some(fd) => state.fd = fd,
                            None => {
                                let text =
                                    format!("read: {}: invalid file descriptor specification", lossy(&value));
                                sh.error(cx, &text);
                                return After::Status(1);
                            }
                        },
                        // A prompt is printed at a terminal only.
                        _ => {}
                    }
                    continue 'words;
                }
                _ => {
                    sh.error(cx, &format!("read: -{}: invalid option", char::from(letter)));
                    return usage(cx);
                }
            }
        }
    }
    for name in words.get(at..).unwrap_or(&[]) {
        if name.is_empty() || name_len(name) != name.len() {
            sh.error(cx, &format!("read: `{}': not a valid identifier", lossy(name)));
            return After::Status(1);
        }
        state.names.push(name.clone());
    }
    After::Push(Box::new(Frame::ReadLine(state)))
}

fn usage(cx: &mut Cx<'_>) -> After {
    let text = "read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n";
    let _ = cx.write_fd(2, text.as_bytes());
    After::Status(2)
}
