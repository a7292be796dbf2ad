# DNAT with a base moves a range of ports to another; one without spreads (7001 7002 7003 7004 7005 7006 8001 8002).
ip netns add a; ip -n a link set lo up
ip link add v netns a type veth peer name r
ip -n a addr add 10.0.1.2/24 dev v; ip -n a link set v up
ip addr add 10.0.1.1/24 dev r; ip link set r up; ip link set lo up
iptables -t nat -A PREROUTING -p udp --dport 5000:5099 -j DNAT --to-destination 10.0.1.1:7000-7010/5000
iptables -t nat -A PREROUTING -p udp --dport 6000:6099 -j DNAT --to-destination 10.0.1.1:8000-8003
iptables -t nat -A PREROUTING -p udp --dport 6100 -j REDIRECT --to-ports 9000
iptables -A OUTPUT -p icmp -j DROP
for p in 5000 5003 5010 5011 5050 6000 6001 6002 6003 6004 6100; do
    echo x | ip netns exec a nc -u -w0 -p 40000 10.0.1.1 $p
done
sleep 0.2
conntrack -L 2> /dev/null | sed -E 's/ [0-9]+ src/ T src/' | sort -t= -k5n
iptables -t nat -S PREROUTING
