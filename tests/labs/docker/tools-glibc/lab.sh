# What Debian's programs say of names and of the web, in a container's network.
dockerd --version-profile 20.10
docker network create net1 >/dev/null
docker run -d --name c1 --network net1 busybox sleep 600 >/dev/null
docker run -d --name c2 --network net1 --network-alias web busybox sleep 600 >/dev/null
docker run -d --name c3 --network net1 --hostname who traefik/whoami >/dev/null
sleep 0.5
printf 'nameserver 127.0.0.11\noptions ndots:0 timeout:1 attempts:1\n' >/etc/resolv.conf
in="nsenter -t $(docker inspect -f '{{.State.Pid}}' c1) -n"
t() { echo "--- $*"; $in "$@" 2>&1; echo "status $?"; }
quiet() { sed 's/after [0-9]* m/after N m/; s/:[0-9]\{5\}$/:PORT/; /^< Date/d; s/#[01] to/#N to/'; }
t ping -c 1 c2
t ping -c 1 -n -q c2.net1
t getent hosts c2
t getent hosts c2.net1 web
t getent hosts 172.18.0.3
t getent hosts 172.18.0.4
t getent ahosts c2
t getent ahostsv4 c2
t getent ahostsv6 c2
t getent ahosts 10.0.0.1
t getent
t getent foo x
t curl -s http://c3/ | quiet
t curl -sSv http://c2/ | quiet
t curl -sS http://c2:81/ | quiet
t curl -s -o /dev/null -w '%{http_code} %{remote_ip}:%{remote_port} %{size_download} %{scheme}\n' http://c3/
t curl -s -m 1 http://172.18.0.99/
t curl -sS -m 1 http://172.18.0.99/ | quiet
t curl -sS --connect-timeout 1 http://172.18.0.98/ | quiet
t curl -sS --resolve foo:80:172.18.0.4 -H 'X-One: 1' -A me http://foo/a | quiet
t curl
t curl --nosuch x
t curl -sS foo://c3/
t curl -sS http://c3:99999/
t curl -w
t wget -qO- http://c3/ | quiet
t wget -q -O - http://c2/
t wget
t nc -zv c3 80
t nc -zv c2 80
t traceroute -n c2 | sed 's/[0-9.]* ms/T ms/g'
t nslookup c2
t nslookup c2.net1
t nslookup 172.18.0.3
t nslookup c2 172.18.0.1
