//! How a run ends before its work is done.

use super::ext::put;
use super::program::Program;

/// `enum xtables_exittype`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// `OTHER_PROBLEM`.
    Other = 1,
    /// `PARAMETER_PROBLEM`.
    Parameter = 2,
    /// `VERSION_PROBLEM`.
    Version = 3,
    /// `RESOURCE_PROBLEM`.
    Resource = 4,
}

/// An error that ends the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fail {
    /// `xtables_error`: the program's name and version, the text, and a hint.
    Error(Kind, String),
    /// Text printed as it is.
    Plain {
        /// Exit status.
        status: u8,
        /// For standard error, newline included.
        text: String,
    },
    /// An errno's text after the program's name; whether `dmesg` is named.
    Errno(&'static str, bool),
    /// `exit_tryhelp` alone.
    TryHelp,
    /// Ends well: `-V`.
    Done,
}

impl Fail {
    /// `xtables_error(PARAMETER_PROBLEM, …)`.
    pub(super) fn param(text: impl Into<String>) -> Self {
        Self::Error(Kind::Parameter, text.into())
    }

    /// What a real Linux would take and this simulator does not.
    pub(super) fn not_simulated(program: &Program, what: &str) -> Self {
        let text = format!(
            "packetwalk: {}: {what} is not simulated yet; Linux would accept this rule\n",
            program.name
        );
        Self::Plain { status: 1, text }
    }

    /// Exit status and what goes to standard error.
    ///
    /// # Source
    /// iptables 1.8.9, `libxtables/xtables.c`: `basic_exit_err`.
    pub(super) fn report(self, program: &Program, line: Option<u32>) -> (u8, String) {
        let hint = || {
            let at = line.map(|n| format!("Error occurred at line: {n}\n")).unwrap_or_default();
            let name = &program.name;
            format!("{at}Try `{name} -h' or '{name} --help' for more information.\n")
        };
        match self {
            Self::Done => (0, String::new()),
            Self::Plain { status, text } => (status, text),
            Self::Errno(text, dmesg) => {
                let dmesg = if dmesg { " Run `dmesg' for more information." } else { "" };
                (1, format!("{}: {text}.{dmesg}\n", program.name))
            }
            Self::TryHelp => (2, hint()),
            Self::Error(kind, text) => {
                let mut out = format!("{} v{}: {text}\n", program.name, program.version());
                match kind {
                    Kind::Parameter => out.push_str(&hint()),
                    Kind::Version => {
                        put!(out, "Perhaps {} or your kernel needs to be upgraded.\n", program.name);
                    }
                    Kind::Other | Kind::Resource => {}
                }
                (kind as u8, out)
            }
        }
    }
}
