//! From words to rules.

use super::super::regex::{Regex, Syntax};
use super::lex::{Token, Wrong, lex};

/// Most operators of one statement.
const MOST_NODES: u32 = 800;
/// Deepest nesting.
const DEEPEST: u32 = 40;

type Result<T> = std::result::Result<T, Wrong>;

/// Something that can be set.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Variable(usize),
    Field(Box<Expr>),
    Item(usize, Vec<Expr>),
}

/// A function of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Builtin {
    Length,
    Substr,
    Index,
    Split,
    Sub,
    Gsub,
    Match,
    Sprintf,
    ToLower,
    ToUpper,
    Int,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(Vec<u8>),
    Regex(Box<Regex>),
    Get(Place),
    Set(Place, &'static str, Box<Expr>),
    /// Before or after, by how much.
    Step(Place, bool, f64),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    In(Vec<Expr>, usize),
    Call(Builtin, Vec<Expr>),
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expr(Expr),
    /// Values, whether the first is a format, and whether it goes to standard error.
    Print(Vec<Expr>, bool, bool),
    If(Expr, Vec<Statement>, Vec<Statement>),
    /// Condition, step, body, and whether the body comes first.
    Loop(Option<Expr>, Option<Expr>, Vec<Statement>, bool),
    Delete(usize, Vec<Expr>),
    Next,
    Exit(Option<Expr>),
    Break,
    Continue,
}

/// When a rule's action is run.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Begin,
    End,
    Always,
    If(Expr),
    Range(Expr, Expr),
}

/// A pattern and its action.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub pattern: Pattern,
    pub action: Vec<Statement>,
}

/// A program: its rules and the names of its variables.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub rules: Vec<Rule>,
    pub names: Vec<String>,
}

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

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    names: Vec<String>,
    depth: u32,
    nodes: u32,
    /// `>` redirects here.
    in_print: bool,
    /// `in` belongs to a `for`.
    no_in: bool,
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
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(t, _)| t)
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.peek(), Token::Op(o) if *o == op)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(n, _) if n == word)
    }

    fn eat(&mut self, op: &str) -> bool {
        let is = self.is(op);
        self.at += usize::from(is);
        is
    }

    fn need(&mut self, op: &str) -> Result<()> {
        if self.eat(op) { Ok(()) } else { self.wrong() }
    }

    fn skip_newlines(&mut self) {
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
    fn wrong<T>(&self) -> Result<T> {
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

    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            Err(Wrong::Refused("a program nested this deep".to_owned()))
        } else {
            Ok(())
        }
    }

    fn node(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Wrong::Refused("a statement of this length".to_owned()));
        }
        Ok(())
    }

    fn variable(&mut self, name: &str) -> usize {
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
    fn list(&mut self, close: &str) -> Result<Vec<Expr>> {
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

    fn expr(&mut self) -> Result<Expr> {
        self.deeper()?;
        let left = self.ternary()?;
        let op = match self.peek() {
            Token::Op(op @ ("=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=" | "**=")) => *op,
            _ => {
                self.depth -= 1;
                return Ok(left);
            }
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
