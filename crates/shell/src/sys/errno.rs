//! The errors of files, with the C library's texts.

/// An error number of a system call about files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errno {
    /// EPERM.
    NotPermitted,
    /// ENOENT.
    NoEntry,
    /// EIO.
    Io,
    /// EBADF.
    BadDescriptor,
    /// EACCES.
    Access,
    /// EEXIST.
    Exists,
    /// ENOTDIR.
    NotDirectory,
    /// EISDIR.
    IsDirectory,
    /// EINVAL.
    Invalid,
    /// EMFILE.
    TooManyOpen,
    /// ENOSPC: the lab's memory for files is used up.
    NoSpace,
    /// EROFS.
    ReadOnly,
    /// EPIPE.
    BrokenPipe,
    /// ENOTEMPTY.
    NotEmpty,
    /// A file without an end gave all that it gives here.
    Endless,
    /// Linux would take it; nothing here would act on it.
    NotModelled,
}

impl Errno {
    /// `strerror` of glibc.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotPermitted => "Operation not permitted",
            Self::NoEntry => "No such file or directory",
            Self::Io => "Input/output error",
            Self::BadDescriptor => "Bad file descriptor",
            Self::Access => "Permission denied",
            Self::Exists => "File exists",
            Self::NotDirectory => "Not a directory",
            Self::IsDirectory => "Is a directory",
            Self::Invalid => "Invalid argument",
            Self::TooManyOpen => "Too many open files",
            Self::NoSpace => "No space left on device",
            Self::ReadOnly => "Read-only file system",
            Self::BrokenPipe => "Broken pipe",
            Self::NotEmpty => "Directory not empty",
            Self::Endless => "packetwalk: more than 16 MiB of it are not simulated",
            Self::NotModelled => "packetwalk: not simulated",
        }
    }
}
