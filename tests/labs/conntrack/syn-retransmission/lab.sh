# An unanswered SYN is sent again every second.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a iptables -A INPUT -p tcp -j DROP
iptables -A OUTPUT -p tcp -m conntrack --ctstate NEW
timeout 2.5 nc -z -n -p 40000 10.0.0.2 80
conntrack -L
iptables -L OUTPUT -n -v
ip netns exec a iptables -L INPUT -n -v
