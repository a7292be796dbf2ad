# Why can a container not reach its own published port through the host's address? (moby/moby#12946)
#
# The walk that surprises: it can, and the server sees its caller as 172.17.0.1. The rule in DOCKER does not
# take packets that come from docker0, so this one is delivered to the host, where docker-proxy listens: the
# proxy calls the container itself, from the bridge's address. Without the proxy the rule has no such
# condition, the packet turns round at the bridge, and needs hairpin mode and MASQUERADE: userland-proxy-off.
dockerd --version-profile 20.10
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
iptables -t nat -S DOCKER
who() { grep -o 'RemoteAddr: [0-9.]*'; }
docker run --rm --network container:web busybox wget -qO- http://192.168.0.128:8080/ | who
docker exec other wget -qO- http://192.168.0.128:8080/ | who
docker exec other wget -qO- http://172.17.0.1:8080/ | who
# By the container's own address there is nothing between them.
docker exec other wget -qO- http://172.17.0.2/ | who
docker run --rm --network container:web busybox wget -qO- http://172.17.0.2/ | who
docker ps --format '{{.Names}} {{.Ports}}' | grep web
