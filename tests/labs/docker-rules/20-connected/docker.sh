# 20.10: a container on three networks, with its port published by one.
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
docker network create -o com.docker.network.bridge.name=br-a --subnet 10.60.0.0/24 a
docker network create -o com.docker.network.bridge.name=br-b --subnet 10.61.0.0/24 b
docker run -d --name multi --network a -p 8080:80 bb sleep 600
docker network connect --ip 10.61.0.77 b multi
docker network connect bridge multi
