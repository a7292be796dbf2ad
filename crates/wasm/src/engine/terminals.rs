//! Terminals: a shell for each namespace. A command that ends soon is run at once; one that does not goes on as
//! the caller lets time pass.

use core::time::Duration;
use std::rc::Rc;

use packetwalk_shell::{Completion, Given, Line, Shell, Sink, Stream, Terminal};
use packetwalk_trace::NsId;
use packetwalk_wire::Instant;

use super::states::Begun;
use super::tables::{lines, tables};
use super::topology::topology;
use super::typed::{End, Entry, script};
use super::{Engine, Trouble, walk};
use crate::view::{Ended, Said, Typed, Undone};

/// Most lines that can be taken back.
const MOST_UNDONE: usize = 200;

/// A command that takes longer is shown as time passes.
const SOON: Duration = Duration::from_secs(60);

/// What a program needs to begin, tcpdump the longest, and a packet to be answered.
const AT_ONCE: Duration = Duration::from_millis(50);

/// More output than this, or more events, is not waited for.
const MUCH_SAID: usize = 64 << 10;
const MUCH_HAPPENED: usize = 20_000;

/// The lab before a line.
#[derive(Debug)]
struct Before {
    shell: Shell,
    loaded: Rc<Shell>,
    ns: NsId,
    line: String,
    typed: Vec<Entry>,
}

/// What goes on at the terminals.
#[derive(Debug, Default)]
pub struct Terminals {
    /// Lines that can be taken back, the last one last.
    before: Vec<Before>,
    /// The lab before the line whose packets are watched, and the line.
    watched: Option<(Shell, Begun)>,
    /// Time has passed for what runs: it never goes back for a walk.
    pub has_ticked: bool,
    /// All lines so far.
    pub typed: Vec<Entry>,
    /// What a walk made terminals say.
    pub waiting: Vec<(Terminal, Vec<u8>)>,
}

impl Terminals {
    /// The last line of a terminal.
    fn last_at(&mut self, at: Terminal) -> Option<&mut Entry> {
        self.typed.iter_mut().rfind(|entry| entry.at == at)
    }
}

/// The terminal of a namespace.
const fn terminal(ns: NsId) -> Terminal {
    Terminal(ns.0 as u32 + 1)
}

/// The namespace of a terminal, as a number.
const fn seat(terminal: Terminal) -> u32 {
    terminal.0.saturating_sub(1)
}

/// Keeps what terminals say.
#[derive(Debug, Default)]
struct Heard(Vec<(Terminal, Vec<u8>)>);

impl Sink for Heard {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        self.write_at(Terminal::SCRIPT, stream, bytes);
    }

    fn write_at(&mut self, terminal: Terminal, _: Stream, bytes: &[u8]) {
        match self.0.last_mut() {
            Some((last, text)) if *last == terminal => text.extend_from_slice(bytes),
            _ => self.0.push((terminal, bytes.to_vec())),
        }
    }
}

impl Heard {
    fn len(&self) -> usize {
        self.0.iter().map(|(_, text)| text.len()).sum()
    }

    /// What a script left running prints where nobody sits is shown at the host.
    fn said(self) -> Vec<Said> {
        let said = |(terminal, text): (Terminal, Vec<u8>)| Said {
            ns: seat(terminal),
            text: String::from_utf8_lossy(&text).into_owned(),
        };
        self.0.into_iter().map(said).collect()
    }
}

impl Engine {
    /// Runs a line at the terminal of a namespace.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace, or if a command runs there.
    pub fn type_line(&mut self, ns: &str, line: &str) -> Result<Typed, Trouble> {
        let ns = self.ns(ns)?;
        let at = terminal(ns);
        if packetwalk_shell::is_incomplete(line.as_bytes()) {
            return Ok(Typed { incomplete: true, ..self.nothing() });
        }
        if let Some(there) = self.opens(line) {
            return Ok(Typed { opens: Some(u32::from(there.0)), ..self.nothing() });
        }
        let before = self.shell.clone();
        let running = self.shell.running();
        let mut heard = self.begin(at, ns, line)?;
        let kept = Before {
            shell: before.clone(),
            loaded: Rc::clone(&self.loaded),
            ns,
            line: line.to_owned(),
            typed: self.terminals.typed.clone(),
        };
        let entry = Entry {
            at,
            ns,
            line: line.to_owned(),
            begun: before.lab.now(),
            end: End::Runs,
            is_inner: before.has_inner(at),
            opens: false,
        };
        self.terminals.typed.push(entry);
        self.terminals.before.push(kept);
        if self.terminals.before.len() > MOST_UNDONE {
            self.terminals.before.remove(0);
        }
        if !self.go_on(at, &mut heard) {
            // It runs again from its beginning, slowly.
            self.shell = before.clone();
            heard = self.begin(at, ns, line)?;
            let until = self.shell.lab.now() + AT_ONCE;
            self.shell.run_until(until, &mut heard);
        }
        self.terminals.watched = Some((before, Begun::Typed(at, ns, line.to_owned())));
        self.loaded = Rc::new(self.shell.clone());
        let mut was = running;
        was.push(at);
        Ok(self.look(was, heard))
    }

