//! `-m comment`: always met.

/// `--comment TEXT`, at most 255 bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    /// The text.
    pub text: Box<str>,
}
