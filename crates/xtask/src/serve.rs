//! `cargo xtask serve`: the page on 127.0.0.1. Reads files and nothing else.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::{fs, thread};

use anyhow::{Context, Result};

/// Serves `www` until it is ended. Takes the next free port when `port` is in use.
///
/// # Errors
/// No port is free.
pub fn serve(root: &Path, port: u16) -> Result<()> {
    let free =
        (port..=port.saturating_add(20)).find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    let listener = free.with_context(|| format!("no free port from {port} on"))?;
    println!("packetwalk is at http://{}/ (end with Ctrl-C)", listener.local_addr()?);
    let www = root.join("www");
    for stream in listener.incoming().flatten() {
        let www = www.clone();
        // A browser that goes away in the middle is no error of ours.
        thread::spawn(move || answer(&www, stream).ok());
    }
    Ok(())
}

/// Answers the requests of one connection.
fn answer(www: &Path, stream: TcpStream) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = lines.next() {
        let request = request?;
        // The headers say nothing that is needed here.
        for header in lines.by_ref() {
            if header?.is_empty() {
                break;
            }
        }
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let found = if matches!(method, "GET" | "HEAD") { read(www, target) } else { None };
        let (status, kind, body) = match found {
            Some((kind, body)) => ("200 OK", kind, body),
            None => ("404 Not Found", "text/plain; charset=utf-8", b"not found\n".to_vec()),
        };
        write!(out, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len())?;
        write!(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n")?;
        if method != "HEAD" {
            out.write_all(&body)?;
        }
        out.flush()?;
    }
    Ok(())
}

/// The type and the bytes of the file that the request's target names.
fn read(www: &Path, target: &str) -> Option<(&'static str, Vec<u8>)> {
    let path = target.split(['?', '#']).next()?.trim_start_matches('/');
    let path = PathBuf::from(unescape(path)?);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let mut file = inside.then(|| www.join(&path))?;
    if file.is_dir() {
        file = file.join("index.html");
    }
    Some((kind(&file), fs::read(file).ok()?))
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "sh" | "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// `%20` and the like; `None` if what they give is no text.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}
