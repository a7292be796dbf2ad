//! The shell language: bash 5.2's, as far as labs use it.

// Two ways of a command read as a match like all others.
#![allow(clippy::single_match_else)]

pub(crate) mod ast;
pub(crate) mod builtins;
pub(crate) mod escape;
pub(crate) mod expand;
pub(crate) mod interp;
pub(crate) mod parse;
pub(crate) mod state;
pub(crate) mod vars;
