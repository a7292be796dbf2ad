# Two containers on 20.10's default bridge, no ports.
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
dockerd --version-profile 20.10
dockerd >/dev/null 2>&1 &
sleep 1
docker run -d --name c1 bb sleep 600
docker run -d --name c2 bb sleep 600
