# Why does every client look like 172.17.0.1? (moby/moby#15086)
#
# The walk that surprises: only the neighbour is seen as it is. Its packets are translated by DNAT alone, which
# leaves the source. Who calls 127.0.0.1 meets docker-proxy, a process that calls the container anew, and so
# does a container that calls the host's address. The host's own calls to its own address are translated in
# OUTPUT: their source is the one that the first route chose.
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
who() { grep -o 'RemoteAddr: [0-9.]*'; }
ip netns exec lan curl -s http://192.168.0.128:8080/ | who
curl -s http://127.0.0.1:8080/ | who
curl -s http://192.168.0.128:8080/ | who
curl -s http://172.17.0.1:8080/ | who
docker exec other wget -qO- http://192.168.0.128:8080/ | who
# What IPv6 brings comes from the proxy too: the container has no IPv6.
curl -s 'http://[::1]:8080/' | who
# A neighbour that is masqueraded on its way.
iptables -t nat -I POSTROUTING -o docker0 -p tcp --dport 80 -j MASQUERADE
ip netns exec lan curl -s http://192.168.0.128:8080/ | who
