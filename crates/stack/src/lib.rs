//! packetwalk stack