    /// Whether the last line changed anything that is shown of the lab, or a setting.
    pub fn is_changed(&self) -> bool {
        let Some(Before { shell: before, .. }) = self.terminals.before.last() else { return false };
        let (was, is) = (&before.lab, &self.shell.lab);
        let of = |shell, ns| (tables(shell, ns), lines(shell, ns, "sysctl -a"));
        let alike = |(ns, _)| is.shares(was, ns) || of(before, ns) == of(&self.shell, ns);
        topology(before) != topology(&self.shell) || !is.spaces().all(alike)
    }

    /// Lets time pass.
    pub fn tick(&mut self, micros: u32) -> Typed {
        let was = self.shell.running();
        let mut heard = Heard(std::mem::take(&mut self.terminals.waiting));
        if !was.is_empty() {
            let until = self.shell.lab.now() + Duration::from_micros(u64::from(micros));
            self.shell.run_until(until, &mut heard);
            self.terminals.has_ticked = true;
        }
        self.look(was, heard)
    }

    /// Ctrl-C at the terminal of a namespace.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace.
    pub fn interrupt(&mut self, ns: &str) -> Result<Typed, Trouble> {
        let at = terminal(self.ns(ns)?);
        let now = self.shell.lab.now();
        if let Some(entry) = self.terminals.last_at(at).filter(|entry| entry.end == End::Runs) {
            entry.end = End::Stopped(now.since(entry.begun));
        }
        self.shell.interrupt(at);
        Ok(self.tick(0))
    }

    /// What is typed for the program that runs at the terminal of a namespace; nothing at all is Ctrl-D.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace, or too much waits.
    pub fn keys(&mut self, ns: &str, text: &str) -> Result<Typed, Trouble> {
        let at = terminal(self.ns(ns)?);
        self.shell.type_keys(at, text.as_bytes()).map_err(|e| Trouble::plain(e.text()))?;
        Ok(self.tick(0))
    }

    /// Takes back the last line of any terminal, and all that came of it.
    pub fn undo(&mut self) -> Option<Undone> {
        let Before { shell, loaded, ns, line, typed } = self.terminals.before.pop()?;
        self.terminals.typed = typed;
        (self.shell, self.loaded) = (shell, loaded);
        self.walk = None;
        self.terminals.watched = None;
        self.terminals.waiting.clear();
        self.terminals.has_ticked = false;
        self.shell.lab.stop_trace();
        let running = self.shell.running().into_iter().map(seat).collect();
        let next = self.terminals.before.last().map(|b| b.line.clone());
        let (directory, prompt) = (self.directory(terminal(ns)), self.shell.prompt(terminal(ns)));
        Some(Undone { ns: u32::from(ns.0), line, running, directory, prompt, next })
    }

    /// What was typed at the terminals, as lines that bring the lab's script to the same state; but for the last
    /// line, if its walk is on show.
    pub fn typed(&self, but_last: bool) -> String {
        let all = self.terminals.typed.as_slice();
        let end = all.len().saturating_sub(usize::from(but_last));
        script(&self.shell, all.get(..end).unwrap_or_default())
    }

    /// What could stand at the end of a line of a namespace's terminal.
    ///
    /// # Errors
    /// [`Trouble`] if there is no such namespace.
    pub fn complete(&self, ns: &str, line: &str) -> Result<Completion, Trouble> {
        Ok(self.shell.complete(self.ns(ns)?, line))
    }

