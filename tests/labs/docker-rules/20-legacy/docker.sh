# 20.10 with the legacy face of iptables: the same packets.
ip netns add lan1
ip link set lo up
ip netns exec lan1 ip link set lo up
ip link add eth0 type veth peer name eth0 netns lan1
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip netns exec lan1 ip link set eth0 up
ip netns exec lan1 ip addr add 192.168.0.50/24 dev eth0
ip route add default via 192.168.0.50
ip netns exec lan1 ip route add default via 192.168.0.128
update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
dockerd --version-profile 20.10
dockerd >/dev/null 2>&1 &
sleep 1
docker network create -o com.docker.network.bridge.name=br-a --subnet 10.60.0.0/24 a
docker run -d --name c1 -p 8080:80 bb sleep 600
docker run -d --name c2 --network a -p 127.0.0.1:8081:81/udp bb sleep 600
