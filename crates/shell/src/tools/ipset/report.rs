//! What the library says of a command, and how the program ends by it.

/// How grave it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) enum Grade {
    /// Nothing was said.
    #[default]
    None,
    Warning,
    Notice,
    Error,
}

/// An error that ends the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fail {
    /// The command line is wrong: status 2 and a hint.
    Parameter(String),
    /// Something else: status 1.
    Other(String),
    /// What the report says.
    Report,
    /// This status, and nothing said.
    Exit(u8),
}

/// `ipset_session_report`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Report {
    pub(super) grade: Grade,
    pub(super) text: String,
    /// Line of the input of `restore`; 0 without.
    pub(super) line: u32,
}

impl Report {
    fn say(&mut self, grade: Grade, text: &str) {
        if self.grade > Grade::None && self.grade < grade {
            self.text.clear();
        }
        if self.line != 0 && grade == Grade::Error {
            self.text = format!("Error in line {}: ", self.line);
        }
        self.text.push_str(text);
        self.text.push('\n');
        self.grade = grade;
    }

    /// Forgets what was said.
    pub(super) fn reset(&mut self) {
        (self.grade, self.text) = (Grade::None, String::new());
    }

    /// `ipset_err`.
    pub(super) fn error(&mut self, text: &str) -> Fail {
        self.say(Grade::Error, text);
        Fail::Report
    }

    /// `syntax_err`.
    pub(super) fn syntax(&mut self, text: &str) -> Fail {
        self.error(&format!("Syntax error: {text}"))
    }

    /// `ipset_warn`.
    pub(super) fn warn(&mut self, text: &str) {
        self.say(Grade::Warning, text);
    }

    /// `ipset_notice`.
    pub(super) fn notice(&mut self, text: &str) {
        self.say(Grade::Notice, text);
    }

    /// `ipset_session_warning_as_error`.
    pub(super) fn raise(&mut self) -> Fail {
        self.grade = Grade::Error;
        Fail::Report
    }
}