    /// Gives the line, under observation.
    fn begin(&mut self, at: Terminal, ns: NsId, line: &str) -> Result<Heard, Trouble> {
        self.shell.lab.start_trace();
        self.shell.lab.captures.on = true;
        self.shell.lab.captures.frames.clear();
        match self.shell.give(at, ns, line.as_bytes()) {
            Given::Taken => Ok(Heard(std::mem::take(&mut self.terminals.waiting))),
            Given::Incomplete => Err(Trouble::plain("the command is not complete")),
            Given::Refused => Err(Trouble::plain("another command runs at this terminal")),
        }
    }

    /// Lets it end; `false` if it does not soon. The steps grow, for a flood says and does much in little time.
    fn go_on(&mut self, at: Terminal, heard: &mut Heard) -> bool {
        let begun = self.shell.lab.now();
        let mut step = Duration::from_millis(4);
        loop {
            let limit: Instant = begun + step;
            if self.shell.go_on(at, limit, heard) {
                return true;
            }
            let much = heard.len() > MUCH_SAID || self.shell.lab.trace().len() > MUCH_HAPPENED;
            if step >= SOON || much {
                return false;
            }
            step = (step * 2).min(SOON);
        }
    }

    /// What there is to tell; `was`: the terminals at which commands ran.
    fn look(&mut self, was: Vec<Terminal>, mut heard: Heard) -> Typed {
        let over: Vec<Terminal> = was.into_iter().filter(|at| !self.shell.is_running(*at)).collect();
        if !over.is_empty() {
            self.shell.land(&mut heard);
            self.loaded = Rc::new(self.shell.clone());
        }
        let ended: Vec<Ended> = over.iter().map(|at| self.ended(*at)).collect();
        for (at, ended) in over.iter().zip(&ended) {
            let opens = self.shell.has_inner(*at);
            if let Some(entry) = self.terminals.last_at(*at) {
                if entry.end == End::Runs {
                    entry.end = End::Done(ended.status);
                }
                entry.opens = opens && !entry.is_inner;
            }
        }
        let running: Vec<u32> = self.shell.running().into_iter().map(seat).collect();
        let walk = if over.is_empty() { None } else { self.watched(running.is_empty()) };
        if let Some((walk, states)) = &walk {
            self.walk = Some((walk.clone(), states.clone()));
        }
        if running.is_empty() {
            self.shell.lab.stop_trace();
            self.shell.lab.captures.on = false;
        }
        let walk = walk.map(|(walk, _)| walk);
        Typed { incomplete: false, opens: None, said: heard.said(), ended, running, walk }
    }

