# No rule needs conntrack, so there are no entries; one rule is enough to start.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ping -c1 -q 10.0.0.2
sleep 0.1
conntrack -L
iptables -A INPUT -p tcp -j ACCEPT
ping -c1 -q 10.0.0.2
sleep 0.1
conntrack -L
iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
ping -c1 -q 10.0.0.2
sleep 0.1
conntrack -L
iptables -F INPUT
ping -c1 -q 10.0.0.2
sleep 0.1
conntrack -L
