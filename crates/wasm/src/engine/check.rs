//! A script that is being written, run for a moment: half a line may be a command without end.

use packetwalk_lab::Lab;
use packetwalk_shell::{Failure, Shell, Sink, Stream, Terminal};

use super::{Chunks, NAME, Trouble};

/// How often the scheduler may go round: the page's own lab needs a tenth of it.
const MOST_ROUNDS: u32 = 4_000;

/// How many commands may run.
const MOST_COMMANDS: u64 = 20_000;

/// Ends the script when it takes too long.
#[derive(Debug, Default)]
struct Moment {
    chunks: Chunks,
    rounds: u32,
}

impl Sink for Moment {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if self.rounds < MOST_ROUNDS {
            self.chunks.write(stream, bytes);
        }
    }

    fn write_at(&mut self, terminal: Terminal, stream: Stream, bytes: &[u8]) {
        if terminal == Terminal::SCRIPT {
            self.write(stream, bytes);
        }
    }

    fn failed(&mut self, failure: &Failure) {
        if self.rounds < MOST_ROUNDS {
            self.chunks.failed(failure);
        }
    }

    fn interrupted(&mut self) -> bool {
        self.rounds = self.rounds.saturating_add(1);
        self.rounds == MOST_ROUNDS
    }
}

/// What goes wrong in a script, as far as a moment's run tells.
pub fn check(script: &str) -> Vec<Trouble> {
    let mut shell = Shell::new(Lab::new(0));
    shell.most_commands = MOST_COMMANDS;
    let mut moment = Moment::default();
    shell.run_script(NAME, script.as_bytes(), &mut moment);
    moment.chunks.troubles(script)
}

#[cfg(test)]
mod tests {
    use packetwalk_lab::Lab;
    use packetwalk_shell::Shell;

    use super::{MOST_ROUNDS, Moment, check};

    #[test]
    fn a_moment_is_enough_for_the_pages_lab_and_ends_what_has_no_end() {
        let lab = include_str!("../../../../www/labs/docker-2015.sh");
        let mut moment = Moment::default();
        Shell::new(Lab::new(0)).run_script("lab.sh", lab.as_bytes(), &mut moment);
        assert!(moment.rounds * 10 < MOST_ROUNDS, "{}", moment.rounds);
        let troubles = check(&format!("{lab}nosuch\nip link set lo up\nping 127.0.0.1\nnosuch2\n"));
        let said: Vec<_> = troubles.iter().map(|t| (t.message.as_str(), t.line)).collect();
        let line = lab.lines().count() as u32 + 1;
        assert_eq!(said, [("nosuch: command not found", Some(line))]);
        assert_eq!(check("if true; then\n")[0].line, Some(2));
    }
}
