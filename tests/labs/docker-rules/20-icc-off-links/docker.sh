# 20.10 with --icc=false: only a link opens a port between containers.
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
dockerd --icc=false >/dev/null 2>&1 &
sleep 1
docker run -d --name db --expose 80 bb sleep 600
docker run -d --name web --link db:database -p 8080:80 bb sleep 600
docker run -d --name other bb sleep 600
