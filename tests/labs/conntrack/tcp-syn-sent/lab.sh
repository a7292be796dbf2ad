# A SYN that nobody answers: the entry stays UNREPLIED in SYN_SENT.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a iptables -A INPUT -p tcp --dport 80 -j DROP
iptables -A OUTPUT -m conntrack --ctstate NEW

timeout 0.5 nc -z -n -p 40000 10.0.0.2 80
echo "timeout said $?"
conntrack -L
ip netns exec a conntrack -L
iptables -L OUTPUT -n -v
