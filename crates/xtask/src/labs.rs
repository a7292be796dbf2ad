//! The kernel goldens: `tests/labs/<area>/<name>/lab.sh`, `linux.txt` beside it, and at times `known-difference.txt`.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// One golden.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lab {
    /// `area/name`.
    pub name: String,
    /// The folder that holds `lab.sh`.
    pub folder: PathBuf,
}

impl Lab {
    /// The lab's text.
    ///
    /// # Errors
    /// `lab.sh` cannot be read.
    pub fn text(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join("lab.sh"))
    }

    /// What Linux printed, normalised; `None` if it was never recorded.
    pub fn linux(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("linux.txt")).ok()
    }

    /// Why the simulator is known to differ here, if it is.
    pub fn known_difference(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("known-difference.txt")).ok()
    }
}

/// All labs below `root` (`tests/labs`) whose name contains `filter`, in order of their names.
///
/// # Errors
/// A folder cannot be read.
pub fn find(root: &Path, filter: &str) -> io::Result<Vec<Lab>> {
    let mut labs = Vec::new();
    for area in folders(root)? {
        for folder in folders(&area)? {
            let part = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = format!("{}/{}", part(&area), part(&folder));
            if folder.join("lab.sh").is_file() && name.contains(filter) {
                labs.push(Lab { name, folder });
            }
        }
    }
    labs.sort();
    Ok(labs)
}

fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// Applies `work` to every lab, on `jobs` threads, and gives the results in the labs' order.
pub fn each<T: Send>(labs: &[Lab], jobs: usize, work: impl Fn(&Lab) -> T + Sync) -> Vec<T> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                match labs.get(at) {
                    Some(lab) => done.push((at, work(lab))),
                    None => return done,
                }
            }
        };
        let threads: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The lines of `expected` and `actual` that differ, with two lines around them, as `diff -u` shows them.
pub fn diff(expected: &str, actual: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    // Longest common subsequence, from the end.
    let mut common = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] =
                if a[i] == b[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', a[i]));
            i += 1;
        } else {
            lines.push(('+', b[j]));
            j += 1;
        }
    }
    let near = |at: usize| {
        lines[at.saturating_sub(2)..(at + 3).min(lines.len())].iter().any(|(sign, _)| *sign != ' ')
    };
    let shown = lines.iter().enumerate().filter(|(at, _)| near(*at));
    let shown: Vec<String> = shown.map(|(_, (sign, line))| format!("{sign} {line}\n")).collect();
    shown.concat()
}