    fn ended(&mut self, at: Terminal) -> Ended {
        let (status, left) = match self.shell.ended(at) {
            Line::Exit(status) => (status, true),
            Line::Done(status) => (status, false),
            Line::Incomplete => (0, false),
        };
        Ended { ns: seat(at), status, left, directory: self.directory(at), prompt: self.shell.prompt(at) }
    }
    /// The working directory of a terminal's shell, `~` for root's own.
    fn directory(&self, at: Terminal) -> String {
        let directory = String::from_utf8_lossy(self.shell.directory(at)).into_owned();
        match directory.strip_prefix("/root") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => directory,
        }
    }

    /// The packets since the last line, if there were any.
    fn watched(&mut self, is_last: bool) -> Option<(crate::view::Walk, super::States)> {
        let events = self.shell.lab.trace().to_vec();
        let (before, begun) = match self.terminals.watched.take() {
            Some((before, begun)) if !is_last => {
                self.terminals.watched = Some((before.clone(), begun.clone()));
                (before, begun)
            }
            other => other?,
        };
        (!events.is_empty()).then(|| walk::told(before, &self.shell, begun, events, self.language))
    }

    fn nothing(&self) -> Typed {
        let running = self.shell.running().into_iter().map(seat).collect();
        Typed { incomplete: false, opens: None, said: Vec::new(), ended: Vec::new(), running, walk: None }
    }

    /// The namespace in which a line asks for a shell to type in.
    fn opens(&self, line: &str) -> Option<NsId> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (ns, shell) = match words.as_slice() {
            ["ip", "netns" | "net", "exec", name, shell @ ..] => (self.shell.lab.ns(name)?, shell),
            _ => return None,
        };
        let [shell, options @ ..] = shell else { return None };
        let is_shell =
            matches!(shell.trim_start_matches("/usr").trim_start_matches("/bin/"), "ash" | "bash" | "sh");
        (is_shell && options.iter().all(|o| matches!(*o, "-i" | "-l"))).then_some(ns)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;
    use crate::view::Typed;

    const LAB: &str = "ip netns add c1\nip netns add c2\nip link add eth0 netns c1 type veth peer name eth0 netns c2\n\
        ip -n c1 addr add 10.0.0.1/24 dev eth0\nip -n c2 addr add 10.0.0.2/24 dev eth0\n\
        ip -n c1 link set lo up\nip -n c1 link set eth0 up\nip -n c2 link set eth0 up\n";

    fn text(typed: &Typed, ns: u32) -> String {
        typed.said.iter().filter(|said| said.ns == ns).map(|said| said.text.as_str()).collect()
    }

    #[test]
    fn a_command_that_ends_soon_ends_at_once_and_its_packets_are_a_walk() {
        let mut engine = Engine::new(LAB);
        let typed = engine.type_line("c1", "ping -c3 10.0.0.2").unwrap();
        assert!(text(&typed, 1).contains("3 received"), "{typed:?}");
        assert_eq!((typed.ended.len(), typed.running.len()), (1, 0));
        let walk = typed.walk.unwrap();
        assert_eq!((walk.from, walk.command.as_str()), (1, "ping -c3 10.0.0.2"));
        // The state as of a step is found by running the line again.
        assert!(engine.state_at(0, "c1").unwrap().neighbours.is_empty());
        let last = walk.steps.len() as u32 - 1;
        assert!(!engine.state_at(last, "c1").unwrap().neighbours.is_empty());
        let typed = engine.type_line("c1", "cd /tmp").unwrap();
        assert_eq!(typed.ended[0].directory, "/tmp");
        assert!(typed.walk.is_none());
    }

    #[test]
    fn a_command_without_end_goes_on_with_time_until_ctrl_c() {
        let mut engine = Engine::new(LAB);
        let typed = engine.type_line("c1", "ping 10.0.0.2").unwrap();
        assert_eq!(typed.running, [1]);
        assert_eq!(text(&typed, 1).matches("icmp_seq").count(), 1, "{typed:?}");
        assert!(engine.type_line("c1", "true").is_err());
        let typed = engine.tick(2_500_000);
        assert_eq!(text(&typed, 1).matches("icmp_seq").count(), 2, "{typed:?}");
        let typed = engine.interrupt("c1").unwrap();
        assert!(text(&typed, 1).contains("3 packets transmitted, 3 received"), "{typed:?}");
        assert_eq!((typed.ended[0].ns, typed.running.len()), (1, 0));
        assert_eq!(typed.walk.unwrap().command, "ping 10.0.0.2");
    }

    #[test]
    fn each_terminal_has_a_shell_and_keys_of_its_own() {
        let mut engine = Engine::new(LAB);
        engine.type_line("c2", "x=2").unwrap();
        assert_eq!(engine.type_line("c2", "nc -l -p 80").unwrap().running, [2]);
        let typed = engine.type_line("c1", "echo \"x=$x\"").unwrap();
        assert_eq!((text(&typed, 1).as_str(), typed.running.as_slice()), ("x=\n", &[2][..]));
        assert_eq!(engine.type_line("c1", "nc 10.0.0.2 80").unwrap().running, [1, 2]);
        engine.keys("c1", "hello\n").unwrap();
        let typed = engine.tick(100_000);
        assert_eq!(text(&typed, 2), "hello\n", "{typed:?}");
        engine.keys("c2", "and back\n").unwrap();
        assert_eq!(text(&engine.tick(100_000), 1), "and back\n");
    }

    #[test]
    fn a_line_is_taken_back_with_all_that_came_of_it() {
        let mut engine = Engine::new(LAB);
        let before = engine.topology();
        engine.type_line("c1", "y=1").unwrap();
        engine.type_line("c1", "ip link add d0 type dummy").unwrap();
        assert_ne!(engine.topology(), before);
        let undone = engine.undo().unwrap();
        assert_eq!((undone.ns, undone.line.as_str()), (1, "ip link add d0 type dummy"));
        assert_eq!(undone.next.as_deref(), Some("y=1"));
        assert_eq!(engine.topology(), before);
        // Walks begin where the lab now is.
        engine.reset();
        assert_eq!(text(&engine.type_line("c1", "echo $y").unwrap(), 1), "1\n");
        for _ in 0..super::MOST_UNDONE + 10 {
            engine.type_line("c1", "true").unwrap();
        }
        assert_eq!(std::iter::from_fn(|| engine.undo()).count(), super::MOST_UNDONE);
    }

    #[test]
    fn a_walk_begins_after_what_was_typed_and_other_terminals_hear_of_it() {
        let mut engine = Engine::new(LAB);
        engine.type_line("c1", "ip link add d0 type dummy").unwrap();
        engine.type_line("c2", "tcpdump -n -i eth0 icmp").unwrap();
        engine.reset();
        let walk = engine.walk("c1", "ping -c1 10.0.0.2").unwrap().clone();
        assert!(!walk.output.stdout.contains("ICMP echo request"), "{}", walk.output.stdout);
        let typed = engine.tick(3_000_000);
        assert!(text(&typed, 2).contains("ICMP echo request"), "{typed:?}");
        assert!(engine.topology().namespaces[1].devices.iter().any(|d| d.name == "d0"));
    }

    #[test]
    fn a_shell_elsewhere_is_the_terminal_there() {
        let mut engine = Engine::new(LAB);
        #[rustfmt::skip]
        let cases = [
            ("ip netns exec c2 bash", Some(2)), ("ip netns exec c2 bash -c true", None),
        ];
        for (line, opens) in cases {
            assert_eq!(engine.type_line("", line).unwrap().opens, opens, "{line}");
        }
        assert!(engine.type_line("", "if true; then").unwrap().incomplete);
    }

    #[test]
    fn a_shell_in_a_container_takes_lines_until_it_is_left() {
        let lab = format!("{LAB}docker run -d --name web alpine sleep 1d >/dev/null\n");
        #[rustfmt::skip]
        let cases = [
            // begins,                                  prompts,      leaves,   with
            ("docker exec -it web sh",                  "/ # ",       "exit 0", "0"),
            ("docker run -it --rm --name bb busybox",   "/ # ",       "exit 3", "3"),
            ("docker run -it --rm --hostname d debian", "root@d:/# ", "exit",   "130"),
        ];
        for (begins, prompts, leaves, status) in cases {
            let mut engine = Engine::new(&lab);
            let typed = engine.type_line("", begins).unwrap();
            assert_eq!((typed.running.as_slice(), typed.ended.len()), (&[][..], 1), "{begins}: {typed:?}");
            assert_eq!(typed.ended[0].prompt.as_deref(), Some(prompts), "{begins}: {typed:?}");
            let typed =
                engine.type_line("", "cd /etc && pwd; ip addr show eth0 | grep -c 172.17.0.").unwrap();
            assert_eq!(text(&typed, 0), "/etc\n1\n", "{begins}");
            assert_eq!(typed.ended[0].directory, "/etc");
            // Its packets are a walk, and its lines are taken back.
            let typed = engine.type_line("", "ping -c1 172.17.0.1").unwrap();
            assert!(text(&typed, 0).contains(" 0% packet loss"), "{typed:?}");
            assert_eq!(typed.walk.unwrap().command, "ping -c1 172.17.0.1");
            let undone = engine.undo().unwrap();
            assert_eq!((undone.line.as_str(), undone.directory.as_str()), ("ping -c1 172.17.0.1", "/etc"));
            assert!(undone.prompt.is_some(), "{begins}");
            // It is no error that a program ends by Ctrl-C.
            assert_eq!(engine.type_line("", "ping 172.17.0.1").unwrap().running, [0]);
            let typed = engine.interrupt("").unwrap();
            assert_eq!(
                (typed.running.as_slice(), typed.ended[0].prompt.is_some()),
                (&[][..], true),
                "{begins}"
            );
            let typed = engine.type_line("", leaves).unwrap();
            assert_eq!((typed.ended[0].prompt.as_deref(), typed.ended[0].left), (None, false), "{typed:?}");
            assert_eq!(typed.ended[0].directory, "~");
            let typed = engine.type_line("", "echo $?; docker ps -a -q | wc -l").unwrap();
            assert_eq!(text(&typed, 0), format!("{status}\n1\n"), "{begins}");
        }
    }
}
