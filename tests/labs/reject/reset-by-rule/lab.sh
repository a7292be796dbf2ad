# A reset has the source of the host that it speaks for, and rules of routing see that source.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip link set lo up
ip link add out type veth peer name far
ip addr add 10.9.9.1/24 dev out
ip link set out up; ip link set far up
sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.left.rp_filter=0
iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset
ip netns exec a nc -z -v -n -w 1 -p 40000 10.9.9.9 80
ip rule add from 10.9.9.9 blackhole
ip netns exec a nc -z -v -n -w 1 -p 40001 10.9.9.9 80
ip rule del from 10.9.9.9
ip rule add fwmark 1 blackhole
iptables -t mangle -A PREROUTING -j MARK --set-mark 1
ip rule del fwmark 1
ip rule add fwmark 1 to 10.0.1.2 blackhole
ip netns exec a nc -z -v -n -w 1 -p 40002 10.9.9.9 80
sysctl -q -w net.ipv4.fwmark_reflect=1
ip netns exec a nc -z -v -n -w 1 -p 40003 10.9.9.9 80
