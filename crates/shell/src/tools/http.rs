//! HTTP without encryption, as `curl` and both kinds of `wget` speak it.

mod curl;
mod fetch;
mod url;
mod wget;

pub(super) use curl::new as curl;
pub(super) use fetch::{Event, Fetch, Step, status_of};
pub(super) use url::{BadUrl, Url};
pub(super) use wget::new as wget;

/// Lines with something before and behind each.
fn lines<'a>(all: impl Iterator<Item = &'a str>, before: &str, behind: &str) -> String {
    all.fold(String::new(), |text, line| text + before + line + behind)
}

/// Fields that the user added to a request.
pub(super) fn fields(own: &[String]) -> String {
    lines(own.iter().map(String::as_str), "", "\r\n")
}

/// The head of a response as it is shown.
pub(super) fn shown(head: &str) -> String {
    lines(head.lines(), "  ", "\n")
}
