# Rules in nat chains that translate nothing: no rule needs conntrack, so the chains are never asked.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -t nat -A PREROUTING -p icmp
iptables -t nat -A INPUT -p icmp
iptables -t nat -A OUTPUT -p icmp
iptables -t nat -A POSTROUTING -p icmp
iptables -A INPUT -p icmp
iptables -A OUTPUT -p icmp
ip netns exec a ping -c3 -i 0.2 -q 10.0.0.1
ping -c2 -i 0.2 -q 10.0.0.2
iptables-save -c
