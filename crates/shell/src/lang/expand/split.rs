//! Splitting of expanded words into fields.

use super::{Flag, Run};

/// One field, with a flag a byte: whether pattern characters of it are plain.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub text: Vec<u8>,
    pub quoted: Vec<bool>,
}

impl Field {
    fn push(&mut self, byte: u8, quoted: bool) {
        self.text.push(byte);
        self.quoted.push(quoted);
    }

    /// Whether it has an unquoted pattern character.
    pub fn is_pattern(&self) -> bool {
        self.text.iter().zip(&self.quoted).any(|(b, quoted)| !quoted && matches!(b, b'*' | b'?' | b'['))
    }
}

/// What separated the last field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Blank,
    Other,
}

/// The fields of a word that was expanded.
pub(super) fn split(runs: &[Run], separators: &[u8]) -> Vec<Field> {
    let (mut fields, mut field, mut begun, mut last) = (Vec::new(), Field::default(), false, Last::Nothing);
    for run in runs {
        match run {
            Run::Quotes => begun = true,
            Run::Break => {
                if begun {
                    fields.push(std::mem::take(&mut field));
                }
                (begun, last) = (false, Last::Nothing);
            }
            Run::Text(text, Flag::Split) => {
                for &b in text {
                    if !separators.contains(&b) {
                        field.push(b, false);
                        (begun, last) = (true, Last::Nothing);
                        continue;
                    }
                    let blank = matches!(b, b' ' | b'\t' | b'\n');
                    if begun {
                        fields.push(std::mem::take(&mut field));
                        begun = false;
                        last = if blank { Last::Blank } else { Last::Other };
                    } else if !blank {
                        // A separator after blanks belongs to them; another one makes an empty field.
                        if last != Last::Blank {
                            fields.push(Field::default());
                        }
                        last = Last::Other;
                    }
                }
            }
            Run::Text(text, flag) => {
                for &b in text {
                    field.push(b, *flag == Flag::Quoted);
                }
                if !text.is_empty() {
                    (begun, last) = (true, Last::Nothing);
                }
            }
        }
    }
    if begun {
        fields.push(field);
    }
    fields
}
