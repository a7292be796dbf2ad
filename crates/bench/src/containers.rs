//! A lab of many containers: how long its `docker` commands take.

use std::fmt::Write;
use std::time::Instant;

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Shell};

/// Networks, and containers on each, every one with a published port.
const SIZES: [(usize, usize); 3] = [(10, 10), (50, 20), (200, 50)];

/// Prints a line for each size.
pub fn measure() -> Result<(), String> {
    of(&SIZES)
}

/// Prints a line for each of these sizes: containers, networks, milliseconds.
pub fn of(sizes: &[(usize, usize)]) -> Result<(), String> {
    println!("containers  networks        ms");
    for &(networks, each) in sizes {
        let begin = Instant::now();
        start(networks, each)?;
        println!("{:>10}  {networks:>8}  {:>8.0}", networks * each, begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// Starts such a lab.
pub fn start(networks: usize, each: usize) -> Result<(), String> {
    let script = script(networks, each).map_err(|error| error.to_string())?;
    let (mut shell, mut out) = (Shell::new(Lab::new(0)), Apart::default());
    let status = shell.run_script("containers.sh", script.as_bytes(), &mut out);
    let made = String::from_utf8_lossy(&out.stdout);
    if status != 0 || made.trim() != (networks * each).to_string() {
        return Err(format!("{status}: {made}{}", String::from_utf8_lossy(&out.stderr)));
    }
    Ok(())
}

/// Their commands.
pub fn script(networks: usize, each: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for n in 0..networks {
        writeln!(text, "docker network create --subnet 10.{n}.0.0/24 n{n} >/dev/null")?;
    }
    for n in 0..networks {
        for c in 0..each {
            let port = 10_000 + n * each + c;
            writeln!(text, "docker run -d --name c{n}-{c} --network n{n} -p {port}:80 nginx >/dev/null")?;
        }
    }
    text.push_str("docker ps -q | wc -l\n");
    Ok(text)
}
