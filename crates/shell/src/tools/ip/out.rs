//! iproute2's two faces of one output: text, and JSON with `-j`.

use core::fmt::Write;

/// What colour a word has with `-c`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Color {
    /// Not coloured.
    None,
    /// Interface names.
    IfName,
    /// MACs.
    Mac,
    /// IPv4 addresses.
    Inet,
    /// IPv6 addresses.
    Inet6,
    /// `UP`.
    Up,
    /// `DOWN`.
    Down,
}

impl Color {
    const fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::IfName => "\x1b[36m",
            Self::Mac => "\x1b[33m",
            Self::Inet => "\x1b[35m",
            Self::Inet6 => "\x1b[34m",
            Self::Up => "\x1b[32m",
            Self::Down => "\x1b[31m",
        }
    }

    /// The colour of an address's family.
    pub(crate) const fn of(addr: std::net::IpAddr) -> Self {
        if addr.is_ipv4() { Self::Inet } else { Self::Inet6 }
    }
}

/// The state of a JSON stream.
#[derive(Clone, Debug, Default)]
struct Json {
    pretty: bool,
    depth: usize,
    sep: bool,
}

/// Where the output goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Out {
    text: String,
    json: Option<Json>,
    /// `-o`: lines of one record are joined by a backslash.
    pub(crate) oneline: bool,
    pub(crate) color: bool,
}

impl Out {
    /// Text.
    pub(crate) fn new(oneline: bool, color: bool) -> Self {
        Self { text: String::new(), json: None, oneline, color }
    }

    /// What was written so far.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Begins a JSON array of records when `-j` was given.
    pub(crate) fn begin(&mut self, json: bool, pretty: bool) {
        if json {
            self.json = Some(Json { pretty, depth: 0, sep: false });
            self.open('[');
        }
    }

    /// Ends it.
    pub(crate) fn end(&mut self) {
        if self.json.is_some() {
            self.close_array();
            self.json = None;
            self.text.push('\n');
        }
    }

    /// Whether JSON is being written.
    pub(crate) const fn is_json(&self) -> bool {
        self.json.is_some()
    }

    fn separate(&mut self) {
        if let Some(json) = &mut self.json {
            if json.sep {
                self.text.push(',');
            }
            json.sep = true;
        }
    }

    fn line(&mut self) {
        if let Some(json) = &self.json
            && json.pretty
        {
            self.text.push('\n');
            self.text.push_str(&"    ".repeat(json.depth));
        }
    }

    fn open(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
        if let Some(json) = &mut self.json {
            json.depth += 1;
            json.sep = false;
            if json.pretty && bracket == '[' {
                self.text.push(' ');
            }
        }
    }

    fn close(&mut self, bracket: char) {
        let Some(json) = &mut self.json else { return };
        json.depth = json.depth.saturating_sub(1);
        if json.sep {
            self.line();
        }
        self.text.push(bracket);
        if let Some(json) = &mut self.json {
            json.sep = true;
        }
    }

    fn name(&mut self, key: &str) {
        self.separate();
        self.line();
        let pretty = self.json.as_ref().is_some_and(|j| j.pretty);
        self.quote(key);
        self.text.push_str(if pretty { ": " } else { ":" });
        if let Some(json) = &mut self.json {
            json.sep = false;
        }
    }

    fn quote(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            match c {
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\\' => self.text.push_str("\\\\"),
                '"' => self.text.push_str("\\\""),
                _ => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    /// Opens an object: a record, or with `key` a member. JSON only.
    pub(crate) fn open_object(&mut self, key: Option<&str>) {
        if self.json.is_some() {
            if let Some(key) = key {
                self.name(key);
            }
            self.open('{');
        }
    }

    /// Closes it.
    pub(crate) fn close_object(&mut self) {
        self.close('}');
    }

    /// Opens an array member. JSON only.
    pub(crate) fn open_array(&mut self, key: &str) {
        if self.json.is_some() {
            self.name(key);
            self.open('[');
        }
    }

    /// Closes it.
    pub(crate) fn close_array(&mut self) {
        if let Some(json) = &mut self.json {
            let space = json.pretty && json.sep;
            json.sep = false;
            if space {
                self.text.push(' ');
            }
        }
        self.close(']');
    }

    /// Text only.
    pub(crate) fn fp(&mut self, text: &str) {
        if self.json.is_none() {
            self.text.push_str(text);
        }
    }

    /// A new line of the same record: a backslash with `-o`.
    pub(crate) fn nl(&mut self) {
        self.fp(if self.oneline { "\\" } else { "\n" });
    }

    fn value(&mut self, key: Option<&str>, json: &str) {
        if let Some(key) = key {
            self.name(key);
        }
        self.separate();
        self.text.push_str(json);
    }

    /// A string: `text` is its text form.
    pub(crate) fn string(&mut self, key: &str, value: &str, text: &str) {
        self.colored(Color::None, key, value, text);
    }

    /// A string that is coloured; `text` has `{}` where the value stands.
    pub(crate) fn colored(&mut self, color: Color, key: &str, value: &str, text: &str) {
        if self.json.is_some() {
            self.name(key);
            self.separate();
            self.quote(value);
        } else if self.color && color != Color::None {
            let _ = write!(self.text, "{}{text}\x1b[0m", color.code());
        } else {
            self.text.push_str(text);
        }
    }

    /// A string of an array.
    pub(crate) fn item(&mut self, value: &str, text: &str) {
        if self.json.is_some() {
            self.separate();
            self.quote(value);
        } else {
            self.text.push_str(text);
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, key: &str, value: u64, text: &str) {
        if self.json.is_some() {
            self.value(Some(key), &value.to_string());
        } else {
            self.text.push_str(text);
        }
    }

    /// A number that JSON shows in its own way (`0.00`).
    pub(crate) fn raw(&mut self, key: &str, json: &str, text: &str) {
        if self.json.is_some() {
            self.value(Some(key), json);
        } else {
            self.text.push_str(text);
        }
    }

    /// A hexadecimal number: a string in JSON.
    pub(crate) fn hex(&mut self, key: &str, value: u32, text: &str) {
        let json = if value == 0 { "0".to_owned() } else { format!("{value:#x}") };
        self.string(key, &json, text);
    }

    /// `true` in JSON.
    pub(crate) fn flag(&mut self, key: &str, text: &str) {
        if self.json.is_some() {
            self.value(Some(key), "true");
        } else {
            self.text.push_str(text);
        }
    }

    /// `true` or `false` in JSON.
    pub(crate) fn boolean(&mut self, key: &str, value: bool, text: &str) {
        if self.json.is_some() {
            self.value(Some(key), if value { "true" } else { "false" });
        } else {
            self.text.push_str(text);
        }
    }

    /// `null` in JSON.
    pub(crate) fn null(&mut self, key: &str, text: &str) {
        if self.json.is_some() {
            self.value(Some(key), "null");
        } else {
            self.text.push_str(text);
        }
    }

    /// JSON only.
    pub(crate) fn json_string(&mut self, key: &str, value: &str) {
        if self.json.is_some() {
            self.string(key, value, "");
        }
    }
}
