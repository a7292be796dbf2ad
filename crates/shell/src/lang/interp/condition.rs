//! `[[ … ]]`.

use std::rc::Rc;

use super::{Frame, Interp, Step};
use crate::Cx;
use crate::lang::ast::{Command, Condition, Kind};
use crate::lang::builtins::test;
use crate::lang::escape::quote_if_needed;
use crate::lang::expand::{Done, Expander, Log, Stop};
use crate::tools::text::regex::{Regex, Syntax};

impl Interp {
    pub(super) fn step_condition(&mut self, cx: &mut Cx<'_>, command: Rc<Command>, mut log: Log) -> Step {
        let Kind::Condition(condition) = &command.kind else { return Step::Next };
        let xtrace = self.state.options.xtrace;
        let mut lines = Vec::new();
        let mut groups = None;
        let value = self.expand(cx, &mut log, |e| {
            lines.clear();
            e.condition(condition, &mut lines, &mut groups)
        });
        match value {
            Ok(value) => {
                if xtrace {
                    for line in &lines {
                        self.trace(cx, &[b"[[ ", line.as_slice(), b" ]]"].concat());
                    }
                }
                if let Some(groups) = groups {
                    self.set_matches(groups);
                }
                self.finished(cx, u8::from(!value))
            }
            Err(super::Halt::Discard(text)) if text.starts_with("[[: ") => {
                self.error(cx, &text);
                self.finished(cx, 1)
            }
            Err(halt) => self.halted(cx, halt, Frame::Condition { command, log }),
        }
    }

    /// `$BASH_REMATCH`.
    fn set_matches(&mut self, groups: Vec<Vec<u8>>) {
        let _ = self.state.vars.unset(b"BASH_REMATCH");
        for (n, group) in groups.into_iter().enumerate() {
            let _ = self.state.vars.set_element(b"BASH_REMATCH", n as i64, group);
        }
    }
}

impl Expander<'_, '_> {
    /// The value of a condition; `lines`: what `set -x` prints of it.
    fn condition(
        &mut self,
        condition: &Condition,
        lines: &mut Vec<Vec<u8>>,
        groups: &mut Option<Vec<Vec<u8>>>,
    ) -> Done<bool> {
        Ok(match condition {
            Condition::Not(inner) => {
                let value = !self.condition(inner, lines, groups)?;
                if let Some(line) = lines.last_mut() {
                    *line = [b"! ", line.as_slice()].concat();
                }
                value
            }
            Condition::And(a, b) => self.condition(a, lines, groups)? && self.condition(b, lines, groups)?,
            Condition::Or(a, b) => self.condition(a, lines, groups)? || self.condition(b, lines, groups)?,
            Condition::Unary(op, word) => {
                let value = self.single(word)?;
                lines.push([op.as_slice(), b" ", &quote_if_needed(&value)].concat());
                if op == b"-v" {
                    let now = self.cx.now();
                    return Ok(self.state.variable(&value, now).is_some());
                }
                test::unary(self.cx, op, &value)
            }
            Condition::Binary(left, op, right) => {
                let a = self.single(left)?;
                match op.as_slice() {
                    b"=" | b"==" | b"!=" => {
                        let plain = self.single(right)?;
                        lines.push(
                            [quote_if_needed(&a).as_slice(), b" ", op.as_slice(), b" ", &plain].concat(),
                        );
                        self.pattern(right)?.matches(&a) == (op != b"!=")
                    }
                    b"=~" => {
                        let regex = self.regex(right)?;
                        lines.push([quote_if_needed(&a).as_slice(), b" =~ ", &regex].concat());
                        match Regex::new(&regex, Syntax::SedExtended, false) {
                            Ok(regex) => {
                                *groups = Some(regex.groups(&a).unwrap_or_default());
                                groups.as_ref().is_some_and(|g| !g.is_empty())
                            }
                            Err(_) => return Err(Stop::Discard("[[: invalid regular expression".to_owned())),
                        }
                    }
                    _ => {
                        let b = self.single(right)?;
                        lines.push(
                            [quote_if_needed(&a).as_slice(), b" ", op.as_slice(), b" ", &quote_if_needed(&b)]
                                .concat(),
                        );
                        if let Some(compare) = test::integer_compare(op) {
                            let arith = |e: Stop| match e {
                                Stop::Discard(text) => Stop::Discard(format!("[[: {text}")),
                                other => other,
                            };
                            let a = self.evaluate(&a).map_err(arith)?;
                            return Ok(compare(&a, &self.evaluate(&b).map_err(arith)?));
                        }
                        test::binary(self.cx, &a, op, &b)
                    }
                }
            }
        })
    }
}
