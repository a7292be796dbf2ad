# What does userland-proxy=false change? (docker/docs#17312)
#
# The walk that surprises: calls to 127.0.0.1 arrive without a process between, as 172.17.0.1. OUTPUT translates
# loopback addresses too, route_localnet lets packets with such a source leave by docker0, and MASQUERADE gives
# them the bridge's address. A container that calls itself through the host is turned round at its own port of
# the bridge: that is hairpin mode.
dockerd --version-profile 20.10
dockerd --userland-proxy=false >/dev/null 2>&1 &
sleep 1
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
docker run -d --name web -p 8080:80 traefik/whoami >/dev/null
docker run -d --name other busybox sleep 600 >/dev/null
sleep 0.5
iptables -t nat -S
cat /proc/sys/net/ipv4/conf/docker0/route_localnet
who() { grep -o 'RemoteAddr: [0-9.]*'; }
ip netns exec lan curl -s http://192.168.0.128:8080/ | who
curl -s http://127.0.0.1:8080/ | who
curl -s http://192.168.0.128:8080/ | who
docker exec other wget -qO- http://192.168.0.128:8080/ | who
docker run --rm --network container:web busybox wget -qO- http://192.168.0.128:8080/ | who
# Nobody listens at ::1.
curl -s 'http://[::1]:8080/' || echo "curl: $?"
