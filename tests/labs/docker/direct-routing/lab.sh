# Routes straight to container addresses, before 28 (moby/moby#51015)
#
# The walk that surprises: a neighbour with a route to 172.17.0.0/16 reaches port 80 of a container, published or
# not by this address: the rule in DOCKER that lets a published port in looks at the container's address
# alone, and does not care whether the packet was translated. Even a port that is published at 127.0.0.1
# only is open so. What is not published meets FORWARD's policy. In 28 a drop in raw PREROUTING ended this:
# direct-routing-28.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
ip -n lan route add 172.17.0.0/16 via 192.168.0.128
docker run -d --name web -p 127.0.0.1:8080:80 nginx >/dev/null
docker run -d --name inner nginx >/dev/null
sleep 0.5
ask() { ip netns exec lan curl -s -m 1 -o /dev/null -w "$1 %{http_code}\n" http://$1/ || echo "curl: $?"; }
iptables -S DOCKER
ask 192.168.0.128:8080
ask 172.17.0.2
ask 172.17.0.3
ip netns exec lan ping -c 1 -W 1 -q 172.17.0.2 | grep packets
