//! `mapfile`, also called `readarray`.

use super::{integer, lossy};
use crate::Cx;
use crate::lang::interp::{After, Frame, Interp, MapState};
use crate::lang::parse::name_len;

const USAGE: &str = "mapfile: usage: mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]\n";

pub(super) fn mapfile(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let mut state = MapState {
        name: b"MAPFILE".to_vec(),
        trim: false,
        skip: 0,
        most: 0,
        fd: 0,
        delimiter: b'\n',
        bytes: Vec::new(),
    };
    let mut at = 1;
    while let Some([b'-', letter, rest @ ..]) = words.get(at).map(Vec::as_slice) {
        at += 1;
        match letter {
            b'-' => break,
            b't' => state.trim = true,
            b'n' | b's' | b'u' | b'd' => {
                let value = if rest.is_empty() {
                    at += 1;
                    words.get(at - 1).cloned().unwrap_or_default()
                } else {
                    rest.to_vec()
                };
                if *letter == b'd' {
                    state.delimiter = value.first().copied().unwrap_or(0);
                    continue;
                }
                let Some(number) = integer(&value).and_then(|n| u32::try_from(n).ok()) else {
                    sh.error(cx, &format!("mapfile: {}: invalid line count", lossy(&value)));
                    return After::Status(1);
                };
                match letter {
                    b'n' => state.most = number as usize,
                    b's' => state.skip = number as usize,
                    _ => state.fd = number,
                }
            }
            b'O' | b'C' | b'c' => {
                return After::Status(sh.refuse(cx, &format!("mapfile -{}", char::from(*letter)), 1));
            }
            _ => {
                sh.error(cx, &format!("mapfile: -{}: invalid option", char::from(*letter)));
                let _ = cx.write_fd(2, USAGE.as_bytes());
                return After::Status(2);
            }
        }
    }
    if let Some(name) = words.get(at) {
        if name.is_empty() || name_len(name) != name.len() {
            sh.error(cx, &format!("mapfile: `{}': not a valid identifier", lossy(name)));
            return After::Status(1);
        }
        state.name.clone_from(name);
    }
    After::Push(Box::new(Frame::MapFile(state)))
}
