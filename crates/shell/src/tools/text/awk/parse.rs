//! From words to rules.

use super::lex::{Token, Wrong, lex};
use super::tree::{Expr, Pattern, Program, Rule, Statement};

/// Most operators of one statement.
const MOST_NODES: u32 = 800;
/// Deepest nesting.
const DEEPEST: u32 = 40;

/// A part of a program, or what is wrong with it.
pub(super) type Result<T> = std::result::Result<T, Wrong>;

/// Whether a name is a word of the language, after which an operand may come.
pub(super) fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "print"
            | "printf"
            | "if"
            | "else"
            | "while"
            | "for"
            | "do"
            | "in"
            | "return"
            | "exit"
            | "next"
            | "delete"
    )
}

/// The state of reading.
pub(super) struct Parser {
    pub(super) tokens: Vec<(Token, usize)>,
    pub(super) at: usize,
    pub(super) names: Vec<String>,
    pub(super) depth: u32,
    pub(super) nodes: u32,
    /// `>` redirects here.
    pub(super) in_print: bool,
    /// `in` belongs to a `for`.
    pub(super) no_in: bool,
}

/// Reads a program.
pub(super) fn parse(text: &[u8]) -> Result<Program> {
    let tokens = lex(text)?;
    let names = super::SPECIAL.iter().map(|n| (*n).to_owned()).collect();
    let mut p = Parser { tokens, at: 0, names, depth: 0, nodes: 0, in_print: false, no_in: false };
    let mut rules = Vec::new();
    loop {
        p.skip_ends();
        if *p.peek() == Token::End {
            break;
        }
        rules.push(p.rule()?);
    }
    Ok(Program { rules, names: p.names })
}

