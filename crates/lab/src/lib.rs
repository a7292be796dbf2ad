//! packetwalk lab
