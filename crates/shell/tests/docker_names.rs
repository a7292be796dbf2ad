//! Names and servers in containers of 29: what a daemon of 20.10 does is in `tests/labs/docker`.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Shell};

/// What a script prints, its standard error too.
fn run(script: &str) -> String {
    let mut out = Apart::default();
    Shell::new(Lab::new(1)).run_script("lab.sh", script.as_bytes(), &mut out);
    let (stdout, stderr) = out.texts();
    stdout + &stderr
}

fn check(script: &str, expect: &str) {
    assert_eq!(run(script).trim_end(), expect.trim_end(), "{script}");
}

const HOST: &str = "ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
echo nameserver 192.168.0.7 >/etc/resolv.conf
docker network create -o com.docker.network.bridge.name=br-n n1 >/dev/null
";

/// An engine that started by itself would put its rules before those of a lab that made docker0 by hand.
#[test]
fn a_docker0_made_by_hand_has_no_engine() {
    let by_hand = "packetwalk: docker0 was made by hand in this lab: no engine runs here, and its containers are \
                   namespaces (ip netns). \"dockerd &\" starts an engine\n";
    let v29 = "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and \
               if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory\n";
    let v20 =
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    let lab = "ip link add docker0 type bridge\niptables -P FORWARD ACCEPT\n";
    check(
        &format!("{lab}docker ps; echo $?; iptables -S FORWARD"),
        &format!("1\n-P FORWARD ACCEPT\n{v29}{by_hand}"),
    );
    check(&format!("{lab}docker run -d nginx; echo $?"), &format!("125\n{v29}{by_hand}").replace("125", "1"));
    let old = format!("dockerd --version-profile 20.10\n{lab}");
    check(&format!("{old}docker ps; echo $?"), &format!("1\n{v20}\n{by_hand}"));
    check(
        &format!("{old}docker run nginx; echo $?"),
        &format!("125\ndocker: {v20}.\nSee 'docker run --help'.\n{by_hand}"),
    );
    check(&format!("{lab}dockerd 2>/dev/null & sleep 1; docker ps -q; echo $?"), "0");
    check("docker ps -q; echo $?; docker ps -q; echo $?", "0\n0");
}

/// Containers of images, and programs in them, that are not simulated.
#[test]
fn what_an_image_has_is_simulated_or_refused_by_name() {
    let hello = run("docker run --rm hello-world; echo $?; docker ps -aq");
    assert!(hello.starts_with("\nHello from Docker!\nThis message"), "{hello}");
    assert!(hello.ends_with("https://docs.docker.com/get-started/\n\n0\n"), "{hello}");
    for command in ["apk add curl", "sh -c 'apk add curl'", "redis-cli"] {
        let name = if command.contains("apk") { "apk" } else { "redis-cli" };
        check(
            &format!("docker run --rm alpine {command}; echo $?"),
            &format!("127\npacketwalk: {name} is not simulated"),
        );
    }
    check("docker run --rm alpine ls /tmp", "packetwalk: an image's own files are not simulated");
    check(
        "docker run -d example/app:1 >/dev/null; docker run -d example/app:1 sleep 9 >/dev/null",
        "packetwalk: what the image example/app runs is not simulated: its container waits, and no port listens",
    );
}

/// moby b985e231, `libnetwork/internal/resolvconf/resolvconf.go`: `TransformForIntNS`; `libnetwork/resolver.go`:
/// `serveDNS`, which answers SERVFAIL where nobody does.
#[test]
fn the_hosts_servers_are_asked_by_the_host() {
    let script = "docker run -d --name c1 --network n1 busybox sleep 99 >/dev/null
docker run -d --name c2 --network n1 --dns 192.168.0.7 busybox sleep 99 >/dev/null
tcpdump -lnqi br-n udp port 53 2>/dev/null >/tmp/bridge &
tcpdump -lnqi eth0 udp port 53 2>/dev/null >/tmp/out &
sleep 1
docker exec c1 nslookup -type=a one.example.com | grep -v '^$'
docker exec c2 nslookup -type=a two.example.com | grep -c SERVFAIL
sleep 2
kill %1 %2
grep IP /tmp/bridge | cut -d' ' -f5
grep -c '192.168.0.128.* > 192.168.0.7.53' /tmp/out";
    let expect = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n** server can't find one.example.com: SERVFAIL\n1\n\
                  192.168.0.7.53:\n2";
    check(&format!("{HOST}{script}"), expect);
}

/// moby b985e231, `libnetwork/sandbox_dns_unix.go`: a container without a way out asks nobody from the host.
#[test]
fn an_internal_network_asks_nobody_of_the_host() {
    let script = "docker network create --internal n2 >/dev/null
docker run -d --name c1 --network n2 busybox sleep 99 >/dev/null
tcpdump -lni eth0 udp port 53 2>/dev/null >/tmp/out &
sleep 1
docker exec c1 nslookup -type=a one.example.com | grep -c SERVFAIL
sleep 2
kill %1
grep -c IP /tmp/out";
    check(&format!("{HOST}{script}"), "1\n0");
}

/// moby b985e231, `daemon/container_operations.go`: `buildEndpointDNSNames`; a name that the engine drew counts.
#[test]
fn names_of_29() {
    let script = "docker run -d --name c1 --network n1 busybox sleep 99 >/dev/null
id=$(docker run -d --network n1 --hostname own --network-alias other busybox sleep 99)
drawn=$(docker inspect -f '{{.Name}}' $id | tr -d /)
for name in $drawn other OTHER ${id:0:12} own $drawn.n1 nosuch; do
  docker exec c1 ping -c 1 -q $name | grep -c ' 0%'
done";
    check(&format!("{HOST}{script}"), "1\n1\n1\n1\n1\n1\n0\nping: bad address 'nosuch'");
}

/// nginx 1.29, Apache 2.4, distribution, Redis and traefik/whoami as they answer.
#[test]
fn servers_listen_where_the_real_ones_do() {
    let script = "n=2
for image in nginx httpd redis postgres mysql mariadb mongo registry traefik/whoami; do
  docker run -d --network n1 $image >/dev/null; n=$((n + 1))
done
at() { docker run --rm --network n1 debian bash -c \"$*\"; }
at curl -s http://172.18.0.2/ | head -n 4 | tail -n 1
at curl -s -o /dev/null -w '%{http_code}' http://172.18.0.2/x; echo
at curl -s http://172.18.0.3/
at \"printf 'PING\\r\\n' | nc -q 1 172.18.0.4 6379\"
for end in 5:5432 6:3306 7:3306 8:27017; do
  at nc -zv 172.18.0.${end%:*} ${end#*:} 2>&1 | grep -c succeeded
done
at curl -s http://172.18.0.9:5000/v2/; echo
at curl -s http://172.18.0.10/ | grep RemoteAddr | cut -d: -f2
docker run -d --name own --network n1 traefik/whoami --port 8080 >/dev/null
at curl -s -o /dev/null -w '%{http_code}' http://own:8080/; echo";
    let expect = "<title>Welcome to nginx!</title>\n404\n<html><body><h1>It works!</h1></body></html>\n+PONG\r\n1\n1\n1\n1\n\
                  {}\n 172.18.0.11\n200";
    check(&format!("{HOST}{script}"), expect);
}
