//! Expressions, from the loosest operators to the tightest.

use super::super::regex::{Regex, Syntax};
use super::lex::{Token, Wrong};
use super::parse::{Parser, Result, is_keyword};
use super::tree::{Builtin, Expr, Place};

const BUILTINS: [(&str, Builtin, usize, usize); 11] = [
    ("length", Builtin::Length, 0, 1),
    ("substr", Builtin::Substr, 2, 3),
    ("index", Builtin::Index, 2, 2),
    ("split", Builtin::Split, 2, 3),
    ("sub", Builtin::Sub, 2, 3),
    ("gsub", Builtin::Gsub, 2, 3),
    ("match", Builtin::Match, 2, 2),
    ("sprintf", Builtin::Sprintf, 1, usize::MAX),
    ("tolower", Builtin::ToLower, 1, 1),
    ("toupper", Builtin::ToUpper, 1, 1),
    ("int", Builtin::Int, 1, 1),
];

/// Parts of the language that are not simulated.
const REFUSED: [&str; 22] = [
    "ARGC", "ARGV", "ENVIRON", "RS", "atan2", "close", "cos", "exp", "fflush", "func", "function", "getline",
    "log", "mktime", "nextfile", "rand", "sin", "sqrt", "srand", "strftime", "system", "systime",
];

impl Parser {
    /// An expression.
    pub(super) fn expr(&mut self) -> Result<Expr> {
        self.deeper()?;
        let left = self.ternary()?;
        let &Token::Op(op @ ("=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=" | "**=")) = self.peek() else {
            self.depth -= 1;
            return Ok(left);
        };
        let Expr::Get(place) = left else { return self.wrong() };
        self.at += 1;
        self.skip_newlines();
        let value = self.expr()?;
        self.depth -= 1;
        let op = match op {
            "=" => "",
            "+=" => "+",
            "-=" => "-",
            "*=" => "*",
            "/=" => "/",
            "%=" => "%",
            _ => "^",
        };
        Ok(Expr::Set(place, op, Box::new(value)))
    }

    fn ternary(&mut self) -> Result<Expr> {
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.skip_newlines();
        let yes = self.expr()?;
        self.skip_newlines();
        self.need(":")?;
        self.skip_newlines();
        let no = self.expr()?;
        self.node()?;
        Ok(Expr::If(Box::new((condition, yes, no))))
    }

