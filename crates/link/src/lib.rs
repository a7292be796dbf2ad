//! packetwalk link
