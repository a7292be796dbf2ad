# A client, and a host with a container that publishes a port of UDP as Docker 29 does.
ip netns add client
ip link set lo up
ip link add eth0 type veth peer name eth0 netns client
ip addr add 192.0.2.1/24 dev eth0
ip link set eth0 up
ip -n client addr add 192.0.2.2/24 dev eth0
ip -n client link set eth0 up
docker run -d --name c1 -p 9:9/udp -p 80:80 nginx >/dev/null
