# 20.10: a network whose containers may not talk to each other, unless by a published port.
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
docker network create -o com.docker.network.bridge.name=br-noicc -o com.docker.network.bridge.enable_icc=false --subnet 10.40.0.0/24 noicc
docker run -d --name n1 --network noicc -p 8080:80 bb sleep 600
docker run -d --name n2 --network noicc bb sleep 600
