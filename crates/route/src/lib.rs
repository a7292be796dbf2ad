//! packetwalk route
