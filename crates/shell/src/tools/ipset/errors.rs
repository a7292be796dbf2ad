//! What the program says of the kernel's errors.

use packetwalk_netfilter::ipset::SetError;

/// The message for a command.
///
/// # Source
/// ipset 7.17, `lib/errcode.c`.
pub(super) fn message(error: SetError, command: &str) -> &'static str {
    match error {
        SetError::Missing => "The set with the given name does not exist",
        SetError::SetExists => "Set cannot be created: set with the same name already exists",
        SetError::NoMemory => "Kernel error received: Cannot allocate memory",
        SetError::Invalid => "Kernel error received: Invalid argument",
        SetError::Range => "The specified range is too large, split it up into smaller ranges",
        SetError::MaxSets => "Kernel error received: maximal number of sets reached, cannot create more.",
        SetError::Busy => "Set cannot be destroyed: it is in use by a kernel component",
        SetError::Name2 if command == "swap" => "Sets cannot be swapped: the second set does not exist",
        SetError::Name2 => "Set cannot be renamed: a set with the new name already exists",
        SetError::TypeMismatch => "The sets cannot be swapped: their type does not match",
        SetError::Exist if command == "del" => "Element cannot be deleted from the set: it's not added",
        SetError::Exist => "Element cannot be added to the set: it's already added",
        SetError::InvalidCidr => "The value of the CIDR parameter of the IP address is invalid",
        SetError::InvalidNetmask => "The value of the netmask parameter is invalid",
        SetError::InvalidMarkmask => "The value of the markmask parameter is invalid",
        SetError::InvalidFamily => "Protocol family not supported by the set type",
        SetError::NoTimeout => "Timeout cannot be used: set was created without timeout support",
        SetError::NoCounter => "Packet/byte counters cannot be used: set was created without counter support",
        SetError::NoComment => "Comment cannot be used: set was created without comment support",
        SetError::NoSkbinfo => "Skbinfo mapping cannot be used: set was created without skbinfo support",
        SetError::Referenced => "Set cannot be renamed: it is in use by another system",
        SetError::BitmapRange => "Element is out of the range of the set",
        SetError::BitmapRangeSize => "The range you specified exceeds the size limit of the set type",
        SetError::HashFull => "Hash is full, cannot add more elements",
        SetError::NullElement => "Null-valued element, cannot be stored in a hash type of set",
        SetError::InvalidProto => "Invalid protocol specified",
        SetError::MissingProto => "Protocol missing, but must be specified",
        SetError::RangeUnsupported => "Range is not supported in the \"net\" component of the element",
        SetError::WholeRange => "Invalid range, covers the whole address space",
        SetError::ListName => "Set to be added/deleted/tested as element does not exist.",
        SetError::ListLoop => "Sets with list:set type cannot be added to the set.",
        SetError::ListNameRef => "The set to which you referred with 'before' or 'after' does not exist.",
        SetError::ListRefExist => {
            "The set to which you referred with 'before' or 'after' is not added to the set."
        }
        SetError::Protocol => "Kernel error received: ipset protocol error",
    }
}
