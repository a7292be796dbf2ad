# A host without a route: the program is told at once and no packet is made.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
ping -c1 10.0.2.1
echo "ping said $?"
nc -z -v -n 10.0.2.1 80
nc -u -z -v -n 10.0.2.1 53
traceroute -n 10.0.2.1
ip route get 10.0.2.1
echo "ip said $?"
