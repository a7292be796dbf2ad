//! `-m nfacct`.

/// Counts in an accounting object of nfnetlink. There are none here, so that the kernel refuses every rule
/// that names one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nfacct {
    /// `--nfacct-name`.
    pub name: Box<str>,
}
