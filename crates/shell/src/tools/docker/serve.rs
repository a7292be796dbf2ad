//! Servers of known images: where they listen, and what they say.

use std::net::IpAddr;

use packetwalk_lab::{SockId, SocketKind};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, Order};

use crate::Cx;

/// What a server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Speaks {
    /// nginx 1.29.
    Nginx,
    /// Apache 2.4.
    Httpd,
    /// traefik/whoami, which tells who calls.
    Whoami,
    /// The registry's interface.
    Registry,
    /// Redis; of its commands, PING.
    Redis,
    /// Nothing by itself.
    Nothing,
}

/// A connection.
#[derive(Clone, Debug)]
struct Caller {
    sock: SockId,
    /// What came and is no whole request yet.
    bytes: Vec<u8>,
}

/// A container's server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    ns: NsId,
    speaks: Speaks,
    listeners: Vec<SockId>,
    callers: Vec<Caller>,
}

/// The page with which nginx welcomes.
const WELCOME: &str = "<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href=\"http://nginx.org/\">nginx.org</a>.<br/>
Commercial support is available at
<a href=\"http://nginx.com/\">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
";

/// The page of Apache.
const WORKS: &str = "<html><body><h1>It works!</h1></body></html>\n";

/// nginx's page for what is not there.
const MISSING: &str = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
                       <center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.29.3</center>\r\n\
                       </body>\r\n</html>\r\n";

/// Most bytes of a request's head.
const MOST: usize = 64 << 10;

impl Server {
    /// Opens the ports, of both families.
    pub fn new(cx: &mut Cx<'_>, ns: NsId, speaks: Speaks, ports: &[u16]) -> Self {
        let mut listeners = Vec::new();
        for &port in ports {
            listeners.extend([Family::V4, Family::V6].into_iter().filter_map(|f| listen(cx, ns, f, port)));
        }
        Self { ns, speaks, listeners, callers: Vec::new() }
    }

    /// Takes callers and answers them.
    pub fn poll(&mut self, cx: &mut Cx<'_>) {
        for listener in &self.listeners {
            while let Some(sock) = cx.lab.stack_mut(self.ns).and_then(|s| s.tcp_accept(*listener)) {
                self.callers.push(Caller { sock, bytes: Vec::new() });
            }
        }
        for mut caller in std::mem::take(&mut self.callers) {
            if self.answer(cx, &mut caller) {
                self.callers.push(caller);
            } else {
                cx.lab.sock_close(self.ns, caller.sock);
                cx.sys.reached();
            }
        }
    }

    /// Nobody calls.
    pub const fn is_idle(&self) -> bool {
        self.callers.is_empty()
    }

