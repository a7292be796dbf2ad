# An ICMPv6 error comes from the address of the interface that the packet came in by, even if it leaves by another.
ip netns add a
for ns in a; do
    ip netns exec $ns sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
done
sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth1 netns a
ip netns exec a ip addr add fd00:9::9/128 dev lo nodad
ip netns exec a ip link set lo up
ip netns exec a ip addr add fd00:1::2/64 dev eth0 nodad
ip netns exec a ip addr add fd00:2::2/64 dev eth1 nodad
ip addr add fd00:1::1/64 dev left nodad
ip addr add fd00:2::1/64 dev right nodad
ip link set left up
ip link set right up
ip netns exec a ip link set eth0 up
ip netns exec a ip link set eth1 up
ip netns exec a ip route add ::/0 via fd00:1::1
ip route add fd00:9::9/128 via fd00:2::2
sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 3

ip netns exec a ping -c1 -W1 -t1 -I fd00:9::9 fd00:7::7
ip netns exec a ping -c1 -W1 -I fd00:9::9 fd00:7::7
