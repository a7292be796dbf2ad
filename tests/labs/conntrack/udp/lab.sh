# UDP: UNREPLIED until an answer comes, then a longer life once the stream has lasted two seconds.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A INPUT -p udp --dport 7 -j DROP

ip netns exec a nc -u -l -n 53 > /dev/null &
sleep 0.2
echo question | timeout 0.3 nc -u -n -p 40000 10.0.0.2 53
sleep 0.1
conntrack -L
sysctl net.netfilter.nf_conntrack_udp_timeout net.netfilter.nf_conntrack_udp_timeout_stream
