# After Docker 28, routes straight to container addresses stopped working (moby/moby#51015, docker/docs#25676)
#
# The walk that surprises: nothing in FORWARD or DOCKER-USER counts the packet. Since 28 every container has a rule
# in raw PREROUTING that drops what is for its address and does not come from its own bridge; raw comes before
# conntrack, DNAT and all that users have in FORWARD. A published port works, as its packets are for the host's
# address there. What helps is the daemon's --allow-direct-routing, a network whose gateway mode is routed or
# nat-unprotected, or to name the interface: com.docker.network.bridge.trusted_host_interfaces.
#
# Recorded without a daemon: kernel.sh has the rules that the simulated engine of 29 leaves, on a real kernel.
dockerd --version-profile 29
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
ip -n lan route add 172.17.0.0/16 via 192.168.0.128
docker run -d --name web -p 8080:80 nginx >/dev/null
ask() { ip netns exec lan curl -s -m 1 -o /dev/null -w "$1 %{http_code}\n" http://$1/ || echo "curl: $?"; }
iptables -t raw -S
ask 192.168.0.128:8080
ask 172.17.0.2
ip netns exec lan ping -c 1 -W 1 -q 172.17.0.2 | grep -o '[01] received'
iptables -t raw -nvL PREROUTING | grep -c ' [1-9] .*DROP'
iptables -S DOCKER-USER
