# 29: a port published on 127.0.0.1 is blocked for others in raw.
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
sysctl -q -w net.ipv4.ip_forward=1
dockerd --version-profile 29
dockerd >/dev/null 2>&1 &
sleep 1
docker network create -o com.docker.network.bridge.name=bridge1 --subnet 192.0.2.0/24 --gateway 192.0.2.1 bridge1
docker run -d --network bridge1 -p 127.0.0.1:8080:80 --name c1 busybox sleep 600
docker run -d --network bridge1 --name c2 busybox sleep 600