    /// The operators from the loosest to the tightest.
    fn binary(&mut self, level: usize) -> Result<Expr> {
        const LEVELS: [&[&str]; 8] = [
            &["||"],
            &["&&"],
            &["in"],
            &["~", "!~"],
            &["<", "<=", "==", "!=", ">", ">="],
            &[" "],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(ops) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let op = match self.peek().clone() {
                Token::Op(">") if self.in_print => return Ok(left),
                Token::Op(op) if ops.contains(&op) => {
                    self.at += 1;
                    op
                }
                Token::Name(word, _) if word == "in" => {
                    if level != 2 || self.no_in {
                        return Ok(left);
                    }
                    self.at += 1;
                    let Token::Name(name, _) = self.peek().clone() else { return self.wrong() };
                    self.at += 1;
                    self.node()?;
                    left = Expr::In(vec![left], self.variable(&name));
                    continue;
                }
                _ if level == 5 && self.operand_next() => " ",
                _ => return Ok(left),
            };
            self.node()?;
            if matches!(op, "||" | "&&") {
                self.skip_newlines();
            }
            let right = self.binary(level + 1)?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
    }

    /// Whether an operand follows that is joined to the one before.
    fn operand_next(&self) -> bool {
        match self.peek() {
            Token::Number(_) | Token::Text(_) => true,
            Token::Name(name, _) => !is_keyword(name),
            Token::Op(op) => matches!(*op, "$" | "(" | "!" | "++" | "--" | "/re/"),
            _ => false,
        }
    }

    fn unary(&mut self) -> Result<Expr> {
        for (op, make) in
            [("!", Expr::Not as fn(Box<Expr>) -> Expr), ("-", Expr::Negative), ("+", Expr::Positive)]
        {
            if self.eat(op) {
                self.deeper()?;
                self.node()?;
                let inner = self.unary()?;
                self.depth -= 1;
                return Ok(make(Box::new(inner)));
            }
        }
        let base = self.postfix()?;
        if self.eat("^") {
            self.node()?;
            self.deeper()?;
            let power = self.unary()?;
            self.depth -= 1;
            return Ok(Expr::Binary("^", Box::new(base), Box::new(power)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Result<Expr> {
        for (op, by) in [("++", 1.0), ("--", -1.0)] {
            if self.eat(op) {
                let Expr::Get(place) = self.primary()? else { return self.wrong() };
                return Ok(Expr::Step(place, true, by));
            }
        }
        let base = self.primary()?;
        if let Expr::Get(place) = &base {
            for (op, by) in [("++", 1.0), ("--", -1.0)] {
                if self.eat(op) {
                    return Ok(Expr::Step(place.clone(), false, by));
                }
            }
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<Expr> {
        let token = self.peek().clone();
        self.at += 1;
        match token {
            Token::Number(n) => Ok(Expr::Number(n)),
            Token::Text(text) => Ok(Expr::Text(text)),
            Token::Op("$") => {
                self.deeper()?;
                self.node()?;
                let inner = if self.eat("-") {
                    Expr::Negative(Box::new(self.primary()?))
                } else if self.is("++") || self.is("--") {
                    self.postfix()?
                } else {
                    self.primary()?
                };
                self.depth -= 1;
                Ok(Expr::Get(Place::Field(Box::new(inner))))
            }
            Token::Op("(") => {
                self.deeper()?;
                let mut list = self.list(")")?;
                self.depth -= 1;
                if list.len() == 1 {
                    return Ok(list.pop().unwrap_or(Expr::Number(0.0)));
                }
                if self.is_word("in") && !list.is_empty() {
                    self.at += 1;
                    let Token::Name(name, _) = self.peek().clone() else { return self.wrong() };
                    self.at += 1;
                    return Ok(Expr::In(list, self.variable(&name)));
                }
                self.at -= 1;
                self.wrong()
            }
            Token::Op("/re/") => {
                let Token::Text(text) = self.peek().clone() else { return self.wrong() };
                let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
                self.at += 1;
                compile(&text, line).map(|r| Expr::Regex(Box::new(r)))
            }
            Token::Name(name, called) => {
                if REFUSED.binary_search(&name.as_str()).is_ok() {
                    return Err(Wrong::Refused(name));
                }
                if let Some((_, builtin, least, most)) = BUILTINS.iter().find(|b| b.0 == name) {
                    let args = if self.eat("(") { self.list(")")? } else { Vec::new() };
                    if args.len() < *least || args.len() > *most {
                        let line = self.tokens.get(self.at - 1).map_or(1, |(_, line)| *line);
                        return Err(Wrong::Text(format!(
                            "line {line}: wrong number of arguments in call to {name}"
                        )));
                    }
                    return Ok(Expr::Call(*builtin, args));
                }
                if is_keyword(&name) || matches!(name.as_str(), "BEGIN" | "END") {
                    self.at -= 1;
                    return self.wrong();
                }
                if called {
                    let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
                    return Err(Wrong::Text(format!("line {}: function {name} never defined", line + 1)));
                }
                let variable = self.variable(&name);
                if self.eat("[") {
                    let keys = self.list("]")?;
                    return Ok(Expr::Get(Place::Item(variable, keys)));
                }
                Ok(Expr::Get(Place::Variable(variable)))
            }
            _ => {
                self.at -= 1;
                self.wrong()
            }
        }
    }
}

fn compile(text: &[u8], line: usize) -> Result<Regex> {
    Regex::new(text, Syntax::Awk, false).map_err(|e| {
        let why = match e.0 {
            "Unmatched ( or \\(" => "missing ')'",
            "Unmatched ) or \\)" => "missing '('",
            text if text.starts_with("Unmatched [") => "bad class -- [], [^] or [",
            text => text,
        };
        let shown = String::from_utf8_lossy(text);
        Wrong::Text(format!("line {line}: regular expression compile failed ({why})\n{shown}"))
    })
}
