# 29: internal networks, with and without icc.
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
docker network create -o com.docker.network.bridge.name=bridgeICC --internal --subnet 192.0.2.0/24 --gateway 192.0.2.1 bridgeICC
docker run -d --network bridgeICC --name c1 busybox sleep 600
docker network create -o com.docker.network.bridge.name=bridgeNoICC -o com.docker.network.bridge.enable_icc=false --internal --subnet 198.51.100.0/24 --gateway 198.51.100.1 bridgeNoICC
docker run -d --network bridgeNoICC --name c2 busybox sleep 600
docker run -d --network bridgeNoICC --name c3 busybox sleep 600
