//! mdBook's preprocessor: `[preprocessor.packetwalk]` in a book's `book.toml`.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next().as_deref()) {
        // Every renderer keeps HTML.
        (Some("supports"), Some(_)) => return ExitCode::SUCCESS,
        (None, None) => {}
        _ => {
            let _ = writeln!(std::io::stderr(), "usage: mdbook-packetwalk [supports RENDERER] < BOOK.json");
            return ExitCode::from(2);
        }
    }
    let mut input = String::new();
    let made = match std::io::stdin().read_to_string(&mut input) {
        Ok(_) => packetwalk_book::preprocess(&input).map_err(|e| e.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let done = made.and_then(|book| std::io::stdout().write_all(book.as_bytes()).map_err(|e| e.to_string()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "mdbook-packetwalk: {why}");
            ExitCode::FAILURE
        }
    }
}
