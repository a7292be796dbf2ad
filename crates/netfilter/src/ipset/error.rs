//! Why the kernel refuses a command about sets.

/// Each stands for one of the kernel's error numbers.
///
/// # Source
/// Linux v6.18, `include/uapi/linux/netfilter/ipset/ip_set.h`: `enum ipset_errno`; `ip_set_bitmap.h`,
/// `ip_set_hash.h`, `ip_set_list.h` beside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetError {
    /// ENOENT: no set of that name.
    Missing,
    /// EEXIST: a set of that name is there.
    SetExists,
    /// ENOMEM.
    NoMemory,
    /// EINVAL.
    Invalid,
    /// ERANGE: the range has too many elements.
    Range,
    /// `IPSET_ERR_MAX_SETS`.
    MaxSets,
    /// `IPSET_ERR_BUSY`.
    Busy,
    /// `IPSET_ERR_EXIST_SETNAME2`.
    Name2,
    /// `IPSET_ERR_TYPE_MISMATCH`.
    TypeMismatch,
    /// `IPSET_ERR_EXIST`: there already, or not there.
    Exist,
    /// `IPSET_ERR_INVALID_CIDR`.
    InvalidCidr,
    /// `IPSET_ERR_INVALID_NETMASK`.
    InvalidNetmask,
    /// `IPSET_ERR_INVALID_MARKMASK`.
    InvalidMarkmask,
    /// `IPSET_ERR_INVALID_FAMILY`.
    InvalidFamily,
    /// `IPSET_ERR_TIMEOUT`: the set has no timeouts.
    NoTimeout,
    /// `IPSET_ERR_COUNTER`: the set has no counters.
    NoCounter,
    /// `IPSET_ERR_COMMENT`: the set has no comments.
    NoComment,
    /// `IPSET_ERR_SKBINFO`: the set has no skbinfo.
    NoSkbinfo,
    /// `IPSET_ERR_REFERENCED`.
    Referenced,
    /// `IPSET_ERR_BITMAP_RANGE`: outside of the set's range.
    BitmapRange,
    /// `IPSET_ERR_BITMAP_RANGE_SIZE`: the range is too large for a bitmap.
    BitmapRangeSize,
    /// `IPSET_ERR_HASH_FULL`.
    HashFull,
    /// `IPSET_ERR_HASH_ELEM`: all zero.
    NullElement,
    /// `IPSET_ERR_INVALID_PROTO`.
    InvalidProto,
    /// `IPSET_ERR_MISSING_PROTO`.
    MissingProto,
    /// `IPSET_ERR_HASH_RANGE_UNSUPPORTED`.
    RangeUnsupported,
    /// `IPSET_ERR_HASH_RANGE`: the whole address space.
    WholeRange,
    /// `IPSET_ERR_NAME`: the set to be added is not there.
    ListName,
    /// `IPSET_ERR_LOOP`: a list in a list.
    ListLoop,
    /// `IPSET_ERR_NAMEREF`: the set after `before` or `after` is not there.
    ListNameRef,
    /// `IPSET_ERR_REF_EXIST`: the set after `before` or `after` is not in the list.
    ListRefExist,
    /// `IPSET_ERR_PROTOCOL`.
    Protocol,
}
