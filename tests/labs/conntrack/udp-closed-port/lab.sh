# A closed UDP port: the ICMP error is RELATED to the flow that caused it.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -P INPUT DROP
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED -j ACCEPT

echo question | nc -u -n -p 40000 -w 1 10.0.0.2 53
sleep 0.1
conntrack -L
iptables -L INPUT -n -v
