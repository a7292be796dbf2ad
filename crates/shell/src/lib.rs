//! packetwalk shell