impl Parser {
    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(t, _)| t)
    }

    pub(super) fn is(&self, op: &str) -> bool {
        matches!(self.peek(), Token::Op(o) if *o == op)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(n, _) if n == word)
    }

    pub(super) fn eat(&mut self, op: &str) -> bool {
        let is = self.is(op);
        self.at += usize::from(is);
        is
    }

    pub(super) fn need(&mut self, op: &str) -> Result<()> {
        if self.eat(op) { Ok(()) } else { self.wrong() }
    }

    pub(super) fn skip_newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    fn skip_ends(&mut self) {
        while *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
        }
    }

    /// mawk's complaint about the next token.
    pub(super) fn wrong<T>(&self) -> Result<T> {
        let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
        let shown = match self.peek() {
            Token::End => return Err(Wrong::Text(format!("line {}: missing }} near end of file", line + 1))),
            Token::Newline => "end of line".to_owned(),
            Token::Number(n) => {
                String::from_utf8_lossy(&super::value::Value::Number(*n).text(b"%.6g")).into_owned()
            }
            Token::Text(text) => format!("\"{}\"", String::from_utf8_lossy(text)),
            Token::Name(name, _) => name.clone(),
            Token::Op("/re/") => "/".to_owned(),
            Token::Op(op) => (*op).to_owned(),
        };
        Err(Wrong::Text(format!("line {line}: syntax error at or near {shown}")))
    }

    pub(super) fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            Err(Wrong::Refused("a program nested this deep".to_owned()))
        } else {
            Ok(())
        }
    }

    pub(super) fn node(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Wrong::Refused("a statement of this length".to_owned()));
        }
        Ok(())
    }

    pub(super) fn variable(&mut self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn rule(&mut self) -> Result<Rule> {
        self.nodes = 0;
        if self.is("}") {
            let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
            let text =
                format!("line {line}: extra '}}'\nawk: line {line}: syntax error at or near end of line");
            return Err(Wrong::Text(text));
        }
        let pattern = if self.is("{") {
            Pattern::Always
        } else if self.is_word("BEGIN") || self.is_word("END") {
            let begin = self.is_word("BEGIN");
            self.at += 1;
            if !self.is("{") {
                return self.wrong();
            }
            if begin { Pattern::Begin } else { Pattern::End }
        } else {
            let from = self.expr()?;
            if self.eat(",") {
                self.skip_newlines();
                Pattern::Range(from, self.expr()?)
            } else {
                Pattern::If(from)
            }
        };
        let action =
            if self.is("{") { self.block()? } else { vec![Statement::Print(Vec::new(), false, false)] };
        if !matches!(
            self.peek(),
            Token::Newline | Token::End | Token::Op(";" | "{" | "/re/" | "$" | "!" | "(")
        ) && !matches!(self.peek(), Token::Name(..) | Token::Number(_) | Token::Text(_))
        {
            return self.wrong();
        }
        Ok(Rule { pattern, action })
    }

    fn block(&mut self) -> Result<Vec<Statement>> {
        self.need("{")?;
        self.deeper()?;
        let mut out = Vec::new();
        loop {
            self.skip_ends();
            if self.eat("}") {
                self.depth -= 1;
                return Ok(out);
            }
            if *self.peek() == Token::End {
                return self.wrong();
            }
            out.push(self.statement()?);
        }
    }

    /// The body of `if` and the like.
    fn body(&mut self) -> Result<Vec<Statement>> {
        self.skip_newlines();
        if self.is("{") {
            return self.block();
        }
        if self.eat(";") {
            return Ok(Vec::new());
        }
        self.deeper()?;
        let one = self.statement()?;
        self.depth -= 1;
        Ok(vec![one])
    }

    /// A simple statement's end.
    fn end(&mut self) -> Result<()> {
        match self.peek() {
            Token::Newline | Token::Op(";") => {
                self.at += 1;
                Ok(())
            }
            Token::Op("}") | Token::End => Ok(()),
            _ => self.wrong(),
        }
    }

    fn statement(&mut self) -> Result<Statement> {
        self.nodes = 0;
        if self.is("{") {
            return Ok(Statement::If(Expr::Number(1.0), self.block()?, Vec::new()));
        }
        let word = match self.peek() {
            Token::Name(name, _) => name.clone(),
            _ => String::new(),
        };
        match word.as_str() {
            "if" => {
                self.at += 1;
                self.need("(")?;
                let condition = self.expr()?;
                self.need(")")?;
                let yes = self.body()?;
                let back = self.at;
                self.skip_ends();
                if self.is_word("else") {
                    self.at += 1;
                    return Ok(Statement::If(condition, yes, self.body()?));
                }
                self.at = back;
                return Ok(Statement::If(condition, yes, Vec::new()));
            }
            "while" => {
                self.at += 1;
                self.need("(")?;
                let condition = self.expr()?;
                self.need(")")?;
                return Ok(Statement::Loop(Some(condition), None, self.body()?, false));
            }
            "do" => {
                self.at += 1;
                let body = self.body()?;
                self.skip_ends();
                if !self.is_word("while") {
                    return self.wrong();
                }
                self.at += 1;
                self.need("(")?;
                let condition = self.expr()?;
                self.need(")")?;
                self.end()?;
                return Ok(Statement::Loop(Some(condition), None, body, true));
            }
            "for" => return self.for_loop(),
            _ => {}
        }
        let simple = self.simple(&word)?;
        self.end()?;
        Ok(simple)
    }

    fn for_loop(&mut self) -> Result<Statement> {
        self.at += 1;
        self.need("(")?;
        if matches!(self.tokens.get(self.at + 1), Some((Token::Name(n, _), _)) if n == "in") {
            return Err(Wrong::Refused("for (… in …)".to_owned()));
        }
        let first = if self.is(";") { None } else { Some(self.expr()?) };
        self.need(";")?;
        self.skip_newlines();
        let condition = if self.is(";") { None } else { Some(self.expr()?) };
        self.need(";")?;
        self.skip_newlines();
        let step = if self.is(")") { None } else { Some(self.expr()?) };
        self.need(")")?;
        let body = self.body()?;
        let all = Statement::Loop(condition, step, body, false);
        Ok(match first {
            Some(first) => Statement::If(Expr::Number(1.0), vec![Statement::Expr(first), all], Vec::new()),
            None => all,
        })
    }

    fn simple(&mut self, word: &str) -> Result<Statement> {
        Ok(match word {
            "print" | "printf" => {
                self.at += 1;
                return self.print(word == "printf");
            }
            "next" | "break" | "continue" => {
                self.at += 1;
                match word {
                    "next" => Statement::Next,
                    "break" => Statement::Break,
                    _ => Statement::Continue,
                }
            }
            "exit" => {
                self.at += 1;
                let bare = matches!(self.peek(), Token::Newline | Token::End | Token::Op(";" | "}"));
                Statement::Exit(if bare { None } else { Some(self.expr()?) })
            }
            "delete" => {
                self.at += 1;
                let Token::Name(name, _) = self.peek().clone() else { return self.wrong() };
                self.at += 1;
                let array = self.variable(&name);
                let keys = if self.eat("[") { self.list("]")? } else { Vec::new() };
                Statement::Delete(array, keys)
            }
            _ => Statement::Expr(self.expr()?),
        })
    }

    fn print(&mut self, format: bool) -> Result<Statement> {
        let ends = |p: &Self| {
            matches!(p.peek(), Token::Newline | Token::End | Token::Op(";" | "}" | ">" | ">>" | "|"))
        };
        let mut values = Vec::new();
        let back = (self.at, self.nodes);
        let mut grouped = false;
        if self.eat("(") {
            let list = self.list(")");
            if let (Ok(list), true) = (list, ends(self)) {
                (values, grouped) = (list, true);
            } else {
                (self.at, self.nodes) = back;
            }
        }
        if !grouped {
            let outer = std::mem::replace(&mut self.in_print, true);
            while !ends(self) {
                values.push(self.expr()?);
                if !self.eat(",") {
                    break;
                }
                self.skip_newlines();
                if ends(self) {
                    return self.wrong();
                }
            }
            self.in_print = outer;
        }
        if format && values.is_empty() {
            let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
            return Err(Wrong::Text(format!("line {line}: no arguments in call to printf")));
        }
        let mut to_stderr = false;
        if let Token::Op(op @ (">" | ">>" | "|")) = self.peek() {
            let op = *op;
            self.at += 1;
            match self.peek().clone() {
                Token::Text(name) if op != "|" && name == b"/dev/stderr" => to_stderr = true,
                Token::Text(name) if op != "|" && name == b"/dev/stdout" => {}
                _ => return Err(Wrong::Refused(format!("print {op}"))),
            }
            self.at += 1;
        }
        Ok(Statement::Print(values, format, to_stderr))
    }

    /// Expressions up to a closing bracket.
    pub(super) fn list(&mut self, close: &str) -> Result<Vec<Expr>> {
        let outer = (std::mem::take(&mut self.in_print), std::mem::take(&mut self.no_in));
        let mut out = Vec::new();
        self.skip_newlines();
        if !self.is(close) {
            loop {
                out.push(self.expr()?);
                self.skip_newlines();
                if !self.eat(",") {
                    break;
                }
                self.skip_newlines();
            }
        }
        (self.in_print, self.no_in) = outer;
        if self.eat(close) {
            return Ok(out);
        }
        if close == ")" && *self.peek() == Token::End {
            let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
            return Err(Wrong::Text(format!("line {line}: missing ) near end of line")));
        }
        self.wrong()
    }
}