    /// Lets go of everything.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        let callers = self.callers.drain(..).map(|c| c.sock);
        for sock in self.listeners.drain(..).chain(callers) {
            cx.lab.sock_close(self.ns, sock);
        }
    }

    /// Answers what came; whether the connection stays.
    fn answer(&self, cx: &mut Cx<'_>, caller: &mut Caller) -> bool {
        let Some(stack) = cx.lab.stack_mut(self.ns) else { return false };
        caller.bytes.extend(stack.tcp_read(caller.sock));
        let over = super::sock::is_over(stack, caller.sock);
        let remote = stack.sockets.get(caller.sock).and_then(|s| s.remote);
        let mut stays = true;
        if self.speaks == Speaks::Redis {
            while let Some(end) = caller.bytes.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = caller.bytes.drain(..=end).collect();
                if line.trim_ascii().eq_ignore_ascii_case(b"ping") {
                    let _ = cx.lab.tcp_write(self.ns, caller.sock, b"+PONG\r\n");
                }
            }
        } else if self.speaks != Speaks::Nothing {
            while let Some(end) = caller.bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                let head: Vec<u8> = caller.bytes.drain(..end + 4).collect();
                let head = String::from_utf8_lossy(&head).into_owned();
                let (reply, more) = self.reply(cx, &head, remote);
                let _ = cx.lab.tcp_write(self.ns, caller.sock, &reply);
                cx.sys.reached();
                stays &= more;
            }
        }
        stays && !over && caller.bytes.len() < MOST
    }

    /// The response to a request, and whether another may follow.
    fn reply(&self, cx: &mut Cx<'_>, head: &str, remote: Option<(IpAddr, u16)>) -> (Vec<u8>, bool) {
        let mut words = head.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let old = words.next() == Some("HTTP/1.0");
        let closes = head.lines().any(|l| l.eq_ignore_ascii_case("connection: close"));
        let stays = !(old || closes);
        let is_root = path.split('?').next() == Some("/");
        let missing = !is_root && self.speaks == Speaks::Nginx;
        let status = if missing { "404 Not Found" } else { "200 OK" };
        let (server, kind, body) = match self.speaks {
            Speaks::Nginx => {
                let page = if is_root { WELCOME } else { MISSING };
                ("Server: nginx/1.29.3\r\n", "text/html", page.to_owned())
            }
            Speaks::Httpd => ("Server: Apache/2.4.65 (Unix)\r\n", "text/html", WORKS.to_owned()),
            Speaks::Whoami => ("", "text/plain; charset=utf-8", self.whoami(cx, head, remote)),
            _ => {
                let body = if path == "/v2/" { "{}" } else { "" };
                let server = "Docker-Distribution-Api-Version: registry/2.0\r\n";
                (server, "application/json; charset=utf-8", body.to_owned())
            }
        };
        let connection = match self.speaks {
            Speaks::Nginx if stays => "Connection: keep-alive\r\n",
            _ if stays => "",
            _ => "Connection: close\r\n",
        };
        let date = super::time::http(super::now(cx));
        let mut reply = format!(
            "HTTP/1.1 {status}\r\n{server}Date: {date}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             {connection}\r\n",
            body.len()
        );
        if method != "HEAD" {
            reply += &body;
        }
        (reply.into_bytes(), stays)
    }

    /// traefik/whoami v1.11.0, `app.go`: `whoamiHandler`.
    fn whoami(&self, cx: &Cx<'_>, head: &str, remote: Option<(IpAddr, u16)>) -> String {
        let hostname = cx.sys.docker.hostname(self.ns).unwrap_or_default();
        let mut body = format!("Hostname: {hostname}\n");
        if let Some(stack) = cx.lab.stack(self.ns) {
            let names: Vec<String> = stack.links.iter().map(|d| d.name.to_string()).collect();
            for addr in names.iter().flat_map(|name| super::addresses(stack, name)) {
                body += &format!("IP: {}\n", addr.addr());
            }
        }
        let remote = remote.map(|(a, port)| std::net::SocketAddr::new(a, port).to_string());
        body += &format!("RemoteAddr: {}\n", remote.unwrap_or_default());
        // Go writes the request down again: Host and User-Agent first, then the rest by name.
        let mut lines = head.lines();
        body += &format!("{}\r\n", lines.next().unwrap_or_default());
        let mut fields: Vec<(String, &str)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (canonical(name), value.trim()))
            .collect();
        let rank = |name: &str| ["Host", "User-Agent"].iter().position(|n| *n == name).unwrap_or(2);
        fields.order_by(|a, b| (rank(&a.0), &a.0).cmp(&(rank(&b.0), &b.0)));
        for (name, value) in fields {
            body += &format!("{name}: {value}\r\n");
        }
        body + "\r\n"
    }
}

/// `content-type` as Go has it: `Content-Type`.
fn canonical(name: &str) -> String {
    let mut start = true;
    let letter = |c: char| {
        let c = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        start = c == '-';
        c
    };
    name.trim().chars().map(letter).collect()
}

fn listen(cx: &mut Cx<'_>, ns: NsId, family: Family, port: u16) -> Option<SockId> {
    let stack = cx.lab.stack_mut(ns)?;
    let sock = stack.sock_open(family, SocketKind::TcpIdle);
    if let Some(socket) = stack.sockets.get_mut(sock) {
        (socket.opts.reuse, socket.opts.v6only) = (true, true);
    }
    if stack.sock_bind(sock, None, port).is_err() {
        cx.lab.sock_close(ns, sock);
        return None;
    }
    stack.tcp_listen(sock, 511);
    Some(sock)
}
