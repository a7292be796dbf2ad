//! Why the kernel refuses a change.

/// A chain operation failed; each stands for one errno.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChainError {
    /// EEXIST: a chain of this name is there.
    Exists,
    /// ENOENT: no such chain.
    Missing,
    /// EBUSY (nft) or EMLINK (legacy): rules jump to it.
    Referenced,
    /// EBUSY (nft) or ENOTEMPTY (legacy): it has rules.
    NotEmpty,
    /// EINVAL or ENOENT: not possible for a built-in chain.
    BuiltIn,
    /// EOPNOTSUPP or ENOENT: only built-in chains have a policy.
    NotBuiltIn,
    /// ENFILE: all chain numbers are taken.
    TooMany,
}

/// A rule operation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleError {
    /// ENOENT: no such chain.
    NoChain,
    /// ENOENT: no rule of that number.
    NoRule,
    /// E2BIG (legacy), ENOENT (nft): insertion beyond the end.
    BadPosition,
    /// ENOENT: no rule like that (`-D`, `-C`).
    NoMatch,
    /// ELOOP (legacy), EMLINK (nft): a chain would reach itself, or jumps stand too deep.
    Loop,
    /// EINVAL: a match or target refuses this table, hook or protocol.
    Invalid,
    /// ERANGE: a match or target cannot count so far.
    OutOfRange,
    /// ENOENT: the kernel has no such match or target, or not what it names.
    Missing,
    /// EOPNOTSUPP (nft): a jump into a chain whose rules refuse this base chain's type.
    NotSupported,
}
