//! Commands of a lab that failed after they said why. Bash names the line of its own errors only.

use packetwalk_trace::SendError;

use crate::lang::ast::Pos;

/// A program that a lab ran, that complained on the lab's standard error and then ended with another
/// status than 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Where the command stands in the lab.
    pub pos: Pos,
    /// The program.
    pub name: String,
    /// Its exit status.
    pub status: u8,
    /// The first line of its complaint.
    pub said: String,
}

/// Most bytes of a complaint that are kept.
pub(super) const MOST_SAID: usize = 1000;

/// What programs say on standard error also when all is well.
const NOTES: [&str; 10] = [
    "flow entries have been",
    "port [",
    "Listening on",
    "Connection received on",
    "listening on",
    "packets captured",
    "packets received by filter",
    // The meter of curl.
    "  % Total",
    " Dload  Upload",
    " --:--:--",
];

/// Whether a line of standard error is no complaint.
pub fn is_note(line: &str) -> bool {
    line.trim().is_empty() || NOTES.iter().any(|note| line.contains(note))
}

/// Whether a failure is what the network did, or the answer to a question, and no mistake of the lab's.
fn is_outcome(name: &str, args: &[Vec<u8>], status: u8, said: &str) -> bool {
    use SendError as E;
    let asks = |word: &[u8]| args.iter().any(|arg| arg == word);
    match name {
        "ping" | "ping4" | "ping6" | "nc" | "nc.openbsd" | "netcat" | "traceroute" | "traceroute6" => {
            let outcomes = [E::NetUnreach, E::HostUnreach, E::Access, E::Perm, E::ConnRefused];
            outcomes.iter().chain(&[E::TimedOut, E::ConnReset, E::MsgSize]).any(|e| said.ends_with(e.text()))
                || said.ends_with("in progress")
        }
        // Nobody answers, or with an error.
        "curl" => [7, 22, 28, 52, 56].contains(&status),
        "wget" => [4, 8].contains(&status) || said.contains("can't connect") || said.contains("timed out"),
        _ if name.contains("tables") => asks(b"-C") || asks(b"--check"),
        "ipset" => asks(b"test") || asks(b"-T"),
        _ => false,
    }
}

/// What is to be told of a program that ended with this status after it wrote `said`.
pub(super) fn failure(pos: Pos, args: &[Vec<u8>], status: u8, said: &[u8]) -> Option<Failure> {
    let said = String::from_utf8_lossy(said);
    let said = said.lines().find(|line| !is_note(line)).filter(|_| status != 0)?;
    let name = args.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    (!is_outcome(name, args, status, said)).then(|| Failure {
        pos,
        name: name.to_owned(),
        status,
        said: said.to_owned(),
    })
}
