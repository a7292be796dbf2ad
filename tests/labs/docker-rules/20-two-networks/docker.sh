# 20.10: two user networks, isolated from each other.
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
docker network create -o com.docker.network.bridge.name=br-front front
docker network create -o com.docker.network.bridge.name=br-back --subnet 10.20.0.0/24 --gateway 10.20.0.254 back
docker run -d --name web --network front -p 80:8080 bb sleep 600
docker run -d --name db --network back --ip 10.20.0.5 bb sleep 600
