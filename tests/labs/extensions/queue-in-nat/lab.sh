# A queue without a listener, passed by in nat: the connection gets no mapping at all, not even a null one.
ip netns add a
ip link add out type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.0.1/24 dev out
ip link set out up
ip link set lo up
iptables -t nat -A OUTPUT -p udp -j NFQUEUE --queue-bypass
iptables -t nat -A OUTPUT -p udp -j DNAT --to-destination 10.0.0.3
iptables -t nat -A POSTROUTING -p icmp -j NFQUEUE --queue-bypass
iptables -t nat -A POSTROUTING -p icmp -j SNAT --to-source 10.0.0.9
echo one | nc -u -p 4000 -w 1 10.0.0.2 53
ip netns exec a iptables -I OUTPUT -j DROP
ping -c2 -i0.2 -W0.3 -q 10.0.0.2 | grep packets
(echo two; sleep 0.2; echo three) | nc -u -p 4001 -w 1 10.0.0.2 53
conntrack -L 2> /dev/null | sed -E 's/ +[0-9]+ (src|dst)/ T \1/; s/id=[0-9]+/id=N/g' | sort
iptables-save -c -t nat | grep -e -A
